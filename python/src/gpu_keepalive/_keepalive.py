"""The class of the original, over an engine in a process of its own."""

from __future__ import annotations

from contextlib import suppress

from . import _arguments, _devices
from ._errors import GPUKeepaliveError, NotRunningError
from ._inference import InferenceMode
from ._session import Session
from ._warnings import Warnings, not_held

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from . import protocol
    from ._client import Watch
    from ._decisions import Decisions

_GIB = 1024**3


class GPUKeepalive:
    """Keeps a GPU at full speed from ``start()`` to ``stop()``.

    The user's running engine does it, or else the bundled one, which ends with the last program
    that needs it. Nothing of CUDA is loaded into this process. Every method may be called from any
    thread.

    Example:
        >>> with GPUKeepalive() as keepalive:
        ...     with keepalive.inference_mode():
        ...         answer = model.generate(prompt)
    """

    debug: bool
    """Prints every decision of the engine; read by ``start()``."""

    def __init__(
        self,
        device_id: int = 0,
        keepalive_interval: float = 0.1,
        tensor_size: tuple[int, int] = (256, 256),
        auto_thermal_protection: bool = True,
        max_temperature: float = 83.0,
        debug: bool = False,
    ) -> None:
        """Finds the GPU; nothing is started before ``start()``.

        Args:
            device_id: CUDA's index of the GPU in this process.
            keepalive_interval: seconds between pulses, where pulses are what holds this GPU; 0.1,
                the default, begins there and makes them as rare as the GPU allows.
            tensor_size: the pulse's working set, in half-precision values.
            auto_thermal_protection: pause while the GPU is too hot.
            max_temperature: degrees Celsius at which it pauses.
            debug: print what the engine decides.

        Raises:
            CudaNotAvailableError: a ``RuntimeError``; there is no NVIDIA driver or no GPU.
            DeviceNotAvailableError: a ``ValueError``; there is no such device.
        """
        self._gpu = _devices.find_gpu(device_id)
        self.device_id = device_id
        self.keepalive_interval = keepalive_interval
        self.tensor_size = tensor_size
        self.auto_thermal_protection = auto_thermal_protection
        self.max_temperature = max_temperature
        self.debug = debug
        self._running = False
        self._paused = False
        self._operations = 0
        self._pulses_before: int | None = None
        self._warnings = Warnings()
        self._decisions: Decisions | None = None
        self._session = Session(self._gpu["uuid"], lambda: _arguments.settings(self), self._opened)
        self._log(f"GPU Keepalive initialized for {self._gpu['name']}")

    @property
    def running(self) -> bool:
        """True from ``start()`` to ``stop()``."""
        return self._running

    @property
    def paused(self) -> bool:
        """True from ``pause()`` to ``resume()``."""
        return self._paused

    @property
    def generation_active(self) -> bool:
        """True while an ``inference_mode()`` of this object is entered."""
        return self._session.leases > 0

    @property
    def operation_count(self) -> int:
        """Pulses that this GPU was sent since ``start()``; 0 where it is held without any."""
        if self._running:
            with suppress(GPUKeepaliveError):
                self._count(self._gpu_status())
        return self._operations

    def __getattr__(self, name: str) -> NoReturn:
        """Explains the attributes of the original that cannot be."""
        if name in ("keepalive_tensor", "device"):
            raise AttributeError(
                f"{name} does not exist: the GPU is held by a process of its own, which needs "
                "neither PyTorch nor a tensor in this one"
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def start(self) -> None:
        """Holds the GPU ready until ``stop()``. Does nothing if it runs already.

        Raises:
            GPUKeepaliveError: no engine is running and the bundled one cannot be started.
        """
        with self._session.owner_lock:
            if self._running:
                self._log("Keepalive already running")
                return
            self._pulses_before = None
            self._operations = 0
            try:
                self._session.open(hold=not self._paused)
            except BaseException:
                self._unfollow()
                raise
            self._running = True
            self._log("GPU keepalive started - RTX will maintain P0 state")

    def stop(self) -> None:
        """Releases the GPU. Does nothing if it does not run."""
        with self._session.owner_lock:
            if not self._running:
                return
            operations = self.operation_count
            self._running = False
            self._session.close()
            self._unfollow()
        self._log(f"GPU keepalive stopped after {operations} operations")

    def pause(self) -> None:
        """Ends this program's demand until ``resume()``; others may keep the GPU ready."""
        with self._session.owner_lock:
            self._paused = True
            self._session.hold(False)
        self._log("Keepalive paused")

    def resume(self) -> None:
        """Ends a pause."""
        with self._session.owner_lock:
            self._paused = False
            self._session.hold(True)
        self._log("Keepalive resumed")

    def inference_mode(self, wait: bool = True) -> InferenceMode:
        """Returns a context manager, also an asynchronous one, to put around inference.

        No pulses are sent within it, and the clocks are held. Several may be entered at once, in
        several threads and within each other.

        Args:
            wait: enter once the clocks are up, which takes milliseconds and at most
                ``readiness.max_wake_ms`` and 250 ms; it is entered all the same where nothing
                raises them.
        """
        return InferenceMode(self._session, wait, self._log)

    def get_stats(self) -> dict[str, Any]:
        """Returns the original's statistics, and after them ours.

        ``memory_allocated_gb`` and ``memory_cached_gb`` (GiB) are PyTorch's of this process, 0.0
        where it does not use CUDA with PyTorch. ``temperature_celsius`` and what follows
        ``thermal_protection`` are None where no engine is running.
        """
        status: dict[str, Any] = {}
        try:
            status = self._gpu_status()
            self._count(status)
        except GPUKeepaliveError:
            pass
        allocated, cached = self._memory()
        temperature = status.get("temperature_c")
        return {
            "gpu_name": self._gpu["name"],
            "device_id": self.device_id,
            "running": self._running,
            "paused": self._paused,
            "operation_count": self._operations,
            "memory_allocated_gb": round(allocated / _GIB, 2),
            "memory_cached_gb": round(cached / _GIB, 2),
            "temperature_celsius": None if temperature is None else float(temperature),
            "thermal_protection": self.auto_thermal_protection,
            "phase": status.get("phase"),
            "strategy": status.get("strategy"),
            "ready": status.get("ready"),
            "pstate": status.get("pstate"),
            "power_w": status.get("power_w"),
            "wakes": status.get("wakes"),
        }

    def status(self) -> protocol.Status:
        """Returns everything the engine knows at this moment.

        Raises:
            NotRunningError: no engine is running.
        """
        from . import protocol

        return protocol.Status.from_json(self._session.ask("status")["status"])

    def warm(self, seconds: float | None = None) -> None:
        """Asks for ready GPUs now, for that many seconds or for the user's warm window.

        Raises:
            NotRunningError: no engine is running.
            RequestError: the time is not above 0 and at most a week.
        """
        self._session.ask("warm", **({} if seconds is None else {"for_s": seconds}))

    def watch(self) -> Watch:
        """Returns the status now and after every change: an iterator, also an asynchronous one.

        Raises:
            NotRunningError: no engine is running.
        """
        from ._client import Watch

        return Watch()

    def recommend(
        self,
        vram_gib: float | None = None,
        *,
        context_tokens: int | None = None,
        use: protocol.Use = "chat",
    ) -> protocol.Recommendation:
        """Returns models for a card: see ``gpu_keepalive.recommend``."""
        from . import recommend

        return recommend(vram_gib, context_tokens=context_tokens, use=use)

    def __enter__(self) -> GPUKeepalive:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _opened(self, session: Session) -> None:
        """Follows an engine that was connected to, and says what is not in force there."""
        with suppress(GPUKeepaliveError):
            if self.debug:
                self._follow()
            if session.refused is not None:
                message = not_held(session.refused.code, f"{self._gpu['name']} ({self._gpu['uuid']})")
                self._warnings.warn("hold", message)
            if session.settings():
                report = session.ask("settings")["settings"]["settings"]
                in_force = {setting["key"]: setting["value"] for setting in report}
                for name, message in _arguments.not_in_force(self, in_force):
                    self._warnings.warn(name, message)

    def _follow(self) -> None:
        from ._decisions import Decisions

        self._unfollow()
        self._decisions = Decisions(self._gpu["uuid"], self._log)
        self._decisions.follow()

    def _unfollow(self) -> None:
        decisions, self._decisions = self._decisions, None
        if decisions is not None:
            decisions.close()

    def _gpu_status(self) -> dict[str, Any]:
        for gpu in self._session.ask("status")["status"]["gpus"]:
            if gpu["uuid"] == self._gpu["uuid"]:
                found: dict[str, Any] = gpu
                return found
        raise NotRunningError(f"The running GPU Keepalive does not keep {self._gpu['name']} ready.")

    def _count(self, status: dict[str, Any]) -> None:
        if not self._running:
            return
        pulses = status.get("pulses", 0)
        if self._pulses_before is None or pulses < self._pulses_before:
            self._pulses_before = pulses - self._operations
        self._operations = pulses - self._pulses_before

    def _memory(self) -> tuple[int, int]:
        torch = _devices.torch_of_this_process()
        if torch is None:
            return 0, 0
        return torch.cuda.memory_allocated(self.device_id), torch.cuda.memory_reserved(self.device_id)

    def _log(self, message: str) -> None:
        if self.debug:
            # One write, as several threads print.
            print(f"[GPU_KEEPALIVE] {message}\n", end="")
