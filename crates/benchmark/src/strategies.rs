//! The measured benefit and cost of each strategy, side by side.

use std::time::Duration;

use gpu_keepalive_core::{
    benchmark::{AloneResult, BenchmarkResult, Obstacle, StrategyResult, Workload, words},
    gpu::{GpuError, GpuErrorKind},
    settings::Strategy,
    units::{Bytes, Watts},
};

use crate::measurements::{median_ms, median_watts};

mod text;

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

impl From<&WhyNot> for Obstacle {
    fn from(why: &WhyNot) -> Self {
        match why {
            WhyNot::Excluded => Self::Excluded,
            WhyNot::NeverCold => Self::NeverCold,
            WhyNot::Refused(error) => match error.kind {
                GpuErrorKind::NotSupported | GpuErrorKind::DriverTooOld => Self::NotOffered,
                GpuErrorKind::NoPermission => Self::NotPermitted,
                _ => Self::Refused,
            },
            WhyNot::LittleVram => Self::LittleVram,
            WhyNot::ClocksDown => Self::ClocksDown,
            WhyNot::ClocksUp => Self::ClocksUp,
            WhyNot::NotSensed => Self::NotSensed,
            WhyNot::NotSeenUp => Self::NotSeenUp,
        }
    }
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
    /// That of a result; `None` for one from before the limit was kept.
    pub(super) fn of(result: &BenchmarkResult) -> Option<Self> {
        let mut workloads = result.workloads.iter();
        let decode = workloads.find(|one| one.name == Workload::Decode);
        let max_wake = Duration::try_from_secs_f64(result.max_wake_ms? / 1000.0).ok()?;
        Some(Self {
            ready_ms: decode.and_then(|decode| decode.back_to_back_ms),
            cold_watts: result.watts.cold,
            max_wake,
        })
    }

    /// The result of a strategy.
    pub(super) fn strategy(&self, strategy: Strategy, trial: &Trial) -> StrategyResult {
        let first_ms = median_ms(&trial.first);
        let wake_ms = median_ms(&trial.wakes);
        let why_not = match &trial.why_not {
            Some(why) => Some((Obstacle::from(why), text::why_not(why))),
            None => self.broken_promise(first_ms, wake_ms),
        };
        let (obstacle, why_not) = why_not.unzip();
        let vram = match strategy.takes_vram() {
            true => trial.vram,
            false => Some(Bytes(0)),
        };
        let tried = !trial.first.is_empty();
        let mut result = StrategyResult {
            strategy,
            works: why_not.is_none(),
            why_not,
            obstacle,
            watts_at_rest: median_watts(&trial.watts),
            first_ms,
            ratio: self.ratio(first_ms),
            wake_ms,
            vram_bytes: vram.filter(|_| tried).map(|vram| vram.0),
            resident_bytes: trial.resident.map(|resident| resident.0),
            best: false,
            label: words::label(strategy),
            detail: String::new(),
            text: String::new(),
        };
        result.detail = text::strategy(&result, self);
        result.text = format!("{}: {}", result.label, result.detail);
        result
    }

    /// The result of leaving the GPU alone.
    pub(super) fn alone(&self, first_ms: Option<f64>) -> AloneResult {
        let label = words::alone_label();
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

    fn broken_promise(
        &self,
        first_ms: Option<f64>,
        wake_ms: Option<f64>,
    ) -> Option<(Obstacle, String)> {
        let limit = self.limit_ms();
        let Some(later) = self.later_ms(first_ms) else {
            return Some((
                Obstacle::NotMeasured,
                words::obstacle(Obstacle::NotMeasured),
            ));
        };
        match wake_ms {
            Some(wake) if wake > limit => Some((Obstacle::SlowWake, text::slow_wake(wake, limit))),
            _ if later > limit => Some((Obstacle::SlowAnswer, text::slow_answer(later, limit))),
            _ => None,
        }
    }

    fn limit_ms(&self) -> f64 {
        self.max_wake.as_secs_f64() * 1000.0
    }
}
