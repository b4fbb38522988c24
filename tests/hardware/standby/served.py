"""`gpu-keepalive serve` with a real server, and what `quiet` and `doctor` report of one that is loud."""

import json
import signal
import subprocess
import time
from pathlib import Path

from common import JUDGED_S, REST_S, median, ratio
from processes import descendants
from servers import Llama

REQUESTS = 5
LOUD_WITHIN_S = 100


def served(run, entry):
    """The server is started through `serve`: quiet, sensed and woken, and ended by a signal to `serve`."""
    run.server = Llama(run.options)
    run.server.start(quiet=False, through=[run.engine.program, "serve", "--"], environment=run.engine.environment)
    pids = [pid for pid in descendants(run.server.process.pid) if pid != run.server.process.pid]
    entry["variable"] = [value for pid in pids for value in environment(pid) if value.startswith("CUDA_DISABLE")]
    for _ in range(3):
        run.server.ask()
    entry["status"], entry["standby_after_s"] = run.engine.standing_by(60)
    entry["wakes_before"] = run.engine.wakes()
    rows = entry.setdefault("answers", [])
    for _ in range(REQUESTS):
        rows.append({"first": run.first_after_rest(REST_S), "back_to_back": run.server.ask()})
    time.sleep(JUDGED_S)
    entry["wakes_after"] = run.engine.wakes()
    first = median([row["first"]["total_ms"] for row in rows])
    entry["answer_ratio"] = ratio(first, median([row["back_to_back"]["total_ms"] for row in rows]))
    run.server.process.send_signal(signal.SIGTERM)
    entry["exit_code"] = run.server.process.wait(15)
    time.sleep(0.5)
    entry["left_behind"] = [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    run.server = None


def loud(run, entry):
    """The same server as it is by default: it holds the clocks, which `quiet` and `doctor` report."""
    run.server = Llama(run.options)
    run.server.start(quiet=False)
    for _ in range(3):
        run.server.ask()
    measured = lambda gpu: gpu.get("loud") and gpu["loud"]["power_w"] is not None  # noqa: E731
    status, entry["seen_after_s"] = run.engine.wait_for(measured, LOUD_WITHIN_S, "a loud server with its watts")
    entry["status"] = {key: status.get(key) for key in ("phase", "ready", "strategy", "raises_with", "loud", "clients")}
    entry["watts"] = run.gpu.average_watts(3)["watts"]
    for command in ("quiet", "doctor"):
        answer = run.engine.call(command, "--json")
        entry[command] = json.loads(answer.stdout) if answer.stdout else answer.stderr
    entry["quiet_text"] = run.engine.call("quiet").stdout
    run.server.stop()
    run.server = None


def bench(run, entry):
    """The product's own measurement, beside no other program."""
    command = [run.engine.program, "bench", "--quick", "--json"]
    began = time.monotonic()
    answer = subprocess.run(
        command, env=run.engine.environment, capture_output=True, text=True, timeout=max(10, run.left())
    )
    entry["lasted_s"] = round(time.monotonic() - began, 1)
    if answer.returncode != 0:
        raise RuntimeError(f"`bench` ended with {answer.returncode}: {answer.stderr.strip()}")
    entry["result"] = json.loads(answer.stdout)


def environment(pid):
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []
