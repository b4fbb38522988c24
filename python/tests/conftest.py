from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest
from support import UsersEngine, runs, status, until

from gpu_keepalive import NotRunningError, _session


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user with an empty home, a simulated card and no engine; ends the engine that a test leaves."""
    for name in ("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "RUST_LOG"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "XDG_RUNTIME_DIR", "GPU_KEEPALIVE_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("GPU_KEEPALIVE_SIMULATE", "rtx-4090")
    yield tmp_path
    # What a test that failed has left must not reach the next one.
    for session in list(_session._sessions):
        session.close()
    try:
        os.kill(status().engine.pid, 15)
    except (NotRunningError, ProcessLookupError):
        return
    until("the end of the engine", lambda: not runs())


@pytest.fixture
def users_engine() -> Iterator[Callable[..., UsersEngine]]:
    started: list[UsersEngine] = []

    def start(*arguments: str, settings: str = "") -> UsersEngine:
        started.append(UsersEngine(*arguments, settings=settings))
        return started[-1]

    yield start
    for engine in started:
        engine.end()
