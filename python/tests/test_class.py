"""What the original's class and functions do, and how ours differ."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import inspect
import signal
import threading
import time
import warnings
from pathlib import Path
from typing import Callable

import pytest
from support import Output, UsersEngine, gpu, python, runs, status, until

import gpu_keepalive
from gpu_keepalive import GPUKeepalive, GPUKeepaliveError, connect
from gpu_keepalive._decisions import Decisions

SCENARIOS = Path(__file__).resolve().parents[2] / "tests/scenarios"


def test_the_arguments_are_the_originals() -> None:
    parameters = inspect.signature(GPUKeepalive).parameters.values()
    assert [(one.name, one.default) for one in parameters] == [
        ("device_id", 0),
        ("keepalive_interval", 0.1),
        ("tensor_size", (256, 256)),
        ("auto_thermal_protection", True),
        ("max_temperature", 83.0),
        ("debug", False),
    ]
    functions: list[tuple[Callable[..., object], list[tuple[str, object]]]] = [
        (gpu_keepalive.start_keepalive, [("device_id", 0), ("debug", False)]),
        (gpu_keepalive.stop_keepalive, [("keepalive", inspect.Parameter.empty)]),
        (gpu_keepalive.setup_signal_handlers, [("keepalive", inspect.Parameter.empty)]),
    ]
    for function, expected in functions:
        found = inspect.signature(function).parameters.values()
        assert [(one.name, one.default) for one in found] == expected
    keepalive = GPUKeepalive(0, 0.2, (128, 128), False, 70.0, True)
    assert keepalive.keepalive_interval == 0.2
    assert keepalive.tensor_size == (128, 128)
    assert keepalive.auto_thermal_protection is False
    assert keepalive.max_temperature == 70.0
    assert keepalive.debug is True


def test_nothing_runs_before_start() -> None:
    keepalive = GPUKeepalive()
    assert (keepalive.running, keepalive.paused, keepalive.generation_active) == (False, False, False)
    assert keepalive.operation_count == 0
    assert not runs()
    keepalive.stop()


def test_the_gpu_is_ready_from_start_to_stop() -> None:
    keepalive = GPUKeepalive()
    for _ in range(2):
        keepalive.start()
        assert keepalive.running
    until("a ready GPU", lambda: gpu().ready is True)
    assert gpu().phase == "warm"
    for _ in range(2):
        keepalive.stop()
        assert not keepalive.running
    until("the end of an engine that nobody needs", lambda: not runs())


@pytest.mark.parametrize("name", ["start", "stop", "pause", "resume"])
def test_every_switch_returns_nothing(name: str) -> None:
    keepalive = GPUKeepalive()
    assert getattr(keepalive, name)() is None
    assert getattr(keepalive, name)() is None
    keepalive.stop()


def test_it_can_be_started_again() -> None:
    keepalive = GPUKeepalive()
    for _ in range(3):
        keepalive.start()
        assert status().engine.users == 1
        keepalive.stop()


def test_a_pause_ends_the_demand_and_a_resume_begins_it() -> None:
    keepalive = GPUKeepalive()
    keepalive.pause()
    assert keepalive.paused
    keepalive.start()
    assert gpu().phase == "asleep"
    keepalive.resume()
    assert not keepalive.paused
    until("a held GPU", lambda: gpu().phase == "warm")
    keepalive.pause()
    keepalive.pause()
    until("a released GPU", lambda: gpu().phase == "asleep")
    assert keepalive.running
    keepalive.stop()


def test_inference_is_a_lease() -> None:
    with GPUKeepalive() as keepalive:
        with keepalive.inference_mode() as nothing:
            assert nothing is None
            assert keepalive.generation_active
            assert status().engine.leases == 1
            with keepalive.inference_mode():
                assert keepalive.generation_active
            assert keepalive.generation_active
        assert not keepalive.generation_active
        assert status().engine.leases == 0


def test_inference_waits_for_the_clocks_and_begins_without_them(
    users_engine: Callable[..., UsersEngine], capsys: pytest.CaptureFixture[str]
) -> None:
    engine = users_engine("--simulate", "h200-quiet")
    keepalive = GPUKeepalive(debug=True)
    keepalive.pause()
    with keepalive:
        until("standby", lambda: gpu().phase == "standby")
        with keepalive.inference_mode():
            pass
        assert "without raised clocks" not in capsys.readouterr().out
        with connect() as client:
            client.ask("off")
        until("the end of standby", lambda: gpu().phase == "off")
        with keepalive.inference_mode(wait=False):
            pass
        assert "without raised clocks" not in capsys.readouterr().out
        with keepalive.inference_mode():
            assert status().engine.leases == 1
        assert "Inference begins without raised clocks: nothing raises" in capsys.readouterr().out
    engine.end()


def test_inference_ends_with_an_exception() -> None:
    with GPUKeepalive() as keepalive:
        with pytest.raises(ZeroDivisionError), keepalive.inference_mode():
            raise ZeroDivisionError
        assert not keepalive.generation_active
        assert status().engine.leases == 0


def test_inference_decorates_a_function() -> None:
    with GPUKeepalive() as keepalive:

        @keepalive.inference_mode()
        def answer() -> int:
            return status().engine.leases

        assert answer() == 1


def test_inference_in_a_coroutine() -> None:
    async def answer(keepalive: GPUKeepalive) -> int:
        async with keepalive.inference_mode():
            return status().engine.leases

    with GPUKeepalive() as keepalive:
        assert asyncio.run(answer(keepalive)) == 1
        assert status().engine.leases == 0


@pytest.mark.parametrize("entered", [False, True])
def test_a_coroutine_that_is_cancelled_leaves_no_lease(entered: bool) -> None:
    async def cancelled(keepalive: GPUKeepalive) -> None:
        inside, leave = asyncio.Event(), asyncio.Event()

        async def answer() -> None:
            async with keepalive.inference_mode():
                inside.set()
                await leave.wait()

        task = asyncio.create_task(answer())
        if entered:
            await inside.wait()
        # Entering and leaving wait for this lock.
        with keepalive._session._lock:
            leave.set()
            for _ in range(3):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert inside.is_set() == entered

    with GPUKeepalive() as keepalive:
        asyncio.run(cancelled(keepalive))
        # A lease that was asked for before the cancellation may begin only now, and ends then.
        until(
            "the end of the lease",
            lambda: not keepalive.generation_active and status().engine.leases == 0,
        )


def test_inference_without_a_start_changes_nothing() -> None:
    keepalive = GPUKeepalive()
    with keepalive.inference_mode():
        assert keepalive.generation_active
        assert not runs()
    assert not keepalive.generation_active


def test_the_statistics_are_the_originals_and_ours() -> None:
    keepalive = GPUKeepalive()
    before = keepalive.get_stats()
    assert before["temperature_celsius"] is None
    assert before["gpu_name"] == "NVIDIA GeForce RTX 4090"
    with keepalive:
        until("a ready GPU", lambda: keepalive.get_stats()["ready"] is True)
        stats = keepalive.get_stats()
    assert list(stats)[:9] == [
        "gpu_name",
        "device_id",
        "running",
        "paused",
        "operation_count",
        "memory_allocated_gb",
        "memory_cached_gb",
        "temperature_celsius",
        "thermal_protection",
    ]
    assert set(stats) - set(before) == set()
    assert stats["running"] is True
    assert stats["thermal_protection"] is True
    assert isinstance(stats["temperature_celsius"], float)
    assert (stats["memory_allocated_gb"], stats["memory_cached_gb"]) == (0.0, 0.0)
    assert stats["phase"] == "warm"
    assert stats["strategy"] is not None
    assert stats["pstate"] <= 2
    assert stats["power_w"] > 0
    assert stats["wakes"]["sensed"] == 0


def test_operations_are_pulses_since_the_start(users_engine: Callable[..., UsersEngine]) -> None:
    users_engine(settings='strategy = "pulse"\n')
    with GPUKeepalive() as keepalive:
        until("three pulses", lambda: keepalive.operation_count >= 3)
    count = keepalive.operation_count
    assert count >= 3
    assert count == keepalive.get_stats()["operation_count"], "none after the stop"
    keepalive.start()
    assert keepalive.operation_count < count
    keepalive.stop()


@pytest.mark.parametrize("name", ["keepalive_tensor", "device"])
def test_what_cannot_be_there_says_why(name: str) -> None:
    with pytest.raises(AttributeError, match=f"{name} does not exist: .*PyTorch"):
        getattr(GPUKeepalive(), name)


def test_an_unknown_attribute_is_one() -> None:
    with pytest.raises(AttributeError, match="'GPUKeepalive' object has no attribute 'nothing'"):
        GPUKeepalive().nothing  # noqa: B018


def test_without_a_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPU_KEEPALIVE_SIMULATE", "no-driver")
    with pytest.raises(RuntimeError, match=r"^CUDA not available\. .*driver") as caught:
        GPUKeepalive()
    assert isinstance(caught.value, GPUKeepaliveError)


@pytest.mark.parametrize("device", [1, -1])
def test_without_that_device(device: int) -> None:
    with pytest.raises(ValueError, match=rf"^Device {device} not available\. Found 1 GPUs\.$") as caught:
        GPUKeepalive(device_id=device)
    assert isinstance(caught.value, GPUKeepaliveError)


def test_without_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPU_KEEPALIVE_BINARY", "/nowhere/gpu-keepalive")
    with pytest.raises(GPUKeepaliveError, match="/nowhere/gpu-keepalive"):
        GPUKeepalive()


def test_debug_prints_what_the_original_did_and_every_decision(capfd: pytest.CaptureFixture[str]) -> None:
    keepalive = GPUKeepalive(debug=True)
    keepalive.start()
    keepalive.start()
    output = Output(capfd)
    until("the decision", lambda: "Ready: " in output.read())
    keepalive.pause()
    keepalive.resume()
    keepalive.stop()
    lines = output.read().splitlines()
    assert all(line.startswith("[GPU_KEEPALIVE] ") for line in lines), lines
    for line in (
        "GPU Keepalive initialized for NVIDIA GeForce RTX 4090",
        "GPU keepalive started - RTX will maintain P0 state",
        "Starting GPU keepalive loop",
        "Keepalive already running",
        "Keepalive paused",
        "Keepalive resumed",
        "GPU keepalive stopped after 0 operations",
    ):
        assert f"[GPU_KEEPALIVE] {line}" in lines


def test_debug_prints_heat_and_progress_as_the_original_did(
    users_engine: Callable[..., UsersEngine], capfd: pytest.CaptureFixture[str]
) -> None:
    users_engine("--simulate", str(SCENARIOS / "quick-heat.toml"))
    output = Output(capfd)
    with GPUKeepalive(debug=True):
        until("heat", lambda: "[GPU_KEEPALIVE] Thermal protection activated: " in output.read())
        hot = gpu()
    lines: list[str] = []
    decisions = Decisions(hot.uuid, lines.append)
    begin = time.monotonic()
    for pulses, seconds in [(100, 0), (150, 5), (150, 15), (150, 30), (160, 32), (170, 35), (20, 50), (30, 60)]:
        decisions.show(dataclasses.replace(hot, pulses=pulses), begin + seconds)
    assert lines == [
        hot.phase_text,
        f"Thermal protection activated: {hot.temperature_c}°C",
        *(f"Keepalive active: {count} operations completed" for count in (50, 60, 10)),
    ]


def test_debug_follows_the_engine_that_replaces_another(
    users_engine: Callable[..., UsersEngine], capfd: pytest.CaptureFixture[str]
) -> None:
    engine = users_engine()
    output = Output(capfd)
    with GPUKeepalive(debug=True):
        until("the first", lambda: output.read().count("Starting GPU keepalive loop") == 1)
        engine.end()
        until("the second", lambda: output.read().count("Starting GPU keepalive loop") == 2)


def test_start_and_stop_functions() -> None:
    ended = python(
        "import signal\n"
        "from gpu_keepalive import start_keepalive, stop_keepalive\n"
        "keepalive = start_keepalive(0, False)\n"
        "assert keepalive.running\n"
        "stop_keepalive(keepalive)\n"
        "assert not keepalive.running\n"
        "keepalive.start()\n"
        "signal.raise_signal(signal.SIGTERM)\n"
    )
    assert ended == (0, "\nReceived signal 15, shutting down GPU keepalive...\n", "")


def test_a_start_in_another_thread_leaves_the_signals_alone() -> None:
    kept: list[GPUKeepalive] = []
    thread = threading.Thread(target=lambda: kept.append(gpu_keepalive.start_keepalive()))
    thread.start()
    thread.join()
    assert kept[0].running
    kept[0].stop()


def test_threads_share_one_lease(users_engine: Callable[..., UsersEngine]) -> None:
    users_engine()
    failed: list[BaseException] = []
    with GPUKeepalive() as keepalive:

        def work(number: int) -> None:
            try:
                for _ in range(100):
                    with keepalive.inference_mode(wait=False):
                        assert keepalive.generation_active
                    if number == 0:
                        keepalive.get_stats()
                    if number == 1:
                        keepalive.pause()
                        keepalive.resume()
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert not keepalive.generation_active
        assert status().engine.leases == 0
        until("a held GPU", lambda: gpu().phase == "warm")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers here")
def test_an_interrupt_at_any_moment_leaves_it_whole(users_engine: Callable[..., UsersEngine]) -> None:
    users_engine()
    keepalive = GPUKeepalive()
    keepalive.start()

    def interrupt(*_: object) -> None:
        keepalive.get_stats()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        for number in range(100):
            with contextlib.suppress(KeyboardInterrupt):
                signal.setitimer(signal.ITIMER_REAL, 0.0005 + 0.00003 * number)
                while True:
                    with keepalive.inference_mode(wait=False):
                        pass
    finally:
        signal.signal(signal.SIGALRM, before)
    until("one hold", lambda: status().engine.users == 1)
    assert keepalive.get_stats()["gpu_name"] == "NVIDIA GeForce RTX 4090"
    assert keepalive.get_stats()["phase"] is not None
    keepalive.stop()
    until("no hold and no lease", lambda: (status().engine.users, status().engine.leases) == (0, 0))


def test_a_healthy_life_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with GPUKeepalive(0, 0.25, (512, 512), False, 75.0), GPUKeepalive():
            assert status().engine.users == 2
