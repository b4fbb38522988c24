//! Clocks that are still up after a raise of ours.

use std::time::Duration;

use crate::{Moment, gpu::GpuInfo};

/// Longer than the slowest fall known (60 s): the limit on a GPU whose clocks were never seen to
/// fall.
const LONGEST: Duration = Duration::from_secs(75);
/// Two samples of a GPU at rest.
const SHORTEST: Duration = Duration::from_secs(10);

/// The time that clocks stay up after a raise was released, as seen on this GPU.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tail {
    released_at: Option<Moment>,
    /// The slowest fall seen.
    fall: Option<Duration>,
    /// True if the clocks were seen down since.
    fell: bool,
}

impl Tail {
    /// A raise, or a boost, was released.
    pub(super) fn begin(&mut self, at: Moment) {
        self.released_at = Some(at);
        self.fell = false;
    }

    /// A sample of the clocks while nothing is raised.
    pub(super) fn take_clocks(&mut self, at: Moment, up: Option<bool>) {
        let Some(released_at) = self.released_at.filter(|_| up == Some(false) && !self.fell) else {
            return;
        };
        self.fell = true;
        self.fall = self.fall.max(Some(at.since(released_at)));
    }

    /// The time after which clocks that are still up do not fall by themselves any more.
    pub(super) fn limit(&self) -> Duration {
        // Falls of one GPU differ; twice the slowest is no longer this one.
        self.fall
            .map_or(LONGEST, |fall| (fall * 2).clamp(SHORTEST, LONGEST))
    }

    /// The same after work of other processes, for which the card alone tells more: an H200 and an
    /// H100 fall within 1.1 s.
    pub(super) fn limit_after_work(&self, gpu: &GpuInfo) -> Duration {
        match self.fall {
            None if gpu.is_of_data_centre() => SHORTEST,
            _ => self.limit(),
        }
    }

    /// Returns true if clocks that are up now may be up because of that raise.
    pub(super) fn covers(&self, now: Moment) -> bool {
        self.released_at
            .is_some_and(|at| now.since(at) < self.limit())
    }
}
