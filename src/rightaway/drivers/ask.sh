# Asking about operations and ending them. Sent after guard.sh.

ra_check_fence() { ra_seen || ra_refuse target.fenced "$ra_high"; }

ra_ask_reconcile() {
  for ra_x in $ra_retired; do printf '' >"$ra_stops/$ra_x" || ra_unwritable; done
  ra_raise
  [ "$ra_got" != fenced ] || ra_refuse target.fenced "$ra_high"
  [ "$ra_got" = owner ] || ra_unwritable
  # A fence lost with the power would let the old owner in again.
  sync "$ra_at/fences/$ra_fence" "$ra_at/fences" 2>/dev/null || sync
  ra_last_boot
  if [ -n "$ra_last" ] && [ "$ra_last" != "$ra_boot" ]; then ra_bury $ra_ids; fi
  ra_settle 2>/dev/null || ra_unwritable
  ra_tell $ra_ids
}

# After a reboot a missing receipt is written as lost, because the answer must never change again.
ra_bury() {
  for ra_id in "$@"; do
    ra_write "$ra_ops/$ra_id" "$ra_fence rebooted $ra_run 0 0" || [ -e "$ra_ops/$ra_id" ] || ra_unwritable
  done
}

ra_tell() {
  ra_n=0 ra_ran=
  for ra_id in "$@"; do
    ra_n=$((ra_n + 1))
    eval "ra_id_$ra_n=\$ra_id ra_kept_$ra_n=1 ra_limit_$ra_n=0"
    ra_look "$ra_id"
    ra_say state "$ra_n" "$ra_is" "$ra_how"
    case $ra_is in finished | lost) ra_ran="$ra_ran $ra_n"; ra_shorten "$ra_ops/$ra_id.out" ;; esac
  done
  ra_outputs $ra_ran
}

ra_shorten() {
  [ -s "$1" ] || return 0
  ra_size=$(wc -c <"$1")
  [ "$ra_size" -gt 2097216 ] || return 0
  {
    head -c 1048576 "$1"
    printf '\n[rightaway: %s bytes left out]\n' $((ra_size - 2097152))
    tail -c 1048576 "$1"
  } >"$1.short" && mv -f "$1.short" "$1"
}

# The output as it grows, until the operation has ended.
ra_ask_follow() {
  ra_check_fence
  ra_naps=0 ra_offset=0
  while ra_look "$ra_ids"; do
    ra_size=0
    [ ! -s "$ra_ops/$ra_ids.out" ] || ra_size=$(wc -c <"$ra_ops/$ra_ids.out")
    ra_more=$((ra_size - ra_offset))
    [ "$ra_more" -le 262144 ] || ra_more=262144
    if [ "$ra_more" -gt 0 ]; then
      ra_say chunk
      tail -c "+$((ra_offset + 1))" "$ra_ops/$ra_ids.out" | head -c "$ra_more"
      ra_say flush
      ra_offset=$((ra_offset + ra_more))
    fi
    [ "$ra_is" = running ] || break
    ra_nap
  done
  ra_tell "$ra_ids"
}

ra_ask_halt() { printf '' >"$ra_stops/$ra_halted" && ra_say halted; }

ra_ask_stop() {
  ra_check_fence
  ra_naps=0 ra_told=
  while ra_look "$ra_ids" && [ "$ra_is" = running ] && [ "$ra_naps" -lt 40 ]; do
    printf '' >"$ra_ops/$ra_ids.stop" || ra_unwritable
    if [ -z "$ra_told" ]; then ra_signal TERM && ra_told=1; elif [ "$ra_naps" -gt 23 ]; then ra_signal KILL; fi
    ra_nap
  done
  ra_tell "$ra_ids"
}

# To the group of the step, which is not yet its own for a moment after the start.
ra_signal() {
  for ra_x in $(ra_find "$ra_ids"); do
    ra_stat "${ra_x%/*}" && [ "$ra_pgrp" != "$ra_rgroup" ] && kill -s "$1" -- "-$ra_pgrp" && return 0
  done
  return 1
} 2>/dev/null
