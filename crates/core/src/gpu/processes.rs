use serde::{Deserialize, Serialize};

use super::{GpuInfo, Sample};
use crate::units::{Bytes, Percent};

/// GPU-wide utilization that counts as computing where the driver does not report it by process.
///
/// A desktop's compositor and our own pulses stay well below it; any inference is far above.
pub(crate) const BUSY: Percent = Percent(10);

/// Memory in use without a named process and that no driver takes for itself: at least so much, and
/// at least this share of all. An H200 without any process has 615 MiB in use, 0.4 % of its memory
/// (driver 580.159.04).
const MODEL: Bytes = Bytes(Bytes::GIB);
const MODEL_SHARE: f64 = 0.02;

/// Another process that has a compute context on the GPU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComputeProcess {
    /// Process id on this machine.
    pub pid: u32,
    /// `None` where the driver does not report it (WDDM).
    pub vram: Option<Bytes>,
}

/// The utilization by one process since the last sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessLoad {
    /// Process id, of the whole machine even where we are in a container.
    pub pid: u32,
    /// Share of the time.
    pub percent: Percent,
}

impl Sample {
    /// The other processes with a compute context, in order; `None` where the driver does not
    /// report them.
    pub fn compute_pids(&self) -> Option<Vec<u32>> {
        let processes = self.compute_processes.as_ref()?;
        let mut pids: Vec<u32> = processes.iter().map(|process| process.pid).collect();
        pids.sort_unstable();
        Some(pids)
    }

    /// Returns true if the driver reports which processes use this GPU.
    ///
    /// It does not where it gives no list (WSL2, MIG, old drivers), nor where it names no process
    /// although the GPU is busy or holds a model, as in a container and in a virtual machine with a
    /// part of a GPU.
    pub fn reports_processes(&self, gpu: &GpuInfo) -> bool {
        let idle = self.utilization.is_some_and(|all| all < BUSY);
        self.compute_processes.is_some()
            && (self.names_processes || (idle && !self.holds_unnamed_model(gpu)))
    }

    /// Returns true if that process has a compute context, or draws.
    pub fn names(&self, pid: u32) -> bool {
        self.computes(pid) || self.draws(pid)
    }

    /// Returns true if that process has a compute context.
    pub fn computes(&self, pid: u32) -> bool {
        let mut listed = self.compute_processes.iter().flatten();
        listed.any(|process| process.pid == pid)
    }

    /// Returns true if that process draws.
    pub fn draws(&self, pid: u32) -> bool {
        self.drawing.binary_search(&pid).is_ok()
    }

    fn holds_unnamed_model(&self, gpu: &GpuInfo) -> bool {
        let Some((total, free)) = gpu.vram_total.zip(self.vram_free) else {
            return false;
        };
        let share = Bytes((total.0 as f64 * MODEL_SHARE) as u64);
        let used = Bytes(total.0.saturating_sub(free.0));
        !self.names_processes && used >= MODEL.max(share)
    }
}
