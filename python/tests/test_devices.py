"""CUDA's device indices in this process."""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest

from gpu_keepalive import CudaNotAvailableError, GPUKeepalive, _devices


def card(bus: int, uuid: str, *, major: int = 8, bandwidth: int | None = 500) -> dict[str, Any]:
    return {
        "index": bus - 1,
        "uuid": f"GPU-{uuid}-0000-4000-8000-000000000000",
        "name": uuid,
        "pci_bus_id": f"0000:{bus:02x}:00.0",
        "compute_capability": {"major": major, "minor": 0},
        "memory_bandwidth_gbps": bandwidth,
    }


OLD = card(1, "aaaaaaaa", major=7)
NEW = card(2, "abbbbbbb", major=9)
TWIN = card(3, "cccccccc", major=9)
UNKNOWN = {**card(4, "dddddddd"), "compute_capability": None, "memory_bandwidth_gbps": None}
CARDS = [OLD, NEW, TWIN, UNKNOWN]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, [NEW, TWIN, OLD, UNKNOWN]),
        ({"CUDA_DEVICE_ORDER": "FASTEST_FIRST"}, [NEW, TWIN, OLD, UNKNOWN]),
        ({"CUDA_DEVICE_ORDER": "PCI_BUS_ID"}, CARDS),
        ({"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": "2,0"}, [TWIN, OLD]),
        ({"CUDA_VISIBLE_DEVICES": "0"}, [NEW]),
        ({"CUDA_VISIBLE_DEVICES": " 1 , 0 "}, [TWIN, NEW]),
        # An entry that names nothing hides itself and what follows.
        ({"CUDA_VISIBLE_DEVICES": "1,7,0"}, [TWIN]),
        ({"CUDA_VISIBLE_DEVICES": "1,-1,0"}, [TWIN]),
        ({"CUDA_VISIBLE_DEVICES": "none"}, []),
        ({"CUDA_VISIBLE_DEVICES": ""}, []),
        ({"CUDA_VISIBLE_DEVICES": "0,0"}, []),
        ({"CUDA_VISIBLE_DEVICES": str(OLD["uuid"])}, [OLD]),
        ({"CUDA_VISIBLE_DEVICES": "GPU-c,GPU-ab"}, [TWIN, NEW]),
        # Two begin so.
        ({"CUDA_VISIBLE_DEVICES": "GPU-a"}, []),
        ({"CUDA_VISIBLE_DEVICES": f"MIG-{TWIN['uuid']}/1/0"}, [TWIN]),
        ({"CUDA_VISIBLE_DEVICES": "MIG-11111111-0000-4000-8000-000000000000"}, []),
    ],
)
def test_what_cuda_shows(environment: dict[str, str], expected: list[dict[str, Any]]) -> None:
    assert [one["name"] for one in _devices.visible(CARDS, environment)] == [one["name"] for one in expected]


def test_an_instance_of_the_only_card_is_on_it() -> None:
    environment = {"CUDA_VISIBLE_DEVICES": "MIG-11111111-0000-4000-8000-000000000000"}
    assert _devices.visible([NEW], environment) == [NEW]


def test_the_variables_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPU_KEEPALIVE_SIMULATE", "two-gpus")
    monkeypatch.setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    first, second = GPUKeepalive(0), GPUKeepalive(1)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert GPUKeepalive(0)._gpu == second._gpu != first._gpu
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with pytest.raises(CudaNotAvailableError, match=r"^CUDA not available\."):
        GPUKeepalive()


class FakeTorch(types.ModuleType):
    """PyTorch as a process that uses CUDA has it."""

    def __init__(self, uuids: list[str], initialized: bool = True) -> None:
        super().__init__("torch")
        self.cuda = types.SimpleNamespace(
            is_initialized=lambda: initialized,
            get_device_properties=lambda index: types.SimpleNamespace(uuid=uuids[index]),
            memory_allocated=lambda index: 3 * 1024**3,
            memory_reserved=lambda index: 4 * 1024**3,
        )


def test_pytorch_of_this_process_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPU_KEEPALIVE_SIMULATE", "two-gpus")
    monkeypatch.setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    uuids = [GPUKeepalive(index)._gpu["uuid"] for index in (1, 0)]
    monkeypatch.setitem(sys.modules, "torch", FakeTorch([uuid[4:] for uuid in uuids]))
    keepalive = GPUKeepalive(0)
    assert keepalive._gpu["uuid"] == uuids[0]
    stats = keepalive.get_stats()
    assert (stats["memory_allocated_gb"], stats["memory_cached_gb"]) == (3.0, 4.0)


def test_pytorch_that_does_not_use_cuda_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", FakeTorch([], initialized=False))
    assert GPUKeepalive(0).get_stats()["memory_allocated_gb"] == 0.0
