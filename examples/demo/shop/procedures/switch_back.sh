#!/bin/sh
# The inverse of switch.sh: back to the release before this one, and start that; with none before, nothing runs.
set -eu
: "${TARGET_HOME:?}" "${PACKAGE_DIGEST:?}"
export TARGET_HOME PACKAGE_DIGEST

scripts=$TARGET_HOME/releases/$(printf %.12s "$PACKAGE_DIGEST")/procedures
sh "$scripts/deactivate.sh"
if [ -d "$TARGET_HOME/current" ]; then
    exec sh "$scripts/restart.sh"
fi
exec sh "$scripts/stop.sh"
