//! The resident memory of a process of ours.

#![allow(
    clippy::disallowed_methods,
    reason = "/proc is read from the kernel's memory, and only while a benchmark runs"
)]

use gpu_keepalive_core::units::Bytes;

/// The resident memory of a process, `VmRSS` of `/proc/PID/status`; `None` where there is no such
/// process or no `/proc`.
pub(crate) fn resident(pid: u32) -> Option<Bytes> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(Bytes(kib << 10))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_some_and_no_process_none() {
        let ours = resident(std::process::id()).expect("it runs");
        assert!(ours > Bytes::from_mib(1), "{ours:?}");
        assert_eq!(resident(u32::MAX), None);
    }
}
