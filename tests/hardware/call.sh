#!/bin/sh
# One call on a machine with a GPU that is lent for minutes: a part of the measurements, with its results
# in $OUT as they come.
#   call.sh wakes|idle|second|beside|serve|boost|series|card|class|share|full [SECONDS]
# wakes   60 requests that each find the clocks down, then 30 leases
# idle    five minutes without a request, processor time, then what `second` does
# second  the first token of a server that launches its kernels at once
# beside  both servers, each kept by itself, by nobody, by a PyTorch loop, and by each strategy of ours
# serve   a server started by `serve`, a loud one as `quiet` reports it, and `bench --quick`
# boost   the hardware tests of the boost request
# series  what the card's sensors show over time, for tests/fixtures/cards
# card    boost and series
# class   one PyTorch program by itself, with a loop like the original class's, and with the package's class; then
#         the package's examples, where their libraries and models are (/tmp/ll/m.gguf, TRANSFORMERS_MODEL)
# share   `bench --share --json` with two rounds (QUICK=1 for a short one): $OUT/record.json is the record of this
#         card for docs/results, where GPU_KEEPALIVE_WRITE_DOCS=1 makes the page from it. Uses nothing but the program
# full    all bars of standby except those above
# SECONDS is 540 by default, the build of llama.cpp's server included. target/hardware (cargo xtask hardware)
# and target/hardware-standby/llama.tar.xz have to be there. What the build brings is written to $OUT as
# llama-server.xz.*; in target/hardware-standby it spares the next machine the build. DRY=1 tries a call
# without a GPU. No setting of the GPU is changed.
set -u
export PYTHONUNBUFFERED=1
began=$(date +%s)
call=${1:?which call? see the head of this file}
all=${2:-540}
here=$(cd "$(dirname "$0")" && pwd)
programs=${PROGRAMS:-$here/../../target/hardware}
sources=$here/../../target/hardware-standby
out=${OUT:?the folder for the results}
dry=${DRY:+--dry}
python=/opt/torch/.venv/bin/python3
[ -x "$python" ] || python=python3

left() {
    echo $((all - $(date +%s) + began - 15))
}

server() {
    [ -z "$dry" ] || return 0
    sh "$here/build_llama.sh" "$sources" /tmp/ll || exit 2
    if [ -f /tmp/ll/built ]; then
        xz -T0 -6 --block-size=8MiB -c /tmp/ll/b/bin/llama-server | split -b 15m - "$out/llama-server.xz."
        rm /tmp/ll/built
    fi
    echo "server and model after $(($(date +%s) - began)) s"
}

measure() {
    name=$1
    shift
    "$python" "$here/standby" --keepalive "$programs/gpu-keepalive" --out "$out/$name.json" \
        --seconds "$(left)" $dry "$@" 2>&1 | tee "$out/$name.txt"
}

boost() {
    HARDWARE_NOTES=$out/notes.jsonl
    export HARDWARE_NOTES
    for name in $("$programs/tests" --list --ignored --format terse hardware::boost | sed 's/: test$//'); do
        [ "$(left)" -gt 60 ] || { echo "$name: not run, $(left) s left"; continue; }
        echo "{\"test\": \"$name\"}" >>"$HARDWARE_NOTES"
        timeout --kill-after=10 150 "$programs/tests" --exact --ignored --nocapture "$name" 2>&1
    done | tee "$out/boost.txt"
    cat "$HARDWARE_NOTES"
}

series() {
    "$python" "$here/standby/series.py" --keepalive "$programs/gpu-keepalive" --out "$out/series.jsonl" $dry 2>&1 |
        tee "$out/series.txt"
}

example() {
    if [ -e "$3" ] && "$python" -c "import $1" 2>/dev/null; then
        echo "What is a GPU?" | PYTHONPATH=$here/../../python/src GPU_KEEPALIVE_BINARY=$programs/gpu-keepalive \
            "$python" "$here/../../python/examples/$2" "$3"
    else
        echo "$2: not run, without $1 or a model at “$3”"
    fi
}

case $call in
wakes)
    server
    measure wakes --only wakes,leases --wakes 60 --leases 30 --linger 1
    ;;
idle)
    server
    measure idle --only idle,cost,second --idle 315 --rounds 20 --linger 1
    ;;
second) measure second --only second --rounds 20 --linger 1 ;;
beside)
    server
    measure beside --only beside-llama,beside-decoder --rounds-beside 3
    ;;
serve)
    server
    measure serve --only serve,loud,bench
    ;;
boost) boost ;;
series) series ;;
card)
    series
    boost
    ;;
class)
    "$python" "$here/python_class" --keepalive "$programs/gpu-keepalive" --out "$out/class.json" \
        --seconds "$(left)" $dry 2>&1 | tee "$out/class.txt"
    {
        example llama_cpp llama_cpp_chat.py /tmp/ll/m.gguf
        example transformers transformers_chat.py "${TRANSFORMERS_MODEL:-}"
    } 2>&1 | tee "$out/examples.txt"
    ;;
share)
    settings=$(mktemp -d)
    mkdir "$settings/gpu-keepalive"
    printf 'version = 1\nstrategy_exclude = ["power_mizer"]\n' >"$settings/gpu-keepalive/settings.toml"
    export XDG_CONFIG_HOME="$settings" XDG_STATE_HOME="$settings"
    excluded=$("$programs/gpu-keepalive" settings get strategy_exclude)
    case $excluded in
    *power_mizer*) ;;
    *)
        echo "call.sh: the settings are not read: $excluded" >&2
        exit 1
        ;;
    esac
    timeout --kill-after=10 "$(left)" "$programs/gpu-keepalive" bench --share --json ${QUICK:+--quick} \
        ${dry:+--simulate h200} >"$out/record.json"
    ended=$?
    rm -r "$settings"
    cat "$out/record.json"
    exit $ended
    ;;
full)
    server
    measure full --only pairs,watts,vram,cost,kill,health
    ;;
*)
    echo "call.sh: there is no call “$call”; there are wakes, idle, second, beside, serve, boost, series, card, class, share and full" >&2
    exit 2
    ;;
esac
