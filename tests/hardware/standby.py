#!/usr/bin/env python3
"""Holds `gpu-keepalive run` to its bars for standby, beside a real server on a real GPU.

    standby.py --keepalive PATH --out FILE.json [--only STEP,STEP] [--seconds 480] [--earlier FILE.json]

It starts the engine with settings and state of its own, and llama.cpp's server (built by
build_llama.sh) with CUDA_DISABLE_PERF_BOOST=1. Times are those of answers over HTTP on 127.0.0.1;
clocks, watts and memory are nvidia-smi's. No setting of the GPU is changed: the engine runs with
`strategy_exclude = ["power_mizer"]`, and the script ends where the engine does not confirm that.
Every step has a time limit, and the results are written after each. A table ends the output; the exit
code is 1 where a bar is missed, 2 where nothing could be measured.
"""

import argparse
import contextlib
import http.client
import json
import os
import platform
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

PROMPT_TOKENS = 400
ANSWER_TOKENS = 64
REST_S = 6.0
LINGER_S = 3.0
SETTLE_S = 5.0
AVERAGE_S = 5.0
JUDGED_S = 2.5  # after an answer, until the engine has judged its wake
DECODE_NAME = "decode_loop"  # script name of the second server, listed in `ai_programs`
TORCH_PYTHON = "/opt/torch/.venv/bin/python3"

EMPTY_LOOP = r"""
#define _GNU_SOURCE
#include <poll.h>
#include <stdlib.h>
#include <time.h>
int main(int count, char **arguments) {
    long period_ms = count > 1 ? atol(arguments[1]) : 40;
    struct timespec now;
    for (;;) {
        struct timespec rest = {0, period_ms * 1000000L};
        ppoll(0, 0, &rest, 0);
        clock_gettime(CLOCK_MONOTONIC, &now);
    }
}
"""
EMPTY_LOOP_PYTHON = "import time, sys\nwhile True: time.sleep(int(sys.argv[1]) / 1000); time.monotonic()"


class StepLate(BaseException):
    """The step's time is over. Not an Exception, so that no retry in between swallows it."""


def median(values):
    values = [value for value in values if value is not None]
    return round(statistics.median(values), 3) if values else None


def ratio(numerator, denominator):
    return round(numerator / denominator, 3) if numerator is not None and denominator else None


def say(text):
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


# Processes


def processor_seconds(pid):
    """Processor time of a process with all its threads, from its clock, else from /proc."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except (OSError, OverflowError):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def descendants(pid):
    """The process and everything it started, by /proc."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                parents.setdefault(int(fields[1]), []).append(int(folder.name))
    found, open_ = [], [pid]
    while open_:
        found.append(open_.pop())
        open_ += parents.get(found[-1], [])
    return found


def status_field(path, key):
    for line in path.read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    return None


def memory_kib(pid):
    """Resident memory, and the part that no other process shares where the kernel reports it."""
    result = {"rss_kib": None, "anonymous_kib": None, "pss_kib": None}
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{pid}/status")
        result["rss_kib"] = status_field(status, "VmRSS")
        result["anonymous_kib"] = status_field(status, "RssAnon")
        result["pss_kib"] = status_field(Path(f"/proc/{pid}/smaps_rollup"), "Pss")
    return result


def switches(pid):
    """How often the threads of a process have gone to sleep, or None where that is not reported."""
    with contextlib.suppress(OSError):
        counts = [
            status_field(task / "status", "voluntary_ctxt_switches")
            for task in Path(f"/proc/{pid}/task").iterdir()
        ]
        return None if None in counts else sum(counts)
    return None


def end(process, wait_s=8):
    """Ends a process that this script started, and reaps it."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(wait_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


# The GPU, by nvidia-smi


class Gpu:
    FIELDS = "name,driver_version,clocks.sm,clocks.max.sm,power.draw,memory.used,utilization.gpu,temperature.gpu"

    def __init__(self, index):
        self.index = str(index)
        first = self.read()
        self.name, self.driver = first["name"], first["driver_version"]
        self.max_mhz = first["clocks.max.sm"] or 1980

    def read(self):
        command = ["nvidia-smi", "-i", self.index, f"--query-gpu={self.FIELDS}", "--format=csv,noheader,nounits"]
        output = subprocess.run(command, capture_output=True, text=True, timeout=15, check=True).stdout
        values = dict(zip(self.FIELDS.split(","), (part.strip() for part in output.splitlines()[0].split(","))))
        for key in self.FIELDS.split(",")[2:]:
            try:
                values[key] = float(values[key])
            except ValueError:
                values[key] = None
        return values

    def raised(self, mhz):
        return mhz is not None and mhz >= self.max_mhz / 2

    def stream(self, period_ms):
        return Stream(self, period_ms)


class Stream:
    """nvidia-smi in its loop, on a terminal so that it does not hold lines back."""

    def __init__(self, gpu, period_ms):
        self.gpu, self.samples, self.lock = gpu, [], threading.Lock()
        self.command = ["nvidia-smi", "-i", gpu.index, "--query-gpu=clocks.sm,power.draw"]
        self.command += ["--format=csv,noheader,nounits", "-lms", str(period_ms)]

    def __enter__(self):
        self.terminal, inside = os.openpty()
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=inside, stderr=inside)
        os.close(inside)
        self.thread = threading.Thread(target=self.follow, daemon=True)
        self.thread.start()
        return self

    def follow(self):
        rest = b""
        while True:
            try:
                piece = os.read(self.terminal, 4096)
            except OSError:
                return
            if not piece:
                return
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                with contextlib.suppress(ValueError):
                    clock, watts = (float(part) for part in line.split(b","))
                    with self.lock:
                        self.samples.append((time.monotonic(), clock, watts))

    def __exit__(self, *_):
        end(self.process, 3)
        self.thread.join(2)
        os.close(self.terminal)

    def since(self, moment):
        with self.lock:
            return [sample for sample in self.samples if sample[0] >= moment]

    def wait_for_fall(self, since, wait_s):
        """Seconds from that moment until the SM clock is below half its maximum, None if never."""
        while time.monotonic() < since + wait_s:
            for at, clock, _ in self.since(since):
                if not self.gpu.raised(clock):
                    return round(at - since, 3)
            time.sleep(0.02)
        return None


# The engine


class Keepalive:
    def __init__(self, options, folder):
        self.program, self.options, self.process = options.keepalive, options, None
        self.log = open(Path(options.out).with_suffix(".log"), "a")
        self.environment = {**os.environ, "HOME": str(folder), "NO_COLOR": "1"}
        self.environment.pop("GPU_KEEPALIVE_SIMULATE", None)
        self.environment.pop("CUDA_DISABLE_PERF_BOOST", None)
        self.environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
        for name in ("CONFIG", "STATE", "CACHE"):
            self.environment[f"XDG_{name}_HOME"] = str(folder / name.lower())
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700)
        self.environment["GPU_KEEPALIVE_RUNTIME_DIR"] = str(runtime)
        settings = folder / "config/gpu-keepalive/settings.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text(
            'version = 1\nmode = "on_demand"\nstrategy_exclude = ["power_mizer"]\n'
            f'ai_programs = ["{DECODE_NAME}"]\n'
        )
        excluded = self.call("settings", "get", "strategy_exclude").stdout
        if json.loads(excluded) != ["power_mizer"]:
            sys.exit(f"standby.py: PowerMizer is not excluded ({excluded.strip()}); nothing was started")

    def call(self, *arguments):
        command = [self.program, *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=15)

    def start(self):
        command = [self.program, "run"]
        if self.options.simulate:
            command += ["--simulate", self.options.simulate]
        if self.options.debug:
            command += ["--debug"]
        self.process = subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )

    def status(self):
        """The whole status, or None while no engine answers."""
        answer = self.call("status", "--json")
        with contextlib.suppress(ValueError):
            status = json.loads(answer.stdout)
            if answer.returncode == 0 and "gpus" in status:
                return status
        return None

    def gpu(self):
        status = self.status()
        return status["gpus"][self.options.gpu] if status and status["gpus"] else None

    def wakes(self):
        gpu = self.gpu()
        return dict(gpu.get("wakes") or {}) if gpu else {}

    def switch(self, word):
        answer = self.call(word)
        if answer.returncode != 0:
            raise RuntimeError(f"`{word}` failed: {answer.stderr.strip()}")

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


# The servers


class Llama:
    """llama.cpp's server."""

    def __init__(self, options):
        self.options, self.process, self.last_end = options, None, time.monotonic()
        self.random = random.Random(8)
        self.log = open(Path(options.out).with_suffix(".server.log"), "a")

    def start(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        options = self.options
        command = [options.server, "-m", options.model, "-ngl", "99", "-c", "2048", "-np", "1"]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        environment = {**os.environ, "CUDA_DISABLE_PERF_BOOST": "1"}
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )
        until = time.monotonic() + 120
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}; see {self.log.name}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.get("/health") == 200:
                    return
            time.sleep(0.3)
        raise TimeoutError("the server is not ready within 120 s")

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def ask(self):
        """One request: milliseconds of the whole answer over HTTP and of the prompt."""
        prompt = [self.random.randrange(300, self.options.vocabulary) for _ in range(PROMPT_TOKENS)]
        body = json.dumps(
            {
                "prompt": prompt,
                "n_predict": ANSWER_TOKENS,
                "cache_prompt": False,
                "ignore_eos": True,
                "temperature": 0,
            }
        ).encode()
        start = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/completion", body, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        self.last_end = time.monotonic()
        if answer.status != 200:
            raise RuntimeError(f"the server answered {answer.status}: {text[:200]!r}")
        timings = json.loads(text)["timings"]
        return {
            "total_ms": round((self.last_end - start) * 1e3, 2),
            "prompt_ms": round(timings["prompt_ms"], 2),
            "predicted_ms": round(timings["predicted_ms"], 2),
            "prompt_n": timings["prompt_n"],
            "predicted_n": timings["predicted_n"],
        }


def decode_server(port):
    """The second server: decodes as soon as it is asked, with a CUDA graph of a 7B's shape.

    A line with a number asks for that many tokens; a byte answers each.
    """
    import torch
    import torch.nn.functional as functional

    torch.set_grad_enabled(False)
    layers, width, heads, feed_forward, vocabulary, context = 32, 4096, 32, 11008, 32000, 512
    kind = {"device": "cuda", "dtype": torch.bfloat16}

    def matrix(rows, columns):
        return torch.randn(rows, columns, **kind) * rows**-0.5

    weights = [
        {
            "qkv": matrix(width, 3 * width),
            "out": matrix(width, width),
            "gate_up": matrix(width, 2 * feed_forward),
            "down": matrix(feed_forward, width),
            "keys": torch.randn(1, heads, context, width // heads, **kind),
            "values": torch.randn(1, heads, context, width // heads, **kind),
        }
        for _ in range(layers)
    ]
    embedding, head = torch.randn(vocabulary, width, **kind), matrix(width, vocabulary)
    hidden = embedding[:1].clone()

    def norm(tensor):
        return functional.rms_norm(tensor, (width,))

    def decode():
        state = hidden
        for layer in weights:
            query = (norm(state) @ layer["qkv"])[:, :width].reshape(1, heads, 1, width // heads)
            seen = functional.scaled_dot_product_attention(query, layer["keys"], layer["values"])
            state = state + seen.reshape(1, width) @ layer["out"]
            gate, up = (norm(state) @ layer["gate_up"]).chunk(2, -1)
            state = state + (functional.silu(gate) * up) @ layer["down"]
        token = (norm(state) @ head).argmax(-1)
        hidden.copy_(embedding.index_select(0, token))

    torch.cuda.synchronize()
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        for _ in range(3):
            decode()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        decode()
    graph.replay()
    torch.cuda.synchronize()

    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection, connection.makefile("r") as lines:
                for line in lines:
                    for _ in range(int(line)):
                        graph.replay()
                        torch.cuda.synchronize()
                        connection.sendall(b".")


class Decoder:
    """The second server, seen by its client."""

    def __init__(self, options, folder):
        self.log = open(Path(options.out).with_suffix(".decoder.log"), "a")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        # Under a name of its own, because this script is no AI program.
        script = folder / f"{DECODE_NAME}.py"
        shutil.copy(__file__, script)
        environment = {**os.environ, "CUDA_DISABLE_PERF_BOOST": "1"}
        command = [options.python, str(script), "--decode-server", str(self.port)]
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )
        self.connection, self.last_end = None, time.monotonic()

    def connect(self, wait_s=150):
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the second server ended with {self.process.returncode}; see {self.log.name}")
            with contextlib.suppress(OSError):
                self.connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
                self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return
            time.sleep(0.5)
        raise TimeoutError(f"the second server is not ready within {wait_s} s")

    def ask(self):
        start = time.monotonic()
        self.connection.sendall(b"%d\n" % ANSWER_TOKENS)
        got, first = 0, None
        while got < ANSWER_TOKENS:
            piece = self.connection.recv(ANSWER_TOKENS)
            if not piece:
                raise RuntimeError("the second server closed the connection")
            first = first or time.monotonic()
            got += len(piece)
        self.last_end = time.monotonic()
        return {"first_ms": round((first - start) * 1e3, 2), "total_ms": round((self.last_end - start) * 1e3, 2)}

    def close(self):
        if self.connection:
            self.connection.close()
        end(self.process)


# The measurement


class Run:
    def __init__(self, options):
        self.options = options
        self.until = time.monotonic() + options.seconds
        self.folder = Path(tempfile.mkdtemp(prefix="standby-"))
        self.results = {
            "arguments": vars(options),
            "machine": {"kernel": platform.release(), "cores": os.cpu_count()},
            "steps": {},
            "wakes": [],
        }
        self.results["earlier"] = json.loads(Path(options.earlier).read_text()) if options.earlier else None
        self.engine, self.llama, self.decoder = None, None, None

    # Frame

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

    def run(self):
        plan = {
            "pairs": (self.pairs, self.options.pairs * 13 + 60, 60),
            "watts": (self.watts, 120, 30),
            "vram": (self.vram, 45, 20),
            "cost": (self.cost, 45, 25),
            "wakes": (self.wakes, self.options.wakes * 8 + 60, 30),
            "kill": (self.kill, 130, 60),
            "cost40": (self.cost_after_a_minute, 110, 85),
            "idle": (self.idle, self.options.idle + 60, self.options.idle + 20),
            "health": (self.health, 150, 105),
            "second": (self.second, 240, 90),
        }
        default = "pairs,watts,vram,cost,kill,health,wakes"
        default += ",idle" if self.options.idle else ",cost40"
        if self.options.second:
            default += ",second"
        chosen = (self.options.only or default).split(",")
        unknown = set(chosen) - set(plan)
        if unknown:
            sys.exit(f"standby.py: no step is called {', '.join(sorted(unknown))}; there are {', '.join(plan)}")
        ready = self.step("start", self.start, 200)
        for name in chosen if ready else []:
            function, limit_s, need_s = plan[name]
            # What a failed step left behind must not decide the next.
            if self.step(f"before {name}", self.make_ready, 60):
                self.step(name, function, limit_s, need_s)
                self.note_wakes(name)
            self.save()
        return ready

    def close(self):
        for process in (self.decoder, self.llama, self.engine):
            with contextlib.suppress(Exception):
                if process is self.decoder and process:
                    process.close()
                elif process:
                    end(process.process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, entry):
        self.gpu = Gpu(self.options.gpu)
        self.results["machine"].update(gpu=self.gpu.name, driver=self.gpu.driver, sm_max_mhz=self.gpu.max_mhz)
        entry["nothing_loaded"] = self.gpu.read()
        self.engine = Keepalive(self.options, self.folder)
        self.results["machine"]["version"] = self.engine.call("--version").stdout.strip()
        self.engine.start()
        if self.needs_llama():
            self.llama = Llama(self.options)
            self.llama.start()
            for _ in range(3):  # the first answers pay for what the server sets up once
                entry["first_answer"] = self.llama.ask()
            status, entry["standby_after_s"] = self.engine.standing_by(60)
            entry["status"] = status

    def needs_llama(self):
        return set((self.options.only or "pairs").split(",")) != {"second"}

    def make_ready(self, entry):
        """The engine runs and is on, the server runs, the clocks are down."""
        if self.engine.process.poll() is not None:
            entry["engine_ended_with"] = self.engine.process.returncode
            self.engine.start()
            self.engine.wait_for(lambda _: True, 15, "a new engine")
        self.engine.switch("on")
        if self.llama and self.llama.process.poll() is not None:
            entry["server_ended_with"] = self.llama.process.returncode
            self.llama.start()
            self.llama.ask()
        if self.llama:
            _, entry["standby_after_s"] = self.engine.standing_by()

    def note_wakes(self, name):
        with contextlib.suppress(Exception):
            wakes = self.engine.wakes()
            self.results["wakes"].append({"after": name, **wakes})
            log = self.engine.call("wakes", "--json")
            if log.returncode == 0:
                self.results["wakes_log"] = json.loads(log.stdout)

    def off(self):
        self.engine.switch("off")

    def on(self):
        self.engine.switch("on")
        return self.engine.standing_by()[1]

    # Requests

    def first_after_rest(self, server, rest_s):
        """A request after a rest, with what the GPU showed shortly before it."""
        time.sleep(max(0, server.last_end + rest_s - 0.8 - time.monotonic()))
        before = self.gpu.read()
        wait = server.last_end + rest_s - time.monotonic()
        time.sleep(max(0, wait))
        rested = time.monotonic() - server.last_end
        answer = server.ask()
        answer.update(mhz_before=before["clocks.sm"], watts_before=before["power.draw"], rested_s=round(rested, 2))
        answer["was_down"] = not self.gpu.raised(before["clocks.sm"])
        return answer

    def pairs(self, entry):
        """Standby against back to back, with nobody's help every third time."""
        pairs, nobody = entry.setdefault("pairs", []), entry.setdefault("nobody", [])
        before = self.engine.wakes()
        for number in range(self.options.pairs):
            first = self.first_after_rest(self.llama, REST_S)
            pairs.append({"standby": first, "back_to_back": self.llama.ask()})
            if number % 3 == 2:
                after = self.engine.wakes()
                self.off()
                nobody.append({"first": self.first_after_rest(self.llama, REST_S), "next": self.llama.ask()})
                nobody[-1]["wakes_before"] = after
                nobody[-1]["standby_again_after_s"] = self.on()
            self.summarise_pairs(entry)
            self.save()
        time.sleep(JUDGED_S)
        entry["wakes_before"], entry["wakes_after"] = before, self.engine.wakes()
        entry["expected_wakes"] = len(pairs) - entry["not_at_rest"]

    @staticmethod
    def summarise_pairs(entry):
        # A request that found the clocks up proves nothing, and leaves out its pair.
        pairs = [pair for pair in entry["pairs"] if pair["standby"]["was_down"]]

        def middle(part, key, rows):
            return median([row[part][key] for row in rows])

        for key, name in (("total_ms", "answer"), ("prompt_ms", "prompt")):
            warm = middle("back_to_back", key, pairs)
            standby = middle("standby", key, pairs)
            cold = middle("first", key, entry["nobody"])
            entry[name] = {
                "back_to_back_ms": warm,
                "standby_ms": standby,
                "nobody_ms": cold,
                "standby_ratio": ratio(standby, warm),
                "nobody_ratio": ratio(cold, warm),
                "paired_ratio": median(
                    [ratio(pair["standby"][key], pair["back_to_back"][key]) for pair in pairs]
                ),
            }
        entry["not_at_rest"] = len(entry["pairs"]) - len(pairs)

    def wakes(self, entry):
        """Requests after short rests, each of which has to be one wake."""
        entry["wakes_before"] = self.engine.wakes()
        entry["expected_wakes"], answers = 0, entry.setdefault("answers", [])
        while entry["expected_wakes"] < self.options.wakes and self.left() > 12:
            answer = self.first_after_rest(self.llama, LINGER_S + 2.0)
            answers.append(answer)
            entry["expected_wakes"] += answer["was_down"]
            if len(answers) > 2 * self.options.wakes:
                break
        time.sleep(JUDGED_S)
        entry["wakes_after"] = self.engine.wakes()
        entry["total_ms"] = median([answer["total_ms"] for answer in answers])

    # Watts, memory, processor time

    def average_watts(self, seconds=AVERAGE_S):
        start = time.monotonic()
        with self.gpu.stream(250) as stream:
            time.sleep(seconds)
            samples = stream.since(start)
        if len(samples) < seconds:
            raise RuntimeError(f"nvidia-smi gave {len(samples)} samples in {seconds} s")
        return {
            "watts": round(statistics.fmean(sample[2] for sample in samples), 2),
            "highest_mhz": max(sample[1] for sample in samples),
            "samples": len(samples),
        }

    def watts(self, entry):
        rounds = entry.setdefault("rounds", [])
        time.sleep(max(0, self.llama.last_end + REST_S - time.monotonic()))
        for _ in range(3):
            time.sleep(SETTLE_S)
            standby = self.average_watts()
            self.off()
            time.sleep(SETTLE_S)
            rounds.append({"standby": standby, "off": self.average_watts()})
            self.on()
            self.compare_watts(entry)
            self.save()

    @staticmethod
    def compare_watts(entry):
        for part in ("standby", "off"):
            entry[f"{part}_w"] = median([row[part]["watts"] for row in entry["rounds"]])
        entry["more_w"] = round(entry["standby_w"] - entry["off_w"], 2)

    def health(self, entry):
        """The same with a monitor that polls /health: a minute of learning, then the watts."""
        stop, polls = threading.Event(), []

        def poll():
            while not stop.wait(1.0):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    polls.append(self.llama.get("/health"))

        entry["wakes_before"] = self.engine.wakes()
        thread = threading.Thread(target=poll, daemon=True)
        thread.start()
        try:
            time.sleep(62)
            entry["wakes_learned"] = self.engine.wakes()
            rounds = entry.setdefault("rounds", [])
            for _ in range(2):
                standby = self.average_watts()
                self.off()
                time.sleep(SETTLE_S)
                rounds.append({"standby": standby, "off": self.average_watts()})
                self.compare_watts(entry)
                self.on()
                if len(rounds) < 2:
                    time.sleep(SETTLE_S)
            entry["wakes_after"] = self.engine.wakes()
            # A request between polls is still a request.
            first = self.first_after_rest(self.llama, REST_S)
            following = self.llama.ask()
            entry["request"] = {"first": first, "next": following}
            entry["request_ratio"] = ratio(first["total_ms"], following["total_ms"])
            time.sleep(JUDGED_S)
            entry["wakes_last"] = self.engine.wakes()
        finally:
            stop.set()
            thread.join(6)
            entry["polls"] = len(polls)

    def vram(self, entry):
        """Memory in use with nothing of ours, standing by, and during a boost."""
        readings = entry.setdefault("mib", {})
        self.llama.ask()
        self.off()
        time.sleep(1.5)
        readings["off"] = self.gpu.read()["memory.used"]
        self.on()
        readings["standby"] = self.gpu.read()["memory.used"]
        self.llama.ask()
        time.sleep(1.5)
        boosted = self.gpu.read()
        status = self.engine.gpu()
        readings["boost"] = boosted["memory.used"]
        entry["boost"] = {"mhz": boosted["clocks.sm"], "watts": boosted["power.draw"], "phase": status["phase"]}
        entry["ours_bytes"] = status["vram"]["ours_bytes"]
        entry["boost"]["raised"] = self.gpu.raised(boosted["clocks.sm"])
        entry["standby_mib"] = readings["standby"] - readings["off"]
        entry["boost_mib"] = readings["boost"] - readings["off"]
        entry["listed"] = subprocess.run(
            ["nvidia-smi", "--query-compute-apps=pid,used_memory", "--format=csv,noheader"],
            capture_output=True, text=True, timeout=15,
        ).stdout.splitlines()  # fmt: skip
        entry["pids"] = descendants(self.engine.process.pid)

    def start_loops(self):
        """Empty loops of the sensing periods, in C where there is a compiler."""
        source, program = self.folder / "empty.c", self.folder / "empty"
        source.write_text(EMPTY_LOOP)
        for compiler in ("cc", "gcc", "clang"):
            if program.exists() or not shutil.which(compiler):
                continue
            subprocess.run([compiler, "-O2", "-o", program, source], timeout=30)
        command = [str(program)] if program.exists() else [sys.executable, "-c", EMPTY_LOOP_PYTHON]
        loops = {period: subprocess.Popen([*command, str(period)]) for period in (20, 40)}
        return loops, "C" if program.exists() else "Python"

    def measure_cost(self, entry, seconds, assumed_period):
        loops, entry["loop"] = self.start_loops()
        try:
            time.sleep(0.5)
            hold = self.engine.hold_process()
            ours = descendants(self.engine.process.pid)
            watched = ours + [loop.pid for loop in loops.values()]
            before = {pid: (processor_seconds(pid), switches(pid)) for pid in watched}
            start = time.monotonic()
            time.sleep(seconds)
            lasted = time.monotonic() - start
            used = {}
            for pid, (time_before, switches_before) in before.items():
                with contextlib.suppress(OSError, IndexError):
                    now = switches(pid)
                    slept = None if None in (now, switches_before) else now - switches_before
                    used[pid] = (processor_seconds(pid) - time_before, slept)
        finally:
            for loop in loops.values():
                end(loop)

        def as_entry(pid):
            seconds_used, slept = used.get(pid, (None, None))
            if seconds_used is None:
                return None
            per_second = round(slept / lasted, 1) if slept is not None else None
            return {"percent": round(100 * seconds_used / lasted, 4), "sleeps_per_s": per_second}

        entry["period_ms"] = assumed_period
        entry["processes"] = [
            {"command": " ".join(command_line(pid)[1:2]), **memory_kib(pid), **(as_entry(pid) or {})} for pid in ours
        ]
        entry["all_rss_kib"] = sum(process["rss_kib"] or 0 for process in entry["processes"])
        entry["loops"] = {period: as_entry(loop.pid) for period, loop in loops.items()}
        if hold is None:
            entry["hold"] = None
            return
        entry["hold"] = {**memory_kib(hold), **(as_entry(hold) or {})}
        rate = entry["hold"].get("sleeps_per_s")
        if rate:
            entry["period_ms"] = 20 if rate > 37 else 40
        loop = entry["loops"][entry["period_ms"]]
        entry["ratio"] = ratio(entry["hold"].get("percent"), loop["percent"] if loop else None)

    def cost(self, entry):
        """Memory and processor time within a minute of a request, at the short sensing period."""
        self.llama.ask()
        time.sleep(LINGER_S + 3)
        self.measure_cost(entry, 10, 20)

    def cost_after_a_minute(self, entry):
        time.sleep(max(0, self.llama.last_end + 66 - time.monotonic()))
        self.measure_cost(entry, 10, 40)

    def idle(self, entry):
        """Minutes without a request: none may wake the GPU."""
        start, clocks = time.monotonic(), []
        entry["wakes_before"] = self.engine.wakes()
        while time.monotonic() < start + self.options.idle - 12:
            clocks.append(self.gpu.read()["clocks.sm"])
            time.sleep(5)
        entry["highest_mhz"] = max(clocks)
        self.measure_cost(self.results["steps"].setdefault("cost40", {}), 10, 40)
        entry["wakes_after"] = self.engine.wakes()
        entry["idle_s"] = round(time.monotonic() - start, 1)

    # Faults

    def raised_after_answer(self, stream, wait_s):
        """Answers a request, waits, and returns whether the clocks are still up."""
        self.llama.ask()
        time.sleep(max(0, self.llama.last_end + wait_s - time.monotonic()))
        recent = stream.since(time.monotonic() - 0.4)
        return bool(recent) and self.gpu.raised(recent[-1][1])

    def kill(self, entry):
        # What the clocks do after an answer with nobody, and with standby.
        self.off()
        time.sleep(2)
        with self.gpu.stream(50) as stream:
            self.llama.ask()
            entry["fall_with_nobody_s"] = stream.wait_for_fall(self.llama.last_end, 8)
        self.on()
        with self.gpu.stream(50) as stream:
            self.llama.ask()
            entry["fall_with_standby_s"] = stream.wait_for_fall(self.llama.last_end, 10)
        self.engine.standing_by()
        self.save()
        self.kill_hold(entry.setdefault("hold", {}))
        self.save()
        self.engine.standing_by()
        self.kill_engine(entry.setdefault("engine", {}))

    def kill_hold(self, entry):
        hold = self.engine.hold_process()
        if hold is None:
            entry["not_there"] = "this engine has no hold process"
            return
        before = self.engine.wakes()
        with self.gpu.stream(50) as stream:
            entry["was_raised"] = self.raised_after_answer(stream, 1.2)
            os.kill(hold, signal.SIGKILL)
            entry["down_after_s"] = stream.wait_for_fall(time.monotonic(), 8)
        start = time.monotonic()
        while time.monotonic() < start + 15 and self.engine.hold_process() in (None, hold):
            time.sleep(0.1)
        entry["new_process"] = self.engine.hold_process() not in (None, hold)
        _, entry["standby_after_s"] = self.engine.standing_by()
        entry["next_request"] = self.first_after_rest(self.llama, REST_S)
        entry["back_to_back"] = self.llama.ask()
        time.sleep(JUDGED_S)
        after = self.engine.wakes()
        entry["wakes_before"], entry["wakes_after"] = before, after
        entry["served_ratio"] = ratio(entry["next_request"]["total_ms"], entry["back_to_back"]["total_ms"])

    def kill_engine(self, entry):
        ours = descendants(self.engine.process.pid)
        with self.gpu.stream(50) as stream:
            entry["was_raised"] = self.raised_after_answer(stream, 1.2)
            self.engine.process.kill()
            killed = time.monotonic()
            self.engine.process.wait(5)
            entry["down_after_s"] = stream.wait_for_fall(killed, 8)
        time.sleep(max(0, killed + 3 - time.monotonic()))
        entry["left_behind"] = [command_line(pid)[1:] for pid in ours if alive(pid)]
        self.engine.start()
        self.engine.wait_for(lambda _: True, 15, "a new engine")
        _, entry["standby_after_s"] = self.engine.standing_by()
        entry["next_request"] = self.first_after_rest(self.llama, REST_S)

    # The second server

    def second(self, entry):
        if self.llama:
            end(self.llama.process)
            self.llama = None
        self.decoder = Decoder(self.options, self.folder)
        self.decoder.connect()
        entry["first_answer"] = self.decoder.ask()
        self.decoder.ask()
        _, entry["standby_after_s"] = self.engine.standing_by()
        entry["wakes_before"] = self.engine.wakes()
        rows, nobody = entry.setdefault("rounds", []), entry.setdefault("nobody", [])
        for number in range(self.options.rounds):
            first = self.first_after_rest(self.decoder, 5)
            rows.append({"standby": first, "warm": self.decoder.ask()})
            if number % 3 == 2:
                self.off()
                nobody.append({"cold": self.first_after_rest(self.decoder, 5)})
                self.on()
            for key in ("first_ms", "total_ms"):
                warm = median([row["warm"][key] for row in rows])
                standby = median([row["standby"][key] for row in rows])
                cold = median([row["cold"][key] for row in nobody])
                entry[key] = {"warm": warm, "standby": standby, "nobody": cold, "more_ms": round(standby - warm, 2)}
            self.save()
        time.sleep(JUDGED_S)
        entry["wakes_after"] = self.engine.wakes()
        entry["not_at_rest"] = sum(not row["standby"]["was_down"] for row in rows)
        entry["expected_wakes"] = len(rows) - entry["not_at_rest"]
        self.decoder.close()
        self.decoder = None


# The bars


def wake_counts(results):
    """Wakes that had to be and that were missed, over the steps with requests after a rest."""
    steps = [results["steps"].get(name, {}) for name in ("pairs", "wakes", "second")]
    expected, missed, short = 0, 0, 0
    for step in steps:
        before, after = step.get("wakes_before"), step.get("wakes_after")
        if not before or not after:
            continue
        change = {key: after[key] - before[key] for key in ("sensed", "false", "missed")}
        expected += step["expected_wakes"]
        missed += change["missed"]
        short += max(0, step["expected_wakes"] - (change["sensed"] - change["false"]))
    if results.get("earlier"):
        more = wake_counts(results["earlier"])
        expected, missed, short = expected + more[0], missed + more[1], short + more[2]
    return expected, missed, short


def bars(results):
    """Every bar with what was measured: (name, measured, bar, held). None: not measured."""
    steps, rows = results["steps"], []

    def get(*path):
        value = steps
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def most(name, value, limit, unit="", also=True):
        """At most that much; `also` is a condition without which the figure proves nothing."""
        if value is not None:
            rows.append((name, f"{value}{unit}", f"at most {limit}{unit}", value <= limit and bool(also)))

    def note(name, value, unit=""):
        if value is not None:
            rows.append((name, f"{value}{unit}", "", None))

    for key, name, limit in (("answer", "whole answer", 1.04), ("prompt", "prompt", 1.1)):
        rested = 5 * (get("pairs", "not_at_rest") or 0) <= len(get("pairs", "pairs") or [])
        most(f"{name}, standby / back to back", get("pairs", key, "standby_ratio"), limit, also=rested)
        note(f"{name}, nobody / back to back", get("pairs", key, "nobody_ratio"))
        for part in ("back_to_back_ms", "standby_ms", "nobody_ms"):
            note(f"  {name}, {part[:-3].replace('_', ' ')}", get("pairs", key, part), " ms")
    note("pairs", len(get("pairs", "pairs") or []) or None)
    note("pairs not at rest before", get("pairs", "not_at_rest"))
    most("first token, standby above warm", get("second", "first_ms", "more_ms"), 18, " ms")
    for part in ("warm", "standby", "nobody"):
        note(f"  first token, {part}", get("second", "first_ms", part), " ms")
        note(f"  {ANSWER_TOKENS} tokens, {part}", get("second", "total_ms", part), " ms")
    most("watts at rest, standby above off", get("watts", "more_w"), 2, " W")
    note("  standby", get("watts", "standby_w"), " W")
    note("  off", get("watts", "off_w"), " W")
    note("  boosted, no work", get("vram", "boost", "watts"), " W")
    most("the same, /health polled", get("health", "more_w"), 3, " W")
    if get("health", "wakes_after"):
        for name, start, stop in (("learning", "before", "learned"), ("after it", "learned", "after")):
            change = get("health", f"wakes_{stop}", "false") - get("health", f"wakes_{start}", "false")
            note(f"  false wakes, {name}", change)
        note("  request while polled / next", get("health", "request_ratio"))
    most("VRAM, standby", get("vram", "standby_mib"), 0, " MiB")
    most("VRAM, boost", get("vram", "boost_mib"), 0, " MiB", also=get("vram", "boost", "raised"))
    for step in ("cost", "cost40"):
        rss = get(step, "hold", "rss_kib")
        at = f"{get(step, 'period_ms')} ms"
        most(f"resident memory of hold ({at})", rss and round(rss / 1024, 2), 4, " MiB")
        total = get(step, "all_rss_kib")
        note("  all our processes", total and round(total / 1024, 1), " MiB")
        most(f"processor time of hold / empty loop ({at})", get(step, "ratio"), 1.3)
        note("  hold", get(step, "hold", "percent"), " %")
    expected, missed, short = wake_counts(results)
    if expected:
        # Fewer is no failure yet: another run adds to them (--earlier).
        rows.append(("wakes that had to be", expected, "at least 60", True if expected >= 60 else None))
        most("  missed, by the engine", missed, 0)
        most("  without a wake, by our count", short, 0)
    idle = steps.get("idle", {})
    if idle.get("wakes_after"):
        false = idle["wakes_after"]["false"] - idle["wakes_before"]["false"]
        most(f"false wakes in {idle['idle_s']:.0f} idle seconds", false, 0, also=idle["idle_s"] >= 295)
        note("  highest SM clock", idle.get("highest_mhz"), " MHz")
    for name in ("engine", "hold"):
        entry = get("kill", name) or {}
        if "was_raised" in entry:
            seconds = entry.get("down_after_s")
            late = 99.0 if seconds is None else seconds
            most(f"clocks down after SIGKILL of {name}", late, 2, " s", also=entry["was_raised"])
    if get("kill", "engine", "left_behind") is not None:
        most("  processes left behind", len(get("kill", "engine", "left_behind")), 0)
    new = get("kill", "hold", "new_process")
    most("  next answer of the new hold / back to back", get("kill", "hold", "served_ratio"), 1.1, also=new)
    note("  clocks down after an answer, nobody", get("kill", "fall_with_nobody_s"), " s")
    note("  clocks down after an answer, standby", get("kill", "fall_with_standby_s"), " s")
    return rows


def print_table(results):
    machine = results["machine"]
    print(f"\n{machine.get('gpu')}, driver {machine.get('driver')}, {machine['kernel']}, {machine.get('version')}")
    for name, measured, bar, held in results["bars"]:
        verdict = {True: "pass", False: "FAIL", None: ""}[held]
        print(f"{name:<48} {measured!s:>12}  {bar:<16} {verdict}")
    for name, entry in results["steps"].items():
        trouble = entry.get("error") or entry.get("skipped")
        if trouble:
            print(f"{name}: {trouble}")
    print("wakes", results["wakes"][-1] if results["wakes"] else "not read", flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keepalive", help="the program gpu-keepalive")
    parser.add_argument("--out", help="the file for the results; logs are written beside it")
    parser.add_argument("--server", default="/tmp/ll/b/bin/llama-server")
    parser.add_argument("--model", default="/tmp/ll/m.gguf")
    parser.add_argument("--vocabulary", type=int, default=32000, help="tokens that the model knows")
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=480, help="time for all of it")
    parser.add_argument("--wakes", type=int, default=15, help="requests of the step `wakes`")
    parser.add_argument("--rounds", type=int, default=12, help="requests of the step `second`")
    parser.add_argument("--idle", type=float, default=0, help="seconds without a request; 300 for the bar")
    parser.add_argument("--second", action="store_true", help="also the server that launches at once")
    parser.add_argument("--only", help="steps, with commas: pairs watts vram cost wakes kill cost40 idle health second")
    parser.add_argument("--earlier", help="results of an earlier run, whose wakes are added")
    parser.add_argument("--gpu", type=int, default=0)
    parser.add_argument("--python", default=TORCH_PYTHON if os.path.exists(TORCH_PYTHON) else sys.executable)
    parser.add_argument("--simulate", help="a preset, for a trial without a GPU")
    parser.add_argument("--debug", action="store_true", help="the engine logs every decision")
    parser.add_argument("--decode-server", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.decode_server is None and not (options.keepalive and options.out):
        parser.error("--keepalive and --out are needed")
    return options


def main():
    options = parse()
    if options.decode_server is not None:
        return decode_server(options.decode_server)

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
