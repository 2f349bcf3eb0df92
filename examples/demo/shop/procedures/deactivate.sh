#!/bin/sh
# The inverse of activate.sh: point `current` back at `previous`, if this release is the active one.
set -eu
: "${TARGET_HOME:?}" "${PACKAGE_DIGEST:?}"

release=releases/$(printf %.12s "${PACKAGE_DIGEST#sha256:}")
cd "$TARGET_HOME"
if [ "$(readlink current || true)" != "$release" ]; then
    echo "not active: $release"
    exit 0
fi
if [ -L previous ]; then
    python3 -c 'import os; os.replace("previous", "current")'
else
    rm -f current
fi
echo "active: $(readlink current || echo nothing)"
