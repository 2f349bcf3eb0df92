#!/bin/sh
# The service is well when its active release greets, and nobody put a stone in its way.
test ! -e "$TARGET_HOME/stone" && grep -q Hello "$TARGET_HOME/current/app/greeting.txt"
