use gpu_keepalive_core::protocol::{Badge, GpuStatus, Notice, Severity, Status};

use super::EngineAt;

/// One of the drawn icons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrayIcon {
    pub(crate) badge: Badge,
    /// The P-state, where this drawing shows one and the driver reports it.
    pub(crate) pstate: Option<u8>,
}

/// Badge, P-state and PNG of every icon; drawn by `build/tray_icons.rs`.
pub(super) static DRAWN: &[(Badge, Option<u8>, &[u8])] =
    include!(concat!(env!("OUT_DIR"), "/tray_icons.rs"));

impl TrayIcon {
    /// The icon of that status: with several GPUs, of the worst.
    pub(super) fn of(status: &Status, engine: EngineAt) -> Self {
        let nothing_known = Self {
            badge: Badge::Asleep,
            pstate: None,
        };
        if engine == EngineAt::Nowhere {
            return nothing_known;
        }
        match worst(status) {
            Some(gpu) => Self {
                badge: gpu.badge,
                pstate: gpu.pstate.map(|pstate| pstate.number()),
            }
            .as_drawn(),
            None if no_gpu(status).is_some() => Self {
                badge: Badge::Fault,
                pstate: None,
            },
            None => nothing_known,
        }
    }

    /// Its picture.
    pub(crate) fn png(self) -> &'static [u8] {
        self.drawing().expect("every badge is drawn")
    }

    fn drawing(self) -> Option<&'static [u8]> {
        let mut drawn = DRAWN.iter();
        let found = drawn.find(|(badge, pstate, _)| (*badge, *pstate) == (self.badge, self.pstate));
        found.map(|(_, _, png)| *png)
    }

    /// Without the P-state where the drawing has no place for it.
    fn as_drawn(self) -> Self {
        Self {
            pstate: self.pstate.filter(|_| self.drawing().is_some()),
            ..self
        }
    }
}

/// The GPU that the icon and the first line are about.
pub(super) fn worst(status: &Status) -> Option<&GpuStatus> {
    // The first of equals, where `max_by_key` takes the last.
    status.gpus.iter().rev().max_by_key(|gpu| gpu.badge)
}

/// The reason why there is no GPU, when that is known.
pub(super) fn no_gpu(status: &Status) -> Option<&Notice> {
    let worst = status.notices.first()?;
    (status.gpus.is_empty() && worst.severity == Severity::Error).then_some(worst)
}
