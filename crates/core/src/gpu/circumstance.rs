use serde::{Deserialize, Serialize};

use super::{GpuError, GpuErrorKind};

/// The cause that explains a failure of the driver better than its kind, and decides the advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Circumstance {
    /// Linux runs under Windows (WSL2), whose driver it uses.
    Wsl,
    /// The system is NixOS, which has no common place for libraries.
    NixOs,
    /// The program runs in a container.
    Container,
    /// The library is for another kind of processor.
    OtherArchitecture,
    /// The library may not be read.
    NotReadable,
    /// The library is damaged, or this system is too old for it.
    NotLoadable,
    /// The kernel's part of the driver runs; the library is not installed.
    KernelAlone,
    /// The kernel's part of the driver runs; its device files are missing.
    NoDeviceFiles,
    /// The system is Windows, where the driver comes in one piece.
    Windows,
}

/// The system's view of the driver and of the place where the program runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DriverHost {
    /// `/dev/dxg` is there.
    pub wsl: bool,
    /// `/etc/NIXOS` is there.
    pub nixos: bool,
    /// A container's marks are there.
    pub container: bool,
    /// `/proc/driver/nvidia/version` is there.
    pub module_loaded: bool,
    /// `/dev/nvidiactl` is there.
    pub device_files: bool,
    /// The system is Windows.
    pub windows: bool,
}

impl GpuError {
    /// The same error with the circumstance that explains it on this host, if one does.
    #[must_use]
    pub fn explained(self, host: DriverHost) -> Self {
        let circumstance = explain(self.kind, &self.message, host);
        Self {
            circumstance,
            ..self
        }
    }
}

fn explain(kind: GpuErrorKind, message: &str, host: DriverHost) -> Option<Circumstance> {
    use Circumstance::*;
    use GpuErrorKind as Kind;
    // Without its module the computer itself has no driver to give.
    let container = host.container && host.module_loaded;
    let first = |candidates: &[(bool, Circumstance)]| {
        let mut candidates = candidates.iter();
        let found = candidates.find(|(applies, _)| *applies);
        found.map(|(_, circumstance)| *circumstance)
    };
    match kind {
        Kind::NvmlMissing | Kind::CudaMissing => unloadable(message).or_else(|| {
            first(&[
                (host.wsl, Wsl),
                (container, Container),
                (host.nixos, NixOs),
                (host.module_loaded && kind == Kind::NvmlMissing, KernelAlone),
                (host.windows, Windows),
            ])
        }),
        Kind::VersionMismatch => first(&[(container, Container)]),
        Kind::DriverNotLoaded | Kind::NoPermission | Kind::Other
            // Later calls fail for reasons of their own.
            if message.starts_with("nvmlInit") =>
        {
            let no_files = host.module_loaded && !host.device_files;
            first(&[
                (host.wsl, Wsl),
                (container, Container),
                (no_files && kind == Kind::DriverNotLoaded, NoDeviceFiles),
                (host.windows && kind == Kind::DriverNotLoaded, Windows),
            ])
        }
        _ => None,
    }
}

/// Finds why a library that is there cannot be loaded, from the messages of glibc's loader and of
/// Windows (193: `ERROR_BAD_EXE_FORMAT`).
fn unloadable(message: &str) -> Option<Circumstance> {
    const OTHER_ARCHITECTURE: [&str; 2] = ["wrong ELF class", "os error 193"];
    const DAMAGED: [&str; 5] = [
        "invalid ELF header",
        "file too short",
        "' not found (required by",
        "undefined symbol",
        "cannot read file data",
    ];
    let contains = |parts: &[&str]| parts.iter().any(|part| message.contains(part));
    if contains(&OTHER_ARCHITECTURE) {
        Some(Circumstance::OtherArchitecture)
    } else if contains(&["Permission denied"]) {
        Some(Circumstance::NotReadable)
    } else if contains(&DAMAGED) {
        Some(Circumstance::NotLoadable)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
