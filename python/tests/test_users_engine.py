"""The user's running engine: its settings are the user's, and it may be of another version."""

from __future__ import annotations

import gc
import json
import os
import re
import socket
import threading
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Callable

import pytest
from support import UsersEngine, gpu, runs, status, until

from gpu_keepalive import GPUKeepalive, GPUKeepaliveWarning, NotRunningError, connect

# 100,000 in what is scheduled.
LEASES = int(os.environ.get("GPU_KEEPALIVE_LEASES", "2000"))


def test_it_is_used_and_left_running(users_engine: Callable[..., UsersEngine]) -> None:
    engine = users_engine()
    with GPUKeepalive() as keepalive:
        assert keepalive.status().engine.pid == engine.process.pid
        until("a held GPU", lambda: gpu().phase == "warm")
        cause = gpu().message.causes[0]
        assert cause.id == "held_for"
        assert cause.values is not None
        assert "pytest" in cause.values["application"] or cause.values["application"] == "__main__.py"
    until("a released GPU", lambda: gpu().phase == "asleep")
    assert engine.process.poll() is None


def test_each_argument_that_is_not_in_force_warns_once(users_engine: Callable[..., UsersEngine]) -> None:
    users_engine(settings="thermal.max_temperature = 70\n")
    keepalive = GPUKeepalive(0, 0.5, (64, 64), False, 75.0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        keepalive.start()
        keepalive.stop()
        keepalive.start()
        keepalive.stop()
    messages = [str(warning.message) for warning in caught]
    assert [message.split(" is ")[0] for message in messages] == [
        "keepalive_interval=0.5",
        "tensor_size=(64, 64)",
        "auto_thermal_protection=False",
        "max_temperature=75.0",
    ]
    assert "thermal.max_temperature = 70" in messages[3]
    assert all(warning.category is GPUKeepaliveWarning for warning in caught)
    assert {warning.filename for warning in caught} == {__file__}


def test_an_argument_that_is_in_force_does_not_warn(users_engine: Callable[..., UsersEngine]) -> None:
    users_engine(settings="thermal.max_temperature = 75\npulse.interval_ms = 500\n")
    with GPUKeepalive(keepalive_interval=0.5, max_temperature=75):
        pass


def test_an_engine_of_our_own_takes_the_arguments() -> None:
    with GPUKeepalive(0, 0.5, (100, 400), False, 75.0), connect() as client:
        settings = {one["key"]: one["value"] for one in client.ask("settings")["settings"]["settings"]}
    assert settings["pulse.interval_ms"] == 500
    assert settings["pulse.matrix_size"] == 200
    assert settings["thermal.enabled"] is False
    assert settings["thermal.max_temperature"] == 75


@pytest.mark.parametrize(
    ("arguments", "in_force"),
    [
        ({"keepalive_interval": 0.01}, "100"),
        ({"tensor_size": (8, 8)}, "16"),
        ({"max_temperature": 120.0}, "95"),
        ({"max_temperature": 75.5}, "76"),
    ],
)
def test_what_the_engine_does_not_take_is_said(arguments: dict[str, Any], in_force: str) -> None:
    with pytest.warns(GPUKeepaliveWarning, match=f"= {in_force}\\."), GPUKeepalive(**arguments):
        pass


def test_a_gpu_that_the_user_left_out_is_said(
    users_engine: Callable[..., UsersEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPU_KEEPALIVE_SIMULATE", "two-gpus")
    users_engine(settings="gpus = [0]\n")
    monkeypatch.setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    with pytest.warns(GPUKeepaliveWarning, match="`gpus`"), GPUKeepalive(1) as keepalive:
        assert keepalive.get_stats()["phase"] is None


def test_only_the_gpu_of_the_device_is_held(
    users_engine: Callable[..., UsersEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPU_KEEPALIVE_SIMULATE", "two-gpus")
    users_engine()
    monkeypatch.setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    with GPUKeepalive(1):
        until("a held GPU", lambda: gpu(1).phase == "warm")
        assert gpu(0).phase == "asleep"


class OldEngine:
    """An engine of a version that knows neither holds nor the fields that came with them."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        with UsersEngineForStatus() as engine:
            self.status = engine
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / "gpu-keepalive.sock"))
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.attend, args=(client,), daemon=True).start()

    def attend(self, client: socket.socket) -> None:
        with client, client.makefile("rw") as lines:
            for line in lines:
                request = json.loads(line)["request"]
                self.asked.append(request)
                answer: dict[str, Any] = {"ok": "done"}
                if request in ("hold", "release"):
                    answer = {"error": {"code": "unknown_request", "message": f"there is no request {request}"}}
                elif request == "gpus":
                    answer = {"ok": {"gpus": self.status["gpus"]}}
                elif request == "status":
                    answer = {"ok": {"status": self.status["status"]}}
                lines.write(json.dumps(answer) + "\n")
                lines.flush()


class UsersEngineForStatus:
    """What a real engine answers, without what is new."""

    def __enter__(self) -> dict[str, Any]:
        engine = UsersEngine()
        with connect() as client:
            answers = {"gpus": client.ask("gpus")["gpus"], "status": client.ask("status")["status"]}
        engine.end()
        del answers["status"]["engine"]["users"], answers["status"]["energy"]["text"]
        answers["status"]["engine"]["of_a_later_version"] = 1
        return answers

    def __exit__(self, *_: object) -> None:
        pass


def test_an_engine_of_another_version_does_what_both_know(home: Path) -> None:
    engine = OldEngine(home)
    keepalive = GPUKeepalive()
    with pytest.warns(GPUKeepaliveWarning, match="older than this package.*Update it"):
        keepalive.start()
    with keepalive.inference_mode():
        assert keepalive.get_stats()["phase"] == "asleep"
    found = keepalive.status()
    assert found.engine.mode == "on_demand"
    assert found.engine.users is None
    assert found.energy.text is None
    keepalive.stop()
    assert [one for one in engine.asked if "lease" in one] == ["begin_lease", "end_lease"]
    engine.listener.close()
    os.unlink(home / "gpu-keepalive.sock")


def test_many_leases_leave_nothing(users_engine: Callable[..., UsersEngine]) -> None:
    engine = users_engine()
    processes = ("self", str(engine.process.pid))
    with GPUKeepalive() as keepalive:

        def lease(times: int) -> None:
            for _ in range(times):
                with keepalive.inference_mode(wait=False):
                    pass
            gc.collect()

        lease(LEASES // 5)
        files, threads = open_files(processes), threading.active_count()
        before = [resident_kib(process) for process in processes]
        lease(LEASES)
        grown = [resident_kib(process) - kib for process, kib in zip(processes, before)]
        print(f"{LEASES} leases: grown by {grown} KiB")
        assert all(kib < 4096 for kib in grown), grown
        # The engine opens files for a moment when it reads the process table.
        until("as many open files as before", lambda: open_files(processes) <= files)
        assert threading.active_count() == threads
        assert status().engine.leases == 0


def open_files(processes: Iterable[str]) -> int:
    return sum(len(os.listdir(f"/proc/{process}/fd")) for process in processes)


def resident_kib(process: str) -> int:
    (kib,) = re.findall(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    return int(kib)


def test_without_an_engine() -> None:
    keepalive = GPUKeepalive()
    for request in (keepalive.status, keepalive.warm, keepalive.watch, connect):
        with pytest.raises(NotRunningError, match="not running"):
            request()
    assert not runs()
