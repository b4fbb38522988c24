//! The meaning of a failure of the driver, and the advice for it.

use super::capitalised;
use crate::gpu::{Circumstance, GpuError, GpuErrorKind, LeftOut, LeftOutGpu};

impl GpuError {
    /// The text of the failure, as the end of a sentence, with what explains it.
    pub fn meaning(&self) -> &'static str {
        self.explanation()
            .map_or(self.kind.meaning(), |(meaning, _)| meaning)
    }

    /// Advice for the user, in one or two sentences.
    pub fn advice(&self) -> &'static str {
        self.explanation()
            .map_or(self.kind.advice(), |(_, advice)| advice)
    }

    fn explanation(&self) -> Option<(&'static str, &'static str)> {
        use Circumstance::*;
        use GpuErrorKind::{CudaMissing, NvmlMissing, VersionMismatch};
        Some(match (self.circumstance?, self.kind) {
            (Wsl, NvmlMissing | CudaMissing) => (
                "the NVIDIA driver of Windows is not there under WSL2",
                "Install the NVIDIA driver in Windows, not in Linux, then run “wsl --shutdown” in \
                 Windows.",
            ),
            (Wsl, _) => (
                "Windows does not let WSL2 use the GPU",
                "Update the NVIDIA driver in Windows, run “wsl --update”, then “wsl --shutdown”.",
            ),
            (NixOs, _) => (
                "the NVIDIA driver is not installed",
                "In configuration.nix, set hardware.graphics.enable to true and add \"nvidia\" to \
                 services.xserver.videoDrivers, then rebuild the system.",
            ),
            (Container, NvmlMissing) => (
                "this container was started without the GPU",
                "Start it with NVIDIA's container toolkit, as with “docker run --gpus all”. Where \
                 NVIDIA_DRIVER_CAPABILITIES is set, it needs compute and utility.",
            ),
            (Container, CudaMissing) => (
                "this container was started without CUDA",
                "Start it with NVIDIA_DRIVER_CAPABILITIES=compute,utility.",
            ),
            (Container, VersionMismatch) => (
                "this container has the libraries of another NVIDIA driver than the computer",
                "Restart the container. If the driver was updated, restart the computer first.",
            ),
            // nvidia-container-toolkit#48: systemd takes the devices away from a running container.
            (Container, _) => (
                "this container may not use the GPU",
                "Restart the container. If that does not help, start it with “docker run --gpus all”.",
            ),
            (OtherArchitecture, _) => (
                "the NVIDIA driver's library is for another kind of processor",
                "Install the 64-bit NVIDIA driver for this processor.",
            ),
            (NotReadable, _) => (
                "you may not read the NVIDIA driver's library",
                "Reinstall the NVIDIA driver, or make the file readable for everyone.",
            ),
            (NotLoadable, _) => (
                "the NVIDIA driver's library cannot be loaded",
                "Reinstall the NVIDIA driver. The details have the reason.",
            ),
            (KernelAlone, _) => (
                "a part of the NVIDIA driver is not installed",
                "Install the package with libnvidia-ml: libnvidia-ml1 on Debian, libnvidia-compute \
                 on Ubuntu, nvidia-utils on Arch.",
            ),
            (NoDeviceFiles, _) => (
                "the device files of the NVIDIA driver are missing",
                "Run “sudo nvidia-modprobe -u -c 0”, or restart the computer.",
            ),
        })
    }
}

/// Renders why a GPU of the driver's list is not used, and what becomes of it.
pub fn left_out(gpu: &LeftOutGpu) -> String {
    let name = gpu.name.as_ref();
    let name = name.map_or_else(String::new, |name| format!(" ({name})"));
    let (why, advice) = match gpu.why {
        LeftOut::NotOpened => (gpu.error.meaning(), gpu.error.advice()),
        LeftOut::NoUuid => ("the driver does not give its UUID", RETRIED),
        LeftOut::SameUuid => ("the driver gives it the UUID of another GPU", RETRIED),
        LeftOut::NoPciAddress => ("the driver does not give its PCI address", RETRIED),
    };
    format!("GPU {}{name} is not used: {why}. {advice}", gpu.index)
}

/// Renders why there is no GPU, the advice, and that it is searched for again. The driver's own
/// message is the doctor's.
pub fn driver_failed(error: &GpuError) -> String {
    let meaning = capitalised(error.meaning());
    format!("{meaning}. {} {SEARCHED_FOR}", error.advice())
}

const SEARCHED_FOR: &str = "The GPU is looked for again by itself.";
const RETRIED: &str = "It is tried again by itself.";

impl GpuErrorKind {
    /// The text of the failure, as the end of a sentence. The driver's own message is for details.
    pub fn meaning(self) -> &'static str {
        use GpuErrorKind::*;
        match self {
            NvmlMissing => "the NVIDIA driver is not installed",
            CudaMissing => "the CUDA part of the NVIDIA driver is not installed",
            DriverTooOld => "the NVIDIA driver is too old",
            VersionMismatch => "the NVIDIA driver was updated while it was running",
            DriverNotLoaded => "the NVIDIA driver is not running",
            NoGpu => "there is no NVIDIA GPU",
            GpuNotFound => "the driver does not know this GPU",
            GpuLost => "the GPU has stopped answering",
            OutOfMemory => "other programs use all of the GPU memory",
            ExclusiveMode => "the GPU is set to serve one program at a time",
            NoPermission => "you may not use this GPU",
            NotSupported => "this GPU or its driver cannot be kept ready",
            ContextLost => "the connection to the GPU was lost",
            TimedOut => "the driver did not answer in time",
            ProcessEnded => "the process that talks to the driver has ended",
            Panicked => "GPU Keepalive has met a bug of its own",
            ClocksDoNotRise => "nothing brings this GPU to full speed",
            Other => "the driver reported an error",
        }
    }

    /// Advice for the user, in one or two sentences.
    pub fn advice(self) -> &'static str {
        use GpuErrorKind::*;
        match self {
            NvmlMissing => "Install the NVIDIA driver.",
            CudaMissing => {
                "Install the CUDA part of the NVIDIA driver (on Debian and Ubuntu the package libcuda1 or libnvidia-compute)."
            }
            DriverTooOld => "Update the NVIDIA driver to version 525 or later.",
            VersionMismatch => "Restart the computer.",
            DriverNotLoaded => {
                "Restart the computer. If that does not help after a kernel update, reinstall the driver."
            }
            NoGpu => "Check that the NVIDIA GPU is fitted and enabled in the firmware settings.",
            GpuNotFound => {
                "List the GPUs with “gpu-keepalive gpus”. If the settings name another one, correct “gpus” there."
            }
            GpuLost => {
                "If it does not come back by itself, restart the computer. An external GPU may need to be plugged in again."
            }
            OutOfMemory => {
                "Unload a model or close a program. It is tried again by itself when memory is free."
            }
            ExclusiveMode => {
                "Set it back with “nvidia-smi -c DEFAULT”, so that several programs may use it."
            }
            NoPermission => "On Linux, join the groups video and render, then log in again.",
            NotSupported => {
                "Update the NVIDIA driver. If that does not help, this GPU cannot do it."
            }
            ContextLost => "It is set up again by itself. Nothing needs to be done.",
            TimedOut | ProcessEnded => {
                "It is tried again by itself. If it happens often, restart the computer."
            }
            Panicked => "It is tried again by itself. Please report it with the log.",
            ClocksDoNotRise => {
                "Look in Diagnostics for a power limit or locked clocks, and update the NVIDIA driver. It is tried again by itself."
            }
            Other => "It is tried again by itself. The details have the driver's own words.",
        }
    }
}
