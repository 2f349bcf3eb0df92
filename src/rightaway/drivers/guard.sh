# The guard: at most one start per operation id, kept by the target itself.
#
# It reaches the target as text on the channel's input, never as a file, and is only definitions until its
# last line, so a text cut short does nothing. Lines of comment are not sent. Needs Linux with /proc, and
# dash, bash or busybox as sh; `ra_check` names the programs.
#
# The caller sets, before `ra_go`:
#   ra_mark    unguessable, begins every frame: no output of a step can pass for one
#   ra_run     name of this call, also of its stop file    ra_fence  number of the caller's ownership
#   ra_home    state folder, or empty                      ra_name   the target's folder in it
#   ra_cd      working folder, or empty
#   per operation number N: ra_id_N, ra_kept_N (1 with a receipt), ra_limit_N (seconds), ra_script_N, ra_step_N()
#
# State of a target: fence (highest seen), boot (of the last use), lock, ledger (one line per start: id,
# fence, boot id, hundredths of a second since boot), stops/RUN (that call starts nothing more), and per
# operation ops/ID (the receipt: fence, boot id, call, process and start time of the runner), and beside it
# .sh, .pid, .out, .stop, and .exit: how it ended and after how many hundredths of a second.

ra_say() { printf '\036%s %s\n' "$ra_mark" "$*"; }

ra_refuse() {
  ra_say refused "$@"
  ra_say bye
  exit 0
}

ra_setup() {
  ra_home=${ra_home:-${HOME:-/nonexistent}/.rightaway}
  ra_at=$ra_home/targets/$ra_name
  ra_ops=$ra_at/ops ra_stops=$ra_at/stops ra_runs=$ra_at/runs ra_blobs=$ra_home/blobs
  if ! { [ -d "$ra_ops" ] && [ -d "$ra_stops" ] && [ -d "$ra_runs" ] && [ -d "$ra_blobs" ]; }; then
    (umask 077 && mkdir -p "$ra_home" "$ra_ops" "$ra_stops" "$ra_runs" "$ra_blobs") 2>/dev/null ||
      ra_refuse target.receipt_unavailable "cannot make $ra_at"
  fi
  read -r ra_boot </proc/sys/kernel/random/boot_id || ra_refuse target.unsupported 'no boot id in /proc'
  ra_stat self || ra_refuse target.unsupported 'no process table in /proc'
  ra_runner="$ra_pid $ra_begun"
  if [ -n "$ra_cd" ]; then cd -- "$ra_cd" 2>/dev/null || ra_refuse target.folder_missing "$ra_cd"; fi
}

# The stem of an operation's files; what only reads keeps none beyond this call.
ra_place() {
  eval "ra_id=\$ra_id_$1 ra_kept=\$ra_kept_$1 ra_limit=\$ra_limit_$1"
  if [ "$ra_kept" = 1 ]; then ra_base=$ra_ops/$ra_id; else ra_base=$ra_runs/$ra_run.$1; fi
}

# A process is known by its id and start time (field 22), so that a reused id is never taken for it.
ra_stat() {
  { IFS= read -r ra_line <"/proc/$1/stat"; } 2>/dev/null || return 1
  ra_pid=${ra_line%% *}
  set -- ${ra_line##*) }
  ra_mode=$1 ra_begun=${20}
}

ra_alive() {
  [ -n "$2" ] && ra_stat "$1" && [ "$ra_begun" = "$2" ] && [ "$ra_mode" != Z ] && [ "$ra_mode" != X ]
}

ra_clock() {
  read -r ra_up ra_line </proc/uptime
  ra_now=${ra_up%.*}${ra_up#*.}
  ra_now=${ra_now#0}
  ra_now=${ra_now#0}
}

ra_nap() {
  ra_naps=$((${ra_naps:-0} + 1))
  if [ "$ra_naps" -gt 20 ]; then sleep 1; else sleep 0.1 2>/dev/null || sleep 1; fi
}

# ra_is: not_started, running, finished or lost; ra_how: how it ended.
ra_look() {
  ra_is=not_started ra_how=
  [ -s "$ra_ops/$1" ] || return 0
  ra_ended "$1" && return 0
  ra_is=lost
  read -r ra_line ra_then ra_line ra_rpid ra_rbegun <"$ra_ops/$1"
  [ "$ra_then" = "$ra_boot" ] || return 0
  ra_spid=0 ra_sbegun=
  [ ! -s "$ra_ops/$1.pid" ] || read -r ra_spid ra_sbegun <"$ra_ops/$1.pid"
  if ra_alive "$ra_rpid" "$ra_rbegun" || ra_alive "$ra_spid" "$ra_sbegun"; then ra_is=running; return 0; fi
  # It may have ended between the first look and this one.
  ra_ended "$1" || return 0
}

ra_ended() {
  [ -s "$ra_ops/$1.exit" ] && IFS= read -r ra_how <"$ra_ops/$1.exit" && ra_is=finished
}

# --- under the lock ---

ra_locked() {
  ra_got=unwritable
  { flock 9 && "$@"; } 9>>"$ra_at/lock"
} 2>/dev/null

ra_seen() {
  ra_high=0
  [ ! -s "$ra_at/fence" ] || read -r ra_high <"$ra_at/fence"
}

# Only ever upwards; by rename, because a fence half written would let an old owner in.
ra_raise() {
  [ "$ra_fence" -gt "$ra_high" ] || return 0
  printf '%s\n' "$ra_fence" >"$ra_at/fence.$ra_run" && mv -f "$ra_at/fence.$ra_run" "$ra_at/fence"
}

# Receipts are not synced to disk, so after a power loss a missing one may stand for an operation that had
# begun. What is synced, once per boot, is that this boot was used: then a missing one counts as lost.
ra_settle() {
  ra_last=
  [ ! -s "$ra_at/boot" ] || read -r ra_last <"$ra_at/boot"
  [ "$ra_last" != "$ra_boot" ] || return 0
  printf '%s\n' "$ra_boot" >"$ra_at/boot" || return 1
  sync "$ra_at/boot" "$ra_at" || sync
}

ra_claim() {
  ra_seen
  if [ "$ra_fence" -lt "$ra_high" ]; then ra_got=fenced; return 0; fi
  if [ -e "$ra_stops/$ra_run" ]; then ra_got=stopped; return 0; fi
  if [ -s "$ra_base" ]; then ra_got=attached; return 0; fi
  [ ! -e "$ra_base" ] || rm -f "$ra_base"
  ra_raise && ra_settle && ra_clock && ra_script "$1" || return 1
  set -C
  printf '%s\n' "$ra_fence $ra_boot $ra_run $ra_runner" >"$ra_base" &&
    printf '%s\n' "$ra_id $ra_fence $ra_boot $ra_now" >>"$ra_at/ledger" && ra_got=claimed
  set +C
  [ "$ra_got" = claimed ] || rm -f "$ra_base"
}

ra_script() { eval "printf '%s\n' \"\$ra_script_$1\"" >"$ra_base.sh"; }

# A missing receipt after a reboot is written now, as lost: the answer must never change again.
ra_take_over() {
  ra_seen
  if [ "$ra_fence" -lt "$ra_high" ]; then ra_got=fenced; return 0; fi
  for ra_old in $ra_retired; do printf '' >"$ra_stops/$ra_old" || return 1; done
  ra_raise || return 1
  ra_last=
  [ ! -s "$ra_at/boot" ] || read -r ra_last <"$ra_at/boot"
  if [ -n "$ra_last" ] && [ "$ra_last" != "$ra_boot" ]; then
    for ra_id in "$@"; do
      [ -s "$ra_ops/$ra_id" ] || printf '%s\n' "$ra_fence rebooted $ra_run 0 0" >"$ra_ops/$ra_id" || return 1
    done
  fi
  ra_settle && ra_got=taken
}

ra_check_fence() {
  ra_seen
  [ "$ra_fence" -ge "$ra_high" ] || ra_refuse target.fenced "$ra_high"
}

# --- bytes ---

# Asks for one blob at a time, so that no reader can take bytes of the next.
ra_receive() {
  set --
  for ra_sha in $ra_wanted; do [ ! -f "$ra_blobs/$ra_sha" ] || set -- "$@" "$ra_sha"; done
  ra_sums=
  [ $# -eq 0 ] || ra_sums=$(cd "$ra_blobs" && sha256sum "$@" 2>/dev/null)
  for ra_sha in $ra_wanted; do
    case $ra_sums in *"$ra_sha  $ra_sha"*) continue ;; esac
    ra_part=$ra_blobs/$ra_sha.$ra_run
    ra_say need "$ra_sha"
    eval "ra_size=\$ra_size_$ra_sha"
    head -c "$ra_size" >"$ra_part" 2>/dev/null || ra_drop target.blob_unwritable
    ra_sum=$(sha256sum <"$ra_part")
    [ "${ra_sum%% *}" = "$ra_sha" ] || ra_drop target.blob_mismatch
    mv -f "$ra_part" "$ra_blobs/$ra_sha" || ra_drop target.blob_unwritable
  done
  ra_say have
}

ra_drop() {
  rm -f "$ra_part"
  ra_refuse "$1" "$ra_sha"
}

# What steps wrote, by their numbers; cut to its two ends where it is too long.
ra_outputs() {
  ra_numbers= ra_files=
  for ra_n in "$@"; do
    ra_place "$ra_n"
    [ ! -s "$ra_base.out" ] || ra_numbers="$ra_numbers $ra_n" ra_files="$ra_files ${ra_base#"$ra_at"/}.out"
  done
  [ -n "$ra_files" ] || return 0
  set -- $(cd "$ra_at" && wc -c $ra_files)
  for ra_n in $ra_numbers; do
    ra_place "$ra_n"
    [ "$1" -le 2097216 ] || ra_cut "$ra_base.out" "$1"
    ra_say output "$ra_n"
    head -c 2097216 "$ra_base.out"
    shift 2
  done
}

ra_cut() {
  {
    head -c 1048576 "$1"
    printf '\n[rightaway: %s bytes left out]\n' $(($2 - 2097152))
    tail -c 1048576 "$1"
  } >"$1.cut" && mv -f "$1.cut" "$1"
}

# --- one operation ---

ra_op() {
  ra_place "$1"
  if [ "$ra_kept" = 1 ]; then ra_locked ra_claim "$1"; else ra_glance "$1"; fi
  case $ra_got in
    claimed) ra_begin "$1" ;;
    attached) ra_attach "$1" ;;
    fenced) ra_say fenced "$1" "$ra_high"; return 1 ;;
    stopped) ra_say not "$1" run.stopped; return 1 ;;
    *) ra_say not "$1" target.receipt_unavailable; return 1 ;;
  esac
  [ "$ra_how" != unbegun ] || { ra_say not "$1" target.receipt_unavailable; return 1; }
  ra_ran="$ra_ran $1"
  ra_say done "$1" "$ra_how"
  case $ra_how in 'exit 0 '*) ;; *) return 1 ;; esac
}

# What only reads needs no receipt, but starts no more than others do after a newer owner or a stop.
ra_glance() {
  ra_got=claimed
  ra_seen
  if [ "$ra_fence" -lt "$ra_high" ]; then ra_got=fenced; fi
  if [ -e "$ra_stops/$ra_run" ]; then ra_got=stopped; fi
  ra_script "$1" 2>/dev/null || ra_got=unwritable
}

# The step is a foreground child: a background one would have SIGINT and SIGQUIT ignored.
ra_begin() {
  ra_say start "$1"
  ra_clock
  ra_since=$ra_now
  (
    trap - PIPE
    ra_stat self && printf '%s\n' "$ra_pid $ra_begun" >"$ra_base.pid" || exit
    RIGHTAWAY_BLOBS=$ra_blobs RIGHTAWAY_OPERATION_ID=$ra_id
    export RIGHTAWAY_BLOBS RIGHTAWAY_OPERATION_ID
    "ra_step_$1"
  ) </dev/null >"$ra_base.out" 2>&1
  ra_code=$?
  ra_clock
  ra_took=$((ra_now - ra_since))
  if ! [ -s "$ra_base.pid" ]; then rm -f "$ra_base"; ra_how=unbegun; return 0; fi
  ra_judge
  if [ "$ra_kept" = 1 ]; then printf '%s\n' "$ra_how" >"$ra_base.exit"; fi
}

# `timeout` says 124, or dies of what it sent; only the clock tells that from the same number by a script.
ra_judge() {
  ra_how="exit $ra_code $ra_took"
  if [ -e "$ra_base.stop" ]; then
    ra_how="stopped $ra_took"
  elif [ "$ra_took" -ge $((ra_limit * 100)) ]; then
    case $ra_code in 124 | 137 | 143)
      read -r ra_pid ra_begun <"$ra_base.pid"
      kill -s KILL -- "-$ra_pid" 2>/dev/null
      ra_how="timeout $ra_took" ;;
    esac
  elif [ "$ra_code" -gt 128 ] && [ "$ra_code" -le 192 ]; then
    ra_how="signal $((ra_code - 128)) $ra_took"
  fi
}

ra_attach() {
  ra_say start "$1"
  ra_naps=0
  while ra_look "$ra_id" && [ "$ra_is" = running ]; do ra_nap; done
  [ "$ra_is" = finished ] || ra_how=lost
}

# --- what can be asked ---

ra_ask_perform() {
  ra_seen
  [ "$ra_fence" -ge "$ra_high" ] || { ra_say fenced 1 "$ra_high"; return; }
  ra_receive
  exec </dev/null
  # The caller may go away: then writing to it fails, and the run goes on.
  trap '' PIPE
  ra_ran=
  ra_all
  ra_outputs $ra_ran
  [ "$ra_reads" = 0 ] || rm -f "$ra_runs/$ra_run".*
}

ra_ask_reconcile() {
  ra_locked ra_take_over $ra_ids
  case $ra_got in
    taken) ra_tell $ra_ids ;;
    fenced) ra_refuse target.fenced "$ra_high" ;;
    *) ra_refuse target.receipt_unavailable "cannot write in $ra_at" ;;
  esac
}

ra_tell() {
  ra_n=0 ra_ran=
  for ra_id in "$@"; do
    ra_n=$((ra_n + 1))
    eval "ra_id_$ra_n=\$ra_id ra_kept_$ra_n=1 ra_limit_$ra_n=0"
    ra_look "$ra_id"
    ra_say state "$ra_n" "$ra_is" "$ra_how"
    case $ra_is in finished | lost) ra_ran="$ra_ran $ra_n" ;; esac
  done
  ra_outputs $ra_ran
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

# Taken under the lock, so that after the answer that call starts nothing more.
ra_ask_halt() { ra_locked ra_note_halt && ra_say halted; }

ra_note_halt() { printf '' >"$ra_stops/$ra_halted"; }

ra_ask_stop() {
  ra_check_fence
  ra_naps=0 ra_told=
  while ra_look "$ra_ids" && [ "$ra_is" = running ] && [ "$ra_naps" -lt 40 ]; do
    printf '' >"$ra_ops/$ra_ids.stop" || ra_refuse target.receipt_unavailable "cannot write in $ra_at"
    if [ -z "$ra_told" ]; then
      kill -s TERM -- "-$ra_spid" && ra_told=1
    elif [ "$ra_naps" -gt 23 ]; then
      kill -s KILL -- "-$ra_spid"
    fi 2>/dev/null
    ra_nap
  done
  ra_tell "$ra_ids"
}

ra_go() {
  [ "$2" = end ] || exit 1
  ra_setup
  "ra_ask_$1"
  ra_say bye
}
