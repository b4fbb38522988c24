"""A hold and leases at an engine, for as long as they are wanted."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
import weakref

from ._connection import Connection
from ._engine import connect_or_start
from ._errors import GPUKeepaliveError, NotRunningError, RequestError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_AGAIN_S = 5.0
_UNKNOWN = "unknown_request"


class Session:
    """Connected to an engine from ``open`` to ``close``; an engine that ends is replaced.

    Every method may be called from any thread.
    """

    def __init__(self, gpu: str, settings: Callable[[], dict[str, object]], on_open: Callable[[Session], None]) -> None:
        self._gpu = gpu
        self.settings = settings
        self._on_open = on_open
        self._opened = False
        self._holding = False
        self._leases = 0
        self.refused: RequestError | None = None
        self._forget()
        _sessions.add(self)

    def _forget(self) -> None:
        """Has no connection and no thread any more."""
        self._lock = threading.RLock()
        self.owner_lock = threading.RLock()
        self._connection: Connection | None = None
        self._monitor: threading.Thread | None = None
        self._leased = False
        self._tried = -_AGAIN_S

    def forked(self) -> None:
        """Leaves connection and threads to the parent, in a child that was forked from it."""
        self._forget()

    def open(self, hold: bool) -> None:
        """Connects, and starts an engine where none runs."""
        with self._lock:
            self._holding = hold
            self._opened = True
            try:
                self._connect()
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Ends hold and leases by leaving the engine."""
        with self._lock:
            self._opened = False
            connection, self._connection = self._connection, None
            monitor, self._monitor = self._monitor, None
            self._leased = False
        if connection is not None:
            connection.end()
            if monitor is not None and monitor is not threading.current_thread():
                monitor.join(timeout=2)
            connection.close()

    def hold(self, wanted: bool) -> None:
        """Begins or ends the hold; the session stays connected."""
        with self._lock:
            if self._holding == wanted:
                return
            self._holding = wanted
            if self._opened and self._usable() is not None:
                self._try_hold() if wanted else self._try("release")

    def begin(self, wait: bool) -> str | None:
        """Begins an inference. Returns why the clocks are not up, where they had to be waited for."""
        with self._lock:
            self._leases += 1
            if self._leases > 1 or not self._opened:
                return None
            if self._usable() is None:
                return "the engine is gone"
            try:
                refused = self._try("begin_lease", **({"wait": True} if wait else {}))
            except BaseException:
                self._leases -= 1
                raise
            self._leased = refused is None or refused.code == "not_raised"
            return None if refused is None else str(refused)

    def end(self) -> None:
        """Ends an inference."""
        with self._lock:
            self._leases -= 1
            if self._leases == 0 and self._leased:
                self._leased = False
                self._try("end_lease")

    @property
    def leases(self) -> int:
        """Inferences under way."""
        return self._leases

    def ask(self, request: str, **arguments: Any) -> Any:
        """Returns an engine's answer: this session's, or else that of any that is running.

        Raises:
            RequestError: the engine refused.
            NotRunningError: none is running.
        """
        with self._lock:
            connection = self._usable() if self._opened else None
            if connection is not None and not connection.busy:
                try:
                    return connection.ask(request, **arguments)
                except NotRunningError:
                    self._lose()
        connection = Connection()
        try:
            return connection.ask(request, **arguments)
        finally:
            connection.close()

    def _usable(self) -> Connection | None:
        """The connection, or a new one after a fork or where the engine ended."""
        if self._connection is None and time.monotonic() - self._tried >= _AGAIN_S:
            with contextlib.suppress(GPUKeepaliveError):
                self._connect()
        return self._connection

    def _connect(self) -> None:
        self._tried = time.monotonic()
        last = self._tried + 20.0
        while True:
            connection = connect_or_start(self.settings())
            self._connection = connection
            try:
                if self._holding:
                    self._try_hold(propagate=True)
                break
            except (NotRunningError, RequestError) as error:
                # It is ending: its successor is waited for.
                self._connection = None
                connection.close()
                ending = isinstance(error, NotRunningError) or error.code == "stopping"
                if not ending or time.monotonic() > last:
                    raise
                time.sleep(0.02)
        self._monitor = threading.Thread(
            target=self._replace_when_gone,
            args=(connection,),
            name="gpu-keepalive",
            daemon=True,
        )
        self._monitor.start()
        if self._leases and self._try("begin_lease") is None:
            self._leased = True
        self._on_open(self)

    def _try_hold(self, propagate: bool = False) -> None:
        """Holds; an engine that knows no hold, or not for this GPU, is reported by the caller."""
        if self._connection is None or self._connection.busy:
            return
        self.refused = None
        try:
            self._connection.ask("hold", application=_application(), gpu=self._gpu)
        except RequestError as error:
            if error.code not in (_UNKNOWN, "invalid_argument"):
                if propagate:
                    raise
                return
            self.refused = error
        except NotRunningError:
            self._lose()
            if propagate:
                raise

    def _try(self, request: str, **arguments: Any) -> RequestError | None:
        """Asks and returns the refusal. An engine that is gone is replaced by the monitor."""
        if self._connection is None or self._connection.busy:
            return None
        try:
            self._connection.ask(request, **arguments)
        except RequestError as error:
            return error
        except NotRunningError as error:
            self._lose()
            return RequestError("stopping", str(error))
        return None

    def _lose(self) -> None:
        connection, self._connection = self._connection, None
        self._leased = False
        if connection is not None:
            connection.end()

    def _replace_when_gone(self, connection: Connection) -> None:
        """Waits for the end of that connection, and has another engine while one is wanted."""
        connection.await_end()
        while True:
            with self._lock:
                if not self._opened or self._connection not in (None, connection):
                    return
                if self._connection is connection:
                    self._lose()
                try:
                    self._connect()
                except GPUKeepaliveError:
                    pass
                else:
                    connection.close()
                    return
            time.sleep(_AGAIN_S)


def _application() -> str:
    """Returns the name of this program for people."""
    name = os.path.basename(sys.argv[0] if getattr(sys, "argv", None) else "") or "python"
    return "".join(letter for letter in name if letter.isprintable())[:128] or "python"


_sessions: weakref.WeakSet[Session] = weakref.WeakSet()


def _after_fork() -> None:
    for session in list(_sessions):
        session.forked()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_after_fork)
