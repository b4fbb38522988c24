use serde::{Deserialize, Serialize};

use super::{GpuStatus, PauseReason, Phase, State};

/// Colour and shape of a GPU's state, in the order of attention: of several GPUs the greatest is
/// shown. The drawings are `icons/tray/*.svg`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Badge {
    /// Switched off: grey and hollow.
    Off,
    /// Asleep with an unknown P-state: blue-grey with a moon.
    #[default]
    Asleep,
    /// P8 and lower, or asleep: blue-grey, pointing down, with the P-state.
    Low,
    /// Full speed: a green disc with the P-state.
    Full,
    /// Idle, and full speed on the next request: a green ring.
    Standby,
    /// P3 to P7, or full speed is wanted and not reached: an amber square with the P-state.
    Middling,
    /// Paused for any reason but heat: blue-grey with a pause mark.
    Paused,
    /// Paused for heat, or because the temperature is unknown: a red octagon with a pause mark.
    Hot,
    /// The driver refuses: a red triangle with an exclamation mark.
    Fault,
}

impl Badge {
    /// The badge of a GPU, from everything else that is known of it.
    pub fn of(gpu: &GpuStatus) -> Self {
        let hot = [PauseReason::Thermal, PauseReason::Sensor];
        match gpu.phase {
            Phase::Fault => Self::Fault,
            Phase::Paused if gpu.reasons.iter().any(|reason| hot.contains(reason)) => Self::Hot,
            Phase::Paused => Self::Paused,
            Phase::Off => Self::Off,
            Phase::Asleep if gpu.pstate.is_none() => Self::Asleep,
            Phase::Asleep => Self::Low,
            // A server that holds the clocks itself leaves the GPU ready, not resting.
            Phase::Standby if gpu.message.state == State::Standby => Self::Standby,
            Phase::Standby | Phase::Warm | Phase::Yielding => Self::of_held(gpu),
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
