//! The driver's boost request, as a `hold` process makes it.

use std::time::Duration;

use super::{Card, Clocks};
use crate::{
    Moment,
    gpu::{GpuError, GpuErrorKind},
    simulation::{Boost, faults::refused},
};

/// Opening the driver for boost requests takes this long (measured on an H200).
const OPENING: Duration = Duration::from_micros(1300);

/// Clearing a boost takes this long (`tests/fixtures/cards/h200.jsonl`).
const CLEARING: Duration = Duration::from_millis(1);

/// The client that a `hold` process has open; ending it is the default.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BoostClient {
    pub(super) open: bool,
    /// The time when the boost that it asked for ends by itself.
    pub(super) until: Option<Moment>,
}

impl Card {
    /// Opens the driver for boost requests; how long that takes, `None` when it is open already.
    pub(in crate::simulation) fn open_boost(
        &mut self,
        now: Moment,
    ) -> Result<Option<Duration>, GpuError> {
        if self.boost.open {
            return Ok(None);
        }
        if let Some(kind) = self.fault() {
            return Err(refused(kind));
        }
        if self.around.asleep || self.model.boost == Boost::None {
            return Err(unavailable("open /dev/nvidiactl"));
        }
        self.boost.open = true;
        self.settle(now);
        Ok(Some(OPENING))
    }

    /// Asks for the boost, for so long; how long the call takes, after which the clocks are up.
    pub(in crate::simulation) fn request_boost(
        &mut self,
        lasting: Duration,
        now: Moment,
    ) -> Result<Duration, GpuError> {
        self.open_boost(now)?;
        if self.around.boost_refused || self.around.asleep {
            self.close_boost(now);
            return Err(unavailable("NV2080_CTRL_CMD_PERF_BOOST: status 0x1f"));
        }
        let call = self.model.boost_call;
        let until = now + call + lasting + self.model.boost_late;
        self.counters.boost_requests += 1;
        // Asked for again, it lasts longer, and raises nothing that fell meanwhile.
        if self.boost.until.is_none() {
            self.boost.until = Some(until);
            self.drive = self.drive();
            if self.clocks != Clocks::High {
                let late = self.between(self.model.boost_seen_after);
                self.shown_from = Some(now + call + late);
            }
            self.raise_within(call, now);
        }
        self.boost.until = Some(until);
        self.settle(now);
        Ok(call)
    }

    /// Ends the boost; how long the call takes.
    pub(in crate::simulation) fn clear_boost(&mut self, now: Moment) -> Duration {
        self.boost.until = None;
        self.settle(now);
        CLEARING
    }

    /// Closes the driver for boost requests, which ends the boost.
    pub(in crate::simulation) fn close_boost(&mut self, now: Moment) {
        self.boost = BoostClient::default();
        self.settle(now);
    }

    /// The clocks as NVML shows them: raised by a boost, it shows them late.
    pub(super) fn shown_clocks(&self, now: Moment) -> Clocks {
        let late = self.shown_from.is_some_and(|from| now < from);
        if late && !self.around.driven {
            return Clocks::Low;
        }
        self.clocks
    }
}

fn unavailable(step: &str) -> GpuError {
    GpuError::new(GpuErrorKind::NotSupported, step.to_string())
}
