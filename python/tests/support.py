"""What several tests need."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, NamedTuple

import pytest

from gpu_keepalive import NotRunningError, _engine, connect, protocol

DEADLINE_S = 30.0


def until(what: str, is_so: Callable[[], bool]) -> None:
    """Waits for a condition; fails with its name."""
    last = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < last, f"in vain: {what}"
        time.sleep(0.01)


class Output:
    """What was printed, from the first time that it was read."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self._captured = captured
        self._text = ""

    def read(self) -> str:
        self._text += self._captured.readouterr().out
        return self._text


def status() -> protocol.Status:
    with connect() as client:
        return client.status()


def gpu(index: int = 0) -> protocol.GpuStatus:
    return status().gpus[index]


def runs() -> bool:
    try:
        connect().close()
    except NotRunningError:
        return False
    return True


class Ended(NamedTuple):
    code: int
    out: str
    err: str


def python(script: str, *options: str) -> Ended:
    """Runs a program of a user's to its end."""
    ended = subprocess.run(
        [sys.executable, "-W", "error", *options, "-c", script], capture_output=True, text=True, timeout=DEADLINE_S
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


class UsersEngine:
    """The engine that the user runs, with the user's settings."""

    def __init__(self, *arguments: str, settings: str = "") -> None:
        folder = Path(os.environ["XDG_CONFIG_HOME"]) / "gpu-keepalive"
        folder.mkdir(exist_ok=True)
        (folder / "settings.toml").write_text(settings)
        self.process = subprocess.Popen(
            [_engine.find_binary(), "run", "--mode", "on_demand", *arguments], stdout=subprocess.DEVNULL
        )
        until("an engine that answers", runs)

    def end(self, signal: int = 15) -> None:
        self.process.send_signal(signal)
        self.process.wait(timeout=DEADLINE_S)
