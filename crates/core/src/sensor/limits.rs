//! Limits the cost of sensing, and detects when it does not keep its promise.

use std::{collections::VecDeque, fmt, time::Duration};

use gpu_keepalive_text::text;

use crate::Moment;

/// Falsely raised time that is tolerated in [`WINDOW`].
const FALSELY_RAISED: Duration = Duration::from_secs(60);
const WINDOW: Duration = Duration::from_secs(3600);
/// The time for which sensing pauses above that.
const PAUSE: Duration = Duration::from_secs(600);
/// Bad wakes in a row after which the GPU is held instead.
const BAD_IN_A_ROW: u32 = 3;

/// Sensing pauses because too many wakes were false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SensingPause {
    /// The time when it resumes.
    pub until: Moment,
}

/// A notice for the user.
impl fmt::Display for SensingPause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text!("sensing-paused", seconds = FALSELY_RAISED.as_secs()))
    }
}

/// The reason why the clocks are held instead of being raised on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldInstead {
    /// More processes than are watched.
    TooManyProcesses(usize),
    /// Several wakes in a row took too long.
    Slow {
        /// The last of them.
        wake: Duration,
        /// `readiness.max_wake_ms`.
        limit: Duration,
    },
    /// After several wakes in a row the clocks were not up in time.
    NotSeenUp,
    /// The driver refused several times in a row.
    Refused,
}

impl fmt::Display for HoldInstead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::TooManyProcesses(count) => text!(
                "hold-instead-too-many",
                count = *count,
                most = crate::gpu::holder::MOST_SENSED
            ),
            Self::Slow { wake, limit } => text!(
                "hold-instead-slow",
                wakes = BAD_IN_A_ROW,
                limit_ms = limit.as_millis().to_string(),
                wake_ms = wake.as_millis().to_string()
            ),
            Self::NotSeenUp => text!("hold-instead-not-seen-up", wakes = BAD_IN_A_ROW),
            Self::Refused => text!("hold-instead-refused", wakes = BAD_IN_A_ROW),
        })
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Limits {
    /// Falsely raised time and when it ended, oldest first. At most one raise a second ends within
    /// it, and the pause begins after a minute of them.
    falsely_raised: VecDeque<(Moment, Duration)>,
    paused_until: Option<Moment>,
    bad_in_a_row: u32,
    verdict: Option<HoldInstead>,
    seen_up: bool,
    proved: bool,
}

impl Limits {
    pub(super) fn verdict(&self) -> Option<HoldInstead> {
        self.verdict
    }

    pub(super) fn pause(&self, now: Moment) -> Option<SensingPause> {
        let until = self.paused_until.filter(|until| now < *until)?;
        Some(SensingPause { until })
    }

    pub(super) fn falsely_raised(&mut self, time: Duration, now: Moment) {
        let old = |(at, _): &(Moment, Duration)| now.since(*at) >= WINDOW;
        while self.falsely_raised.front().is_some_and(old) {
            self.falsely_raised.pop_front();
        }
        self.falsely_raised.push_back((now, time));
        let sum: Duration = self.falsely_raised.iter().map(|(_, time)| *time).sum();
        if sum > FALSELY_RAISED {
            self.paused_until = Some(now + PAUSE);
        }
    }

    pub(super) fn good(&mut self) {
        self.bad_in_a_row = 0;
        self.seen_up = true;
    }

    /// A wake was in time, and the driver does not report the clocks.
    pub(super) fn unseen(&mut self) {
        self.bad_in_a_row = 0;
    }

    /// A wake was useful; with clocks that were seen up in time this is proof.
    pub(super) fn useful(&mut self) {
        self.proved |= self.seen_up;
    }

    pub(super) fn slow(&mut self, wake: Duration, limit: Duration) {
        self.bad(HoldInstead::Slow { wake, limit });
    }

    pub(super) fn not_seen_up(&mut self) {
        self.bad(HoldInstead::NotSeenUp);
    }

    pub(super) fn refused(&mut self) {
        self.bad(HoldInstead::Refused);
    }

    fn bad(&mut self, verdict: HoldInstead) {
        self.seen_up = false;
        self.bad_in_a_row += 1;
        if self.bad_in_a_row >= BAD_IN_A_ROW {
            self.verdict.get_or_insert(verdict);
        }
    }

    pub(super) fn has_proved_itself(&self) -> bool {
        self.proved
    }

    pub(super) fn start_over(&mut self) {
        self.try_again();
        self.seen_up = false;
        self.proved = false;
    }

    pub(super) fn try_again(&mut self) {
        self.verdict = None;
        self.bad_in_a_row = 0;
    }
}
