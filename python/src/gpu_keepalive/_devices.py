"""CUDA's devices in this process, and the GPUs that they are."""

from __future__ import annotations

import os
import sys

from . import _engine
from ._connection import Connection
from ._errors import DeviceNotAvailableError, NotRunningError, RequestError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Gpu = Mapping[str, Any]


def find_gpu(device_id: int) -> Gpu:
    """Returns the GPU of a CUDA device index in this process, as ``gpus --json`` describes it.

    Raises:
        CudaNotAvailableError: no driver, or no GPU that this process may use.
        DeviceNotAvailableError: no such index.
    """
    gpus = visible(_gpus(), os.environ)
    if not gpus:
        raise _engine.cuda_not_available("This process has no GPU that it may use.")
    if not 0 <= device_id < len(gpus):
        raise DeviceNotAvailableError(f"Device {device_id} not available. Found {len(gpus)} GPUs.")
    uuid = _uuid_by_torch(device_id)
    exact = [gpu for gpu in gpus if gpu["uuid"] == uuid]
    return exact[0] if exact else gpus[device_id]


def _gpus() -> Sequence[Gpu]:
    """The GPUs in the driver's order, which is that of the PCI bus."""
    gpus: Sequence[Gpu] = ()
    try:
        connection = Connection()
    except NotRunningError:
        pass
    else:
        try:
            gpus = connection.ask("gpus")["gpus"]
        except (RequestError, NotRunningError):
            pass  # It is ending.
        finally:
            connection.close()
    # An engine that found none knows the reason no better than the program does.
    return gpus or _engine.run_json("gpus")["gpus"]


def visible(gpus: Sequence[Gpu], environment: Mapping[str, str]) -> list[Gpu]:
    """Returns the GPUs that CUDA shows a process with that environment, in its order."""
    ordered = sorted(gpus, key=lambda gpu: str(gpu["pci_bus_id"]))
    if environment.get("CUDA_DEVICE_ORDER", "").strip().upper() != "PCI_BUS_ID":
        ordered.sort(key=_speed, reverse=True)
    chosen = environment.get("CUDA_VISIBLE_DEVICES")
    if chosen is None:
        return ordered
    seen: list[Gpu] = []
    for word in chosen.split(","):
        gpu = _named(ordered, word.strip())
        if gpu is None:
            # CUDA ignores an entry that names nothing, and every one after it.
            break
        if gpu in seen:
            # One device cannot be there twice: CUDA then shows none.
            return []
        seen.append(gpu)
    return seen


def _named(gpus: Sequence[Gpu], word: str) -> Gpu | None:
    if word.isdigit():
        return gpus[int(word)] if int(word) < len(gpus) else None
    if word.upper().startswith("MIG-GPU-"):
        # The form of drivers before 470: MIG-GPU-uuid/instance/compute-instance.
        word = word[4:].split("/")[0]
    elif word.upper().startswith("MIG-"):
        # Which card an instance is on only the driver knows.
        return gpus[0] if len(gpus) == 1 else None
    if not word.upper().startswith("GPU-"):
        return None
    matching = [gpu for gpu in gpus if str(gpu["uuid"]).upper().startswith(word.upper())]
    return matching[0] if len(matching) == 1 else None


def _speed(gpu: Gpu) -> tuple[float, ...]:
    """CUDA puts the fastest first by a rule that is not documented; equal cards keep their order."""
    capability: Mapping[str, float] = gpu.get("compute_capability") or {}
    generation = float(capability.get("major", 0)), float(capability.get("minor", 0))
    return (*generation, float(gpu.get("memory_bandwidth_gbps") or 0))


def torch_of_this_process() -> Any:
    """Returns PyTorch if this process uses CUDA with it already; it is never imported for this."""
    torch = sys.modules.get("torch")
    try:
        return torch if torch is not None and torch.cuda.is_initialized() else None
    except Exception:
        return None


def _uuid_by_torch(device_id: int) -> str | None:
    torch = torch_of_this_process()
    try:
        return f"GPU-{torch.cuda.get_device_properties(device_id).uuid}" if torch else None
    except Exception:
        return None
