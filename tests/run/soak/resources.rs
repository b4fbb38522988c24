//! What processes take, as `/proc` has it.

use std::{fmt, fs, path::Path};

/// What the engine and its children take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resources {
    pub(super) resident_kib: u64,
    pub(super) of_children_kib: u64,
    counts: Counts,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Counts {
    descriptors: usize,
    threads: usize,
    children: usize,
    descriptors_of_children: usize,
    threads_of_children: usize,
}

impl Resources {
    /// `None` where a child ends meanwhile.
    pub(super) fn of(pid: u32) -> Option<Self> {
        let children = children(pid);
        let sum = |of: fn(u32) -> Option<usize>| -> Option<usize> {
            children.iter().map(|pid| of(*pid)).sum()
        };
        Some(Self {
            resident_kib: status(pid, "VmRSS:")? as u64,
            of_children_kib: sum(|pid| status(pid, "VmRSS:"))? as u64,
            counts: Counts {
                descriptors: open_files(pid)?.len(),
                threads: status(pid, "Threads:")?,
                descriptors_of_children: sum(|pid| Some(open_files(pid)?.len()))?,
                threads_of_children: sum(|pid| status(pid, "Threads:"))?,
                children: children.len(),
            },
        })
    }

    pub(super) fn children(&self) -> usize {
        self.counts.children
    }

    /// Whether both are as many processes, with as many descriptors and threads.
    pub(super) fn is_level(&self, other: &Self) -> bool {
        self.counts == other.counts
    }
}

fn status(pid: u32, key: &str) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

impl fmt::Display for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            resident_kib,
            of_children_kib,
            counts,
        } = self;
        write!(
            f,
            "{resident_kib} KiB, children {of_children_kib} KiB, {counts:?}"
        )
    }
}

/// What a process has open; `None` when it has ended.
pub(super) fn open_files(pid: u32) -> Option<Vec<String>> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    let links = entries.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    let mut links: Vec<_> = links
        .map(|link| link.to_string_lossy().into_owned())
        .collect();
    links.sort();
    Some(links)
}

/// The processes that a process started and that are not gone, dead ones included.
pub(super) fn children(pid: u32) -> Vec<u32> {
    processes()
        .filter(|process| parent(*process) == Some(pid))
        .collect()
}

/// The commands of living processes that have that home.
pub(super) fn descendants_of_a_user(home: &Path) -> Vec<String> {
    let home = format!("HOME={}", home.display());
    let has_it = |pid: &u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == home.as_bytes())
    };
    let command = |pid: u32| fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    processes().filter(has_it).map(command).collect()
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").expect("Linux");
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(") ").next()?.split(' ').nth(1)?.parse().ok()
}
