//! The activity of other processes on a GPU.

use std::{collections::BTreeMap, time::Duration};

use gpu_keepalive_core::{
    Moment,
    ai_processes::is_keepalive,
    gpu::{ComputeProcess, GpuError, ProcessLoad, plausible},
    units::{Bytes, Percent},
};
use nvml_wrapper::{
    Device, Nvml,
    enums::device::UsedGpuMemory,
    error::NvmlError,
    struct_wrappers::device::{ProcessInfo, ProcessUtilizationSample},
};

use super::reported;

/// While the GPU as a whole does nothing, utilization by process is read this often: one reading
/// takes 1.4 to 2.4 ms of processor time on an H200 (driver 580.159.04), where the GPU's own
/// utilization takes 0.002 ms and a list of processes 0.01 ms. The driver answers with each
/// process's mean since the last reading, over some 14 s at most, in whole percent: at 10 s a burst
/// of 0.1 s between two samples still counts.
const QUIET_EVERY: Duration = Duration::from_secs(10);

/// Follows what other processes compute.
pub(super) struct Others {
    /// The pid by which the driver knows this process.
    pub(super) own_pid: u32,
    /// The lists hold Windows' processes, whose numbers mean others here.
    in_wsl: bool,
    /// Processes of the lists, and whether they are a keepalive's, of any user.
    keepalives: BTreeMap<u32, bool>,
    /// Newest time stamp of the driver's utilization samples, in its own microseconds.
    newest: Option<u64>,
    read_at: Option<Moment>,
    sampled: bool,
}

/// The values of other processes in one sample; see [`gpu_keepalive_core::gpu::Sample`].
#[derive(Debug, Default)]
pub(super) struct Usage {
    pub(super) other_utilization: Option<Percent>,
    pub(super) process_utilization: Option<Vec<ProcessLoad>>,
    pub(super) compute_processes: Option<Vec<ComputeProcess>>,
    pub(super) drawing: Vec<u32>,
    pub(super) names_processes: bool,
    pub(super) first: bool,
    pub(super) vram_ours: Option<Bytes>,
}

/// The driver's lists, and the utilization of the GPU as a whole.
struct Lists {
    compute: Option<Vec<ProcessInfo>>,
    drawing: Vec<u32>,
    named: bool,
    utilization: Option<Percent>,
}

impl Others {
    /// Begins with nothing seen.
    pub(super) fn new() -> Self {
        Self {
            own_pid: std::process::id(),
            in_wsl: cfg!(target_os = "linux") && std::path::Path::new("/dev/dxg").exists(),
            keepalives: BTreeMap::new(),
            newest: None,
            read_at: None,
            sampled: false,
        }
    }

    /// Reads the lists and, where it may be new, the utilization by process.
    pub(super) fn usage(
        &mut self,
        nvml: &Nvml,
        device: &Device,
        utilization: Option<Percent>,
        total: Option<Bytes>,
        now: Moment,
    ) -> Result<Usage, GpuError> {
        let first = !std::mem::replace(&mut self.sampled, true);
        if self.in_wsl {
            return Ok(Usage {
                first,
                ..Usage::default()
            });
        }
        let compute = reported("compute processes", device.running_compute_processes())?;
        let graphics = reported("graphics processes", device.running_graphics_processes())?;
        let [compute, graphics] = [compute, graphics].map(|list| {
            let listed = list?.into_iter();
            let are_processes =
                listed.filter(|process| plausible::pid(process.pid.into()).is_some());
            Some(are_processes.collect::<Vec<_>>())
        });
        let named = [&compute, &graphics]
            .into_iter()
            .flatten()
            .any(|list| !list.is_empty());
        self.look_up(nvml, compute.iter().chain(&graphics).flatten());
        let vram_ours = compute.as_ref();
        let vram_ours = vram_ours.and_then(|all| self.vram_of_us(all, total));
        let mut drawing: Vec<u32> = graphics.iter().flatten().map(|p| p.pid).collect();
        drawing.retain(|pid| !self.is_ours(*pid));
        drawing.sort_unstable();
        let lists = Lists {
            compute: compute.map(|mut all| {
                all.retain(|process| !self.is_ours(process.pid));
                all
            }),
            drawing,
            named,
            utilization,
        };
        let (other_utilization, process_utilization) = self.utilization(device, &lists, now)?;
        Ok(Usage {
            other_utilization,
            process_utilization,
            compute_processes: lists.compute.map(|all| {
                let described = all.iter().map(|process| ComputeProcess {
                    pid: process.pid,
                    vram: used(process, total),
                });
                described.collect()
            }),
            drawing: lists.drawing,
            names_processes: named,
            first,
            vram_ours,
        })
    }

    /// Utilization since the last sample: of the busiest process that does not draw, and of each.
    ///
    /// The first sample finds readings of unknown age, so it only takes note of their time.
    fn utilization(
        &mut self,
        device: &Device,
        lists: &Lists,
        now: Moment,
    ) -> Result<(Option<Percent>, Option<Vec<ProcessLoad>>), GpuError> {
        // A process without a context computes nothing, where any process is named at all: in a
        // container the lists are empty, and the utilization names processes of the machine, ours
        // among them.
        let alone = lists.compute.as_ref().is_some_and(Vec::is_empty);
        let idle = lists.utilization == Some(Percent(0));
        if alone {
            let at_rest = lists.named || idle;
            return Ok((at_rest.then_some(Percent(0)), None));
        }
        let read_lately = self.read_at.is_some_and(|at| now.since(at) < QUIET_EVERY);
        if idle && read_lately {
            return Ok((Some(Percent(0)), None));
        }
        self.read_at = Some(now);
        let seen = self.newest;
        let stats = match device.process_utilization_stats(seen) {
            // No reading is newer than `seen`: no process did anything.
            Err(NvmlError::NotFound) => Ok(Vec::new()),
            stats => stats,
        };
        let Some(stats) = reported("process utilization", stats)? else {
            return Ok((None, None));
        };
        let times = stats.iter().map(|reading| reading.timestamp);
        let newest = times.filter_map(plausible::time_stamp).max();
        let newest = newest.or(seen);
        // Zero stands for the driver's first reading: from then on every reading is new.
        self.newest = newest.or(Some(0));
        if seen.is_none() && newest.is_some() {
            return Ok((None, None));
        }
        let theirs: Vec<_> = stats
            .iter()
            .filter(|reading| seen.is_none_or(|seen| reading.timestamp > seen))
            .filter(|reading| !self.is_ours(reading.pid))
            .collect();
        let passed = |reading: &&ProcessUtilizationSample| {
            plausible::time_stamp(reading.timestamp)?;
            Some(ProcessLoad {
                pid: plausible::pid(reading.pid.into())?,
                percent: plausible::utilization(reading.sm_util.into())?,
            })
        };
        let single: Vec<_> = theirs.iter().filter_map(passed).collect();
        let computing = single
            .iter()
            .filter(|one| lists.drawing.binary_search(&one.pid).is_err())
            .map(|one| one.percent);
        let busiest = plausible::busiest(computing, single.len() == theirs.len());
        Ok((busiest, Some(single)))
    }

    /// The memory that this process holds; `None` when the driver does not list it, which is
    /// unknown where it lists none.
    pub(super) fn vram_of_us(
        &self,
        processes: &[ProcessInfo],
        total: Option<Bytes>,
    ) -> Option<Bytes> {
        used(processes.iter().find(|p| p.pid == self.own_pid)?, total)
    }

    /// Returns true if a process is this one or another keepalive: two of them must not take each
    /// other's contexts for a model.
    fn is_ours(&self, pid: u32) -> bool {
        pid == self.own_pid || self.keepalives.get(&pid) == Some(&true)
    }

    /// Asks for the names of processes that were not in the lists before.
    fn look_up<'a>(&mut self, nvml: &Nvml, listed: impl Iterator<Item = &'a ProcessInfo>) {
        let before = std::mem::take(&mut self.keepalives);
        for ProcessInfo { pid, .. } in listed {
            let known = before.get(pid).copied();
            let is_ours =
                known.unwrap_or_else(|| name_of(nvml, *pid).is_some_and(|n| is_keepalive(&n)));
            self.keepalives.insert(*pid, is_ours);
        }
    }
}

/// The name of a process of any user.
#[cfg(target_os = "linux")]
fn name_of(_: &Nvml, pid: u32) -> Option<String> {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(name.trim_end().to_owned())
}

/// The path of its program, as the driver knows it.
#[cfg(not(target_os = "linux"))]
fn name_of(nvml: &Nvml, pid: u32) -> Option<String> {
    /// Longer is no path under Windows.
    const LONGEST: usize = 260;
    nvml.sys_process_name(pid, LONGEST).ok()
}

fn used(process: &ProcessInfo, total: Option<Bytes>) -> Option<Bytes> {
    match process.used_gpu_memory {
        UsedGpuMemory::Used(bytes) => plausible::process_memory(bytes, total),
        UsedGpuMemory::Unavailable => None,
    }
}
