//! The processor time of another process.

use std::time::Duration;

use nix::{
    errno::Errno,
    sys::{
        signal::{SigEvent, SigevNotify, Signal},
        time::TimeSpec,
        timer::{Expiration, Timer, TimerSetTimeFlags},
    },
    time::{ClockId, clock_getcpuclockid, clock_gettime},
    unistd::Pid,
};

/// A timer's time, 136 years of processor time. It never expires.
const FOREVER: Duration = Duration::from_secs(1 << 32);

/// The processor clock of one process, the sum of its threads.
///
/// Read with one system call. The kernel adds up all threads at each reading (11 µs for 70 threads,
/// H200 host and others), unless a timer runs on that clock: then it keeps the sum. So a timer is
/// started that never expires, and the time left on it is read instead of the clock. The process
/// notices nothing, and the timer ends with the `hold` process.
#[derive(Debug)]
pub(super) struct ProcessorClock {
    id: ClockId,
    /// `None` where no timer is granted.
    timer: Option<Timer>,
}

impl ProcessorClock {
    /// Finds the clock of the process that has this id now.
    pub(super) fn of(pid: Pid) -> Result<Self, Errno> {
        let id = clock_getcpuclockid(pid)?;
        Ok(Self {
            id,
            timer: endless(id).ok(),
        })
    }

    /// Processor time since an unspecified moment. `None` when the process has ended; without a
    /// timer it may be another process's that has the id then.
    #[inline(always)]
    pub(super) fn read(&self) -> Option<Duration> {
        let Some(timer) = &self.timer else {
            return clock_gettime(self.id).ok().map(Duration::from);
        };
        match timer.get() {
            Ok(Some(Expiration::OneShot(left))) => FOREVER.checked_sub(left.into()),
            _ => None,
        }
    }
}

/// All processor time that a process has used, its threads together; `None` when there is no such
/// process.
pub fn processor_time(pid: u32) -> Option<Duration> {
    let pid = Pid::from_raw(i32::try_from(pid).ok()?);
    let clock = clock_getcpuclockid(pid).ok()?;
    clock_gettime(clock).ok().map(Duration::from)
}

/// A timer that runs on that clock. A timer without a signal would not make the kernel keep the
/// sum; this signal is ignored unless a program asks for it.
fn endless(clock: ClockId) -> Result<Timer, Errno> {
    let notify = SigevNotify::SigevSignal {
        signal: Signal::SIGURG,
        si_value: 0,
    };
    let mut timer = Timer::new(clock, SigEvent::new(notify))?;
    let expiration = Expiration::OneShot(TimeSpec::from_duration(FOREVER));
    timer.set(expiration, TimerSetTimeFlags::empty())?;
    Ok(timer)
}
