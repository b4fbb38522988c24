//! The kernel's counters of a process and all that it started, from `/proc`.

use std::{fs, time::Duration};

/// Memory in MiB.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub(crate) struct Memory {
    /// Resident, and what several share counted for each.
    resident: f64,
    /// Resident, and what several share divided among them.
    proportional: f64,
}

/// This process and all below it.
pub(crate) fn tree(pid: u32) -> Vec<u32> {
    let mut all = vec![pid];
    let mut next = 0;
    while let Some(pid) = all.get(next) {
        let lists = of_each_thread(*pid, "children");
        let children = lists.iter().flat_map(|list| list.split_whitespace());
        all.extend(children.map(|pid| pid.parse::<u32>().expect("a process id")));
        next += 1;
    }
    all
}

/// Their memory together.
pub(crate) fn memory(pids: &[u32]) -> Memory {
    let sum = |file: &str, field: &str| {
        let kib: u64 = pids.iter().map(|pid| kib(*pid, file, field)).sum();
        kib as f64 / 1024.0
    };
    Memory {
        resident: sum("status", "VmRSS:"),
        proportional: sum("smaps_rollup", "Pss:"),
    }
}

/// Processor time of all their living threads together.
pub(crate) fn cpu_time(pids: &[u32]) -> Duration {
    let stats = pids
        .iter()
        .flat_map(|pid| of_each_thread(*pid, "schedstat"));
    let nanos = |stat: String| -> u64 {
        let first = stat.split_whitespace().next();
        first.map_or(0, |nanos| nanos.parse().expect("a number"))
    };
    Duration::from_nanos(stats.map(nanos).sum())
}

/// Its name as the kernel knows it; `None` when it is gone.
pub(crate) fn name(pid: u32) -> Option<String> {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    // A dead child that its parent has not asked about has a name, and no memory.
    let lives = kib(pid, "status", "VmRSS:") > 0;
    lives.then(|| name.trim().to_owned())
}

/// Zero for one that has just ended.
fn kib(pid: u32, file: &str, field: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let value = text.lines().find_map(|line| line.strip_prefix(field));
    let number = value.and_then(|value| value.split_whitespace().next());
    number.map_or(0, |number| number.parse().expect("a number"))
}

fn of_each_thread(pid: u32, file: &str) -> Vec<String> {
    let threads = fs::read_dir(format!("/proc/{pid}/task"));
    let threads = threads.into_iter().flatten().flatten();
    // Processes that end between the two readings are left out.
    threads
        .filter_map(|thread| fs::read_to_string(thread.path().join(file)).ok())
        .collect()
}
