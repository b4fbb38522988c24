use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use gpu_keepalive_core::{
    energy::Ledger,
    gpu::{GpuInfo, PowerSource},
    hold_time::HoldTimeWatch,
    host::{HostSample, RuntimePm},
    policy::Learned,
    protocol::EnergyReport,
    settings::EnergySettings,
};
use serde::{Deserialize, Serialize};

use super::lane::Lane;
use crate::{clock::Clock, store};

/// What was learned about one GPU with one driver version.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct LearnedGpu {
    pub(super) governors: Vec<(PowerSource, Learned)>,
    pub(super) hold_time: HoldTimeWatch,
}

/// What is kept between runs, besides the settings: a folder of small JSON files.
#[derive(Debug)]
pub struct StateFolder {
    folder: PathBuf,
    switches: KeptSwitches,
    learned: BTreeMap<String, LearnedGpu>,
    gpus: Vec<GpuInfo>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(default)]
struct KeptSwitches {
    enabled: bool,
}

impl Default for KeptSwitches {
    fn default() -> Self {
        Self { enabled: true }
    }
}

impl StateFolder {
    /// Reads what an earlier run kept; what is missing or damaged starts anew.
    pub fn open(folder: PathBuf) -> Self {
        Self {
            switches: store::load(&folder.join("switches.json")),
            learned: store::load(&folder.join("learned.json")),
            gpus: store::load(&folder.join("gpus.json")),
            folder,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// What keeping GPUs warm cost, as the last run left it; for when no engine is running.
    pub fn energy_report(&self, days: u32, clock: &Clock, energy: &EnergySettings) -> EnergyReport {
        self.ledger()
            .report(days, clock.today(), energy.price_per_kwh, &energy.currency)
    }

    pub(super) fn enabled(&self) -> bool {
        self.switches.enabled
    }

    pub(super) fn ledger(&self) -> Ledger {
        store::load(&self.folder.join("energy.json"))
    }

    pub(super) fn learned(&self, gpu: &GpuInfo) -> LearnedGpu {
        self.learned.get(&key(gpu)).cloned().unwrap_or_default()
    }

    /// The GPUs of the last run, if every one of them is suspended now and nothing else is there:
    /// asking the driver would wake them.
    pub(super) fn sleeping_gpus(&self, host: &HostSample) -> Option<Vec<GpuInfo>> {
        let suspended = |(_, state): &(_, RuntimePm)| *state == RuntimePm::Suspended;
        let same = host.runtime_pm.len() == self.gpus.len()
            && host.runtime_pm.iter().all(suspended)
            && self.gpus.iter().all(|gpu| {
                host.runtime_pm
                    .iter()
                    .any(|(device, _)| *device == gpu.pci_bus_id)
            });
        (same && !self.gpus.is_empty()).then(|| self.gpus.clone())
    }

    pub(super) fn remember_gpus(&self, gpus: &[GpuInfo]) {
        if self.gpus != gpus {
            self.write("gpus.json", &gpus);
        }
    }

    pub(super) fn save(&mut self, ledger: &Ledger, lanes: &[Lane], enabled: bool) {
        for lane in lanes {
            let learned = LearnedGpu {
                governors: lane.policy.learned().collect(),
                hold_time: lane.hold_time.clone(),
            };
            self.learned.insert(key(&lane.info), learned);
        }
        self.switches.enabled = enabled;
        self.write("switches.json", &self.switches);
        self.write("learned.json", &self.learned);
        self.write("energy.json", ledger);
    }

    /// A state that cannot be written costs a relearning, not the run.
    fn write<T: Serialize>(&self, name: &str, value: &T) {
        let path = self.folder.join(name);
        if let Err(error) = store::save(&path, value) {
            tracing::warn!("cannot keep {}: {error}", path.display());
        }
    }
}

/// What is learned belongs to a GPU with a driver version: another driver may hold otherwise.
fn key(gpu: &GpuInfo) -> String {
    format!("{} {}", gpu.uuid, gpu.driver_version)
}
