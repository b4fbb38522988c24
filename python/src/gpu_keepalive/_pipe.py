"""The engine's pipe on Windows."""

from __future__ import annotations

import ctypes
import msvcrt
import sys
import threading
import time
from ctypes import wintypes

from ._errors import GPUKeepaliveError, NotRunningError

assert sys.platform == "win32"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

_BUSY_S = 2.0
_LOOK_S = 1.0
# winnt.h
_TOKEN_QUERY = 0x0008
_TOKEN_USER = 1

_kernel = ctypes.WinDLL("kernel32", use_last_error=True)
_security = ctypes.WinDLL("advapi32", use_last_error=True)
# Every handle and pointer would be cut to 32 bits otherwise.
_kernel.GetCurrentProcess.restype = wintypes.HANDLE
_kernel.GetCurrentProcess.argtypes = ()
_kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
_kernel.LocalFree.restype = wintypes.HLOCAL
_kernel.LocalFree.argtypes = (wintypes.HLOCAL,)
_kernel.CancelIoEx.argtypes = (wintypes.HANDLE, wintypes.LPVOID)
_kernel.PeekNamedPipe.argtypes = (wintypes.HANDLE, wintypes.LPVOID, wintypes.DWORD, *(wintypes.LPVOID,) * 3)
_security.OpenProcessToken.argtypes = (wintypes.HANDLE, wintypes.DWORD, wintypes.PHANDLE)
_security.GetTokenInformation.argtypes = (
    wintypes.HANDLE,
    wintypes.DWORD,
    wintypes.LPVOID,
    wintypes.DWORD,
    wintypes.PDWORD,
)
_security.ConvertSidToStringSidW.argtypes = (wintypes.LPVOID, ctypes.POINTER(wintypes.LPWSTR))


class Stream:
    """Bytes to and from the user's engine."""

    def __init__(self) -> None:
        """Connects.

        Raises:
            NotRunningError: no engine is running.
            GPUKeepaliveError: it cannot be reached.
        """
        self._pipe = _open(rf"\\.\pipe\gpu-keepalive-{user_identifier()}")
        self._handle = msvcrt.get_osfhandle(self._pipe.fileno())
        self._closing = threading.Event()

    def read(self) -> bytes:
        """Returns what has come, or waits for it; nothing after the end."""
        return self._pipe.read(65536)

    def write(self, data: bytes) -> None:
        """Sends all of it."""
        while data:
            data = data[self._pipe.write(data) :]

    def wait_for_ever(self) -> None:
        """Lets ``read`` wait as long as it takes, as it always does."""

    def await_end(self) -> None:
        """Blocks until either end closes it; the other end is looked at once a second."""
        while not self._closing.wait(_LOOK_S) and _kernel.PeekNamedPipe(self._handle, None, 0, None, None, None):
            pass

    def end(self) -> None:
        """Ends it for both sides, whatever another thread does with it."""
        # Closing would wait for another thread that reads.
        _kernel.CancelIoEx(self._handle, None)
        self.close()

    def close(self) -> None:
        """Closes this process's side."""
        self._closing.set()
        self._pipe.close()


def _open(name: str) -> BinaryIO:
    last = time.monotonic() + _BUSY_S
    while True:
        try:
            return open(name, "r+b", buffering=0)
        except FileNotFoundError:
            raise NotRunningError("GPU Keepalive is not running.") from None
        except OSError as error:
            # All instances of the pipe are busy for a moment.
            if time.monotonic() > last:
                raise GPUKeepaliveError(f"GPU Keepalive cannot be reached: {error}") from error
            time.sleep(0.01)


def user_identifier() -> str:
    """Returns this user's security identifier, such as ``S-1-5-21-1-2-3-1001``.

    Raises:
        GPUKeepaliveError: Windows does not give it.
    """
    token = wintypes.HANDLE()
    _check(_security.OpenProcessToken(_kernel.GetCurrentProcess(), _TOKEN_QUERY, ctypes.byref(token)))
    try:
        size = wintypes.DWORD()
        _security.GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(size))
        user = ctypes.create_string_buffer(size.value)
        _check(_security.GetTokenInformation(token, _TOKEN_USER, user, size, ctypes.byref(size)))
    finally:
        _kernel.CloseHandle(token)
    # TOKEN_USER begins with the pointer to the identifier.
    identifier = ctypes.cast(user, ctypes.POINTER(wintypes.LPVOID)).contents
    text = wintypes.LPWSTR()
    _check(_security.ConvertSidToStringSidW(identifier, ctypes.byref(text)))
    try:
        return text.value or ""
    finally:
        _kernel.LocalFree(ctypes.cast(text, wintypes.HLOCAL))


def _check(done: int) -> None:
    if not done:
        raise GPUKeepaliveError(f"Windows does not name its user: {ctypes.WinError(ctypes.get_last_error())}")
