use crate::protocol::{Badge, GpuStatus, PauseReason, Phase, State};

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
