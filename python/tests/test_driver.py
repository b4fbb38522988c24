"""The class over the real engine on the project's fake driver: libraries without a GPU, and a log of what they did."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Callable

import pytest
from support import UsersEngine, gpu, runs, status, until

from gpu_keepalive import GPUKeepalive, _engine

LIBRARY = os.environ.get("GPU_KEEPALIVE_FAKE_DRIVER", "")
FAKES = Path(__file__).resolve().parents[2] / "tests/fakes"

pytestmark = pytest.mark.skipif(not LIBRARY, reason="GPU_KEEPALIVE_FAKE_DRIVER names none; cargo xtask python does")


class FakeDriver:
    """A driver in a folder of its own, and the bundled program on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "lib").mkdir(parents=True)
        (folder / "fail").mkdir()
        for library in ("libnvidia-ml.so.1", "libcuda.so.1"):
            shutil.copy(LIBRARY, folder / "lib" / library)
        (folder / "driver-process").symlink_to(FAKES / "driver-process.sh")
        (folder / "program").symlink_to(_engine.find_binary())
        self.set()

    def set(self, **values: object) -> None:
        """Replaces some of what there is to read."""
        # The first of two lines with the same key counts.
        changes = "".join(f"{key}={value}\n" for key, value in values.items())
        (self.folder / "new").write_text(changes + (FAKES / "values.txt").read_text())
        (self.folder / "new").rename(self.folder / "values")

    def events(self, beginning: str) -> list[str]:
        log = self.folder / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        events = [line.partition(" ")[2] for line in lines]
        return [event for event in events if event.startswith(beginning)]

    def uuid(self, index: int) -> str:
        return f"GPU-0fa4e000-0000-4000-8000-0000000000{index:02x}"


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeDriver:
    made = FakeDriver(tmp_path / "driver")
    monkeypatch.delenv("GPU_KEEPALIVE_SIMULATE")
    monkeypatch.setenv("GPU_KEEPALIVE_BINARY", str(made.folder / "driver-process"))
    return made


def test_start_holds_the_gpu_and_stop_leaves_nothing(
    driver: FakeDriver, users_engine: Callable[..., UsersEngine]
) -> None:
    users_engine(settings='strategy = "context"\n')
    keepalive = GPUKeepalive()
    keepalive.start()
    until("a context", lambda: bool(driver.events("open context")))
    driver.set(pstate=0, sm_clock=1980)
    until("a ready GPU", lambda: keepalive.get_stats()["ready"] is True)
    keepalive.stop()
    until("the end of the context", lambda: not holds_a_context(driver))
    assert driver.events("misuse") == []


def holds_a_context(driver: FakeDriver) -> bool:
    log = (driver.folder / "log").read_text().splitlines()
    pids = {line.split(" ")[0] for line in log if " open context " in line}
    return any(Path("/proc", pid).exists() for pid in pids)


def test_the_statistics_are_the_drivers(driver: FakeDriver) -> None:
    driver.set(pstate=0, sm_clock=1980, temperature=57, power_mw=43210)
    with GPUKeepalive() as keepalive:
        until("a reading", lambda: keepalive.get_stats()["power_w"] is not None)
        stats = keepalive.get_stats()
        assert status().engine.simulated is False
    assert (stats["gpu_name"], stats["device_id"]) == ("Fake GPU", 0)
    assert (stats["temperature_celsius"], stats["power_w"], stats["pstate"]) == (57.0, 43.21, 0)
    until("the end of an engine that nobody needs", lambda: not runs())


def test_pulses_rest_during_inference(driver: FakeDriver, users_engine: Callable[..., UsersEngine]) -> None:
    users_engine(settings='strategy = "pulse"\n')
    driver.set(pstate=0, sm_clock=1980)
    with GPUKeepalive() as keepalive:
        until("a pulse", lambda: keepalive.operation_count > 0)
        with keepalive.inference_mode(wait=False):
            assert status().engine.leases == 1
            until("the end of pulses", lambda: gpu().pulse_interval_ms is None)
            launches = driver.events("launch")
            # Readings come less often than pulses.
            for celsius in (61, 62):
                driver.set(pstate=0, sm_clock=1980, temperature=celsius)
                until("a reading", lambda expected=celsius: gpu().temperature_c == expected)  # type: ignore[misc]
            assert driver.events("launch") == launches
        until("another pulse", lambda: len(driver.events("launch")) > len(launches))


@pytest.mark.parametrize(
    ("environment", "device", "expected"),
    [
        ({}, 1, 1),
        ({"CUDA_VISIBLE_DEVICES": "2,0"}, 0, 2),
        ({"CUDA_VISIBLE_DEVICES": "2,0"}, 1, 0),
        ({"CUDA_VISIBLE_DEVICES": "GPU-0fa4e000-0000-4000-8000-000000000001"}, 0, 1),
        ({"CUDA_VISIBLE_DEVICES": "MIG-GPU-0fa4e000-0000-4000-8000-000000000002/1/0"}, 0, 2),
        ({"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": "1"}, 0, 1),
    ],
)
def test_the_gpu_of_the_device_is_held(
    driver: FakeDriver,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    device: int,
    expected: int,
) -> None:
    driver.set(gpus=3)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with GPUKeepalive(device):
        # The engine itself sees every GPU, whatever this process may use.
        assert [one.uuid for one in status().gpus] == [driver.uuid(index) for index in range(3)]
        until("a hold", lambda: gpu(expected).phase != "asleep")
        assert [index for index in range(3) if gpu(index).phase != "asleep"] == [expected]


def test_without_its_library_there_is_no_cuda(driver: FakeDriver) -> None:
    (driver.folder / "lib/libnvidia-ml.so.1").unlink()
    with pytest.raises(RuntimeError, match=r"^CUDA not available\. "):
        GPUKeepalive()


def test_a_device_that_the_driver_does_not_have(driver: FakeDriver) -> None:
    driver.set(gpus=2)
    with pytest.raises(ValueError, match=r"^Device 2 not available\. Found 2 GPUs\.$"):
        GPUKeepalive(2)
