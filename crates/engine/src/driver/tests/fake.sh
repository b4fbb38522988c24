#!/bin/sh
# Plays the driver process: standard error first, then standard output, as its second argument says.
case $2 in
endless)
    read -r _
    head -c 300000 /dev/zero | tr '\0' x
    ;;
talkative)
    { head -c 300000 /dev/zero | tr '\0' x; echo; echo some last words; } >&2
    exit 3
    ;;
binary)
    read -r _
    printf '\377\n'
    ;;
esac
# It stays, whatever becomes of its input.
exec sleep 60
