//! The meaning of a failure of the driver, and the advice for it.

use gpu_keepalive_text::{Key, key, text};

use super::capitalised;
use crate::gpu::{Circumstance, GpuError, GpuErrorKind, LeftOut, LeftOutGpu};

impl GpuError {
    /// The text of the failure, as the end of a sentence, with what explains it.
    pub fn meaning(&self) -> String {
        self.key().text()
    }

    /// Advice for the user, in one or two sentences.
    pub fn advice(&self) -> String {
        self.key().attribute("advice")
    }

    fn key(&self) -> Key {
        use Circumstance::*;
        use GpuErrorKind::{CudaMissing, NvmlMissing, VersionMismatch};
        let Some(circumstance) = self.circumstance else {
            return self.kind.key();
        };
        match (circumstance, self.kind) {
            (Wsl, NvmlMissing | CudaMissing) => key!("fault-wsl-no-driver"),
            (Wsl, _) => key!("fault-wsl"),
            (NixOs, _) => key!("fault-nixos"),
            (Container, NvmlMissing) => key!("fault-container-no-gpu"),
            (Container, CudaMissing) => key!("fault-container-no-cuda"),
            (Container, VersionMismatch) => key!("fault-container-mismatch"),
            // nvidia-container-toolkit#48: systemd takes the devices away from a running container.
            (Container, _) => key!("fault-container"),
            (OtherArchitecture, _) => key!("fault-other-architecture"),
            (NotReadable, _) => key!("fault-not-readable"),
            (NotLoadable, _) => key!("fault-not-loadable"),
            (KernelAlone, _) => key!("fault-kernel-alone"),
            (NoDeviceFiles, _) => key!("fault-no-device-files"),
            (Windows, NvmlMissing) => key!("fault-windows-no-driver"),
            (Windows, CudaMissing) => key!("fault-windows-no-cuda"),
            (Windows, _) => key!("fault-windows-not-running"),
        }
    }
}

/// Renders why a GPU of the driver's list is not used, and what becomes of it.
pub fn left_out(gpu: &LeftOutGpu) -> String {
    let retried = |why| (why, text!("left-out-retried"));
    let (why, advice) = match gpu.why {
        LeftOut::NotOpened => (gpu.error.meaning(), gpu.error.advice()),
        LeftOut::NoUuid => retried(text!("left-out-no-uuid")),
        LeftOut::SameUuid => retried(text!("left-out-same-uuid")),
        LeftOut::NoPciAddress => retried(text!("left-out-no-address")),
    };
    let index = gpu.index;
    match &gpu.name {
        Some(name) => {
            text!(
                "left-out-named",
                index = index,
                name = name,
                why = why,
                advice = advice
            )
        }
        None => text!("left-out", index = index, why = why, advice = advice),
    }
}

/// Renders why there is no GPU, the advice, and that it is searched for again. The driver's own
/// message is the doctor's.
pub fn driver_failed(error: &GpuError) -> String {
    let meaning = capitalised(&error.meaning());
    text!("driver-failed", meaning = meaning, advice = error.advice())
}

impl GpuErrorKind {
    /// The text of the failure, as the end of a sentence. The driver's own message is for details.
    pub fn meaning(self) -> String {
        self.key().text()
    }

    /// Advice for the user, in one or two sentences.
    pub fn advice(self) -> String {
        self.key().attribute("advice")
    }

    fn key(self) -> Key {
        use GpuErrorKind::*;
        match self {
            NvmlMissing => key!("fault-nvml-missing"),
            CudaMissing => key!("fault-cuda-missing"),
            DriverTooOld => key!("fault-driver-too-old"),
            VersionMismatch => key!("fault-version-mismatch"),
            DriverNotLoaded => key!("fault-driver-not-loaded"),
            NoGpu => key!("fault-no-gpu"),
            GpuNotFound => key!("fault-gpu-not-found"),
            GpuLost => key!("fault-gpu-lost"),
            OutOfMemory => key!("fault-out-of-memory"),
            ExclusiveMode => key!("fault-exclusive-mode"),
            NoPermission => key!("fault-no-permission"),
            NotSupported => key!("fault-not-supported"),
            ContextLost => key!("fault-context-lost"),
            TimedOut => key!("fault-timed-out"),
            ProcessEnded => key!("fault-process-ended"),
            Panicked => key!("fault-panicked"),
            ClocksDoNotRise => key!("fault-clocks-do-not-rise"),
            Other => key!("fault-other"),
        }
    }
}
