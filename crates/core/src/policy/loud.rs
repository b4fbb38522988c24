//! Servers that keep the clocks up by themselves, and at what power.

use std::collections::{BTreeSet, VecDeque};

use super::{GpuPolicy, Observations, standby::Situation};
use crate::{
    Moment,
    gpu::BUSY,
    host::{AiProcess, HostSample},
    units::Watts,
};

/// Samples whose median is the power: one may catch the end of a request.
const SAMPLES: usize = 9;

/// The loud servers that were seen on one GPU.
#[derive(Clone, Debug, Default)]
pub(super) struct Loud {
    servers: BTreeSet<u32>,
    powers: VecDeque<f64>,
    sampled_at: Option<Moment>,
    /// The clocks have been up since, without us and without work.
    up_since: Option<Moment>,
}

impl GpuPolicy {
    /// The AI processes that keep this GPU at full speed while no request comes.
    pub fn loud<'a>(&self, host: &'a HostSample) -> Vec<&'a AiProcess> {
        let servers = &self.loud.servers;
        let clients = self.clients(host);
        clients.filter(|one| servers.contains(&one.pid)).collect()
    }

    /// Returns true if a server was seen to keep the clocks up.
    pub(super) fn is_loud(&self) -> bool {
        !self.loud.servers.is_empty()
    }

    /// The power of this GPU meanwhile, as measured.
    pub fn loud_power(&self) -> Option<Watts> {
        let mut powers: Vec<f64> = self.loud.powers.iter().copied().collect();
        powers.sort_by(f64::total_cmp);
        powers.get(powers.len() / 2).copied().map(Watts)
    }

    /// Follows who keeps the clocks up: not quiet, and loaded while they stay up without us although
    /// nothing computes. What was seen stands until the clocks fall by themselves.
    pub(super) fn note_loud(&mut self, seen: &Observations<'_>) {
        let clients: BTreeSet<u32> = self.clients(seen.host).map(|one| one.pid).collect();
        let loud = &mut self.loud;
        loud.servers.retain(|pid| clients.contains(pid));
        let fell = self.standby.situation == Situation::Sensing && self.clocks_up == Some(false);
        if fell || loud.servers.is_empty() {
            loud.servers.clear();
            loud.powers.clear();
        }
        let Some((at, sample)) = self.history.timed_sample() else {
            return;
        };
        if loud.sampled_at.replace(at) == Some(at) {
            return;
        }
        let computes = sample.utilization.is_none_or(|all| all >= BUSY);
        if computes || self.clocks_up != Some(true) || self.standby.is_raised() {
            loud.up_since = None;
            return;
        }
        // The clocks of every GPU stay up for a while after work.
        let up_since = *loud.up_since.get_or_insert(at);
        let may_fall = loud.servers.is_empty()
            && at.since(up_since) < self.standby.tail.limit_after_work(seen.gpu);
        if may_fall || self.standby.situation != Situation::UpWithoutUs {
            return;
        }
        let power = sample.power;
        let reads = seen.gpu.knows_quiet_programs();
        let is_loud = |one: &&AiProcess| !reads || one.quiet != Some(true);
        let servers = self.clients(seen.host).filter(is_loud);
        self.loud.servers = servers.map(|one| one.pid).collect();
        if self.is_loud() {
            if self.loud.powers.len() == SAMPLES {
                self.loud.powers.pop_front();
            }
            self.loud.powers.extend(power.map(|power| power.0));
        }
    }
}
