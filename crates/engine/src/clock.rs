//! The only place that reads a clock.

use std::time::Duration;

use gpu_keepalive_core::Moment;

mod alarm;

pub(crate) use alarm::Alarm;

/// The source of [`Moment`]s and dates.
///
/// Cheap to clone: one clock is shared by the engine and everything it simulates.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's: counts the time it was suspended.
    Boot,
    /// Tokio's, which a test can pause and advance.
    Tokio(tokio::time::Instant),
}

impl Clock {
    /// Tokio's clock with its origin now.
    pub fn tokio() -> Self {
        Self::Tokio(tokio::time::Instant::now())
    }

    /// The present moment.
    pub fn now(&self) -> Moment {
        match self {
            Self::Boot => now(),
            Self::Tokio(origin) => Moment::from_origin(origin.elapsed()),
        }
    }

    /// The time for which the machine has been suspended since it was started; zero where it does
    /// not report it.
    pub fn time_suspended(&self) -> Duration {
        match self {
            Self::Boot => suspended_since_boot(),
            Self::Tokio(_) => Duration::ZERO,
        }
    }

    /// Today in the user's time zone.
    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn today(&self) -> jiff::civil::Date {
        jiff::ZonedDateTime::now().date()
    }

    /// The date and time so long ago, in the user's time zone.
    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn so_long_ago(&self, ago: Duration) -> jiff::ZonedDateTime {
        let now = jiff::ZonedDateTime::now();
        now.checked_sub(ago).unwrap_or(now)
    }

    /// The time of day in the user's time zone.
    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn time_of_day(&self) -> jiff::civil::Time {
        jiff::ZonedDateTime::now().time()
    }
}

/// The present moment of [`Clock::Boot`].
#[inline(always)]
pub(crate) fn now() -> Moment {
    Moment::from_origin(since_boot())
}

#[cfg(target_os = "linux")]
#[inline(always)]
fn since_boot() -> Duration {
    read(rustix::time::ClockId::Boottime)
}

/// Linux's monotonic clock stands still during suspend.
#[cfg(target_os = "linux")]
fn suspended_since_boot() -> Duration {
    since_boot().saturating_sub(read(rustix::time::ClockId::Monotonic))
}

#[cfg(target_os = "linux")]
#[inline(always)]
fn read(clock: rustix::time::ClockId) -> Duration {
    let time = rustix::time::clock_gettime(clock);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        time.tv_nsec.unsigned_abs() as u32,
    )
}

/// Counts suspended time, and has one origin for all processes, which send each other moments.
#[cfg(windows)]
fn since_boot() -> Duration {
    use winsafe::{QueryPerformanceCounter, QueryPerformanceFrequency};
    // Since Windows XP neither fails.
    let ticks = QueryPerformanceCounter().unwrap_or_default().unsigned_abs();
    let a_second = QueryPerformanceFrequency().map_or(1, i64::unsigned_abs);
    let nanoseconds = (ticks % a_second) * 1_000_000_000 / a_second;
    Duration::new(ticks / a_second, nanoseconds as u32)
}

/// The system's time with and without suspends: both count the same interrupts of its clock, so they
/// do not drift apart as they would from the counter above. (`QueryInterruptTime` is the first in
/// finer units, and has no safe form.)
#[cfg(windows)]
fn suspended_since_boot() -> Duration {
    const UNITS_A_MILLISECOND: u64 = 10_000;
    let all = winsafe::GetTickCount64();
    let awake = winsafe::QueryUnbiasedInterruptTime().unwrap_or(u64::MAX);
    Duration::from_millis(all.saturating_sub(awake / UNITS_A_MILLISECOND))
}

#[cfg(not(any(target_os = "linux", windows)))]
fn suspended_since_boot() -> Duration {
    Duration::ZERO
}
