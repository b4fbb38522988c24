"""Every error and warning of the package."""


class GPUKeepaliveError(Exception):
    """Anything that goes wrong in this package."""


class CudaNotAvailableError(GPUKeepaliveError, RuntimeError):
    """There is no NVIDIA driver, or no GPU that this process may use."""


class DeviceNotAvailableError(GPUKeepaliveError, ValueError):
    """There is no CUDA device of that index in this process."""


class NotRunningError(GPUKeepaliveError, ConnectionError):
    """No engine is running, or it ended."""


class RequestError(GPUKeepaliveError):
    """The engine refused a request.

    Attributes:
        code: the kind of refusal, one of ``gpu_keepalive.protocol.ErrorCode``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class GPUKeepaliveWarning(UserWarning):
    """An argument that is not in force, or an engine of another version."""
