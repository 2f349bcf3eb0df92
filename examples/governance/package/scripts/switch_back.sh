#!/bin/sh
# Make the release before this one the active one again.
set -eu
rm -f "$TARGET_HOME/current"
if [ -L "$TARGET_HOME/previous" ]; then mv "$TARGET_HOME/previous" "$TARGET_HOME/current"; fi
