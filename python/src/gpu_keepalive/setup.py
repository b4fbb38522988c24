"""``python -m gpu_keepalive.setup``: this machine's GPUs, and the models that fit each.

It installs nothing.
"""

from __future__ import annotations

import sys

from . import _engine
from ._errors import CudaNotAvailableError, GPUKeepaliveError

_GIB = 1024**3
_TIERS = {
    "optimal": "Optimal: balanced",
    "conservative": "Conservative: room for a longer context",
    "aggressive": "Aggressive: the largest that fits",
}
_SHOWN = 3


def main() -> int:
    """Prints the analysis. Returns the exit code: 0 done, 1 failed, 4 no GPU or driver."""
    try:
        gpus = _engine.run_json("gpus")
        print(f"Found {len(gpus['gpus'])} CUDA GPU(s){_simulated(gpus)}:")
        for gpu in gpus["gpus"]:
            _describe(gpu)
    except CudaNotAvailableError as error:
        print(error, file=sys.stderr)
        return _engine.NO_GPU
    except GPUKeepaliveError as error:
        print(error, file=sys.stderr)
        return 1
    print("\nNothing was installed. To keep the GPU ready: from gpu_keepalive import GPUKeepalive")
    return 0


def _simulated(answer: dict[str, object]) -> str:
    return " (simulated)" if answer.get("simulated") else ""


def _describe(gpu: dict[str, object]) -> None:
    print(f"\nGPU {gpu['index']}: {gpu['name']}")
    vram = gpu["vram_total"]
    if isinstance(vram, int):
        print(f"  VRAM: {vram / _GIB:.1f} GiB")
    capability = gpu["compute_capability"]
    if isinstance(capability, dict):
        print(f"  Compute capability: {capability['major']}.{capability['minor']}")
    if not isinstance(vram, int):
        return
    answer = _engine.run_json("recommend", "--vram", f"{vram / _GIB:.2f}")
    for tier, title in _TIERS.items():
        models = [model for model in answer["models"] if model["tier"] == tier and model["fits"]]
        if models:
            print(f"  {title}")
        for model in models[:_SHOWN]:
            print(f"    {model['name']} ({model['format']}): {model['total_gib']:.1f} GiB")


if __name__ == "__main__":
    sys.exit(main())
