//! What is kept between runs besides the settings: a folder of small JSON files.

use std::path::{Path, PathBuf};

use gpu_keepalive_core::{keeper::Kept, protocol::EnergyReport, settings::EnergySettings};
use serde::{Deserialize, Serialize};

use crate::{clock::Clock, store};

/// The folder, and what an earlier run left in it.
#[derive(Debug)]
pub struct StateFolder {
    folder: PathBuf,
    kept: Kept,
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
        let switches: KeptSwitches = store::load(&folder.join("switches.json"));
        Self {
            kept: Kept {
                enabled: switches.enabled,
                ledger: store::load(&folder.join("energy.json")),
                learned: store::load(&folder.join("learned.json")),
                gpus: store::load(&folder.join("gpus.json")),
            },
            folder,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// What an earlier run kept, or what was saved last.
    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// What holding cost, as the last run left it; for when no engine is running.
    pub fn energy_report(&self, days: u32, clock: &Clock, energy: &EnergySettings) -> EnergyReport {
        let (price, currency) = (energy.price_per_kwh, &energy.currency);
        self.kept
            .ledger
            .report(days, clock.today(), price, currency)
    }

    /// Writes everything. A file that cannot be written costs what is in it, not the others.
    ///
    /// # Errors
    /// A sentence that names the first file that cannot be written.
    pub(crate) fn save(&mut self, kept: Kept) -> Result<(), String> {
        let switches = KeptSwitches {
            enabled: kept.enabled,
        };
        let gpus = if kept.gpus == self.kept.gpus {
            Ok(())
        } else {
            self.write("gpus.json", &kept.gpus)
        };
        let written = [
            self.write("switches.json", &switches),
            self.write("learned.json", &kept.learned),
            self.write("energy.json", &kept.ledger),
            gpus,
        ];
        self.kept = kept;
        written.into_iter().collect()
    }

    fn write<T: Serialize>(&self, name: &str, value: &T) -> Result<(), String> {
        let path = self.folder.join(name);
        store::save(&path, value)
            .map_err(|error| format!("{} cannot be written: {error}.", path.display()))
    }
}
