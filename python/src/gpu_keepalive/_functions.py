"""The original's functions around its class."""

from __future__ import annotations

import sys
import threading

from ._keepalive import GPUKeepalive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn


def start_keepalive(device_id: int = 0, debug: bool = False) -> GPUKeepalive:
    """Makes a keepalive and starts it; SIGINT and SIGTERM stop it where this is the main thread."""
    keepalive = GPUKeepalive(device_id=device_id, debug=debug)
    keepalive.start()
    if threading.current_thread() is threading.main_thread():
        setup_signal_handlers(keepalive)
    return keepalive


def stop_keepalive(keepalive: GPUKeepalive) -> None:
    """Stops it."""
    keepalive.stop()


def setup_signal_handlers(keepalive: GPUKeepalive) -> None:
    """Stops the keepalive and exits with success on SIGINT and SIGTERM.

    Raises:
        ValueError: this is not the main thread.
    """
    import signal

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        print(f"\nReceived signal {number}, shutting down GPU keepalive...")
        keepalive.stop()
        sys.exit(0)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
