"""Inference, announced to the engine."""

from __future__ import annotations

from contextlib import ContextDecorator

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from typing import Callable

    from ._session import Session


class InferenceMode(ContextDecorator):
    """Inference of one program: see ``GPUKeepalive.inference_mode``."""

    def __init__(self, session: Session, wait: bool, log: Callable[[str], None]) -> None:
        self._session = session
        self._wait = wait
        self._log = log

    def __enter__(self) -> None:
        not_raised = self._session.begin(self._wait)
        if not_raised is not None:
            self._log(f"Inference begins without raised clocks: {not_raised}")

    def __exit__(self, *_: object) -> None:
        self._session.end()

    async def __aenter__(self) -> None:
        import asyncio

        entering = asyncio.get_running_loop().run_in_executor(None, self.__enter__)
        try:
            await asyncio.shield(entering)
        except asyncio.CancelledError:
            # The thread enters all the same, and nothing leaves for a task that was cancelled.
            entering.add_done_callback(self._leave)
            raise

    async def __aexit__(self, *_: object) -> None:
        import asyncio

        await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, self._session.end))

    def _leave(self, entering: asyncio.Future[None]) -> None:
        import threading

        if not entering.cancelled() and entering.exception() is None:
            # Another thread may be waiting for the clocks, which must not stop the loop.
            threading.Thread(target=self._session.end, name="gpu-keepalive-leave").start()
