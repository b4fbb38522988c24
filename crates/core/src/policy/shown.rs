//! The values of a policy that are shown about the hold.

use super::{Attempt, Governor, GpuPolicy, holder, standby};
use crate::{
    gpu::{GpuInfo, Sample},
    settings::Strategy,
};

impl GpuPolicy {
    pub(super) fn boosting(&self) -> Option<Strategy> {
        let boosting = self.standby.holder.boosting_since();
        boosting.map(|_| Strategy::Boost)
    }

    /// The strategy that holds the clocks; `None` when nothing does.
    pub fn held(&self) -> Option<Strategy> {
        self.boosting().or(self.history.held())
    }

    /// Returns true if it stands by: requests are sensed, or the clocks are up without us.
    pub fn stands_by(&self) -> bool {
        matches!(self.standby.wanted, holder::Duty::Sense { .. }) || self.armed.is_some()
    }

    /// The strategy in force.
    pub fn strategy(&self) -> Option<Strategy> {
        let standby = self.stands_by().then_some(Strategy::Standby);
        standby.or(self.held())
    }

    /// The strategy by which standing by raises the clocks; `None` while nothing is sensed.
    pub fn raises_with(&self) -> Option<Strategy> {
        match self.standby.wanted {
            holder::Duty::Sense { with, .. } => Some(with),
            _ => None,
        }
    }

    /// Returns true if the clocks are raised for a request or a lease.
    pub fn is_raised(&self) -> bool {
        let by_keeper = self.raises_with() == Some(Strategy::PowerMizer);
        self.standby.is_raised() && (!by_keeper || self.holds_beside())
    }

    /// Returns whether a request that begins now is answered at full speed: the clocks are up, or
    /// they are raised for it, which one good wake has to have shown. `None` when that is not
    /// known.
    pub fn ready(&self, gpu: &GpuInfo) -> Option<bool> {
        let up = self
            .history
            .sample()
            .and_then(|sample: &Sample| sample.ready(gpu.sm_clock_max));
        match self.standby.situation {
            standby::Situation::Sensing if self.armed.is_some() && up != Some(true) => {
                self.armed.filter(|proved| *proved)
            }
            _ => up,
        }
    }

    /// The attempts of the strategy ladder and their results, oldest first.
    pub fn attempts(&self) -> &[Attempt] {
        self.governors
            .get(&self.source)
            .map_or(&[], Governor::attempts)
    }
}
