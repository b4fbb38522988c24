"""A running engine, asked directly."""

from __future__ import annotations

import threading

from . import protocol
from ._connection import Connection
from ._errors import NotRunningError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from typing import Any


class Client:
    """A connection to the user's running engine, for every request of its protocol.

    It may be used from several threads. ``protocol.rs`` of the project describes the requests.
    """

    def __init__(self) -> None:
        """Connects.

        Raises:
            NotRunningError: no engine is running.
        """
        self._lock = threading.Lock()
        self._connection = Connection()

    def ask(self, request: str, **arguments: Any) -> Any:
        """Returns the reply to a request, as JSON: ``client.ask("set", key="mode", value="always")``.

        Raises:
            RequestError: the engine refused it.
            NotRunningError: the engine is gone.
        """
        with self._lock:
            return self._connection.ask(request, **arguments)

    def status(self) -> protocol.Status:
        """Returns everything there is to know about the engine and its GPUs at this moment."""
        return protocol.Status.from_json(self.ask("status")["status"])

    def warm(self, seconds: float | None = None) -> None:
        """Asks for ready GPUs now, for that many seconds or for the user's warm window."""
        self.ask("warm", **({} if seconds is None else {"for_s": seconds}))

    def watch(self) -> Watch:
        """Returns the status now and after every change, on a connection of its own."""
        return Watch()

    def recommend(
        self,
        vram_gib: float | None = None,
        *,
        context_tokens: int | None = None,
        use: protocol.Use = "chat",
        kv_cache: protocol.KvCache = "f16",
        format: protocol.Format | None = None,  # noqa: A002
        gpu: int | None = None,
    ) -> protocol.Recommendation:
        """Returns models for a card.

        Args:
            vram_gib: for a card of so many GiB, instead of one in this machine.
            context_tokens: the context to serve; 8192 tokens without it.
            use: what the models are for.
            kv_cache: the storage format of the KV cache.
            format: the only quantisation to suggest.
            gpu: the driver's index of the card; without it the one with the most free VRAM.
        """
        arguments = {
            "vram_gib": vram_gib,
            "context_tokens": context_tokens,
            "use": use,
            "kv_cache": kv_cache,
            "format": format,
            "gpu": gpu,
        }
        given = {name: value for name, value in arguments.items() if value is not None}
        return protocol.Recommendation.from_json(self.ask("recommend", **given)["recommend"])

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Watch:
    """Statuses as they change, as an iterator and as an asynchronous iterator.

    It ends with the engine, or when it is closed. Slow readers miss states, never the newest.
    """

    def __init__(self) -> None:
        self._connection = Connection()
        try:
            self._connection.subscribe()
        except BaseException:
            self._connection.close()
            raise
        self._events = self._connection.events()

    def __iter__(self) -> Iterator[protocol.Status]:
        return self

    def __next__(self) -> protocol.Status:
        try:
            event: Any
            for event in self._events:
                if "status" in event:
                    return protocol.Status.from_json(event["status"])
        except NotRunningError:
            pass
        self.close()
        raise StopIteration

    def __aiter__(self) -> AsyncIterator[protocol.Status]:
        return self

    async def __anext__(self) -> protocol.Status:
        import asyncio

        loop = asyncio.get_running_loop()
        try:
            status = await loop.run_in_executor(None, next, self, None)
        except asyncio.CancelledError:
            # The thread that reads must not outlive the loop.
            self._connection.end()
            raise
        if status is None:
            raise StopAsyncIteration
        return status

    def close(self) -> None:
        """Ends it, also while another thread waits for the next status."""
        self._connection.end()
        self._connection.close()

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
