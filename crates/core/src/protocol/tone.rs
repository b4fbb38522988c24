use serde::{Deserialize, Serialize};

use super::{GpuStatus, PauseReason, Phase};

/// How a GPU looks at a glance, told by colour and by shape; the better, the less.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Switched off.
    Off,
    /// At full speed.
    Full,
    /// Asleep, and not asked what its P-state is.
    #[default]
    Asleep,
    /// P8 and lower, or asleep.
    Low,
    /// Between the two, or full speed was wanted and is not reached.
    Middling,
    /// Paused for another reason than heat.
    Paused,
    /// Paused because it is too hot, or because nobody knows how hot it is.
    Hot,
    /// The driver says no.
    Fault,
}

impl Tone {
    /// The tone of a GPU by everything else that is known of it.
    pub fn of(gpu: &GpuStatus) -> Self {
        let hot = [PauseReason::Thermal, PauseReason::Sensor];
        match gpu.phase {
            Phase::Fault => Self::Fault,
            Phase::Paused if gpu.reasons.iter().any(|reason| hot.contains(reason)) => Self::Hot,
            Phase::Paused => Self::Paused,
            Phase::Off => Self::Off,
            Phase::Asleep if gpu.pstate.is_none() => Self::Asleep,
            Phase::Asleep => Self::Low,
            Phase::Warm | Phase::Yielding => Self::of_held(gpu),
        }
    }

    /// By P-state; but a GPU in P0 may be slow all the same (an H200 never leaves it), so that
    /// full speed is only what is ready.
    fn of_held(gpu: &GpuStatus) -> Self {
        match gpu.pstate.map(|pstate| pstate.number()) {
            Some(0..=2) if gpu.ready == Some(false) => Self::Middling,
            Some(0..=2) => Self::Full,
            Some(3..=7) => Self::Middling,
            Some(_) => Self::Low,
            None if gpu.ready == Some(true) => Self::Full,
            None => Self::Middling,
        }
    }
}
