//! The process table, as far as the doctor asks.

use std::{
    fs,
    path::{Path, PathBuf},
};

use gpu_keepalive_core::quiet;

/// Our own executables begin with this.
const OWN_NAME: &str = "gpu-keepalive";
/// The kernel keeps so many bytes of a process's name.
const NAME_BYTES: usize = 15;

/// Every process by its short name.
pub(super) struct ProcessTable {
    proc: PathBuf,
    processes: Vec<(u32, String)>,
}

impl ProcessTable {
    /// Reads the names below that `/proc`.
    pub(super) fn read(proc: &Path) -> Self {
        let entries = fs::read_dir(proc).into_iter().flatten().flatten();
        let mut processes: Vec<(u32, String)> = entries
            .filter_map(|entry| {
                let pid = entry.file_name().to_str()?.parse().ok()?;
                let name = fs::read_to_string(entry.path().join("comm")).ok()?;
                Some((pid, name.trim_end().to_owned()))
            })
            .collect();
        processes.sort_unstable();
        Self {
            proc: proc.to_owned(),
            processes,
        }
    }

    /// Returns true if a process of that name is there.
    pub(super) fn is_running(&self, name: &str) -> bool {
        let name = name.get(..NAME_BYTES).unwrap_or(name);
        self.processes.iter().any(|(_, running)| running == name)
    }

    /// The programs that have that file open, ours left out, each once. Those of other users
    /// cannot be seen.
    pub(super) fn having_open(&self, file: &str) -> Vec<String> {
        let mut names: Vec<_> = self
            .processes
            .iter()
            .filter(|(pid, name)| !name.starts_with(OWN_NAME) && self.has_open(*pid, file))
            .map(|(_, name)| name.clone())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Returns whether a process was started quiet; `None` when its environment cannot be read.
    pub(super) fn perf_boost_disabled(&self, pid: u32) -> Option<bool> {
        let environment = fs::read(self.proc.join(pid.to_string()).join("environ")).ok()?;
        quiet::is_quiet(&environment)
    }

    fn has_open(&self, pid: u32, file: &str) -> bool {
        let files = fs::read_dir(self.proc.join(pid.to_string()).join("fd"));
        files
            .into_iter()
            .flatten()
            .flatten()
            .any(|open| fs::read_link(open.path()).is_ok_and(|to| to == Path::new(file)))
    }
}
