#!/bin/sh
# Unpack the staged package into a folder of its own, beside those of other versions.
set -eu
: "${TARGET_HOME:?}" "${RIGHTAWAY_BLOBS:?}" "${PACKAGE_ARCHIVE:?}" "${PACKAGE_DIGEST:?}"

release=$TARGET_HOME/releases/$(printf %.12s "${PACKAGE_DIGEST#sha256:}")
if [ -d "$release" ]; then
    echo "already installed in $release"
    exit 0
fi

# It gets its name in one step, when it is complete.
unfinished=$release.unfinished
rm -rf "$unfinished"
mkdir -p "$unfinished"
tar -xf "$RIGHTAWAY_BLOBS/$PACKAGE_ARCHIVE" -C "$unfinished"
printf %s "$PACKAGE_DIGEST" > "$unfinished/DIGEST"
mv "$unfinished" "$release"
echo "installed in $release"
