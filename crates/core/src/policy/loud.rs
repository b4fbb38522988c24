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
}

impl GpuPolicy {
    /// The AI processes that keep this GPU at full speed while no request comes.
    pub fn loud<'a>(&self, host: &'a HostSample) -> Vec<&'a AiProcess> {
        let servers = &self.loud.servers;
        let clients = self.clients(host);
        clients.filter(|one| servers.contains(&one.pid)).collect()
    }

    /// The power of this GPU meanwhile, as measured.
    pub fn loud_power(&self) -> Option<Watts> {
        let mut powers: Vec<f64> = self.loud.powers.iter().copied().collect();
        powers.sort_by(f64::total_cmp);
        powers.get(powers.len() / 2).copied().map(Watts)
    }

    /// Follows who keeps the clocks up: not quiet, and loaded while they are up without us although
    /// nothing computes. What was seen stands until the clocks fall by themselves.
    pub(super) fn note_loud(&mut self, seen: &Observations<'_>) {
        let clients: BTreeSet<u32> = self.clients(seen.host).map(|one| one.pid).collect();
        self.loud.servers.retain(|pid| clients.contains(pid));
        let fell = self.standby.situation == Situation::Sensing && self.clocks_up == Some(false);
        if fell || self.loud.servers.is_empty() {
            let sampled_at = self.loud.sampled_at;
            self.loud = Loud {
                sampled_at,
                ..Loud::default()
            };
        }
        let Some((at, sample)) = self.history.timed_sample() else {
            return;
        };
        let computes = sample.utilization.is_none_or(|all| all >= BUSY);
        let is_new = self.loud.sampled_at != Some(at);
        if self.standby.situation != Situation::UpWithoutUs || computes || !is_new {
            return;
        }
        let power = sample.power;
        let reads = seen.gpu.knows_quiet_programs();
        let is_loud = |one: &&AiProcess| !reads || one.quiet != Some(true);
        let loud: BTreeSet<u32> = self
            .clients(seen.host)
            .filter(is_loud)
            .map(|one| one.pid)
            .collect();
        self.loud.sampled_at = Some(at);
        self.loud.servers = loud;
        if !self.loud.servers.is_empty() {
            if self.loud.powers.len() == SAMPLES {
                self.loud.powers.pop_front();
            }
            self.loud.powers.extend(power.map(|power| power.0));
        }
    }
}
