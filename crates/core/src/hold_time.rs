//! The time for which a GPU keeps its clocks up by itself after the last work.
//!
//! A request that arrives while the GPU is ready has only been spared a cold start if the GPU would
//! have fallen by then. That takes its natural hold time, which differs by card, driver and power
//! source (2 s on an H200, about 18 s on an RTX 3070) and so is watched rather than assumed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Moment;

#[cfg(test)]
mod tests;

/// Falls that are remembered: enough for a median that two odd ones cannot move far.
const KEPT: usize = 7;

/// The widest uncertainty of a fall that is used, when half of the hold time is less.
///
/// Asleep, a GPU is sampled about once a second; twice that allows for one missed sample.
const UNCERTAINTY: Duration = Duration::from_secs(2);

/// Watches one GPU for the time from its last work to the fall of its clocks.
///
/// Only whole observations count: the GPU was ready when it was left alone, and was then seen
/// first ready and later not, without work or a hold in between. One that is interrupted, or whose
/// fall is known too roughly, is dropped.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HoldTimeWatch {
    /// Oldest first.
    observations: Vec<Duration>,
    /// Moments mean nothing after a restart, so this is not kept.
    #[serde(skip)]
    rest: Option<Rest>,
}

/// A GPU left alone with its clocks up.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Rest {
    since: Moment,
    last_ready: Moment,
}

impl HoldTimeWatch {
    /// Takes in one sample of the GPU: whether it is ready, `None` when the driver does not report
    /// it, and whether a process works on it or we hold it.
    pub fn observe(&mut self, now: Moment, ready: Option<bool>, working_or_held: bool) {
        if working_or_held {
            self.rest = (ready == Some(true)).then_some(Rest {
                since: now,
                last_ready: now,
            });
            return;
        }
        match ready {
            None => {}
            Some(true) => {
                if let Some(rest) = &mut self.rest {
                    rest.last_ready = now;
                }
            }
            Some(false) => {
                if let Some(time) = self.rest.take().and_then(|rest| rest.fell(now)) {
                    self.remember(time);
                }
            }
        }
    }

    /// Drops an observation under way, as after a suspend or when the GPU was lost.
    pub fn interrupt(&mut self) {
        self.rest = None;
    }

    /// The median of the last falls, the longer one of two; `None` before the first.
    pub fn estimate(&self) -> Option<Duration> {
        let mut sorted = self.observations.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied()
    }

    fn remember(&mut self, time: Duration) {
        self.observations.push(time);
        let surplus = self.observations.len().saturating_sub(KEPT);
        self.observations.drain(..surplus);
    }
}

impl Rest {
    /// The middle between the last sample that was ready and the first that was not.
    fn fell(self, now: Moment) -> Option<Duration> {
        let shortest = self.last_ready.since(self.since);
        let longest = now.since(self.since);
        let middle = (shortest + longest) / 2;
        (longest - shortest <= UNCERTAINTY.max(middle / 2)).then_some(middle)
    }
}
