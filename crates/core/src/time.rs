use std::{
    fmt,
    ops::{Add, Sub},
    time::Duration,
};

use gpu_keepalive_text::decimal;
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

/// A duration for people, in at most two units: `400 ms`, `1.5 s`, `12 min`, `1 h 30 min`.
pub fn duration_text(duration: Duration) -> String {
    const UNITS: [(u128, &str); 4] = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let millis = duration.as_millis();
    let seconds = (millis + 500) / 1000;
    if millis < 1000 {
        return format!("{millis} ms");
    }
    if seconds < 60 && !millis.is_multiple_of(1000) {
        return format!("{} s", decimal(duration.as_secs_f64(), 1));
    }
    let mut rest = seconds;
    let units = UNITS.iter().skip_while(|(size, _)| seconds < *size);
    let parts = units.take(2).map(|(size, unit)| {
        let count = rest / size;
        rest %= size;
        (count, unit)
    });
    let parts = parts.filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_at_most_two_units() {
        for (millis, text) in [
            (0, "0 ms"),
            (400, "400 ms"),
            (1_000, "1 s"),
            (1_500, "1.5 s"),
            (4_000, "4 s"),
            (59_999, "1 min"),
            (59_400, "59.4 s"),
            (60_000, "1 min"),
            (90_000, "1 min 30 s"),
            (5_400_000, "1 h 30 min"),
            (3_601_000, "1 h"),
            (90_000_000, "1 d 1 h"),
            (604_800_000, "7 d"),
        ] {
            assert_eq!(duration_text(Duration::from_millis(millis)), text);
        }
    }
}
