# The guard: at most one start per operation id, kept by the target itself.
#
# A shell reads it from the channel's input, where it is only definitions until its last line, so a text cut
# short does nothing. The sender waits to be asked before it sends more. Lines of comment are not sent.
# Needs Linux with /proc, and dash, bash or busybox as sh; look.sh names the programs.
#
# The caller sets, before `ra_go`:
#   ra_mark    unguessable, begins every frame: no output of a step can pass for one; ra_held, empty
#   ra_run     name of this call, also of its stop file    ra_fence  number of the caller's ownership
#   ra_home    state folder, or empty                      ra_name   the target's folder in it
#   ra_cd      working folder, or empty
#   per operation number N: ra_id_N, ra_kept_N (1 with a receipt), ra_limit_N (seconds), ra_script_N, ra_step_N()
#
# State of a target: fences/N (one empty file per owner that came), boot (of the last use), ledger (one line
# per start: id, fence, boot id, hundredths of a second since boot), stops/RUN (that call starts nothing more),
# and per operation ops/ID (the receipt: fence, boot id, call, process and start time of the runner), and
# beside it .RUN.sh, .out, .stop, and .exit: how it ended and after how many hundredths of a second.
#
# Why nothing needs a lock: a runner writes the receipt, then reads the fences; a new owner writes its fence,
# then reads the receipts. Whichever came second sees the other: an owner who finds no receipt knows that a
# later one of an old runner will be withdrawn. The same holds for stops. Two runners with one id: the shell
# creates the receipt only if it is not there, so one of them has it. The highest fence only rises, because
# nobody removes it.

ra_say() {
  printf '%s%s %s\n' "$ra_held" "$ra_mark" "$*"
  ra_held=
}

# To be written with what follows at once: a write costs a packet, and both sides a wake-up.
ra_hold() {
  ra_held="$ra_held$ra_mark $*
"
}

ra_refuse() {
  ra_say refused "$@"
  ra_say bye
  exit 0
}

ra_unwritable() { ra_refuse target.receipt_unavailable "cannot write in $ra_at"; }

ra_setup() {
  ra_home=${ra_home:-${HOME:-/nonexistent}/.rightaway}
  ra_at=$ra_home/targets/$ra_name
  ra_ops=$ra_at/ops ra_stops=$ra_at/stops ra_runs=$ra_at/runs ra_blobs=$ra_home/blobs
  if ! { [ -d "$ra_at/fences" ] && [ -d "$ra_blobs" ]; }; then
    (umask 077 && mkdir -p "$ra_home" "$ra_ops" "$ra_stops" "$ra_runs" "$ra_blobs" "$ra_at/fences") 2>/dev/null ||
      ra_refuse target.receipt_unavailable "cannot make $ra_at"
  fi
  read -r ra_boot </proc/sys/kernel/random/boot_id || ra_refuse target.unsupported 'no boot id in /proc'
  ra_stat self || ra_refuse target.unsupported 'no process table in /proc'
  ra_runner="$ra_pid $ra_begun"
  # A shell without a terminal gives no process group to a step. The timeout of GNU does, that of busybox not.
  ra_group=
  if [ -x /bin/busybox ] && [ /bin/busybox -ef "$(command -v timeout)" ]; then ra_group=setsid; fi
}

# The stem of an operation's files; what only reads keeps none beyond this call.
ra_place() {
  eval "ra_id=\$ra_id_$1 ra_kept=\$ra_kept_$1 ra_limit=\$ra_limit_$1"
  if [ "$ra_kept" = 1 ]; then ra_base=$ra_ops/$ra_id; else ra_base=$ra_runs/$ra_run.$1; fi
  ra_file=$ra_base.$ra_run.sh
}

# A process is known by its id and start time (field 22), so that a reused id is never taken for it.
ra_stat() {
  { IFS= read -r ra_line <"/proc/$1/stat"; } 2>/dev/null || return 1
  ra_pid=${ra_line%% *}
  set -- ${ra_line##*) }
  ra_mode=$1 ra_pgrp=$3 ra_begun=${20}
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
  [ -e "$ra_ops/$1" ] || return 0
  ra_ended "$1" && return 0
  ra_is=lost
  # Empty only for the moment of its making, or for ever, where its maker died in it.
  [ -s "$ra_ops/$1" ] || sleep 1
  ra_then= ra_rgroup=
  { read -r ra_line ra_then ra_line ra_rpid ra_rbegun <"$ra_ops/$1"; } 2>/dev/null
  if [ "$ra_then" = "$ra_boot" ]; then
    if ra_alive "$ra_rpid" "$ra_rbegun"; then ra_is=running ra_rgroup=$ra_pgrp; return 0; fi
    if [ -n "$(ra_find "$1")" ]; then ra_is=running; return 0; fi
  fi
  # It may have ended, or been withdrawn, between the first look and this one.
  ra_ended "$1" || [ -e "$ra_ops/$1" ] || ra_is=not_started
}

# The processes of a script itself; the bracket keeps grep from finding its own command line.
ra_find() { cd /proc && grep -ls "[o]ps/$1\\.[0-9a-f]*\\.sh" [0-9]*/cmdline; }

# Whatever an operation started and has not ended, also where it left the process group.
ra_reap() {
  for ra_x in $(cd /proc && grep -ls "RIGHTAWAY_RUN=$ra_id:" [0-9]*/environ); do
    kill -s KILL "${ra_x%/*}"
  done
} 2>/dev/null

ra_ended() {
  [ -s "$ra_ops/$1.exit" ] && IFS= read -r ra_how <"$ra_ops/$1.exit" && ra_is=finished
}

# --- owners ---

# ra_high: the highest fence; false when it is higher than the caller's.
ra_seen() {
  ra_high=0
  for ra_x in "$ra_at"/fences/[0-9]*; do
    ra_x=${ra_x##*/}
    [ "$ra_x" = '[0-9]*' ] || [ "$ra_x" -le "$ra_high" ] || ra_high=$ra_x
  done
  [ "$ra_fence" -ge "$ra_high" ]
}

# ra_got: owner, fenced or unwritable.
ra_raise() {
  ra_got=fenced
  ra_seen || return 0
  ra_got=unwritable
  [ "$ra_fence" -eq "$ra_high" ] || printf '' >"$ra_at/fences/$ra_fence" || return 0
  ra_got=owner
  ra_seen || ra_got=fenced
} 2>/dev/null

ra_last_boot() {
  ra_last=
  [ ! -s "$ra_at/boot" ] || read -r ra_last <"$ra_at/boot"
}

# Receipts are not synced to disk, so after a power loss a missing one may stand for an operation that had
# begun. What is synced, once per boot, is that this boot was used: then a missing one counts as lost.
ra_settle() {
  ra_last_boot
  [ "$ra_last" != "$ra_boot" ] || return 0
  printf '%s\n' "$ra_boot" >"$ra_at/boot" || return 1
  sync "$ra_at/boot" "$ra_at" || sync
}

ra_write() {
  set -C
  printf '%s\n' "$2" >"$1"
  ra_code=$?
  set +C
  return $ra_code
} 2>/dev/null

ra_claim() {
  ra_got=attached
  [ ! -e "$ra_base" ] || return 0
  ra_got=unwritable
  ra_script "$1" || return 0
  ra_write "$ra_base" "$ra_fence $ra_boot $ra_run $ra_runner" || { ra_yield; return 0; }
  if ! ra_seen; then ra_got=fenced; elif [ -e "$ra_stops/$ra_run" ]; then ra_got=stopped; else
    ra_clock
    printf '%s\n' "$ra_id $ra_fence $ra_boot $ra_now" >>"$ra_at/ledger" && ra_got=claimed
  fi
  [ "$ra_got" = claimed ] || rm -f "$ra_base" "$ra_file"
}

ra_script() { eval "printf '%s\n' \"\$ra_script_$1\"" >"$ra_file"; }

# Somebody else has it, or has withdrawn it already. If it stays empty, the disk has no room.
ra_yield() {
  rm -f "$ra_file"
  [ -s "$ra_base" ] || sleep 1
  ra_tries=$((ra_tries + 1))
  if [ -s "$ra_base" ]; then ra_got=attached; elif [ ! -e "$ra_base" ] && [ "$ra_tries" -lt 9 ]; then ra_got=again; fi
}

# --- bytes ---

# Asks for one blob at a time, so that no reader can take bytes of the next. The first to bring one writes it
# where it belongs; what is there already is only ever replaced as a whole, because others may be using it.
ra_receive() {
  set --
  for ra_sha in $ra_wanted; do [ ! -f "$ra_blobs/$ra_sha" ] || set -- "$@" "$ra_sha"; done
  ra_sums=
  [ $# -eq 0 ] || ra_sums=$(cd "$ra_blobs" && sha256sum "$@" 2>/dev/null)
  for ra_sha in $ra_wanted; do
    case $ra_sums in *"$ra_sha  $ra_sha"*) continue ;; esac
    ra_part=$ra_blobs/$ra_sha
    ra_make "$ra_part" 2>/dev/null || ra_part=$ra_part.$ra_run
    ra_say need "$ra_sha"
    eval "ra_size=\$ra_size_$ra_sha"
    head -c "$ra_size" >"$ra_part" 2>/dev/null || ra_drop target.blob_unwritable
    ra_sum=$(sha256sum <"$ra_part")
    [ "${ra_sum%% *}" = "$ra_sha" ] || ra_drop target.blob_mismatch
    [ "$ra_part" = "$ra_blobs/$ra_sha" ] || mv -f "$ra_part" "$ra_blobs/$ra_sha" || ra_drop target.blob_unwritable
  done
  ra_say have
}

# True for the one who makes the file.
ra_make() {
  set -C
  printf '' >"$1"
  ra_code=$?
  set +C
  return $ra_code
}

ra_drop() {
  rm -f "$ra_part"
  ra_refuse "$1" "$ra_sha"
}

# What steps wrote, by their numbers. One byte more than is kept says that there is more; then the caller
# asks for both ends.
ra_outputs() {
  for ra_n in "$@"; do
    ra_place "$ra_n"
    [ -s "$ra_base.out" ] || continue
    ra_say output "$ra_n"
    head -c 2097217 "$ra_base.out"
  done
}

# --- one operation ---

ra_op() {
  ra_place "$1"
  if [ "$ra_kept" = 1 ]; then ra_claim "$1"; else ra_glance "$1"; fi 2>/dev/null
  case $ra_got in
    claimed) ra_begin "$1" ;;
    attached) ra_attach "$1" || { ra_op "$1"; return; } ;;
    again) ra_op "$1"; return ;;
    fenced) ra_say fenced "$1" "$ra_high"; return 1 ;;
    stopped) ra_say not "$1" run.stopped; return 1 ;;
    *) ra_say not "$1" target.receipt_unavailable; return 1 ;;
  esac
  ra_ran="$ra_ran $1"
  if [ "$1" = "$ra_count" ]; then ra_hold done "$1" "$ra_how"; else ra_say done "$1" "$ra_how"; fi
  case $ra_how in 'exit 0 '*) ;; *) return 1 ;; esac
}

# What only reads needs no receipt, but starts no more than others do after a newer owner or a stop.
ra_glance() {
  ra_got=claimed
  ra_seen || ra_got=fenced
  [ ! -e "$ra_stops/$ra_run" ] || ra_got=stopped
  ra_script "$1" || ra_got=unwritable
}

# A simple command in the foreground: a background one would have SIGINT and SIGQUIT ignored.
ra_begin() {
  ra_clock
  ra_since=$ra_now
  "ra_step_$1" </dev/null >>"$ra_base.out" 2>&1
  ra_code=$?
  ra_clock
  ra_took=$((ra_now - ra_since))
  ra_judge
  [ "$ra_kept" = 0 ] || printf '%s\n' "$ra_how" >"$ra_base.exit"
}

# `timeout` ends with 124 or with the signal it sent; only the clock tells that from a script's own number.
ra_judge() {
  ra_how="exit $ra_code $ra_took"
  if [ -e "$ra_base.stop" ]; then
    ra_how="stopped $ra_took"
    ra_reap
  elif [ "$ra_took" -ge $((ra_limit * 100)) ] && ra_is_late; then
    ra_how="timeout $ra_took"
    ra_reap
  elif [ "$ra_code" -gt 128 ] && [ "$ra_code" -le 192 ]; then
    ra_how="signal $((ra_code - 128)) $ra_took"
  fi
}

ra_is_late() { [ -n "$ra_group" ] || [ "$ra_code" = 124 ] || [ "$ra_code" -gt 128 ]; }

# False when whoever had it withdrew it.
ra_attach() {
  ra_naps=0
  while ra_look "$ra_id" && [ "$ra_is" = running ]; do ra_nap; done
  [ "$ra_is" != lost ] || ra_how=lost
  [ "$ra_is" != not_started ]
}

# --- a whole run ---

ra_ask_perform() {
  ra_got=
  if [ "$ra_only_reads" = 1 ]; then ra_seen || ra_got=fenced; else ra_raise; fi
  if [ "$ra_got" = fenced ]; then ra_say fenced 1 "$ra_high"; return; fi
  if [ "$ra_got" = unwritable ] || ! ra_settle 2>/dev/null; then ra_unwritable; fi
  if [ -n "$ra_cd" ]; then cd -- "$ra_cd" 2>/dev/null || ra_refuse target.folder_missing "$ra_cd"; fi
  ra_receive
  # The caller may go away: then writing to it fails, and the run goes on.
  # Signals that are caught, unlike those that are ignored, are as they were for the steps.
  trap : HUP PIPE
  ra_ran= ra_tries=0
  ra_all
  ra_outputs $ra_ran
  [ "$ra_reads" = 0 ] || rm -f "$ra_runs/$ra_run".*
}

ra_go() {
  [ "$2" = end ] || exit 1
  ra_setup
  "ra_ask_$1"
  ra_say bye
  exit 0
}
