"""Prints what the package costs: its import beside Python's start, and inference_mode() by its parts.

Runs on simulated GPUs; numbers that count need the program of a release. Times in milliseconds, as medians, with the
worst of 100 in parentheses.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable

ROUNDS = 30
LEASES = 2000


def main() -> None:
    """Measures and prints."""
    # In turns, so that whatever else the machine does meets both.
    starts = [(start("pass"), start("import gpu_keepalive")) for _ in range(ROUNDS)]
    for number, kind in enumerate(("", ", processor time")):
        bare, ours = ([one[number] for one in column] for column in zip(*starts))
        print(f"Python's start                 {show(bare)}{kind}")
        print(f"with import gpu_keepalive      {show(ours)}{kind}")
        difference = statistics.median(ours) - statistics.median(bare)
        print(
            f"import                         {difference:7.3f} ms{kind}, {ratio(ours, bare):.2f} times Python's start"
        )
    with tempfile.TemporaryDirectory() as home:
        names = ("HOME", "GPU_KEEPALIVE_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
        os.environ.update(dict.fromkeys(names, home))
        os.environ.setdefault("GPU_KEEPALIVE_SIMULATE", "rtx-4090")
        leases()


def leases() -> None:
    from gpu_keepalive import GPUKeepalive, _engine

    engine = subprocess.Popen([_engine.find_binary(), "run"], stdout=subprocess.DEVNULL)
    try:
        with GPUKeepalive() as keepalive:
            while keepalive.get_stats()["ready"] is not True:
                time.sleep(0.05)
            entered: list[float] = []
            left: list[float] = []
            for _ in range(LEASES):
                lease = keepalive.inference_mode(wait=False)
                begin = time.perf_counter()
                lease.__enter__()
                between = time.perf_counter()
                lease.__exit__(None, None, None)
                entered.append((between - begin) * 1e3)
                left.append((time.perf_counter() - between) * 1e3)
                time.sleep(0.001)
        print(f"inference_mode(wait=False)     {show(entered)} to enter, {LEASES} times")
        print(f"                               {show(left)} to leave")
    finally:
        engine.terminate()
        engine.wait()


def start(statement: str) -> tuple[float, float]:
    """Milliseconds of a Python that does that and ends, and of its processor time."""
    begin, used = time.perf_counter(), processor_s()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return (time.perf_counter() - begin) * 1e3, (processor_s() - used) * 1e3


def processor_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def ratio(ours: Iterable[float], others: Iterable[float]) -> float:
    return statistics.median(ours) / statistics.median(others)


def show(times: list[float]) -> str:
    worst = sorted(times)[min(len(times) - 1, len(times) * 99 // 100)]
    return f"{statistics.median(times):7.3f} ms ({worst:.3f})"


if __name__ == "__main__":
    main()
