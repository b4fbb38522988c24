"""Lines of JSON to and from a running engine."""

from __future__ import annotations

import contextlib
import sys
import weakref

from ._errors import NotRunningError, RequestError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Connection:
    """One connection to the running engine; for one thread at a time."""

    def __init__(self) -> None:
        """Connects.

        Raises:
            NotRunningError: no engine is running.
        """
        self.busy = False
        """True while a request is under way, also for a signal's handler that interrupted it."""
        if sys.platform == "win32":
            from ._pipe import Stream
        else:
            from ._unix import Stream
        self._stream = Stream()
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
            self._stream.write(line)
        except (OSError, ValueError) as error:
            raise _gone() from error

    def receive(self) -> dict[str, Any]:
        """Returns the next line of the engine."""
        import json

        while b"\n" not in self._unread:
            try:
                more = self._stream.read()
            except (OSError, ValueError) as error:
                raise _gone() from error
            if not more:
                raise _gone()
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def subscribe(self) -> None:
        """Has the engine send every event from now on.

        Raises:
            RequestError: the engine refused.
            NotRunningError: the engine is gone.
        """
        self.ask("subscribe")
        self._stream.wait_for_ever()

    def events(self) -> Iterator[Any]:
        """Yields every event until the engine is gone."""
        while True:
            yield self.receive()["event"]

    def await_end(self) -> None:
        """Blocks until either end closes the connection."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.await_end()

    def end(self) -> None:
        """Ends the connection for both sides, whatever another thread does with it."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.end()

    def __del__(self) -> None:
        """Closes what was forgotten, such as the iterator of a loop that was left."""
        if hasattr(self, "_unread"):
            self.close()

    def close(self) -> None:
        """Closes this process's side alone: a connection shared by a fork lives on."""
        self._stream.close()


_open: weakref.WeakSet[Connection] = weakref.WeakSet()


def _after_fork() -> None:
    """Leaves every connection to the parent: what it holds ends with the parent alone."""
    for connection in list(_open):
        connection.close()


if sys.platform != "win32":
    import os

    os.register_at_fork(after_in_child=_after_fork)


def _gone() -> NotRunningError:
    return NotRunningError("GPU Keepalive has ended or does not reply.")
