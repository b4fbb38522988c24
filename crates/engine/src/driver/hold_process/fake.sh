#!/bin/sh
# Stands for the program in the tests: what it does as the hold process follows from the GPU's number.
case "$2" in
0000:01:00.0) # Answers every command.
    id=0
    while read -r _; do
        id=$((id + 1))
        echo "{\"reply\":{\"id\":$id,\"result\":{\"Ok\":{\"at\":{\"secs\":1,\"nanos\":0},\"raised\":true}}}}"
    done ;;
0000:02:00.0) # Ends when it is asked.
    read -r _
    echo "some last words" >&2
    exit 3 ;;
0000:03:00.0) # Reads, and never answers.
    while read -r _; do :; done ;;
0000:04:00.0) # Writes nonsense.
    echo "good morning"
    while read -r _; do :; done ;;
0000:05:00.0) # Writes a line without an end.
    head -c 100000 /dev/zero | tr '\0' x
    while read -r _; do :; done ;;
0000:06:00.0) # Reads nothing, not even the end of its input.
    exec sleep 1000 ;;
esac
