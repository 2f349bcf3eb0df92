#!/bin/sh
# Enrol the people of the walk, and keep a token of each in the folder given.
set -eu
umask 077
mkdir -p "$1"
enrol() { name=$1; shift; rightaway enrol "$name" --name "$name" "$@" > "$tokens/$name.token"; }
tokens=$1
enrol mara --role release_manager
enrol dirk --role deployment_manager
enrol bea --role build_engineer
enrol olaf --role service_owner
enrol chen --role change_manager --role stakeholder
enrol cora --role cab
