#!/bin/sh
# Stop the service of this target: it finishes the requests that it has begun.
set -eu
: "${TARGET_HOME:?}"

pid_file=$TARGET_HOME/run/${TARGET_SERVICE:-storefront}.pid
pid=$(cat "$pid_file" 2> /dev/null || true)

# After a crash the number may belong to another program: only ours has the home in its command line.
ours() {
    if [ -d /proc/self ]; then
        { tr '\0' ' ' < "/proc/$pid/cmdline"; } 2> /dev/null
    else
        ps -ww -o command= -p "$pid"
    fi | grep -qF "$TARGET_HOME/current/app/"
}

if [ -z "$pid" ] || ! ours; then
    rm -f "$pid_file"
    echo "nothing runs"
    exit 0
fi
kill -TERM "$pid" 2> /dev/null || true
tries=0
while ours; do
    tries=$((tries + 1))
    if [ "$tries" -eq 100 ]; then
        echo "it does not end within 10 s, killing it" >&2
        kill -KILL "$pid" 2> /dev/null || true
    elif [ "$tries" -eq 150 ]; then
        echo "process $pid cannot be stopped" >&2
        exit 1
    fi
    sleep 0.1
done
rm -f "$pid_file"
echo "stopped"
