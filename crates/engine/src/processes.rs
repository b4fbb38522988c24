//! AI programs in the process table, found without touching a GPU.

#![allow(
    clippy::disallowed_methods,
    reason = "from /proc, on a thread of its own"
)]

use std::{collections::HashSet, fs, path::Path};

use gpu_keepalive_core::{host::AiProgramUse, programs::CommandLine, settings::AiProgram};
use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

#[cfg(all(test, target_os = "linux"))]
pub(crate) mod tests;

/// Our own executables begin with this; none of them is demand.
const OWN_NAME: &str = "gpu-keepalive";

/// A known process is read again every so many looks: it may have become another program (`exec`),
/// or its number another process. One look thus reads a sixteenth of the table.
const LOOKS_BETWEEN_READS: u32 = 16;

/// The process table, read again with each look.
///
/// Reading everything about 400 processes takes 10 ms; the names of the entries in `/proc` take
/// 0.2 ms, so a look lists these and reads only what is new or due.
#[derive(Debug)]
pub(crate) struct Processes {
    system: Option<System>,
    looks: u32,
    new_at_last_look: HashSet<Pid>,
}

impl Default for Processes {
    fn default() -> Self {
        let system = System::new()
            .inspect_err(|error| tracing::warn!("the process table cannot be read: {error}"))
            .ok();
        Self {
            system,
            looks: 0,
            new_at_last_look: HashSet::new(),
        }
    }
}

impl Processes {
    /// The running programs from the list, in the order of their process ids.
    ///
    /// Blocks for as long as the kernel takes: a process that hangs in a driver can make its
    /// command line unreadable for just as long.
    pub(crate) fn look(&mut self, programs: &[AiProgram]) -> Vec<AiProgramUse> {
        self.refresh();
        let Some(system) = &self.system else {
            return Vec::new();
        };
        let mut found: Vec<AiProgramUse> = system
            .processes()
            .values()
            .filter_map(|process| recognise(process, programs))
            .collect();
        found.sort_by_key(|program| program.pid);
        found
    }

    fn refresh(&mut self) {
        let Some(system) = &mut self.system else {
            return;
        };
        self.looks = self.looks.wrapping_add(1);
        let Some(listed) = listed() else {
            system.refresh_processes_specifics(ProcessesToUpdate::All, true, everything_needed());
            return;
        };
        let known = system.processes();
        let new: HashSet<Pid> = listed
            .iter()
            .filter(|pid| !known.contains_key(pid))
            .copied()
            .collect();
        let gone = known.keys().filter(|pid| !listed.contains(pid));
        let due = known.keys().filter(|pid| {
            // A process is often seen between its `fork` and its `exec`: look twice.
            self.new_at_last_look.contains(pid)
                || pid.as_u32() % LOOKS_BETWEEN_READS == self.looks % LOOKS_BETWEEN_READS
        });
        let pids: Vec<Pid> = new.iter().chain(gone).chain(due).copied().collect();
        let pids = ProcessesToUpdate::Some(&pids);
        system.refresh_processes_specifics(pids, true, everything_needed());
        self.new_at_last_look = new;
    }
}

fn everything_needed() -> ProcessRefreshKind {
    // On Windows a process cannot become another program, and one look reads the whole table.
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

fn recognise(process: &Process, programs: &[AiProgram]) -> Option<AiProgramUse> {
    let pid = process.pid().as_u32();
    let executable = process.exe().unwrap_or(Path::new(""));
    let ours = pid == std::process::id()
        || executable
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(OWN_NAME));
    if ours || (process.cmd().is_empty() && process.exe().is_none()) {
        return None;
    }
    let argv: Vec<_> = process.cmd().iter().map(|a| a.to_string_lossy()).collect();
    let folder = process.cwd().map(Path::to_string_lossy);
    let started = CommandLine::new(&executable.to_string_lossy(), &argv, folder.as_deref());
    let program = programs.iter().find(|program| program.matches(&started))?;
    Some(AiProgramUse {
        pid,
        name: program.name.clone(),
        gpu_open: gpu_open(Path::new("/proc"), pid),
    })
}

/// Whether a process has `/dev/nvidia-uvm` open, which of all programs only users of CUDA do:
/// `/dev/nvidia0` is also opened to draw or to observe.
fn gpu_open(proc: &Path, pid: u32) -> Option<bool> {
    let files = fs::read_dir(proc.join(pid.to_string()).join("fd")).ok()?;
    let is_cuda = |file: fs::DirEntry| {
        fs::read_link(file.path()).is_ok_and(|to| to == Path::new("/dev/nvidia-uvm"))
    };
    Some(files.flatten().any(is_cuda))
}
