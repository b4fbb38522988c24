//! The state that survives a restart, and the times when it is written.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Action, Keeper, StoreAction, lane::Lane};
use crate::{
    Moment,
    energy::Ledger,
    gpu::{GpuInfo, PowerSource},
    hold_time::HoldTimeWatch,
    host::{HostSample, RuntimePm},
    policy::Learned,
    sensor::LearnedThresholds,
};

/// Learned values and energy are written at most this often.
const SAVE_EVERY: Duration = Duration::from_secs(60);

/// The learned values of one GPU with one driver version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LearnedGpu {
    /// The governors, by power source.
    pub governors: Vec<(PowerSource, Learned)>,
    /// The time for which it keeps its clocks up by itself.
    pub hold_time: HoldTimeWatch,
    /// Use of the processor that means a request, by program.
    pub thresholds: LearnedThresholds,
}

/// Everything that is kept between runs besides the settings.
#[derive(Clone, Debug)]
pub struct Kept {
    /// True if the keepalive is switched on.
    pub enabled: bool,
    /// The cost of holding.
    pub ledger: Ledger,
    /// By GPU and driver version: another driver may hold otherwise.
    pub learned: BTreeMap<String, LearnedGpu>,
    /// The GPUs of the last run.
    pub gpus: Vec<GpuInfo>,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            enabled: true,
            ledger: Ledger::default(),
            learned: BTreeMap::new(),
            gpus: Vec::new(),
        }
    }
}

impl Kept {
    /// The GPUs of the last run, if every one of them is suspended now and no other GPU is there:
    /// asking the driver for a list would wake them.
    pub fn sleeping_gpus(&self, host: &HostSample) -> Option<Vec<GpuInfo>> {
        let is_suspended = |(_, state): &(_, RuntimePm)| *state == RuntimePm::Suspended;
        let is_there = |gpu: &GpuInfo| {
            let mut devices = host.runtime_pm.iter();
            devices.any(|(device, _)| *device == gpu.pci_bus_id)
        };
        let same = host.runtime_pm.len() == self.gpus.len()
            && host.runtime_pm.iter().all(is_suspended)
            && self.gpus.iter().all(is_there);
        (same && !self.gpus.is_empty()).then(|| self.gpus.clone())
    }

    pub(super) fn learned(&self, gpu: &GpuInfo) -> LearnedGpu {
        self.learned.get(&key(gpu)).cloned().unwrap_or_default()
    }

    pub(super) fn remember(&mut self, lane: &Lane) {
        let learned = LearnedGpu {
            governors: lane.policy.learned().collect(),
            hold_time: lane.hold_time.clone(),
            thresholds: lane.policy.sensor().learned().clone(),
        };
        self.learned.insert(key(&lane.info), learned);
    }
}

impl Keeper {
    /// Has everything written now.
    pub(super) fn save(&mut self) {
        self.unsaved_since = None;
        for lane in &self.gpus {
            self.kept.remember(lane);
        }
        self.kept.enabled = self.switches.enabled;
        let kept = Box::new(self.kept.clone());
        self.outbox
            .push_back(Action::Store(StoreAction::Save(kept)));
    }

    /// Takes in the outcome of a write. Returns true if it changed.
    pub(super) fn stored(&mut self, notices: Vec<String>, error: Option<String>) -> bool {
        let changed = self.not_saved != error;
        let warnings = notices.iter().chain(error.iter().filter(|_| changed));
        for warning in warnings.cloned().collect::<Vec<_>>() {
            self.warn(warning);
        }
        let changed = changed || !notices.is_empty();
        self.set_aside.extend(notices);
        self.not_saved = error;
        changed
    }

    /// Has everything written that changed a minute ago.
    pub(super) fn save_if_due(&mut self, now: Moment) {
        let due = |since| now.since(since) >= SAVE_EVERY;
        if self.unsaved_since.is_some_and(due) {
            self.save();
        }
    }
}

fn key(gpu: &GpuInfo) -> String {
    format!("{} {}", gpu.uuid, gpu.driver_version)
}
