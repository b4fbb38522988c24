"""What ``debug=True`` prints while it runs: the engine's decisions, in the original's lines where it had one."""

from __future__ import annotations

import threading
import time

from ._client import Watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from . import protocol

_PROGRESS_S = 10.0


class Decisions:
    """Prints what an engine decides for one GPU."""

    def __init__(self, gpu: str, log: Callable[[str], None]) -> None:
        self._gpu = gpu
        self._log = log
        self._shown: str | None = None
        self._hot = False
        self._pulses: int | None = None
        self._counted = 0
        self._next = time.monotonic() + _PROGRESS_S
        self._watch: Watch | None = None
        self._reader: threading.Thread | None = None

    def follow(self) -> None:
        """Begins, on a thread of its own, until it is closed or the engine ends.

        Raises:
            NotRunningError: no engine is running.
            RequestError: the engine has too many clients.
        """
        self._watch = Watch()
        self._reader = threading.Thread(target=self._read, args=(self._watch,), name="gpu-keepalive-debug", daemon=True)
        self._reader.start()

    def close(self) -> None:
        """Ends it; nothing is printed afterwards."""
        if self._watch is not None and self._reader is not None:
            self._watch.close()
            self._reader.join(timeout=2)

    def _read(self, watch: Watch) -> None:
        self._log("Starting GPU keepalive loop")
        for status in watch:
            for gpu in status.gpus:
                if gpu.uuid == self._gpu:
                    self.show(gpu, time.monotonic())

    def show(self, gpu: protocol.GpuStatus, now: float) -> None:
        """Prints what is new in a status that was received at that second."""
        if gpu.phase_text != self._shown:
            self._shown = gpu.phase_text
            self._log(gpu.phase_text)
        self._show_heat(gpu)
        self._show_progress(gpu.pulses, now)

    def _show_heat(self, gpu: protocol.GpuStatus) -> None:
        hot = "thermal" in gpu.reasons
        if hot and not self._hot:
            self._log(f"Thermal protection activated: {gpu.temperature_c}°C")
        self._hot = hot

    def _show_progress(self, pulses: int, now: float) -> None:
        if self._pulses is None or pulses < self._pulses:
            self._pulses, self._counted = pulses, 0
        if now >= self._next and pulses - self._pulses > self._counted:
            self._counted = pulses - self._pulses
            self._next = now + _PROGRESS_S
            self._log(f"Keepalive active: {self._counted} operations completed")
