//! The kernel's counters of a process, from `/proc`.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context, Result};

/// A living process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pid(pub(super) u32);

impl Pid {
    /// Processes that one of its threads started and that still live.
    pub(super) fn children(self) -> Result<Vec<Self>> {
        let lists = self.of_each_thread("children")?;
        let pids = lists.iter().flat_map(|list| list.split_whitespace());
        pids.map(|pid| Ok(Self(pid.parse()?))).collect()
    }

    /// Processor time of all its threads, with those that have ended.
    #[cfg(target_os = "linux")]
    pub(super) fn cpu_time(self) -> Result<Duration> {
        let pid = nix::unistd::Pid::from_raw(self.0.cast_signed());
        let clock = nix::time::clock_getcpuclockid(pid)?;
        Ok(nix::time::clock_gettime(clock)?.into())
    }

    /// The clock of another process is known on Linux alone.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn cpu_time(self) -> Result<Duration> {
        anyhow::bail!(
            "the processor time of process {} is read on Linux alone",
            self.0
        )
    }

    /// Number of times that one of its living threads gave up the processor to wait: each is a
    /// wake-up.
    pub(super) fn waits(self) -> Result<u64> {
        let statuses = self.of_each_thread("status")?;
        statuses
            .iter()
            .map(|status| field(status, "voluntary_ctxt_switches"))
            .sum()
    }

    /// Resident memory in KiB.
    pub(super) fn resident_kib(self) -> Result<u64> {
        field(&self.read("status")?, "VmRSS")
    }

    /// Resident memory in KiB of the files it has mapped whose path contains one of `names`.
    pub(super) fn resident_kib_of(self, names: &[&str]) -> Result<u64> {
        Ok(mapped_kib(&self.read("smaps")?, names))
    }

    fn of_each_thread(self, file: &str) -> Result<Vec<String>> {
        let threads = self.folder().join("task");
        let threads = fs::read_dir(&threads).with_context(|| threads.display().to_string())?;
        // A thread may end between the two readings.
        let texts = threads
            .flatten()
            .filter_map(|thread| fs::read_to_string(thread.path().join(file)).ok());
        Ok(texts.collect())
    }

    fn read(self, file: &str) -> Result<String> {
        let path = self.folder().join(file);
        fs::read_to_string(&path).with_context(|| path.display().to_string())
    }

    fn folder(self) -> PathBuf {
        PathBuf::from(format!("/proc/{}", self.0))
    }
}

/// The number in a line `name:   123 kB` of `status`.
fn field(status: &str, name: &str) -> Result<u64> {
    let value = status
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| *key == name);
    let (_, value) = value.with_context(|| format!("no {name} in status"))?;
    let number = value.split_whitespace().next().unwrap_or_default();
    number.parse().with_context(|| format!("{name}:{value}"))
}

/// Sum of `Rss` over the mappings in `smaps` whose path contains one of `names`.
fn mapped_kib(smaps: &str, names: &[&str]) -> u64 {
    let (mut counts, mut sum) = (false, 0);
    for line in smaps.lines() {
        let first = line.split_whitespace().next().unwrap_or_default();
        if !first.ends_with(':') {
            // The head of a mapping, which ends in its path.
            counts = names.iter().any(|name| line.contains(name));
        } else if counts && first == "Rss:" {
            sum += field(line, "Rss").unwrap_or(0);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "\
Name:\tgpu-keepalive
VmRSS:\t    6872 kB
voluntary_ctxt_switches:\t41
nonvoluntary_ctxt_switches:\t7
";

    const SMAPS: &str = "\
7f00-7f10 r-xp 00000000 08:01 11 /usr/lib/libcuda.so.1
Size:                 64 kB
Rss:                  40 kB
Pss:                  20 kB
7f10-7f20 rw-p 00000000 00:00 0
Rss:                 500 kB
7f20-7f30 r--p 00000000 08:01 12 /usr/lib/libnvidia-ml.so.1
Rss:                   2 kB
VmFlags: rd mr mw me sd
";

    #[test]
    fn a_number_is_found_by_its_whole_name() {
        assert_eq!(field(STATUS, "VmRSS").unwrap(), 6872);
        assert_eq!(field(STATUS, "voluntary_ctxt_switches").unwrap(), 41);
        let missing = field(STATUS, "VmSwap").unwrap_err().to_string();
        assert_eq!(missing, "no VmSwap in status");
        assert!(field("VmRSS:\tmany", "VmRSS").is_err());
    }

    #[test]
    fn only_the_named_files_count_as_mapped() {
        assert_eq!(mapped_kib(SMAPS, &["libcuda", "libnvidia-ml"]), 42);
        assert_eq!(mapped_kib(SMAPS, &["libc.so"]), 0);
    }
}
