use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
};

use gpu_keepalive_core::{
    gpu::PciBusId,
    host::{GpuUse, StartTime},
    quiet,
};

use crate::runtime_pm::PciGpus;

use super::open_files::{Devices, OpenFiles, count, folder, uvm_references};

/// Reads when a process started: field 22 of `/proc/PID/stat`. `None` when there is no such process,
/// or `/proc` hides it.
pub fn process_started(pid: u32) -> Option<StartTime> {
    fields(pid)?.1
}

/// Returns true if that process runs: it has neither ended nor been replaced by a later one with
/// its id.
pub(crate) fn process_runs(pid: u32, started: StartTime) -> bool {
    fields(pid).is_some_and(|(state, since)| state != 'Z' && since == Some(started))
}

/// Fields 3 and 22 of `/proc/PID/stat`: its state, and when it started.
fn fields(pid: u32) -> Option<(char, Option<StartTime>)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before them, field 2, may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let ticks = fields.nth(18).and_then(|ticks| ticks.parse().ok());
    Some((state, ticks.map(StartTime)))
}

/// The GPUs that processes have open, sample by sample.
#[derive(Debug)]
pub(super) struct Open {
    root: PathBuf,
    proc: PathBuf,
    devices: Devices,
    /// The result of the last sample: the number of files, and the use they showed.
    last: HashMap<u32, (Option<u64>, GpuUse)>,
    now: HashMap<u32, (Option<u64>, GpuUse)>,
    uvm_open: Option<u32>,
}

impl Open {
    /// Of the machine whose GPUs are described below `root`.
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            proc: PathBuf::from("/proc"),
            devices: Devices::under(root),
            last: HashMap::new(),
            now: HashMap::new(),
            uvm_open: None,
        }
    }

    /// Begins a sample; `ours` are our own processes.
    pub(super) fn begin_read(&mut self, ours: &[u32]) {
        let references = uvm_references(&self.root);
        self.uvm_open = references.map(|all| {
            let own = |pid: &u32| OpenFiles::read(&folder(&self.proc, *pid)).map_or(0, |f| f.uvm);
            all.saturating_sub(ours.iter().map(own).sum())
        });
    }

    /// The GPUs that a process has open. Its files are read again when there are more or fewer of
    /// them, when it is `due`, and always where their number is not reported.
    ///
    /// Those of an `ordinary` one matter only for a context, which no process has while none has
    /// `/dev/nvidia-uvm` open.
    pub(super) fn gpu_use(&mut self, pid: u32, ordinary: bool, due: bool) -> GpuUse {
        if ordinary && self.uvm_open == Some(0) {
            return GpuUse::Unknown;
        }
        let process = folder(&self.proc, pid);
        let files = count(&process);
        let seen = match self.last.remove(&pid) {
            Some((before, seen)) if files.is_some() && before == files && !due => seen,
            _ => OpenFiles::read(&process)
                .map_or(GpuUse::Unknown, |files| files.gpu_use(&mut self.devices)),
        };
        self.now.insert(pid, (files, seen.clone()));
        seen
    }

    /// Forgets processes that were not asked about.
    pub(super) fn end_read(&mut self) {
        self.last = std::mem::take(&mut self.now);
    }

    /// Number of times that processes other than ours have `/dev/nvidia-uvm` open; `None` where the
    /// kernel does not report it.
    pub(super) fn uvm_open_by_others(&self) -> Option<u32> {
        self.uvm_open
    }
}

/// The GPUs that these processes have open: all that are awake where their files do not show which.
pub(super) fn gpus(open: &mut Open, pids: impl Iterator<Item = u32>) -> Vec<PciBusId> {
    let mut gpus = BTreeSet::new();
    for pid in pids {
        match open.gpu_use(pid, false, true) {
            GpuUse::Nothing | GpuUse::Graphics => {}
            GpuUse::Device(known) | GpuUse::Context(known) if !known.is_empty() => {
                gpus.extend(known);
            }
            GpuUse::Unknown | GpuUse::Device(_) | GpuUse::Context(_) => {
                gpus.extend(PciGpus::under(&open.root).awake());
            }
        }
    }
    gpus.into_iter().collect()
}

/// Returns whether a process was started quiet; `None` where its environment cannot be read or is
/// unknown.
pub(super) fn quiet(pid: u32) -> Option<bool> {
    let environment = fs::read(folder(Path::new("/proc"), pid).join("environ")).ok()?;
    quiet::is_quiet(&environment)
}
