"""The two servers and their clients: llama.cpp's own, and one that launches its kernels at once."""

import contextlib
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path

from common import ANSWER_TOKENS, PROMPT_TOKENS
from processes import end

HERE = Path(__file__).parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server in a process of its own. Quiet: it does not raise the clocks by its mere presence."""

    name, ready_s = "", 120

    def __init__(self, options):
        self.options, self.process, self.quiet = options, None, True
        self.last_end = time.monotonic()
        self.log = open(Path(options.out).with_suffix(f".{self.name}.log"), "a")

    def start(self, quiet=True, through=(), environment=os.environ):
        """Starts it, through another command where one is given."""
        self.quiet, self.port = quiet, free_port()
        environment = {**environment, "CUDA_DISABLE_PERF_BOOST": "1"}
        if not quiet:
            del environment["CUDA_DISABLE_PERF_BOOST"]
        self.process = subprocess.Popen(
            [*through, *self.command()], env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )
        until = time.monotonic() + self.ready_s
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}; see {self.log.name}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.answers():
                    self.last_end = time.monotonic()
                    return
            time.sleep(0.3)
        raise TimeoutError(f"{self.name} is not ready within {self.ready_s} s")

    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        end(self.process)


class Llama(Server):
    """llama.cpp's server."""

    name = "llama-server"

    def __init__(self, options):
        super().__init__(options)
        self.random = random.Random(8)

    def command(self):
        options = self.options
        program = [sys.executable, str(HERE / "stand_in.py")] if options.dry else [options.server]
        command = [*program, "-m", options.model, "-ngl", "99", "-c", "2048", "-np", "1"]
        return [*command, "--host", "127.0.0.1", "--port", str(self.port)]

    def answers(self):
        return self.get("/health") == 200

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
            # The first token is part of the prompt's batch.
            "first_ms": round(timings["prompt_ms"], 2),
            "prompt_ms": round(timings["prompt_ms"], 2),
            "predicted_ms": round(timings["predicted_ms"], 2),
            "prompt_n": timings["prompt_n"],
            "predicted_n": timings["predicted_n"],
        }


class Decoder(Server):
    """The server that launches at once, asked over a connection that stays open."""

    name, ready_s = "decoder", 150

    def __init__(self, options):
        super().__init__(options)
        self.connection = None

    def command(self):
        command = [self.options.python, str(HERE / "decode_loop.py"), str(self.port)]
        return command + (["--pretend"] if self.options.dry else [])

    def answers(self):
        self.connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return True

    def ask(self):
        """One request: milliseconds to the first token and to the last."""
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

    def stop(self):
        if self.connection:
            self.connection.close()
        super().stop()


def in_step(server, engine):
    """For a trial without a GPU: requests are made when the simulated server is asked."""
    ask = server.ask

    def ask_in_step():
        before, until = engine.wakes().get("sensed"), time.monotonic() + 4.5
        while engine.wakes().get("sensed") == before and time.monotonic() < until:
            time.sleep(0.02)
        return ask()

    server.ask = ask_in_step
    return server
