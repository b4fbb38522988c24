//! The processes whose clocks are read.

use std::{fs, os::fd::OwnedFd, time::Duration};

use gpu_keepalive_core::gpu::holder::{MOST_SENSED, SensedProcess, Unwatched, UnwatchedReason};
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, pidfd_open},
};

/// One process. Its id means it for as long as the pidfd says that it lives.
#[derive(Debug)]
struct Target {
    sensed: SensedProcess,
    pidfd: OwnedFd,
    clock: ClockId,
}

/// The processes that are watched, in the order of the command.
#[derive(Debug, Default)]
pub(super) struct Targets(Vec<Target>);

impl Targets {
    pub(super) const MOST: usize = MOST_SENSED;

    /// Watches these from now on; the ones that can be, with their processor time, and the others.
    pub(super) fn replace(
        &mut self,
        wanted: &[SensedProcess],
    ) -> (Vec<(SensedProcess, Duration)>, Vec<Unwatched>) {
        let mut before = std::mem::take(&mut self.0);
        let (mut watched, mut unwatched) = (Vec::new(), Vec::new());
        for sensed in wanted {
            let known = before.iter().position(|target| target.sensed.is(sensed));
            let opened = match known {
                Some(index) => Ok(before.swap_remove(index)),
                None => Target::open(*sensed),
            };
            match opened.and_then(|target| Ok((target.first_reading()?, target))) {
                Ok((reading, target)) => {
                    watched.push((*sensed, reading));
                    self.0.push(target);
                }
                Err(reason) => unwatched.push(Unwatched {
                    pid: sensed.pid,
                    reason,
                }),
            }
        }
        (watched, unwatched)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Becomes readable when that process ends.
    pub(super) fn poll(&self, index: usize) -> PollFd<'_> {
        PollFd::new(&self.0[index].pidfd, PollFlags::IN)
    }

    pub(super) fn pid(&self, index: usize) -> u32 {
        self.0[index].sensed.pid
    }

    /// The place of a process.
    pub(super) fn position(&self, pid: u32) -> Option<usize> {
        self.0.iter().position(|target| target.sensed.pid == pid)
    }

    pub(super) fn remove(&mut self, index: usize) {
        self.0.remove(index);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Processor time of each; `None` where it cannot be read, because the process has just ended.
    /// A reading is another process's if this one has ended, so who acts on it asks
    /// [`Targets::lives`] afterwards.
    pub(super) fn read<'a>(
        &self,
        readings: &'a mut [Option<Duration>; MOST_SENSED],
    ) -> &'a [Option<Duration>] {
        for (reading, target) in readings.iter_mut().zip(&self.0) {
            *reading = target.read();
        }
        &readings[..self.0.len()]
    }

    pub(super) fn lives(&self, index: usize) -> bool {
        self.0[index].lives()
    }
}

impl Target {
    fn open(sensed: SensedProcess) -> Result<Self, UnwatchedReason> {
        use UnwatchedReason::{Gone, Hidden, Replaced};

        let pid = i32::try_from(sensed.pid).map_err(|_| Gone)?;
        let raw = Pid::from_raw(pid).ok_or(Gone)?;
        let pidfd = pidfd_open(raw, PidfdFlags::empty()).map_err(|_| Gone)?;
        // Only now: whatever has this id from here on is the process that the pidfd means, or none.
        if process_started(sensed.pid).ok_or(Hidden)? != sensed.started {
            return Err(Replaced);
        }
        let clock = clock_getcpuclockid(nix::unistd::Pid::from_raw(pid)).map_err(|_| Hidden)?;
        Ok(Self {
            sensed,
            pidfd,
            clock,
        })
    }

    fn first_reading(&self) -> Result<Duration, UnwatchedReason> {
        let reading = self.read();
        match self.lives() {
            false => Err(UnwatchedReason::Gone),
            true => reading.ok_or(UnwatchedReason::Hidden),
        }
    }

    fn read(&self) -> Option<Duration> {
        clock_gettime(self.clock).ok().map(Duration::from)
    }

    fn lives(&self) -> bool {
        let mut files = [PollFd::new(&self.pidfd, PollFlags::IN)];
        poll(&mut files, Some(&Timespec::default())) == Ok(0)
    }
}

/// When a process started, in clock ticks since boot: field 22 of `/proc/PID/stat`. `None` when there
/// is no such process, or `/proc` hides it.
pub fn process_started(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it, field 2, may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19)?.parse().ok()
}
