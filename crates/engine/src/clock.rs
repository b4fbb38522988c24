//! The only place that reads a clock.

use std::time::Duration;

use gpu_keepalive_core::Moment;

/// Where [`Moment`]s and dates come from.
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
            Self::Boot => Moment::from_origin(since_boot()),
            Self::Tokio(origin) => Moment::from_origin(origin.elapsed()),
        }
    }

    /// Today in the user's time zone.
    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn today(&self) -> jiff::civil::Date {
        jiff::ZonedDateTime::now().date()
    }
}

#[cfg(target_os = "linux")]
fn since_boot() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        time.tv_nsec.unsigned_abs() as u32,
    )
}

/// Windows' `QueryPerformanceCounter` behind `Instant` counts suspended time already.
#[cfg(not(target_os = "linux"))]
#[allow(clippy::disallowed_methods, reason = "this is the clock")]
fn since_boot() -> Duration {
    use std::{sync::OnceLock, time::Instant};
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    ORIGIN.get_or_init(Instant::now).elapsed()
}
