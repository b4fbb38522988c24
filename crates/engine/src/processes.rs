//! AI processes in the process table, found without touching a GPU.

#![allow(
    clippy::disallowed_methods,
    reason = "from /proc, on a thread of its own"
)]

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
};

#[cfg(target_os = "linux")]
use gpu_keepalive_core::gpu::PciBusId;
use gpu_keepalive_core::{
    ai_processes::{self, CommandLine, ProcessKind, Recognised},
    host::{AiProcess, GpuUse, Served, StartTime},
    settings::AiProgram,
    units::Bytes,
};
use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

#[cfg(windows)]
mod handle;
#[cfg(target_os = "linux")]
#[path = "processes/linux.rs"]
mod open;
#[cfg(not(target_os = "linux"))]
#[path = "processes/elsewhere.rs"]
mod open;
#[cfg(target_os = "linux")]
mod open_files;
mod served;
#[cfg(all(test, target_os = "linux"))]
pub(crate) mod tests;

#[cfg(windows)]
pub(crate) use handle::ProcessHandle;
#[cfg(windows)]
pub use handle::process_started;
#[cfg(target_os = "linux")]
pub(crate) use open::process_runs;
#[cfg(target_os = "linux")]
pub use open::process_started;

use open::Open;
use served::ServedTrees;

/// A known process is read again every so many reads: it may have become another program (`exec`),
/// or its number another process. One sample thus reads a sixteenth of the table.
const PASSES_BETWEEN_READS: u32 = 16;

/// Number of ancestors of a process among which the program is searched for that gives it its name.
const ANCESTORS: usize = 6;

/// The result of one sample of the process table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// In the order of their process ids.
    pub(crate) ai_processes: Vec<AiProcess>,
    /// Number of times that processes other than ours have `/dev/nvidia-uvm` open.
    pub(crate) uvm_open: Option<u32>,
    /// As in [`HostSample`](gpu_keepalive_core::host::HostSample::served_round).
    pub(crate) served_round: u64,
}

/// The process table, read again with each sample.
///
/// Reading everything about 400 processes takes 10 ms; the names of the entries in `/proc` take 0.2
/// ms, so a sample lists these, reads and recognises only what is new or due, and reads the open
/// files of those alone that were recognised.
#[derive(Debug)]
pub(crate) struct Processes {
    system: Option<System>,
    reads: u32,
    new_at_last_read: HashSet<Pid>,
    /// The recognised processes, and the list they were recognised by.
    known: HashMap<Pid, Known>,
    listed: Vec<AiProgram>,
    served: ServedTrees,
    open: Open,
}

/// A process that was recognised, or that is served.
#[derive(Clone, Debug)]
struct Known {
    recognised: Recognised,
    label: String,
    parent: Option<Pid>,
    started: Option<StartTime>,
    quiet: Option<bool>,
}

impl Processes {
    /// The table of the machine whose GPUs are described below `root`.
    pub(crate) fn new(root: &Path) -> Self {
        let system = System::new()
            .inspect_err(|error| tracing::warn!("the process table cannot be read: {error}"))
            .ok();
        Self {
            system,
            reads: 0,
            new_at_last_read: HashSet::new(),
            known: HashMap::new(),
            listed: Vec::new(),
            served: ServedTrees::default(),
            open: Open::new(root),
        }
    }

    /// From now on the processes of these trees count as AI processes, too.
    pub(crate) fn serve(&mut self, served: Served) {
        self.served.follow(served);
    }

    /// The AI processes, known by the rules or by that list, and those that are served.
    ///
    /// Blocks for as long as the kernel takes: a process that hangs in a driver can make its
    /// command line unreadable for just as long.
    pub(crate) fn read(&mut self, listed: &[AiProgram]) -> Seen {
        let read = self.refresh();
        let Some(system) = &self.system else {
            return Seen::default();
        };
        let known = &mut self.known;
        if self.listed != listed {
            self.listed = listed.to_vec();
            known.clear();
            known.extend(recognise_all(system, system.processes().keys(), listed));
        } else {
            known.retain(|pid, _| system.process(*pid).is_some() && !read.contains(pid));
            known.extend(recognise_all(system, &read, listed));
        }
        self.served.read(system, &read, listed);
        let ours = our_processes(system);
        self.open.begin_read(&ours);
        let due =
            |pid: &Pid| pid.as_u32() % PASSES_BETWEEN_READS == self.reads % PASSES_BETWEEN_READS;
        let mut found: Vec<AiProcess> = known
            .iter()
            .filter(|(pid, _)| !self.served.contains(**pid))
            .filter_map(|(pid, known)| {
                let ordinary = known.recognised.kind == ProcessKind::Ordinary;
                let gpu = self.open.gpu_use(pid.as_u32(), ordinary, due(pid));
                known.as_ai_process(*pid, gpu)
            })
            .collect();
        for (pid, known) in self.served.members() {
            let gpu = self.open.gpu_use(pid.as_u32(), false, due(&pid));
            if !matches!(gpu, GpuUse::Nothing | GpuUse::Graphics) {
                found.extend(known.as_ai_process(pid, gpu));
            }
        }
        found.sort_by_key(|process| process.pid);
        self.open.end_read();
        Seen {
            ai_processes: found,
            uvm_open: self.open.uvm_open_by_others(),
            served_round: self.served.round(),
        }
    }

    /// The processes that are served, whatever they have open.
    #[cfg(target_os = "linux")]
    pub(crate) fn read_served(&mut self) -> Vec<AiProcess> {
        let read = self.refresh();
        let Some(system) = &self.system else {
            return Vec::new();
        };
        self.served.read(system, &read, &self.listed);
        let members = self.served.members();
        let mut found: Vec<AiProcess> = members
            .filter_map(|(pid, known)| known.as_ai_process(pid, GpuUse::Unknown))
            .collect();
        found.sort_by_key(|process| process.pid);
        found
    }

    /// The GPUs that the processes which are served have open.
    #[cfg(target_os = "linux")]
    pub(crate) fn gpus_of_served(&mut self) -> Vec<PciBusId> {
        self.read_served();
        self.open.begin_read(&[]);
        let pids = self.served.members().map(|(pid, _)| pid.as_u32());
        let gpus = open::gpus(&mut self.open, pids);
        self.open.end_read();
        gpus
    }

    /// Reads what is new or due. Returns what that was.
    fn refresh(&mut self) -> HashSet<Pid> {
        let Some(system) = &mut self.system else {
            return HashSet::new();
        };
        self.reads = self.reads.wrapping_add(1);
        let Some(listed) = listed() else {
            let before: HashSet<Pid> = system.processes().keys().copied().collect();
            system.refresh_processes_specifics(ProcessesToUpdate::All, true, everything_needed());
            let now = system.processes().keys().copied();
            return now.filter(|pid| !before.contains(pid)).collect();
        };
        let known = system.processes();
        let new: HashSet<Pid> = listed
            .iter()
            .filter(|pid| !known.contains_key(pid))
            .copied()
            .collect();
        let gone = known.keys().filter(|pid| !listed.contains(pid));
        let due = known.keys().filter(|pid| {
            // A process is often seen between its `fork` and its `exec`: read twice.
            self.new_at_last_read.contains(pid)
                || self.served.contains(**pid)
                || pid.as_u32() % PASSES_BETWEEN_READS == self.reads % PASSES_BETWEEN_READS
        });
        let pids: Vec<Pid> = new.iter().chain(gone).chain(due).copied().collect();
        let update = ProcessesToUpdate::Some(&pids);
        system.refresh_processes_specifics(update, true, everything_needed());
        self.new_at_last_read = new;
        pids.into_iter().collect()
    }
}

impl Known {
    fn as_ai_process(&self, pid: Pid, gpu: GpuUse) -> Option<AiProcess> {
        let Recognised { name, kind } = &self.recognised;
        kind.is_ai_process(&gpu).then(|| AiProcess {
            pid: pid.as_u32(),
            started: self.started,
            parent: self.parent.map(Pid::as_u32),
            name: name.clone(),
            label: self.label.clone(),
            kind: *kind,
            gpu,
            quiet: self.quiet,
        })
    }
}

fn everything_needed() -> ProcessRefreshKind {
    // On Windows a process cannot become another program, and one sample reads the whole table.
    let when = if cfg!(target_os = "linux") {
        UpdateKind::Always
    } else {
        UpdateKind::OnlyIfNotSet
    };
    ProcessRefreshKind::nothing()
        .without_tasks()
        .with_cmd(when)
        .with_exe(when)
        .with_cwd(when)
}

/// The process ids in `/proc`; `None` where there is none to list.
fn listed() -> Option<HashSet<Pid>> {
    let entries = if cfg!(target_os = "linux") {
        fs::read_dir("/proc").ok()?
    } else {
        return None;
    };
    let pid = |name: &std::ffi::OsStr| Some(Pid::from_u32(name.to_str()?.parse().ok()?));
    Some(
        entries
            .flatten()
            .filter_map(|entry| pid(&entry.file_name()))
            .collect(),
    )
}

fn recognise_all<'a>(
    system: &System,
    pids: impl IntoIterator<Item = &'a Pid>,
    listed: &[AiProgram],
) -> Vec<(Pid, Known)> {
    let pids = pids.into_iter();
    pids.filter_map(|pid| Some((*pid, recognise(system, system.process(*pid)?, listed)?)))
        .collect()
}

fn recognise(system: &System, process: &Process, listed: &[AiProgram]) -> Option<Known> {
    if is_ours(process) || (process.cmd().is_empty() && process.exe().is_none()) {
        return None;
    }
    let (executable, argv, folder) = parts(process);
    let started = CommandLine::new(&executable, &argv, folder.as_deref());
    let recognised = ai_processes::recognise(&started, listed)?;
    if recognised.kind == ProcessKind::Service {
        return None;
    }
    let mut above = process.parent();
    let ancestors: Vec<_> = std::iter::from_fn(|| {
        let parent = system.process(above?)?;
        above = parent.parent();
        Some(parts(parent))
    })
    .take(ANCESTORS)
    .collect();
    let ancestors = ancestors
        .iter()
        .map(|(executable, argv, folder)| CommandLine::new(executable, argv, folder.as_deref()));
    Some(Known {
        label: ai_processes::label(&started, ancestors),
        recognised,
        parent: process.parent(),
        started: start_time_of(process),
        quiet: open::quiet(process.pid().as_u32()),
    })
}

fn start_time_of(process: &Process) -> Option<StartTime> {
    process_started(process.pid().as_u32())
}

/// The resident memory of a process, `VmRSS` of `/proc/PID/status`; `None` where there is no such
/// process or no `/proc`.
pub(crate) fn resident(pid: u32) -> Option<Bytes> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(Bytes(kib << 10))
}

/// Executable, command line and working folder.
fn parts(process: &Process) -> (String, Vec<String>, Option<String>) {
    let text = |text: &std::ffi::OsStr| text.to_string_lossy().into_owned();
    (
        process
            .exe()
            .map(|path| text(path.as_os_str()))
            .unwrap_or_default(),
        process
            .cmd()
            .iter()
            .map(|argument| text(argument))
            .collect(),
        process.cwd().map(|path| text(path.as_os_str())),
    )
}

/// Returns true if it is this process, or any user's keepalive.
fn is_ours(process: &Process) -> bool {
    let executable = process.exe().map(Path::to_string_lossy);
    // Another user's executable is not reported.
    let called_by = process.cmd().first().map(|name| name.to_string_lossy());
    process.pid().as_u32() == std::process::id()
        || executable
            .or(called_by)
            .is_some_and(|name| ai_processes::is_keepalive(&name))
}

/// This process, and those of its children that are ours: what they have open is no sign.
fn our_processes(system: &System) -> Vec<u32> {
    let own = Pid::from_u32(std::process::id());
    let children = system
        .processes()
        .values()
        .filter(|process| process.parent() == Some(own) && is_ours(process));
    let children = children.map(|process| process.pid().as_u32());
    children.chain([own.as_u32()]).collect()
}
