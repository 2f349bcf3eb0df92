#!/bin/sh
# Put the release beside the others and make it the active one.
set -eu
release=$TARGET_HOME/releases/$PACKAGE_DIGEST
mkdir -p "$release"
tar -xf "$RIGHTAWAY_BLOBS/$PACKAGE_ARCHIVE" -C "$release"
printf '{"version": "%s", "digest": "%s"}\n' "$PACKAGE_VERSION" "$PACKAGE_DIGEST" > "$release/about.json"
if [ -L "$TARGET_HOME/current" ]; then mv -f "$TARGET_HOME/current" "$TARGET_HOME/previous"; fi
ln -s "$release" "$TARGET_HOME/current"
