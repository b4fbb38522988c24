//! The measured benefit and cost of each strategy, side by side.

use std::time::Duration;

use gpu_keepalive_core::{
    benchmark::{AloneResult, StrategyResult},
    gpu::GpuError,
    settings::Strategy,
    units::{Bytes, Watts},
};
use gpu_keepalive_text::text;

use crate::measurements::{median_ms, median_watts};

mod text;

pub use text::means;

/// Everything that was measured of one strategy, as it comes in.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// The obstacle, if there was one.
    pub why_not: Option<WhyNot>,
    /// Power at rest.
    pub watts: Vec<Watts>,
    /// First requests after a rest.
    pub first: Vec<Duration>,
    /// From each sensed request to the return of the call that raises the clocks.
    pub wakes: Vec<Duration>,
    /// VRAM that it took.
    pub vram: Option<Bytes>,
    /// Resident memory of the process that did it.
    pub resident: Option<Bytes>,
}

/// The reason why a strategy does not keep the promise, or was not tried.
#[derive(Clone, Debug, PartialEq)]
pub enum WhyNot {
    /// The user's settings exclude it.
    Excluded,
    /// The clocks stay up by themselves, so there is nothing to compare.
    NeverCold,
    /// The driver, the GPU or the system refuses it.
    Refused(GpuError),
    /// So little VRAM is free that the user's reserve would be touched.
    LittleVram,
    /// The clocks were down at the end of a rest.
    ClocksDown,
    /// The clocks were up at the end of a rest, although nothing was held.
    ClocksUp,
    /// A request was not noticed.
    NotSensed,
    /// The raised clocks were not seen in time.
    NotSeenUp,
}

/// The values that the results of all strategies depend on.
pub(super) struct Comparison {
    /// A request right after another.
    pub(super) ready_ms: Option<f64>,
    /// Power at rest with a program loaded and nothing held.
    pub(super) cold_watts: Option<f64>,
    /// The promise.
    pub(super) max_wake: Duration,
}

impl Comparison {
    /// The result of a strategy.
    pub(super) fn strategy(&self, strategy: Strategy, trial: &Trial) -> StrategyResult {
        let first_ms = median_ms(&trial.first);
        let wake_ms = median_ms(&trial.wakes);
        let why_not = match &trial.why_not {
            Some(why) => Some(text::why_not(why)),
            None => self.broken_promise(first_ms, wake_ms),
        };
        let vram = match strategy.takes_vram() {
            true => trial.vram,
            false => Some(Bytes(0)),
        };
        let tried = !trial.first.is_empty();
        let mut result = StrategyResult {
            strategy,
            works: why_not.is_none(),
            why_not,
            watts_at_rest: median_watts(&trial.watts),
            first_ms,
            ratio: self.ratio(first_ms),
            wake_ms,
            vram_bytes: vram.filter(|_| tried).map(|vram| vram.0),
            resident_bytes: trial.resident.map(|resident| resident.0),
            best: false,
            label: text::label(strategy),
            detail: String::new(),
            text: String::new(),
        };
        result.detail = text::strategy(&result, self);
        result.text = format!("{}: {}", result.label, result.detail);
        result
    }

    /// The result of leaving the GPU alone.
    pub(super) fn alone(&self, first_ms: Option<f64>) -> AloneResult {
        let label = text::alone_label();
        let detail = text::alone(self.later_ms(first_ms));
        AloneResult {
            watts_at_rest: self.cold_watts,
            first_ms,
            ratio: self.ratio(first_ms),
            text: format!("{label}: {detail}"),
            label,
            detail,
        }
    }

    /// By how much the first request came later than at full speed.
    pub(super) fn later_ms(&self, first_ms: Option<f64>) -> Option<f64> {
        let (first, ready) = first_ms.zip(self.ready_ms)?;
        Some((first - ready).max(0.0))
    }

    /// By how much it draws more at rest than a GPU that is left alone.
    pub(super) fn more_watts(&self, watts: Option<f64>) -> Option<f64> {
        let (held, cold) = watts.zip(self.cold_watts)?;
        Some((held - cold).max(0.0))
    }

    fn ratio(&self, first_ms: Option<f64>) -> Option<f64> {
        let (first, ready) = first_ms.zip(self.ready_ms)?;
        (ready > 0.0).then(|| first / ready)
    }

    fn broken_promise(&self, first_ms: Option<f64>, wake_ms: Option<f64>) -> Option<String> {
        let limit = self.max_wake.as_secs_f64() * 1000.0;
        let Some(later) = self.later_ms(first_ms) else {
            return Some(text!("why-not-measured"));
        };
        match wake_ms {
            Some(wake) if wake > limit => Some(text::slow_wake(wake, limit)),
            _ if later > limit => Some(text::slow_answer(later, limit)),
            _ => None,
        }
    }
}
