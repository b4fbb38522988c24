"""Measures one PyTorch program by itself, with the original's kind of class, and with ours, side by side.

    python3 tests/hardware/python_class --keepalive PATH --out FILE.json [--original FOLDER] [--rounds 3]

PATH is the program gpu-keepalive; the package is taken from python/src. In every round each keeper has the GPU in
turn: answers back to back, then rests with an answer after each. The first answer after a rest is timed in the
program, with what entering inference_mode() takes. Watts and MHz are NVML's in the rests, VRAM is what the GPU had
in use more than before the program, memory and processor time are those of the program and all it started. The
program's own context would hold the clocks of a data-centre card, so CUDA_DISABLE_PERF_BOOST=1 is set for it;
--boost leaves that out. No setting of the GPU is changed, and `power_mizer` is excluded. Results are written after
every round. --dry tries all of it without a GPU: its numbers mean nothing.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
STANDBY, PACKAGE = HERE.parent / "standby", HERE.parents[2] / "python/src"
sys.path.insert(0, str(STANDBY))

from common import mean, median, ratio, say  # noqa: E402
from nvml import Nvml  # noqa: E402
from processes import descendants, end, processor_seconds, resident_mib  # noqa: E402

# The program has to be at rest by then, and what the clocks need to fall is over.
SETTLE_S = 3.0
SAMPLE_S = 0.25
ROWS = {
    "back_to_back_ms": "an answer, back to back (ms)",
    "first_ms": "the first answer after a rest (ms)",
    "first_ratio": "the same, of one back to back",
    "watts": "power at rest (W)",
    "mhz": "SM clock at rest (MHz)",
    "vram_mib": "VRAM, the program's model included (MiB)",
    "resident_mib": "memory of all its processes (MiB)",
    "processor_percent": "processor time at rest (% of a core)",
}


class NoSensors:
    """In the place of a GPU's, for a trial."""

    name, driver = "none", "none"

    def watts(self):
        return None

    mhz = watts

    def used_mib(self):
        return 0.0


class Program:
    """The program with one keeper, in a process of its own."""

    def __init__(self, options, kind, home):
        command = [sys.executable, str(HERE / "program.py"), kind]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, (PACKAGE, STANDBY))),
            "GPU_KEEPALIVE_BINARY": options.keepalive,
            **dict.fromkeys(("GPU_KEEPALIVE_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), str(home)),
        }
        if not options.boost:
            environment["CUDA_DISABLE_PERF_BOOST"] = "1"
        if options.dry:
            command.append("--pretend")
            environment["GPU_KEEPALIVE_SIMULATE"] = "h200"
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment, text=True, bufsize=1)
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{kind}: the program did not start")

    def answer_ms(self):
        self.process.stdin.write("\n")
        return float(self.process.stdout.readline())

    def processor_seconds(self):
        return sum(processor_seconds(pid) for pid in descendants(self.process.pid))

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            end(self.process)


def rest(program, sensors, seconds):
    """Mean watts and MHz, and percent of a core, from the time it has settled to the end of the rest."""
    time.sleep(SETTLE_S)
    began, used = time.monotonic(), program.processor_seconds()
    watts, mhz = [], []
    while time.monotonic() < began + seconds - SETTLE_S:
        watts.append(sensors.watts())
        mhz.append(sensors.mhz())
        time.sleep(SAMPLE_S)
    used = program.processor_seconds() - used
    return mean(watts), mean(mhz), 100 * used / (time.monotonic() - began)


def measure(options, sensors, kind, home):
    before = sensors.used_mib()
    program = Program(options, kind, home)
    try:
        for _ in range(5):
            program.answer_ms()
        back_to_back = median([program.answer_ms() for _ in range(options.answers)])
        rests, first = [], []
        for _ in range(options.rests):
            rests.append(rest(program, sensors, options.rest))
            first.append(program.answer_ms())
        watts, mhz, percent = zip(*rests)
        return {
            "back_to_back_ms": back_to_back,
            "first_ms": median(first),
            "first_ratio": ratio(median(first), back_to_back),
            "watts": mean(watts),
            "mhz": mean(mhz),
            "vram_mib": round(sensors.used_mib() - before, 1),
            "resident_mib": resident_mib(program.process.pid),
            "processor_percent": round(mean(percent), 2),
        }
    finally:
        program.close()
        # The engine ends three seconds after its last client.
        time.sleep(5)


def table(results):
    kinds = list(results["rounds"][0])
    lines = ["| | " + " | ".join(kinds) + " |", "|---|" + "---|" * len(kinds)]
    for key, name in ROWS.items():
        values = [median([one[kind][key] for one in results["rounds"]]) for kind in kinds]
        lines.append(f"| {name} | " + " | ".join("" if value is None else f"{value:g}" for value in values) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--keepalive", required=True, help="the program gpu-keepalive")
    add("--out", required=True, help="the file for the results")
    add("--original", help="a folder with the original's gpu_keepalive.py, measured too")
    add("--rounds", type=int, default=3)
    add("--rests", type=int, default=3, help="rests of each keeper in a round")
    add("--rest", type=float, default=20, help="seconds of a rest")
    add("--answers", type=int, default=15, help="answers back to back")
    add("--seconds", type=float, default=float("inf"), help="no round begins that would end later")
    add("--boost", action="store_true", help="let the program's own context hold the clocks")
    add("--dry", action="store_true", help="a trial without a GPU")
    options = parser.parse_args()
    options.keepalive = os.path.abspath(options.keepalive)
    sensors = NoSensors() if options.dry else Nvml(0)
    # A loop without a GPU would have nothing to do.
    kinds = {"nobody": "nobody", "loop": "loop", "gpukeepalive": "package"}
    if options.dry:
        del kinds["loop"]
    if options.original:
        kinds["original"] = os.path.abspath(options.original)
    results = {"gpu": sensors.name, "driver": sensors.driver, "boost": options.boost, "dry": options.dry, "rounds": []}
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        settings = Path(home, "gpu-keepalive")
        settings.mkdir()
        (settings / "settings.toml").write_text('version = 1\nstrategy_exclude = ["power_mizer"]\n')
        for number in range(options.rounds):
            if number and (time.monotonic() - began) * (number + 1) / number > options.seconds:
                break
            order = list(kinds)[number % len(kinds) :] + list(kinds)[: number % len(kinds)]
            measured = {}
            for kind in order:
                say(f"round {number + 1} of {options.rounds}: {kind}")
                measured[kind] = measure(options, sensors, kinds[kind], home)
            results["rounds"].append({kind: measured[kind] for kind in kinds})
            Path(options.out).write_text(json.dumps(results, indent=1))
    print(table(results))


if __name__ == "__main__":
    main()
