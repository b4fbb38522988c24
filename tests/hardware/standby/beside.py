"""Side by side: one server, kept by itself, by nobody, by a PyTorch loop, and by each strategy of ours."""

import subprocess
import sys
import time
from pathlib import Path

from common import mean, median, ratio, say, sleep_until
from processes import end, resident_mib
from servers import Decoder, Llama

# Longer than the linger and the fall of the clocks; the driver's watts are means of a second.
REST_S = 8.0
MEASURED_S = 3.0  # the end of each rest
SETTLES_S = 2.0
BACK_TO_BACK = 2
LOOP = Path(__file__).parent.parent / "loop.py"
PRETENDED_LOOP = "import time; print('ready', flush=True); time.sleep(3600)"
KEEPERS = ("own", "nobody", "loop", "context", "boost", "standby")
OURS = {
    "context": {"mode": "always", "strategy": "context"},
    "boost": {"mode": "always", "strategy": "boost"},
    "standby": {"mode": "on_demand", "strategy": "auto"},
}


def llama(run, entry):
    side_by_side(run, entry, Llama)


def decoder(run, entry):
    side_by_side(run, entry, Decoder)


def side_by_side(run, entry, kind):
    rows = entry.setdefault("rows", {})
    for keeper in KEEPERS:
        # A row is kept whole or not at all; an earlier call may have measured it.
        need_s = run.options.rounds_beside * (REST_S + 2) + 25
        if run.left() < need_s:
            entry["not_measured"] = f"{keeper} and later: {run.left():.0f} s left, {need_s:.0f} s needed"
            break
        say(f"  {kind.name}: {keeper}, {run.left():.0f} s left")
        quiet = keeper != "own"
        if run.server is None or run.server.quiet is not quiet:
            if run.server:
                run.server.stop()
            run.server = kind(run.options)
            run.server.start(quiet)
            for _ in range(3):
                run.server.ask()
        before = down_and_used(run, quiet)
        rows[keeper] = measure(run, keeper, before)
        run.save()
    run.server.stop()
    run.server = None


def down_and_used(run, quiet):
    """VRAM in use before a keeper comes, with the clocks down unless the server itself holds them."""
    if quiet:
        run.gpu.wait_until_down()
    return run.gpu.sensors.used_mib()


def measure(run, keeper, used_before):
    process = start(run, keeper)
    try:
        time.sleep(SETTLES_S)
        # A keeper may take longer than a rest to come, and each rest begins with an answer.
        run.server.ask()
        row = {"rounds": [], "vram_mib": round(run.gpu.sensors.used_mib() - used_before, 1)}
        for _ in range(run.options.rounds_beside):
            sleep_until(run.server.last_end + REST_S - MEASURED_S)
            rest = run.gpu.average_watts(run.server.last_end + REST_S - 0.05 - time.monotonic())
            sleep_until(run.server.last_end + REST_S)
            first = run.server.ask()
            warm = [run.server.ask() for _ in range(BACK_TO_BACK)]
            row["rounds"].append({"rest": rest, "first": first, "back_to_back": warm})
        row["resident_mib"] = resident_mib(process.pid) if process else 0.0
        row["compute_pids"] = run.gpu.sensors.compute_pids()
        if keeper in OURS:
            row["status"] = {key: run.engine.gpu().get(key) for key in ("phase", "strategy", "raises_with", "wakes")}
    finally:
        stop(run, process)
    return {**summary(row["rounds"]), **row}


def summary(rounds):
    found = {"watts_at_rest": mean(each["rest"]["watts"] for each in rounds)}
    found["highest_mhz_at_rest"] = max(each["rest"]["highest_mhz"] for each in rounds)
    for key, name in (("first_ms", "first_token"), ("total_ms", "answer")):
        first = median([each["first"][key] for each in rounds])
        warm = median([answer[key] for each in rounds for answer in each["back_to_back"]])
        found[name] = {"first_ms": first, "back_to_back_ms": warm, "ratio": ratio(first, warm)}
    return found


def start(run, keeper):
    """The process that keeps the GPU, or None."""
    if keeper == "loop":
        command = [run.options.python, str(LOOP)]
        if run.options.dry:
            command = [sys.executable, "-c", PRETENDED_LOOP]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"loop.py ended with {process.wait(5)}")
        return process
    if keeper not in OURS:
        return None
    for key, value in OURS[keeper].items():
        answer = run.engine.call("settings", "set", key, value)
        if answer.returncode != 0:
            raise RuntimeError(f"`settings set {key} {value}` failed: {answer.stderr.strip()}")
    run.engine.start()
    run.engine.wait_for(lambda _: True, 15, "an engine")
    if keeper == "standby":
        run.engine.standing_by()
    else:
        run.engine.wait_for(lambda gpu: gpu["ready"] and gpu["strategy"] == keeper, 30, f"held with {keeper}")
    return run.engine.process


def stop(run, process):
    if process is not None and process is run.engine.process:
        run.engine.stop()
    else:
        end(process)
