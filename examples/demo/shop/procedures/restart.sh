#!/bin/sh
# Start what `current` points at, in the place of what runs; done when its health names its version.
set -eu
: "${TARGET_HOME:?}" "${TARGET_PORT:?}"
TARGET_SERVICE=${TARGET_SERVICE:-storefront}
export TARGET_HOME TARGET_PORT TARGET_SERVICE

current=$TARGET_HOME/current
if [ ! -d "$current" ]; then
    echo "nothing is active in $TARGET_HOME" >&2
    exit 1
fi
version=$(cat "$current/app/VERSION")
sh "$current/procedures/stop.sh"

log=$TARGET_HOME/log/$TARGET_SERVICE.log
mkdir -p "$TARGET_HOME/log"
setsid python3 -B "$current/app/$TARGET_SERVICE.py" < /dev/null >> "$log" 2>&1 &
if ! python3 -B "$current/app/health.py" "$TARGET_PORT" "$version" "${TARGET_HEALTH_TIMEOUT_S:-20}"; then
    echo "the end of $log:" >&2
    tail -n 5 "$log" >&2
    exit 1
fi
