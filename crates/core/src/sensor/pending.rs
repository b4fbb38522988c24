//! A wake that waits for its judgement.

use std::time::Duration;

use super::{GpuWork, UTILISATION_PERIOD, Verdict};
use crate::{Moment, gpu::holder::Raised};

/// Raised clocks must be seen within this time of the call. NVML shows them 20 to 110 ms late on an
/// H200.
const SEEN_UP_WITHIN: Duration = Duration::from_millis(250);

/// A server that used so much of the processor without a sign of GPU work does something else.
/// Below that it may still prepare its prompt.
const PREPARING: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// Its number in the history.
    pub(super) wake: u64,
    pub(super) pid: u32,
    /// The processor time that triggered it.
    pub(super) trigger: Duration,
    pub(super) raised_at: Moment,
    pub(super) released_at: Option<Moment>,
    /// Useful; only the clocks are still waited for.
    pub(super) is_judged: bool,
    in_time: bool,
    /// True if the clocks were seen up, once that is known.
    seen_up: Option<bool>,
    /// Processor time of all processes since.
    used: Duration,
    /// True if no process was above its threshold in the last report.
    quiet: bool,
}

impl Pending {
    pub(super) fn new(wake: u64, raised: &Raised, in_time: bool) -> Self {
        Self {
            wake,
            pid: raised.cause.pid,
            trigger: raised.cause.used,
            raised_at: raised.at,
            released_at: None,
            is_judged: false,
            in_time,
            seen_up: None,
            used: Duration::ZERO,
            quiet: false,
        }
    }

    pub(super) fn released(&mut self, at: Moment) {
        self.released_at.get_or_insert(at);
    }

    pub(super) fn used(&mut self, used: Duration, quiet: bool) {
        self.used += used;
        self.quiet = quiet;
    }

    /// Returns whether the wake was a good one, the first time this is known. A slow one was
    /// counted when it came.
    pub(super) fn clocks(&mut self, at: Moment, up: Option<bool>) -> Option<bool> {
        if self.seen_up.is_some() || self.released_at.is_some() || at < self.raised_at {
            return None;
        }
        let late = at >= self.raised_at + SEEN_UP_WITHIN;
        match up? {
            true => self.seen_up = Some(true),
            false if late => self.seen_up = Some(false),
            false => return None,
        }
        self.seen_up.filter(|_| self.in_time)
    }

    /// Returns true if the clocks are no longer waited for: they are known, or nothing reports
    /// them.
    pub(super) fn has_clocks(&self, at: Moment) -> bool {
        let waits = self.released_at.is_none() && at < self.raised_at + SEEN_UP_WITHIN;
        self.seen_up.is_some() || !waits
    }

    /// Returns true if it was in time and the driver never reported the clocks.
    pub(super) fn is_unseen(&self) -> bool {
        self.in_time && self.seen_up.is_none()
    }

    /// Judges the wake, once its verdict is known. `worked` is `None` where the driver reports
    /// nothing.
    pub(super) fn judge(&self, work: &GpuWork<'_>, worked: Option<bool>) -> Option<Verdict> {
        match worked {
            // Its period may begin before the wake, but no work was seen until then.
            Some(true) if work.to > self.raised_at => Some(Verdict::Useful),
            Some(false) if work.to >= self.raised_at + UTILISATION_PERIOD => {
                let ended = self.quiet || self.released_at.is_some();
                (ended || self.used >= PREPARING).then_some(Verdict::False)
            }
            None if self.released_at.is_some() => Some(Verdict::Undecided),
            _ => None,
        }
    }
}
