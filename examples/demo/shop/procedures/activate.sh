#!/bin/sh
# Point `current` at the installed release, and remember the one before it as `previous`.
set -eu
: "${TARGET_HOME:?}" "${PACKAGE_DIGEST:?}"

release=releases/$(printf %.12s "${PACKAGE_DIGEST#sha256:}")
cd "$TARGET_HOME"
if [ ! -d "$release" ]; then
    echo "$TARGET_HOME/$release is not installed" >&2
    exit 1
fi
before=$(readlink current || true)
if [ "$before" = "$release" ]; then
    echo "already active: $release"
    exit 0
fi

# `mv` would move the new link into the folder that the old one points at; a rename replaces it.
point() {
    ln -sfn "$2" "$1.new"
    python3 -c 'import os, sys; os.replace(sys.argv[1] + ".new", sys.argv[1])' "$1"
}
if [ -n "$before" ]; then
    point previous "$before"
else
    rm -f previous
fi
point current "$release"
echo "active: $release, before it: ${before:-nothing}"
