"""Warnings at the user's line, each once."""

from __future__ import annotations

import sys
import warnings

from ._errors import GPUKeepaliveWarning


class Warnings:
    """The warnings of one object."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def warn(self, about: str, message: str) -> None:
        """Warns, unless it has warned of that before."""
        if about in self._said:
            return
        self._said.add(about)
        # The first frame outside this package.
        level, frame = 1, sys._getframe()
        while frame.f_back is not None and frame.f_globals.get("__package__") == __package__:
            level, frame = level + 1, frame.f_back
        warnings.warn(message, GPUKeepaliveWarning, stacklevel=level)


def not_held(code: str, gpu: str) -> str:
    """Returns the sentence for a GPU that the running engine refused to hold, with the code of that error."""
    if code == "unknown_request":
        from . import __version__

        return (
            "The running GPU Keepalive is older than this package and cannot hold a GPU for a "
            f"program; inference_mode() works. Update it to {__version__} or later."
        )
    return f"The running GPU Keepalive does not keep {gpu} ready: it is not among its user's `gpus`."
