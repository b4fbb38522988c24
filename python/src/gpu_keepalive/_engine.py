"""The bundled program: where it is, and an engine started from it."""

from __future__ import annotations

import os
import sys
import time

from ._connection import Connection
from ._errors import CudaNotAvailableError, GPUKeepaliveError, NotRunningError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from collections import deque
    from collections.abc import Iterator
    from typing import Any

BINARY = "GPU_KEEPALIVE_BINARY"
NO_GPU = 4
"""Exit code of the program where there is no NVIDIA GPU or driver."""
_NAME = "gpu-keepalive.exe" if os.name == "nt" else "gpu-keepalive"
_START_S = 20.0
# Variables of this process that decide which GPUs its own CUDA sees; the engine goes by UUIDs.
_OURS_ALONE = ("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER")


# processthreadsapi.h: CREATE_NO_WINDOW, and CREATE_NEW_PROCESS_GROUP, which Ctrl-C does not reach.
_NO_CONSOLE = 0x08000000 if os.name == "nt" else 0
_OWN_GROUP = 0x00000200 if os.name == "nt" else 0


def find_binary() -> str:
    """Returns the path of the bundled program, or of what ``GPU_KEEPALIVE_BINARY`` names.

    Raises:
        GPUKeepaliveError: it is not there.
    """
    named = os.environ.get(BINARY)
    places = [named] if named else list(_places())
    for place in places:
        if os.path.isfile(place):
            return place
    raise GPUKeepaliveError(f"The program {_NAME} is not in {', '.join(places)}. Reinstall gpukeepalive.")


def _places() -> Iterator[str]:
    import sysconfig

    yield os.path.join(sysconfig.get_path("scripts"), _NAME)
    user = "nt_user" if os.name == "nt" else "posix_user"
    if user in sysconfig.get_scheme_names():
        yield os.path.join(sysconfig.get_path("scripts", user), _NAME)
    # Installed with `pip install --target`.
    beside = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    yield os.path.join(beside, "bin", _NAME)
    for folder in os.get_exec_path():
        yield os.path.join(folder, _NAME)


def run_json(*arguments: str) -> Any:
    """Returns what the program answers to these arguments and ``--json``.

    Raises:
        CudaNotAvailableError: there is no NVIDIA GPU or driver.
        GPUKeepaliveError: it failed.
    """
    import json
    import subprocess

    command = [find_binary(), *arguments, "--json"]
    ended = subprocess.run(
        command, capture_output=True, stdin=subprocess.DEVNULL, env=_environment(), creationflags=_NO_CONSOLE
    )
    try:
        answer = json.loads(ended.stdout)
    except ValueError:
        answer = {"error": {"message": ended.stderr.decode(errors="replace").strip()}}
    if ended.returncode == 0:
        return answer
    message = answer.get("error", {}).get("message") or f"{command[0]} failed."
    if ended.returncode == NO_GPU:
        raise cuda_not_available(message)
    raise GPUKeepaliveError(message)


def cuda_not_available(reason: str) -> CudaNotAvailableError:
    """Returns the error of a process without a GPU, which begins as the original's does."""
    reason = reason[:1].upper() + reason[1:]
    return CudaNotAvailableError(f"CUDA not available. {reason}".rstrip())


def connect_or_start(settings: dict[str, object]) -> Connection:
    """Connects to the running engine, or starts the bundled one with these settings.

    An engine that is ending is waited for. The started one ends by itself a few seconds after its
    last user.

    Raises:
        CudaNotAvailableError: there is no NVIDIA GPU or driver.
        GPUKeepaliveError: it could not be started.
    """
    started: _Started | None = None
    last = time.monotonic() + _START_S
    while True:
        try:
            return Connection()
        except NotRunningError:
            pass
        if started is None:
            started = _Started(settings)
        elif started.has_lost():
            time.sleep(0.05)
            started = _Started(settings)
        started.raise_failure()
        if time.monotonic() > last:
            raise GPUKeepaliveError(f"The engine does not answer within {_START_S:.0f} s of its start.")
        time.sleep(0.005)


class _Started:
    """An engine that was started, in a session of its own: Ctrl-C is for this program alone."""

    def __init__(self, settings: dict[str, object]) -> None:
        import json
        import subprocess
        import threading
        from collections import deque

        command = [find_binary(), "run", "--unless-running", "--until-unused", "--mode", "on_demand"]
        for key, value in settings.items():
            command += ["--set", f"{key}={json.dumps(value)}"]
        self._process: subprocess.Popen[bytes] = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=_environment(),
            start_new_session=True,
            creationflags=_NO_CONSOLE | _OWN_GROUP,
        )
        self._errors: deque[bytes] = deque(maxlen=20)
        # Reads what the engine logs, and has its exit status.
        self._reader = threading.Thread(target=self._read, name="gpu-keepalive-engine", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            self._errors.extend(lines)
        self._process.wait()

    def has_lost(self) -> bool:
        """Returns true if another engine was there first, which has ended or is not ready yet."""
        return not self._reader.is_alive() and self._process.returncode == 0

    def raise_failure(self) -> None:
        if self._reader.is_alive() or self._process.returncode == 0:
            return
        lines = [line.decode(errors="replace").strip() for line in self._errors]
        message = " ".join(line.partition("gpu-keepalive: ")[2] or line for line in lines)
        if self._process.returncode == NO_GPU:
            raise cuda_not_available(message)
        raise GPUKeepaliveError(f"The engine could not be started: {message}")


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _OURS_ALONE}


def replace_process(arguments: list[str]) -> int:
    """Runs the program in this process's place. Returns its exit code where there is no exec."""
    command = [find_binary(), *arguments]
    if sys.platform != "win32":
        os.execv(command[0], command)
    import subprocess

    return subprocess.call(command)
