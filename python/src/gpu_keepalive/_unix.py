"""The engine's socket on Linux."""

from __future__ import annotations

import os
import socket
import sys

from ._errors import NotRunningError

assert sys.platform != "win32"

RUNTIME_DIR = "GPU_KEEPALIVE_RUNTIME_DIR"
_SOCKET = "gpu-keepalive.sock"
# A lease that waits is answered within `readiness.max_wake_ms` and 250 ms; the largest such setting
# is a second. A search for models may take longer.
_TIMEOUT_S = 15.0
# PyPy does not name it (asm-generic/socket.h).
_SO_PEERCRED = getattr(socket, "SO_PEERCRED", 17)


class Stream:
    """Bytes to and from the user's engine."""

    def __init__(self) -> None:
        """Connects.

        Raises:
            NotRunningError: no engine is running.
        """
        self._socket = _connect()
        self._socket.settimeout(_TIMEOUT_S)

    def read(self) -> bytes:
        """Returns what has come, or waits for it; nothing after the end."""
        return self._socket.recv(65536)

    def write(self, data: bytes) -> None:
        """Sends all of it."""
        self._socket.sendall(data)

    def wait_for_ever(self) -> None:
        """Lets ``read`` wait as long as it takes."""
        self._socket.settimeout(None)

    def await_end(self) -> None:
        """Blocks until either end closes it."""
        import select

        poll = select.poll()
        poll.register(self._socket, getattr(select, "POLLRDHUP", 0))
        poll.poll()

    def end(self) -> None:
        """Ends it for both sides, whatever another thread does with it."""
        self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Closes this process's side."""
        self._socket.close()


def _folders() -> list[str]:
    folder = os.environ.get(RUNTIME_DIR)
    if folder:
        return [folder]
    import tempfile

    uid = os.getuid()
    folders = [f"/run/user/{uid}", os.path.join(tempfile.gettempdir(), f"gpu-keepalive-{uid}")]
    xdg = os.environ.get("XDG_RUNTIME_DIR")
    return [xdg, *folders] if xdg else folders


def _connect() -> socket.socket:
    addresses = [os.path.join(folder, _SOCKET) for folder in _folders()]
    if sys.platform == "linux" and not os.environ.get(RUNTIME_DIR):
        # The engine's name in the kernel's list of sockets.
        addresses.append(f"\0gpu-keepalive-{os.getuid()}")
    for address in addresses:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(address)
            if _is_ours(connection):
                return connection
        except OSError:
            pass
        connection.close()
    raise NotRunningError("GPU Keepalive is not running.")


def _is_ours(connection: socket.socket) -> bool:
    """Returns true if the engine is this user's: a name can be taken by another."""
    if sys.platform != "linux":
        return True
    import struct

    credentials = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERCRED, 12)
    uid: int = struct.unpack("3i", credentials)[1]
    return uid == os.geteuid()
