#!/bin/sh
# The inverse of migrate.sh: take back what this release brought, and nothing else.
set -eu
: "${TARGET_HOME:?}" "${PACKAGE_DIGEST:?}"
export TARGET_HOME PACKAGE_DIGEST

release=$TARGET_HOME/releases/$(printf %.12s "${PACKAGE_DIGEST#sha256:}")
if [ ! -d "$release" ]; then
    echo "$release is not installed" >&2
    exit 1
fi
exec python3 -B "$release/app/migrate.py" down
