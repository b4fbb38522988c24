//! The values of a policy that are shown about the hold.

use super::{Attempt, Governor, GpuPolicy, holder, is_busy, standby};
use crate::{
    gpu::{GpuInfo, Sample},
    host::{AiProcess, HostSample},
    settings::Strategy,
    units::Percent,
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

    /// The AI processes that have this GPU open, of those in `host`.
    pub fn clients<'a>(
        &self,
        host: &'a HostSample,
    ) -> impl Iterator<Item = &'a AiProcess> + use<'a, '_> {
        self.demand.clients(host)
    }

    /// The AI process that computes, by the newest sample: the busiest of them where the driver
    /// reports it by process, otherwise the only one that has the GPU open.
    pub fn answering<'a>(&self, host: &'a HostSample) -> Option<&'a AiProcess> {
        let sample = self.history.sample()?;
        let load = |process: &AiProcess| -> Option<Percent> {
            let mut reported = sample.process_utilization.iter().flatten();
            let one = reported.find(|one| one.pid == process.pid)?;
            Some(one.percent).filter(|percent| percent.0 > 0)
        };
        let clients: Vec<&AiProcess> = self.clients(host).collect();
        let busiest = clients
            .iter()
            .filter_map(|process| Some((load(process)?, *process)))
            .max_by_key(|(load, _)| *load);
        match (busiest, clients.as_slice()) {
            (Some((_, process)), _) => Some(process),
            (None, [only]) if is_busy(sample) == Some(true) => Some(only),
            _ => None,
        }
    }
}
