//! What other processes do on a GPU.

use std::{collections::BTreeMap, time::Duration};

use gpu_keepalive_core::{
    Moment,
    gpu::{ComputeProcess, GpuError},
    units::{Bytes, Percent},
};
use nvml_wrapper::{
    Device, enums::device::UsedGpuMemory, error::NvmlError, struct_wrappers::device::ProcessInfo,
};

use super::told;

/// While the GPU as a whole does nothing, utilization by process is read this often: one reading
/// takes 1.4 ms of processor time on an H200 (driver 580.159.04), where the GPU's own utilization
/// takes 0.002 ms. The driver answers with each process's mean since the last reading, over some
/// 14 s at most, in whole percent: at 10 s a burst of 0.1 s between two looks still counts.
const QUIET_EVERY: Duration = Duration::from_secs(10);

/// Follows what other processes compute.
pub(super) struct Others {
    /// The pid by which the driver knows this process.
    pub(super) own_pid: u32,
    /// Newest time stamp of the driver's utilization samples, in its own microseconds.
    newest: Option<u64>,
    read_at: Option<Moment>,
}

impl Others {
    /// Begins with nothing seen.
    pub(super) fn new() -> Self {
        Self {
            own_pid: std::process::id(),
            newest: None,
            read_at: None,
        }
    }

    /// Utilization of every other process since the last look, by process id.
    ///
    /// The first look finds samples of unknown age, so it says nothing and only takes note of
    /// their time. Processes that merely draw, such as a compositor, do not count.
    pub(super) fn utilization(
        &mut self,
        device: &Device,
        compute: &Option<Vec<ProcessInfo>>,
        utilization: Option<Percent>,
        now: Moment,
    ) -> Result<Option<Vec<(u32, Percent)>>, GpuError> {
        // Who has no context computes nothing.
        let alone = compute
            .as_ref()
            .is_some_and(|all| all.iter().all(|process| process.pid == self.own_pid));
        let quiet = utilization == Some(Percent(0))
            && self
                .read_at
                .is_some_and(|read| now.since(read) < QUIET_EVERY);
        if alone || quiet {
            return Ok(Some(Vec::new()));
        }
        self.read_at = Some(now);
        let seen = self.newest;
        let stats = match device.process_utilization_stats(seen) {
            // No sample is newer than `seen`: nobody did anything.
            Err(NvmlError::NotFound) => Ok(Vec::new()),
            stats => stats,
        };
        let Some(stats) = told("process utilization", stats)? else {
            return Ok(None);
        };
        let newest = stats.iter().map(|sample| sample.timestamp).max().or(seen);
        // Zero stands for the driver's first sample: from then on every sample is new.
        self.newest = newest.or(Some(0));
        if seen.is_none() && newest.is_some() {
            return Ok(None);
        }
        let drawing = told("graphics processes", device.running_graphics_processes())?;
        let listed = |list: &Option<Vec<ProcessInfo>>, pid| {
            list.iter().flatten().any(|process| process.pid == pid)
        };
        let mut by_process = BTreeMap::new();
        let others = stats
            .iter()
            .filter(|sample| sample.pid != self.own_pid)
            .filter(|sample| seen.is_none_or(|seen| sample.timestamp > seen))
            .filter(|sample| listed(compute, sample.pid) || !listed(&drawing, sample.pid));
        for sample in others {
            let most = by_process.entry(sample.pid).or_insert(Percent(0));
            *most = Percent(most.0.max(sample.sm_util.min(100)));
        }
        Ok(Some(by_process.into_iter().collect()))
    }

    /// The processes that have a context, without this one.
    pub(super) fn without_us(&self, processes: Vec<ProcessInfo>) -> Vec<ComputeProcess> {
        let others = processes.into_iter().filter(|p| p.pid != self.own_pid);
        others
            .map(|process| ComputeProcess {
                pid: process.pid,
                vram: used(&process),
            })
            .collect()
    }

    /// What this process holds; `None` when the driver does not list it, which says nothing where
    /// it lists none.
    pub(super) fn vram_of_us(&self, processes: &[ProcessInfo]) -> Option<Bytes> {
        used(processes.iter().find(|p| p.pid == self.own_pid)?)
    }
}

fn used(process: &ProcessInfo) -> Option<Bytes> {
    match process.used_gpu_memory {
        UsedGpuMemory::Used(bytes) => Some(Bytes(bytes)),
        UsedGpuMemory::Unavailable => None,
    }
}
