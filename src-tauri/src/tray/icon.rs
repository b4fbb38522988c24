use gpu_keepalive_core::protocol::{GpuStatus, Notice, PauseReason, Phase, Severity, Status};

use super::EngineAt;

/// One of the drawn icons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrayIcon {
    pub(crate) face: Face,
    /// The P-state, where this face shows one and the driver tells it.
    pub(crate) pstate: Option<u8>,
}

/// A state as the icon tells it, by colour and by shape; the better, the less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Face {
    /// Hollow: switched off.
    Off,
    /// A green disc: at full speed.
    Full,
    /// A blue-grey crescent: asleep, and not asked what its P-state is.
    Asleep,
    /// Blue-grey and pointing down: P8 and lower, or asleep.
    Low,
    /// An amber square: between the two, or full speed was wanted and is not reached.
    Middling,
    /// A blue-grey disc with a pause mark.
    Paused,
    /// A red octagon with a pause mark: too hot, or nobody knows how hot.
    Hot,
    /// A red triangle: the driver says no, or there is no GPU.
    Fault,
}

/// State, P-state and PNG of every icon; drawn by `build/tray_icons.rs`.
static DRAWN: &[(&str, Option<u8>, &[u8])] = include!(concat!(env!("OUT_DIR"), "/tray_icons.rs"));

impl TrayIcon {
    /// The icon of that status: with several GPUs, of the worst.
    pub(super) fn of(status: &Status, engine: EngineAt) -> Self {
        let nothing_known = Self {
            face: Face::Asleep,
            pstate: None,
        };
        if engine == EngineAt::Nowhere {
            return nothing_known;
        }
        match worst(status) {
            Some(gpu) => Self {
                face: Face::of(gpu),
                pstate: gpu.pstate.map(|pstate| pstate.number()),
            }
            .as_drawn(),
            None if no_gpu(status).is_some() => Self {
                face: Face::Fault,
                pstate: None,
            },
            None => nothing_known,
        }
    }

    /// Its picture.
    pub(crate) fn png(self) -> &'static [u8] {
        let name = self.face.name();
        let found = DRAWN
            .iter()
            .find(|(state, pstate, _)| *state == name && *pstate == self.pstate);
        found.expect("every face is drawn").2
    }

    /// Without the P-state where the face has no place for it.
    fn as_drawn(self) -> Self {
        let exists = DRAWN
            .iter()
            .any(|(state, pstate, _)| *state == self.face.name() && *pstate == self.pstate);
        Self {
            pstate: self.pstate.filter(|_| exists),
            ..self
        }
    }
}

impl Face {
    fn of(gpu: &GpuStatus) -> Self {
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

    fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Full => "full",
            Self::Asleep => "asleep",
            Self::Low => "low",
            Self::Middling => "middling",
            Self::Paused => "paused",
            Self::Hot => "hot",
            Self::Fault => "fault",
        }
    }
}

/// The GPU that the icon and the first line are about.
pub(super) fn worst(status: &Status) -> Option<&GpuStatus> {
    // The first of equals, where `max_by_key` takes the last.
    status.gpus.iter().rev().max_by_key(|gpu| Face::of(gpu))
}

/// Why there is no GPU, when that is known.
pub(super) fn no_gpu(status: &Status) -> Option<&Notice> {
    let worst = status.notices.first()?;
    (status.gpus.is_empty() && worst.severity == Severity::Error).then_some(worst)
}
