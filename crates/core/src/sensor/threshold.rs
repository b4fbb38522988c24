//! The threshold of a program: how much processor time in one period is a request.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

/// The value where learning begins: noticed every request of llama.cpp's and PyTorch's servers on
/// an H200. A poll of llama.cpp's server took 500 to 700 µs there and 300 to 500 µs on other
/// machines, so the first one may be a false wake.
const FIRST: Duration = Duration::from_micros(300);

/// The lowest: a llama.cpp server at rest uses about 40 µs at once, a timer of its own.
const LOWEST: Duration = Duration::from_micros(100);

/// The highest, half of the shortest period: a request keeps one thread busy at least, and from
/// wherever in a period it begins, such a thread uses half of that period or all of the next.
const HIGHEST: Duration = Duration::from_millis(10);

/// Distance to what was just seen, up and down. Polls of one server differ by up to this factor.
const STEP: f64 = 1.5;

/// Programs that are remembered.
const KEPT: usize = 64;

/// The threshold after a false wake that so much processor time had triggered.
pub(super) fn after_false(threshold: Duration, trigger: Duration) -> Duration {
    limited(threshold.max(trigger).mul_f64(STEP)).max(threshold)
}

/// The threshold after a missed request, of which the process used so much of the processor in one
/// period; zero when that is not known.
pub(super) fn after_missed(threshold: Duration, most: Duration) -> Duration {
    let below = if most.is_zero() {
        threshold
    } else {
        threshold.min(most)
    };
    limited(below.div_f64(STEP)).min(threshold)
}

fn limited(threshold: Duration) -> Duration {
    threshold.clamp(LOWEST, HIGHEST)
}

/// Thresholds by program name, since process ids change: what is worth keeping between two runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LearnedThresholds {
    /// In microseconds. A value outside the law's limits, as from a file that was edited, is
    /// brought into them when it is used.
    thresholds_us: BTreeMap<String, u64>,
}

impl LearnedThresholds {
    /// The threshold of a program.
    pub fn of(&self, program: &str) -> Duration {
        let known = self.thresholds_us.get(program);
        known.map_or(FIRST, |micros| limited(Duration::from_micros(*micros)))
    }

    /// Remembers it. With too many programs another is forgotten, which is learned again when it
    /// runs.
    pub(super) fn keep(&mut self, program: &str, threshold: Duration) {
        if self.thresholds_us.len() >= KEPT && !self.thresholds_us.contains_key(program) {
            self.thresholds_us.pop_first();
        }
        let micros = u64::try_from(threshold.as_micros()).unwrap_or(u64::MAX);
        self.thresholds_us.insert(program.to_owned(), micros);
    }
}
