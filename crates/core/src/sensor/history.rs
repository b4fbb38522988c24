//! The last wakes, and what they sum up to.

use std::{collections::VecDeque, time::Duration};

use serde::{Deserialize, Serialize};

use crate::Moment;

/// Wakes that are remembered.
const KEPT: usize = 100;

/// The verdict on a wake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// GPU work followed.
    Useful,
    /// No GPU work followed.
    False,
    /// GPU work came without a wake.
    Missed,
    /// Not known, or not yet.
    Undecided,
}

/// One wake, or one that should have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wake {
    /// The time when the clocks were raised, or when the missed work was seen.
    pub at: Moment,
    /// The process that was sensed.
    pub pid: u32,
    /// Its program.
    pub program: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// From the reading that showed it to the return of the driver's call; `None` for a missed one
    /// and when the driver refused.
    pub took: Option<Duration>,
    /// Processor time of the process in the reading that showed the request, or the most in one
    /// reading around a missed one; `None` when the driver refused.
    pub used: Option<Duration>,
}

/// Wakes since the start. The times are those of the wakes that are remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WakeStatistics {
    /// Requests that were sensed, false ones included.
    pub sensed: u64,
    /// Wakes without GPU work.
    #[serde(rename = "false")]
    pub false_wakes: u64,
    /// GPU work without a wake.
    pub missed: u64,
    /// The middle wake time, in milliseconds.
    pub median_ms: Option<f64>,
    /// The longest wake time, in milliseconds.
    pub worst_ms: Option<f64>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct History {
    wakes: VecDeque<Wake>,
    /// Number of the oldest that is remembered.
    first: u64,
    sensed: u64,
    false_wakes: u64,
    missed: u64,
    useful: u64,
}

impl History {
    /// A wake that is not judged yet; its number.
    pub(super) fn begin(
        &mut self,
        at: Moment,
        pid: u32,
        program: String,
        took: Duration,
        used: Duration,
    ) -> u64 {
        self.sensed += 1;
        self.add(Wake {
            at,
            pid,
            program,
            verdict: Verdict::Undecided,
            took: Some(took),
            used: Some(used),
        })
    }

    /// A request for which the driver refused to raise the clocks.
    pub(super) fn failed(&mut self, at: Moment, pid: u32, program: String) {
        self.sensed += 1;
        self.add(Wake {
            at,
            pid,
            program,
            verdict: Verdict::Undecided,
            took: None,
            used: None,
        });
    }

    pub(super) fn missed(&mut self, at: Moment, pid: u32, program: String, used: Duration) {
        self.missed += 1;
        self.add(Wake {
            at,
            pid,
            program,
            verdict: Verdict::Missed,
            took: None,
            used: Some(used),
        });
    }

    pub(super) fn judge(&mut self, number: u64, verdict: Verdict) {
        match verdict {
            Verdict::False => self.false_wakes += 1,
            Verdict::Useful => self.useful += 1,
            Verdict::Missed | Verdict::Undecided => {}
        }
        let index = number
            .checked_sub(self.first)
            .and_then(|i| i.try_into().ok());
        if let Some(wake) = index.and_then(|index: usize| self.wakes.get_mut(index)) {
            wake.verdict = verdict;
        }
    }

    pub(super) fn wakes(&self) -> impl ExactSizeIterator<Item = &Wake> {
        self.wakes.iter()
    }

    pub(super) fn useful(&self) -> u64 {
        self.useful
    }

    pub(super) fn statistics(&self) -> WakeStatistics {
        let mut times: Vec<Duration> = self.wakes.iter().filter_map(|wake| wake.took).collect();
        times.sort_unstable();
        let ms = |time: &Duration| time.as_secs_f64() * 1000.0;
        WakeStatistics {
            sensed: self.sensed,
            false_wakes: self.false_wakes,
            missed: self.missed,
            median_ms: times.get(times.len() / 2).map(ms),
            worst_ms: times.last().map(ms),
        }
    }

    fn add(&mut self, wake: Wake) -> u64 {
        if self.wakes.len() == KEPT {
            self.wakes.pop_front();
            self.first += 1;
        }
        self.wakes.push_back(wake);
        self.first + self.wakes.len() as u64 - 1
    }
}
