"""Holds `gpu-keepalive run` to its bars for standby, beside a real server on a real GPU.

    python3 tests/hardware/standby --keepalive PATH --out FILE.json [--only STEP,STEP] [--seconds 480]

It starts the engine with settings and state of its own, and llama.cpp's server (built by
build_llama.sh) with CUDA_DISABLE_PERF_BOOST=1. Times are those of answers over HTTP on 127.0.0.1;
clocks, watts and memory are NVML's. No setting of the GPU is changed: the engine runs with
`strategy_exclude = ["power_mizer"]`, and the script ends where the engine does not confirm that.
Every step has a time limit, and the results are written after each. A table ends the output; the exit
code is 1 where a bar is missed, 2 where nothing could be measured. --dry tries all of it without a
GPU: the engine simulates one, and the servers only pretend; its numbers mean nothing.
"""

import argparse
import os
import signal
import sys
from pathlib import Path

from bars import print_table
from common import StepLate
from run import Run

TORCH_PYTHON = "/opt/torch/.venv/bin/python3"


def parse():
    parser = argparse.ArgumentParser(
        prog="standby", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--keepalive", required=True, help="the program gpu-keepalive")
    add("--out", required=True, help="the file for the results; logs are written beside it")
    add("--server", default="/tmp/ll/b/bin/llama-server")
    add("--model", default="/tmp/ll/m.gguf")
    add("--vocabulary", type=int, default=32000, help="tokens that the model knows")
    add("--seconds", type=float, default=480, help="time for all of it")
    add("--only", help="steps, with commas; a wrong one lists them all")
    add("--pairs", type=int, default=15, help="pairs of the step `pairs`")
    add("--wakes", type=int, default=15, help="requests of the step `wakes`")
    add("--leases", type=int, default=30, help="leases of the step `leases`")
    add("--rounds", type=int, default=12, help="requests of the step `second`")
    add("--rounds-beside", type=int, default=4, help="rests of every row of the steps `beside-…`")
    add("--idle", type=float, default=0, help="seconds without a request; 315 for the bar")
    add("--linger", type=int, default=3, help="readiness.linger_s; shorter makes requests more frequent")
    add("--second", action="store_true", help="also the server that launches at once")
    add("--earlier", help="results of an earlier run, whose wakes are added")
    add("--gpu", type=int, default=0)
    add("--python", default=TORCH_PYTHON if os.path.exists(TORCH_PYTHON) else sys.executable)
    add("--dry", action="store_true", help="a trial without a GPU")
    add("--debug", action="store_true", help="the engine logs every decision")
    return parser.parse_args()


def main():
    options = parse()

    def late(*_):
        raise StepLate

    def stop(*_):
        raise SystemExit(130)

    signal.signal(signal.SIGALRM, late)
    signal.signal(signal.SIGTERM, stop)
    options.keepalive = os.path.abspath(options.keepalive)
    Path(options.out).parent.mkdir(parents=True, exist_ok=True)
    run = Run(options)
    ready = False
    try:
        ready = run.run()
    finally:
        run.close()
        run.save()
        print_table(run.results)
    if not ready:
        return 2
    return 1 if any(held is False for *_, held in run.results["bars"]) else 0


if __name__ == "__main__":
    sys.exit(main())
