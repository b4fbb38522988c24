"""The frame of a measurement: steps one after the other, each within its time, results after each."""

import contextlib
import json
import os
import platform
import shutil
import signal
import tempfile
import time
import traceback
from pathlib import Path

import answers
import beside
import cost
import faults
import leases
import power
import served
from bars import bars
from common import SETTLE_S, StepLate, say, sleep_until
from engine import Keepalive
from gpu import Gpu
from servers import Decoder, Llama, in_step


WITHOUT = "the engine without a server"


class Run:
    def __init__(self, options):
        self.options = options
        self.until = time.monotonic() + options.seconds
        self.folder = Path(tempfile.mkdtemp(prefix="standby-"))
        self.results = {
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "arguments": vars(options),
            "machine": {"kernel": platform.release(), "cores": os.cpu_count()},
            "steps": {},
            "wakes": [],
        }
        self.results["earlier"] = json.loads(Path(options.earlier).read_text()) if options.earlier else None
        self.engine, self.server = None, None

    def save(self):
        self.results["bars"] = bars(self.results)
        path = Path(self.options.out)
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps(self.results, indent=1, default=str))
        unfinished.replace(path)

    def left(self):
        return self.until - time.monotonic()

    def step(self, name, function, limit_s, need_s=0):
        """Runs one step within its time; what it stored stays, whatever became of it."""
        entry = self.results["steps"].setdefault(name, {})
        if self.left() < need_s:
            entry["skipped"] = f"needs {need_s:.0f} s, {self.left():.0f} s are left"
            say(f"{name}: skipped, {entry['skipped']}")
            return False
        say(f"{name}: begins, {self.left():.0f} s left")
        start, done = time.monotonic(), False
        signal.setitimer(signal.ITIMER_REAL, max(0.1, min(limit_s, self.left())))
        try:
            function(entry)
            done = True
        except StepLate:
            entry["error"] = f"stopped after {time.monotonic() - start:.0f} s"
        except Exception as error:  # A step that fails must not cost the others.
            entry["error"] = f"{type(error).__name__}: {error}"
            entry["traceback"] = traceback.format_exc(limit=-3)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        entry["took_s"] = round(time.monotonic() - start, 1)
        self.save()
        if not done:
            say(f"{name}: {entry['error']}")
        return done

    def plan(self):
        """Every step: the server it needs, its function, its time limit, and the time it needs at least."""
        options = self.options
        return {
            "pairs": (Llama, answers.pairs, options.pairs * 13 + 60, 60),
            "watts": (Llama, power.watts, 120, 30),
            "vram": (Llama, power.vram, 45, 20),
            "cost": (Llama, cost.soon_after, 45, 25),
            "wakes": (Llama, answers.wakes, options.wakes * 8 + 60, 30),
            "leases": (Llama, leases.measure, options.leases * 8 + 60, 30),
            "kill": (Llama, faults.kill, 130, 60),
            "cost40": (Llama, cost.after_a_minute, 110, 85),
            "idle": (Llama, power.idle, options.idle + 60, options.idle + 20),
            "health": (Llama, power.health, 150, 105),
            "second": (Decoder, answers.second, 240, 60),
            "serve": (WITHOUT, served.served, 120, 60),
            "loud": (WITHOUT, served.loud, 110, 45),
            "bench": (WITHOUT, served.bench, 300, 150),
            "beside-llama": (None, beside.llama, 330, 60),
            "beside-decoder": (None, beside.decoder, 330, 60),
        }

    def run(self):
        plan = self.plan()
        default = "pairs,watts,vram,cost,kill,health,wakes,leases"
        default += ",idle" if self.options.idle else ",cost40"
        chosen = (self.options.only or default).split(",")
        if self.options.second and "second" not in chosen:
            chosen.append("second")
        unknown = set(chosen) - set(plan)
        if unknown:
            raise SystemExit(f"standby: no step is called {', '.join(sorted(unknown))}; there are {', '.join(plan)}")
        ready = self.step("start", self.start, 60)
        for name in chosen if ready else []:
            server, function, limit_s, need_s = plan[name]
            # What a failed step left behind must not decide the next.
            if self.step(f"before {name}", lambda entry, kind=server: self.make_ready(entry, kind), 240):
                self.step(name, lambda entry, function=function: function(self, entry), limit_s, need_s)
                self.note_wakes(name)
            self.save()
        return ready

    def close(self):
        with contextlib.suppress(Exception):
            self.use(None, {})
        if self.engine:
            self.engine.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, entry):
        self.engine = Keepalive(self.options, self.folder)
        self.results["machine"]["version"] = self.engine.call("--version").stdout.strip()
        self.gpu = Gpu(self.options, self.engine)
        self.results["machine"].update(gpu=self.gpu.name, driver=self.gpu.driver, sm_max_mhz=self.gpu.max_mhz)
        entry["nothing_loaded"] = self.gpu.read()

    def make_ready(self, entry, kind):
        """The engine runs and is on, the server of that kind runs, the clocks are down."""
        self.use(None if kind == WITHOUT else kind, entry)
        if kind is None:
            self.engine.stop()
            return
        if self.engine.process is None or self.engine.process.poll() is not None:
            entry["engine_ended_with"] = self.engine.process and self.engine.process.returncode
            self.engine.start()
            self.engine.wait_for(lambda _: True, 15, "a new engine")
        self.engine.ask("on")
        if kind != WITHOUT:
            entry["status"], entry["standby_after_s"] = self.engine.standing_by(60)

    def use(self, kind, entry):
        """Lets a server of that kind run and no other, with its first answers behind it."""
        if self.server and type(self.server) is not kind:
            self.server.stop()
            self.server = None
        if kind is None or (self.server and self.server.running()):
            return
        if self.server:
            entry["server_ended_with"] = self.server.process.returncode
        self.server = kind(self.options)
        self.server.start()
        for _ in range(3):  # the first answers pay for what the server sets up once
            entry["first_answer"] = self.server.ask()
        if self.options.dry:
            in_step(self.server, self.engine)

    def note_wakes(self, name):
        with contextlib.suppress(Exception):
            self.results["wakes"].append({"after": name, **self.engine.wakes()})
            self.results["wakes_log"] = self.engine.wakes_log()

    def off(self):
        self.engine.ask("off")

    def on(self):
        self.engine.ask("on")
        return self.engine.standing_by()[1]

    def rest(self, rest_s, server=None):
        """Waits until that long after the last answer; what the GPU shows shortly before."""
        server = server or self.server
        sleep_until(server.last_end + rest_s - 0.3)
        before = self.gpu.read()
        sleep_until(server.last_end + rest_s)
        return before

    def first_after_rest(self, rest_s, server=None):
        """A request after a rest, with what the GPU showed shortly before it."""
        server = server or self.server
        before = self.rest(rest_s, server)
        rested = time.monotonic() - server.last_end
        answer = server.ask()
        answer.update(mhz_before=before["mhz"], watts_before=before["watts"], rested_s=round(rested, 2))
        answer["was_down"] = not self.gpu.raised(before["mhz"])
        return answer

    def settled_watts(self, seconds):
        time.sleep(SETTLE_S)
        return self.gpu.average_watts(seconds)
