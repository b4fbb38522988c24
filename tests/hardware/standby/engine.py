"""The engine under test, in a process of its own with settings and state of its own."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from processes import command_line, descendants, end

DECODE_NAME = "decode_loop"  # script name of the second server, listed in `ai_programs`


class Control:
    """A connection to the control socket: one JSON object a line, each answered in order."""

    def __init__(self, path, timeout_s=15):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout_s)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("rb")

    def ask(self, request, **values):
        self.socket.sendall(json.dumps({"request": request, **values}).encode() + b"\n")
        line = self.lines.readline()
        if not line:
            raise ConnectionError("the engine closed the connection")
        return json.loads(line)

    def close(self):
        self.lines.close()
        self.socket.close()


class Keepalive:
    def __init__(self, options, folder):
        self.program, self.options, self.process = options.keepalive, options, None
        self.log = open(Path(options.out).with_suffix(".log"), "a")
        self.environment = {**os.environ, "HOME": str(folder), "NO_COLOR": "1"}
        for name in ("GPU_KEEPALIVE_SIMULATE", "CUDA_DISABLE_PERF_BOOST", "DBUS_SESSION_BUS_ADDRESS"):
            self.environment.pop(name, None)
        for name in ("CONFIG", "STATE", "CACHE"):
            self.environment[f"XDG_{name}_HOME"] = str(folder / name.lower())
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700)
        self.environment["GPU_KEEPALIVE_RUNTIME_DIR"] = str(runtime)
        self.path, self.control = runtime / "gpu-keepalive.sock", None
        settings = folder / "config/gpu-keepalive/settings.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text(
            'version = 1\nmode = "on_demand"\nstrategy_exclude = ["power_mizer"]\n'
            f'ai_programs = ["{DECODE_NAME}"]\n[readiness]\nlinger_s = {options.linger}\n'
        )
        excluded = self.call("settings", "get", "strategy_exclude").stdout
        if json.loads(excluded) != ["power_mizer"]:
            sys.exit(f"standby: PowerMizer is not excluded ({excluded.strip()}); nothing was started")

    def call(self, *arguments):
        command = [self.program, *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=15)

    def start(self):
        command = [self.program, "run"]
        if self.options.dry:
            command += ["--simulate", str(Path(__file__).with_name("dry.toml"))]
        if self.options.debug:
            command += ["--debug"]
        self.process = subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )

    def stop(self):
        if self.control:
            self.control.close()
            self.control = None
        end(self.process)

    def ask(self, request, **values):
        """The answer to a request; an error answer raises."""
        if self.control is None:
            self.control = Control(self.path)
        try:
            answer = self.control.ask(request, **values)
        except BaseException:  # A step's end included: the next answer must not be this one's.
            self.control.close()
            self.control = None
            raise
        if "ok" not in answer:
            raise RuntimeError(f"`{request}` failed: {answer.get('error')}")
        return answer["ok"]

    def gpu(self):
        """The status of the GPU, or None while no engine answers."""
        with contextlib.suppress(OSError, ValueError):
            gpus = self.ask("status")["status"]["gpus"]
            return gpus[self.options.gpu] if gpus else None
        return None

    def wakes(self):
        gpu = self.gpu()
        return dict(gpu.get("wakes") or {}) if gpu else {}

    def wakes_log(self):
        """The last hundred wakes, as `wakes --json` prints them."""
        log = self.call("wakes", "--json")
        if log.returncode != 0:
            raise RuntimeError(f"`wakes --json` failed: {log.stderr.strip()}")
        return json.loads(log.stdout)["wakes"]

    def wait_for(self, condition, wait_s, what):
        """The first status of the GPU that meets the condition, and how long that took."""
        start, last = time.monotonic(), None
        while time.monotonic() < start + wait_s:
            last = self.gpu()
            if last and condition(last):
                return last, round(time.monotonic() - start, 2)
            time.sleep(0.25)
        keys = ("phase", "strategy", "raises_with", "sm_clock_mhz", "reasons", "attempts", "fault")
        seen = {key: last.get(key) for key in keys} if last else "no engine answers"
        raise TimeoutError(f"{what} not within {wait_s} s: {seen}")

    def standing_by(self, wait_s=40):
        def down(gpu):
            clock, most = gpu.get("sm_clock_mhz"), gpu.get("sm_clock_max_mhz") or 1980
            return gpu["phase"] == "standby" and clock is not None and clock < most / 2

        return self.wait_for(down, wait_s, "standby with the clocks down")

    def hold_process(self):
        """The process that senses and boosts, or None (simulated GPUs have none)."""
        for pid in descendants(self.process.pid):
            if "driver-hold" in command_line(pid)[1:]:
                return pid
        return None
