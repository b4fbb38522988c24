"""Lines of JSON to and from a running engine."""

from __future__ import annotations

import contextlib
import os
import sys
import time
import weakref

from ._errors import GPUKeepaliveError, NotRunningError, RequestError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from typing import Any, BinaryIO

RUNTIME_DIR = "GPU_KEEPALIVE_RUNTIME_DIR"
_SOCKET = "gpu-keepalive.sock"
# A lease that waits is answered within `readiness.max_wake_ms` and 250 ms; the largest such setting
# is a second. A search for models may take longer.
_TIMEOUT_S = 15.0


class Connection:
    """One connection to the running engine; for one thread at a time."""

    def __init__(self) -> None:
        """Connects.

        Raises:
            NotRunningError: no engine is running.
        """
        self.busy = False
        """True while a request is under way, also for a signal's handler that interrupted it."""
        self._socket: socket.socket | None = None
        if sys.platform == "win32":
            self._file: BinaryIO = _open_pipe()
        else:
            self._socket = _open_socket()
            self._socket.settimeout(_TIMEOUT_S)
            self._file = self._socket.makefile("rwb", buffering=0)
        self._unread = b""
        _open.add(self)

    def ask(self, request: str, **arguments: Any) -> Any:
        """Returns the answer to a request.

        Raises:
            RequestError: the engine refused it.
            NotRunningError: the engine is gone.
        """
        self.busy = True
        try:
            self.send(request, **arguments)
            answer = self.receive()
        except BaseException:
            # The reply to a request that was interrupted would be taken for another's.
            self.end()
            raise
        finally:
            self.busy = False
        if "error" in answer:
            raise RequestError(answer["error"]["code"], answer["error"]["message"])
        return answer["ok"]

    def send(self, request: str, **arguments: Any) -> None:
        """Sends a request without waiting for its answer."""
        import json

        line = json.dumps({"request": request, **arguments}).encode() + b"\n"
        try:
            self._file.write(line)
        except (OSError, ValueError) as error:
            raise _gone() from error

    def receive(self) -> dict[str, Any]:
        """Returns the next line of the engine."""
        import json

        while b"\n" not in self._unread:
            try:
                more = self._file.read(65536)
            except (OSError, ValueError) as error:
                raise _gone() from error
            if not more:
                raise _gone()
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def events(self) -> Iterator[Any]:
        """Subscribes, and yields every event until the engine is gone."""
        self.ask("subscribe")
        if self._socket is not None:
            self._socket.settimeout(None)
        while True:
            yield self.receive()["event"]

    def await_end(self) -> bool:
        """Blocks until either end closes the connection; false where that cannot be noticed."""
        if self._socket is None:
            return False
        import select

        try:
            poll = select.poll()
            poll.register(self._socket, getattr(select, "POLLRDHUP", 0))
            poll.poll()
        except (OSError, ValueError):
            pass
        return True

    def end(self) -> None:
        """Ends the connection for both sides, whatever another thread does with it."""
        if self._socket is not None:
            import socket

            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        else:
            self.close()

    def __del__(self) -> None:
        """Closes what was forgotten, such as the iterator of a loop that was left."""
        if hasattr(self, "_unread"):
            self.close()

    def close(self) -> None:
        """Closes this process's side alone: a connection shared by a fork lives on."""
        self._file.close()
        if self._socket is not None:
            self._socket.close()


_open: weakref.WeakSet[Connection] = weakref.WeakSet()


def _after_fork() -> None:
    """Leaves every connection to the parent: what it holds ends with the parent alone."""
    for connection in list(_open):
        connection.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _gone() -> NotRunningError:
    return NotRunningError("GPU Keepalive has ended or does not reply.")


def _not_running() -> NotRunningError:
    return NotRunningError("GPU Keepalive is not running.")


def _folders() -> list[str]:
    folder = os.environ.get(RUNTIME_DIR)
    if folder:
        return [folder]
    import tempfile

    uid = os.getuid()
    folders = [f"/run/user/{uid}", os.path.join(tempfile.gettempdir(), f"gpu-keepalive-{uid}")]
    xdg = os.environ.get("XDG_RUNTIME_DIR")
    return [xdg, *folders] if xdg else folders


def _open_socket() -> socket.socket:
    import socket

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
    raise _not_running()


def _is_ours(connection: socket.socket) -> bool:
    """Returns true if the engine is this user's: a name can be taken by another."""
    if sys.platform != "linux":
        return True
    import socket
    import struct

    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    uid: int = struct.unpack("3i", credentials)[1]
    return uid == os.geteuid()


def _open_pipe() -> BinaryIO:
    user = os.environ.get("USERNAME", "").replace("\\", "-")
    last = time.monotonic() + 1.0
    while True:
        try:
            return open(rf"\\.\pipe\gpu-keepalive-{user}", "r+b", buffering=0)
        except FileNotFoundError:
            raise _not_running() from None
        except OSError as error:
            # All instances of the pipe are busy for a moment.
            if time.monotonic() > last:
                raise GPUKeepaliveError(f"GPU Keepalive cannot be reached: {error}") from error
            time.sleep(0.01)
