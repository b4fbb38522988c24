use std::time::Duration;

use super::Plan;
use crate::{
    gpu::GpuInfo,
    settings::{Settings, Strategy},
    units::{Bytes, Celsius},
};

/// The work of a benchmark.
#[derive(Clone, Debug)]
pub struct Job {
    /// The GPU.
    pub gpu: GpuInfo,
    /// True if it is simulated.
    pub simulated: bool,
    /// The amount of work.
    pub plan: Plan,
    /// It must stay below this temperature; `None` without a limit.
    pub limit: Option<Celsius>,
    /// The settings about strategies.
    pub terms: Terms,
}

/// A measurement does not wait for longer, even if the settings do: the result would be the same.
const LONGEST_LINGER: Duration = Duration::from_secs(3);

/// The settings about strategies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Strategies that are not to be tried.
    pub exclude: Vec<Strategy>,
    /// The delay of the first answer that is allowed compared with full speed.
    pub max_wake: Duration,
    /// The time for which the clocks stay up after a request: no longer than 3 s.
    pub linger: Duration,
    /// VRAM that stays free.
    pub vram_reserve: Bytes,
}

impl Terms {
    /// Those of these settings.
    pub fn of(settings: &Settings) -> Self {
        Self {
            exclude: settings.strategy_exclude.clone(),
            max_wake: settings.readiness.max_wake,
            linger: settings.readiness.linger.min(LONGEST_LINGER),
            vram_reserve: settings.vram_reserve,
        }
    }

    /// Returns true if it may be tried.
    pub fn allow(&self, strategy: Strategy) -> bool {
        // Standing by raises the clocks with a boost.
        let needed: &[Strategy] = match strategy {
            Strategy::Standby => &[Strategy::Standby, Strategy::Boost],
            _ => &[strategy],
        };
        !needed.iter().any(|one| self.exclude.contains(one))
    }
}

/// The step under way, and the longest time that everything takes from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// For people.
    pub text: String,
    /// At most.
    pub left: Duration,
}
