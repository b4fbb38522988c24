"""Records what a card's sensors show over time, as the source of a simulated card.

    series.py --keepalive PATH --out FILE.jsonl [--gpu 0] [--dry]

Each series begins with {"series": NAME, "what": …}. Lists are samples: milliseconds since its beginning
(CLOCK_MONOTONIC), SM clock in MHz, P-state, watts, GPU utilization in percent; those between two alike are
left out. Objects with `event` say what was done, `took` how many milliseconds that took, and `call` the
driver's call in it. About 80 seconds. The boost is requested by `gpu-keepalive driver-hold`, the GPU's work is done by
`gpu-keepalive driver-workload`; no setting of the GPU is changed.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

from common import say
from nvml import Nvml
from processes import end
from series_dry import DryGpu

PERIOD_S = 0.005
WATTS_ALIKE = 1.0
REQUEST_S = 0.37  # llama.cpp's server on an H200: 400 tokens in, 64 out
LONG_S = 3600


def duration(seconds):
    return {"secs": int(seconds), "nanos": round(seconds % 1 * 1e9)}


class Role:
    """One of our processes that carries out commands, a JSON object a line."""

    def __init__(self, *command, **environment):
        environment = {**os.environ, **environment}
        for name in [name for name, value in environment.items() if value is None]:
            del environment[name]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1, env=environment)
        self.id = 0

    def ask(self, action):
        self.id += 1
        self.process.stdin.write(json.dumps({"id": self.id, "action": action}) + "\n")
        for line in self.process.stdout:
            answer = json.loads(line)
            answer = answer.get("reply", answer)
            if answer.get("id") == self.id:
                failed = answer.get("error") or answer.get("result", {}).get("Err")
                if failed:
                    raise RuntimeError(f"{action}: {failed}")
                return answer
        raise RuntimeError(f"{action}: the process ended with {self.process.wait()}")

    def end(self):
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(3)
        end(self.process)


class Recorder:
    """Samples in a thread, written with the events of each series."""

    def __init__(self, gpu, file):
        self.gpu, self.file = gpu, file

    def line(self, value):
        self.file.write(json.dumps(value, separators=(",", ":")) + "\n")
        self.file.flush()

    @contextlib.contextmanager
    def series(self, name, what):
        say(name)
        self.rows, stop, self.began = [], threading.Event(), time.monotonic()
        thread = threading.Thread(target=self.sample, args=(stop,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(2)
            self.line({"series": name, "what": what})
            for row in thinned(sorted(self.rows, key=lambda row: row[0])):
                self.line(row[1])

    def now_ms(self):
        return round((time.monotonic() - self.began) * 1e3, 1)

    def sample(self, stop):
        gpu, due = self.gpu, time.monotonic()
        while not stop.is_set():
            at = self.now_ms()
            self.rows.append((at, [at, gpu.mhz(), gpu.pstate(), gpu.watts(), gpu.utilization()]))
            due = max(due + PERIOD_S, time.monotonic())
            stop.wait(due - time.monotonic())

    def event(self, name, function):
        at = self.now_ms()
        answer = function()
        event = {"at": at, "event": name, "took": round(self.now_ms() - at, 1)}
        call = ((answer or {}).get("result") or {}).get("Ok", {}).get("call")
        if call:
            event["call"] = round(call["secs"] * 1e3 + call["nanos"] / 1e6, 1)
        self.rows.append((at, event))

    def until(self, raised, wait_s):
        """Waits until the clocks are up, or down; whether they were in time."""
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            if (self.gpu.mhz() >= self.gpu.max_mhz / 2) is raised:
                return True
            time.sleep(0.002)
        return False


def thinned(rows):
    """Leaves out samples whose neighbours on both sides are like them."""
    kept, last, before = [], None, None
    for row in rows:
        if isinstance(row[1], dict):
            kept.append(row)
            continue
        if last is None or differs(row[1], last):
            if before is not None:
                kept.append(before)
            kept.append(row)
            last, before = row[1], None
        else:
            before = row
    return sorted(kept + ([before] if before else []), key=lambda row: row[0])


def differs(sample, other):
    same = sample[1:3] == other[1:3] and sample[4] == other[4]
    return not same or abs((sample[3] or 0) - (other[3] or 0)) >= WATTS_ALIKE


def record(recorder, hold, workload):
    """All series. `hold` and `workload` start the two processes."""
    boost = {"hold": {"lasting": duration(30), "every": duration(LONG_S)}}
    burst = {"repeat": {"workload": "decode", "lasting": duration(REQUEST_S)}}
    with recorder.series("idle", "no process has a context, no boost"):
        time.sleep(3)
    holder = hold()
    for number in range(10):
        with recorder.series(f"boost-{number}", "a boost, cleared 0.7 s later"):
            time.sleep(0.1)
            recorder.event("boost", lambda: holder.ask(boost))
            time.sleep(0.7)
            recorder.event("clear", lambda: holder.ask("disarm"))
            recorder.until(False, 3)
            time.sleep(0.3)
    with recorder.series("boost-long", "a boost held for 4 s and cleared"):
        time.sleep(0.2)
        recorder.event("boost", lambda: holder.ask(boost))
        time.sleep(4)
        recorder.event("clear", lambda: holder.ask("disarm"))
        time.sleep(3)
    with recorder.series("boost-expires", "a boost of 4 s whose process is stopped"):
        time.sleep(0.2)
        short = {"hold": {"lasting": duration(4), "every": duration(LONG_S)}}
        recorder.event("boost", lambda: holder.ask(short))
        # It would close the driver in time, and the driver is to end the boost.
        holder.process.send_signal(signal.SIGSTOP)
        time.sleep(8)
        holder.process.send_signal(signal.SIGCONT)
    holder.ask("disarm")
    with recorder.series("boost-killed", "a boost whose process is killed after 2 s"):
        time.sleep(0.2)
        recorder.event("boost", lambda: holder.ask(boost))
        time.sleep(2)
        recorder.event("kill", holder.process.kill)
        time.sleep(3)
    holder.process.wait()
    holder, quiet = hold(), workload(CUDA_DISABLE_PERF_BOOST="1")
    quiet.ask("load")
    recorder.until(False, 10)
    with recorder.series("loaded-quiet", "a context without its boost, and no work"):
        time.sleep(2)
    with recorder.series("request", "work of 0.37 s in that context, no boost"):
        time.sleep(0.2)
        recorder.event("request", lambda: quiet.ask(burst))
        time.sleep(3.5)
    with recorder.series("request-boosted", "the same, with a boost requested at its start"):
        time.sleep(0.2)
        recorder.event("boost", lambda: holder.ask(boost))
        recorder.event("request", lambda: quiet.ask(burst))
        time.sleep(3)
        recorder.event("clear", lambda: holder.ask("disarm"))
        time.sleep(3)
    quiet.end()
    holder.end()
    loud = workload(CUDA_DISABLE_PERF_BOOST=None)
    with recorder.series("context", "a context with its boost, no work, closed after 3 s"):
        time.sleep(0.2)
        recorder.event("load", lambda: loud.ask("load"))
        time.sleep(3)
        recorder.event("close", loud.end)
        time.sleep(3)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keepalive", required=True, help="the program gpu-keepalive")
    parser.add_argument("--out", required=True, help="the file for the record")
    parser.add_argument("--gpu", type=int, default=0)
    parser.add_argument("--dry", action="store_true", help="a trial without a GPU; its numbers mean nothing")
    options = parser.parse_args()
    program = os.path.abspath(options.keepalive)
    gpu = DryGpu() if options.dry else Nvml(options.gpu)
    visible = {"CUDA_VISIBLE_DEVICES": gpu.uuid}

    def hold():
        return gpu.hold() if options.dry else Role(program, "driver-hold", gpu.pci_bus_id)

    def workload(**environment):
        if options.dry:
            return gpu.workload(**environment)
        return Role(program, "driver-workload", gpu.uuid, **visible, **environment)

    Path(options.out).parent.mkdir(parents=True, exist_ok=True)
    with open(options.out, "w") as file:
        recorder = Recorder(gpu, file)
        date = time.strftime("%Y-%m-%d", time.gmtime())
        card = {"card": gpu.name, "driver": gpu.driver, "date": date, "sm_clock_max_mhz": gpu.max_mhz}
        recorder.line({**card, "period_ms": PERIOD_S * 1e3, "made_up": options.dry})
        recorder.until(False, 60)
        record(recorder, hold, workload)
    summarise(options.out)


def summarise(path):
    """A short table: when the clocks were seen up after each boost, and down after its end."""
    series, most = None, 1980
    for line in Path(path).read_text().splitlines():
        value = json.loads(line)
        if isinstance(value, dict) and "card" in value:
            most = value["sm_clock_max_mhz"]
            print(f"{value['card']}, driver {value['driver']}")
        elif isinstance(value, dict) and "series" in value:
            series, raised, since = value["series"], False, None
            print(series)
        elif isinstance(value, dict):
            since = value
            print(f"  {value['at']:9.1f} ms  {value['event']} took {value['took']} ms")
        elif (value[1] >= most / 2) is not raised:
            raised = not raised
            after = f", {value[0] - since['at']:.1f} ms after {since['event']}" if since else ""
            print(f"  {value[0]:9.1f} ms  {value[1]} MHz, {value[3]} W{after}")


if __name__ == "__main__":
    main()
