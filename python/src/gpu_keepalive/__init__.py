"""Keeps an NVIDIA GPU at full speed for local AI.

``GPUKeepalive`` is the class of the original; ``connect()`` gives everything else that the running
engine offers. Neither needs PyTorch or loads anything of NVIDIA's into this process.
"""

from __future__ import annotations

from ._errors import (
    CudaNotAvailableError,
    DeviceNotAvailableError,
    GPUKeepaliveError,
    GPUKeepaliveWarning,
    NotRunningError,
    RequestError,
)
from ._functions import setup_signal_handlers, start_keepalive, stop_keepalive
from ._keepalive import GPUKeepalive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import protocol
    from ._client import Client

__all__ = [
    "CudaNotAvailableError",
    "DeviceNotAvailableError",
    "GPUKeepalive",
    "GPUKeepaliveError",
    "GPUKeepaliveWarning",
    "NotRunningError",
    "RequestError",
    "__version__",
    "connect",
    "protocol",
    "recommend",
    "setup_signal_handlers",
    "start_keepalive",
    "stop_keepalive",
]

__version__: str


def connect() -> Client:
    """Connects to the user's running engine.

    Raises:
        NotRunningError: none is running.
    """
    from ._client import Client

    return Client()


def recommend(
    vram_gib: float | None = None,
    *,
    context_tokens: int | None = None,
    use: protocol.Use = "chat",
) -> protocol.Recommendation:
    """Returns models for the card with the most free VRAM, or for a stated size without any card.

    Works without a running engine.

    Args:
        vram_gib: for a card of so many GiB, instead of one in this machine.
        context_tokens: the context to serve; 8192 tokens without it.
        use: what the models are for.

    Raises:
        CudaNotAvailableError: there is no GPU, and no size was stated.
        GPUKeepaliveError: an argument is out of range.
    """
    from . import _engine, protocol

    arguments = ["recommend", "--use", use]
    if vram_gib is not None:
        arguments += ["--vram", str(vram_gib)]
    if context_tokens is not None:
        arguments += ["--context", str(context_tokens)]
    return protocol.Recommendation.from_json(_engine.run_json(*arguments))


def __getattr__(name: str) -> Any:
    """Reads what takes time to load only when it is asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("gpukeepalive")
    if name == "protocol":
        from importlib import import_module

        return import_module(".protocol", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
