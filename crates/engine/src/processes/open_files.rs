//! The GPUs that a process has open, by its open files, which Linux alone reports.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use gpu_keepalive_core::{gpu::PciBusId, host::GpuUse};

use crate::runtime_pm::PciGpus;

/// Open files of one GPU from which a process has a CUDA context on it.
///
/// A context opens 16 of them besides the 4 of `cuInit` and the 3 of NVML, each on its own GPU
/// alone (measured on two H200, driver 580.159.04). `/dev/nvidia-uvm` alone is no sign: NVML of
/// that driver opens it, too.
const CONTEXT_FILES: u32 = 10;

/// The open files of one process, as far as they are the driver's.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct OpenFiles {
    /// Number of times that each `/dev/nvidiaN` is open, by N.
    devices: BTreeMap<u32, u32>,
    /// Number of times that `/dev/nvidia-uvm` is open.
    pub(super) uvm: u32,
    /// `/dev/nvidia-modeset` or a node of `/dev/dri`.
    graphics: bool,
    /// `/dev/dxg`, which stands for all of these under WSL2.
    dxg: bool,
}

impl OpenFiles {
    /// Those of the process whose folder in `/proc` this is; `None` when they cannot be seen.
    pub(super) fn read(process: &Path) -> Option<Self> {
        let mut files = Self::default();
        for file in fs::read_dir(process.join("fd")).ok()?.flatten() {
            // A file that was closed meanwhile is not open.
            if let Ok(target) = fs::read_link(file.path()) {
                files.add(&target);
            }
        }
        Some(files)
    }

    fn add(&mut self, target: &Path) {
        let Some(device) = target.to_str().and_then(|path| path.strip_prefix("/dev/")) else {
            return;
        };
        match device {
            "nvidia-uvm" => self.uvm += 1,
            "dxg" => self.dxg = true,
            "nvidia-modeset" => self.graphics = true,
            _ if device.starts_with("dri/") => self.graphics = true,
            _ => {
                let minor = device.strip_prefix("nvidia").and_then(|n| n.parse().ok());
                if let Some(minor) = minor {
                    *self.devices.entry(minor).or_default() += 1;
                }
            }
        }
    }

    /// The use of the GPUs that they show.
    pub(super) fn gpu_use(&self, devices: &mut Devices) -> GpuUse {
        let contexts = self
            .devices
            .iter()
            .filter(|(_, files)| **files >= CONTEXT_FILES);
        let contexts: Vec<u32> = contexts.map(|(minor, _)| *minor).collect();
        if self.uvm > 0 && !contexts.is_empty() {
            return GpuUse::Context(devices.addresses(&contexts));
        }
        // A process that computes opens it, and hardly any other does.
        if self.dxg {
            return GpuUse::Context(Vec::new());
        }
        if !self.devices.is_empty() {
            let opened: Vec<u32> = self.devices.keys().copied().collect();
            return GpuUse::Device(devices.addresses(&opened));
        }
        match self.graphics {
            true => GpuUse::Graphics,
            false => GpuUse::Nothing,
        }
    }
}

/// The number of files that a process has open, without reading them; `None` before Linux 6.2,
/// which does not report it, and for other users' processes.
pub(super) fn count(process: &Path) -> Option<u64> {
    let files = fs::metadata(process.join("fd")).ok()?.size();
    Some(files).filter(|files| *files > 0)
}

/// Number of times that `/dev/nvidia-uvm` is open, by any process; `None` where the kernel does not
/// report it.
pub(super) fn uvm_references(root: &Path) -> Option<u32> {
    let count = root.join("sys/module/nvidia_uvm/refcnt");
    fs::read_to_string(count).ok()?.trim().parse().ok()
}

/// Which GPU each number in the name of a device file is.
#[derive(Debug)]
pub(super) struct Devices {
    gpus: PciGpus,
    minors: BTreeMap<u32, PciBusId>,
}

impl Devices {
    /// Those of the machine whose `/proc` and `/sys` are below `root`; read when they are needed.
    pub(super) fn under(root: &Path) -> Self {
        Self {
            gpus: PciGpus::under(root),
            minors: BTreeMap::new(),
        }
    }

    /// The GPUs of these numbers; none when one of them is not known, because then it is not known
    /// which GPUs they are.
    fn addresses(&mut self, minors: &[u32]) -> Vec<PciBusId> {
        if minors.iter().any(|minor| !self.minors.contains_key(minor)) {
            let found = self.gpus.minors();
            self.minors.extend(found);
        }
        let known = minors.iter().map(|minor| self.minors.get(minor).copied());
        known.collect::<Option<Vec<_>>>().unwrap_or_default()
    }
}

/// The folder of a process.
pub(super) fn folder(proc: &Path, pid: u32) -> PathBuf {
    proc.join(pid.to_string())
}
