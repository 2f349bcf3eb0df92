# The rest of what can be asked of a target: is it fit, what is there, and tidying up. Sent after guard.sh.

ra_ask_check() {
  ra_missing=
  for ra_x in timeout grep head tail wc sha256sum mkdir mv rm sleep sync readlink find id uname; do
    command -v "$ra_x" >/dev/null 2>&1 || ra_missing="$ra_missing $ra_x"
  done
  [ -z "$ra_missing" ] || ra_refuse target.tool_missing $ra_missing
  timeout -k 1 5 true 2>/dev/null || ra_refuse target.tool_missing 'timeout with -k'
  ra_private "$ra_home" "$ra_at"
  ra_try 2>/dev/null || ra_refuse target.receipt_unavailable "cannot write in $ra_at"
  ra_fact user "$(id -un 2>/dev/null || id -u)"
  ra_fact system "$(uname -srm)"
  ra_fact shell "${SHELL:-}"
  ra_fact state "$ra_at"
  ra_fact boot "$ra_boot"
  ra_fact free_kib "$(set -- $(df -Pk "$ra_at" | tail -n 1) && printf '%s' "$4")"
}

ra_try() { printf '%s' "$ra_run" >"$ra_at/try.$ra_run" && rm -f "$ra_at/try.$ra_run"; }

# Who can write here can forge receipts.
ra_private() {
  for ra_x in "$@"; do
    [ -O "$ra_x" ] && [ -z "$(find "$ra_x" -prune \( -perm -020 -o -perm -002 \))" ] ||
      ra_refuse target.state_not_private "$ra_x"
  done
}

ra_fact() {
  ra_say fact "$1"
  printf '%s' "$2"
}

ra_ask_observe() {
  if [ -L "$ra_path" ]; then
    ra_say link
    readlink -n -- "$ra_path"
  elif [ -f "$ra_path" ]; then
    ra_sum=$(sha256sum <"$ra_path") 2>/dev/null || ra_refuse target.file_unreadable "$ra_path"
    ra_say file "${ra_sum%% *}" $(wc -c <"$ra_path")
  elif [ -d "$ra_path" ]; then
    ra_say directory
  elif [ -e "$ra_path" ]; then
    ra_say other
  else
    ra_say absent
  fi
}

ra_ask_read() {
  [ -f "$ra_path" ] || ra_refuse target.file_missing "$ra_path"
  [ -r "$ra_path" ] || ra_refuse target.file_unreadable "$ra_path"
  ra_say content
  head -c $((ra_most + 1)) <"$ra_path"
}

ra_ask_tidy() {
  ra_sweep || ra_refuse target.receipt_unavailable "cannot tidy $ra_at"
}

# A running operation's files may be old; its receipt alone decides, and takes the others with it.
ra_sweep() {
  for ra_x in "$ra_ops"/*.exit; do
    [ -n "$(find "$ra_x" -prune -mtime "+$ra_days" 2>/dev/null)" ] || continue
    ra_x=${ra_x%.exit}
    rm -f "$ra_x" "$ra_x".* || return 1
  done
  ra_seen
  for ra_x in "$ra_at"/fences/[0-9]*; do [ "${ra_x##*/}" -ge "$ra_high" ] || rm -f "$ra_x"; done
  find "$ra_blobs" "$ra_stops" "$ra_runs" -type f -mtime "+$ra_days" -exec rm -f {} +
}
