use std::{
    fmt,
    ops::{Add, Sub},
    time::Duration,
};

use serde::{Deserialize, Serialize};

/// A point on a clock that never goes back and counts suspended time.
///
/// The origin is arbitrary (boot on Linux and Windows, zero in simulations), so only differences
/// carry meaning. Calendar dates are a separate argument where they are needed.
///
/// Counted in nanoseconds, up to 584 years: the `hold` process compares moments all the time.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(from = "Duration", into = "Duration")]
pub struct Moment(u64);

impl Moment {
    /// The clock's origin.
    pub const ORIGIN: Self = Self(0);

    /// The moment `since_origin` after the clock's origin.
    #[inline]
    pub const fn from_origin(since_origin: Duration) -> Self {
        Self(nanoseconds(since_origin))
    }

    /// Time since the clock's origin.
    pub const fn since_origin(self) -> Duration {
        Duration::from_nanos(self.0)
    }

    /// Time from `earlier` to `self`, zero when `earlier` lies in the future.
    #[inline]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Moment {
    type Output = Self;
    #[inline]
    fn add(self, later_by: Duration) -> Self {
        Self(self.0.saturating_add(nanoseconds(later_by)))
    }
}

impl Sub<Duration> for Moment {
    type Output = Self;
    fn sub(self, earlier_by: Duration) -> Self {
        Self(self.0.saturating_sub(nanoseconds(earlier_by)))
    }
}

impl From<Duration> for Moment {
    fn from(since_origin: Duration) -> Self {
        Self::from_origin(since_origin)
    }
}

impl From<Moment> for Duration {
    fn from(moment: Moment) -> Self {
        moment.since_origin()
    }
}

/// A time in nanoseconds, at most `u64::MAX`.
#[inline]
pub(crate) const fn nanoseconds(time: Duration) -> u64 {
    let seconds = time.as_secs().saturating_mul(1_000_000_000);
    seconds.saturating_add(time.subsec_nanos() as u64)
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} s", self.since_origin().as_secs_f64())
    }
}

/// Whole minutes, rounded up and at least one, so that a sentence with them changes once a minute.
pub(crate) fn whole_minutes(time: Duration) -> u64 {
    ((time.as_secs_f64() / 60.0).ceil() as u64).max(1)
}
