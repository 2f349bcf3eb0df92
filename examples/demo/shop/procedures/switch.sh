#!/bin/sh
# Make the installed release the active one and start it; done when its health names its version.
set -eu
: "${TARGET_HOME:?}" "${PACKAGE_DIGEST:?}"
export TARGET_HOME PACKAGE_DIGEST

scripts=$TARGET_HOME/releases/$(printf %.12s "$PACKAGE_DIGEST")/procedures
sh "$scripts/activate.sh"
exec sh "$scripts/restart.sh"
