//! The state kept between runs besides the settings: a folder of small JSON files.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use gpu_keepalive_core::{keeper::Kept, protocol::EnergyReport, settings::EnergySettings};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    clock::Clock,
    files::{
        lock::{self, Lock},
        remove_leftovers,
    },
    store::StoredFile,
};

#[cfg(all(test, unix))]
mod tests;

/// The time for which a starting engine waits for one that is about to end.
const LOCK_WITHIN: Duration = Duration::from_secs(2);

/// The folder, and what an earlier run left in it.
#[derive(Debug)]
pub struct StateFolder {
    folder: PathBuf,
    kept: Kept,
    files: Files,
    owned: Owned,
    error: Option<String>,
}

#[derive(Debug)]
struct Files {
    switches: StoredFile,
    energy: StoredFile,
    learned: StoredFile,
    gpus: StoredFile,
}

/// The engine's right to write here.
#[derive(Debug)]
enum Owned {
    /// Nothing was written yet.
    No,
    /// The lock is held, or the folder cannot have one.
    Yes(Option<Lock>),
    ByAnother,
}

/// The outcome of a write.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Written {
    /// The notices about files that had to be set aside, a sentence each.
    pub(crate) notices: Vec<String>,
    /// The reason why something was not written: the first one.
    pub(crate) error: Option<String>,
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
    /// Reads what an earlier run kept; what is missing, or cannot be read or understood, starts
    /// anew. Nothing is changed on the disk.
    pub fn open(folder: PathBuf) -> Self {
        let (switches, kept_switches) = load::<KeptSwitches>(&folder, "switches.json");
        let (energy, ledger) = load(&folder, "energy.json");
        let (learned, kept_learned) = load(&folder, "learned.json");
        let (gpus, kept_gpus) = load(&folder, "gpus.json");
        Self {
            kept: Kept {
                enabled: kept_switches.enabled,
                ledger,
                learned: kept_learned,
                gpus: kept_gpus,
            },
            files: Files {
                switches,
                energy,
                learned,
                gpus,
            },
            folder,
            owned: Owned::No,
            error: None,
        }
    }

    /// Its place.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The state that an earlier run kept, or that was saved last.
    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// The cost of holding, as the last run left it; for when no engine is running.
    pub fn energy_report(&self, days: u32, clock: &Clock, energy: &EnergySettings) -> EnergyReport {
        let (price, currency) = (energy.price_per_kwh, &energy.currency);
        self.kept
            .ledger
            .report(days, clock.today(), price, currency)
    }

    /// The reason why the energy of earlier runs is not in the report: its file was not read or
    /// understood.
    pub fn energy_unread(&self) -> Option<String> {
        let file = &self.files.energy;
        let why = file.why_strange()?;
        Some(format!(
            "{} {why}; it counts as empty.",
            file.path().display()
        ))
    }

    /// The reason why something was not written the last time.
    pub(crate) fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Makes this engine the one that writes here, sets aside what it could not read, and removes
    /// what killed engines left half written.
    pub(crate) fn own(&mut self) -> Written {
        let mut written = Written::default();
        let lock = self.folder.join("engine.lock");
        self.owned = match lock::acquire(&lock, LOCK_WITHIN) {
            Ok(Some(lock)) => Owned::Yes(Some(lock)),
            Ok(None) => Owned::ByAnother,
            // A folder that cannot be written is reported with the first file.
            Err(error) => {
                tracing::debug!("{}: {error}", lock.display());
                Owned::Yes(None)
            }
        };
        if let Owned::Yes(lock) = &self.owned {
            for file in self.files.all() {
                if lock.as_ref().is_some_and(Lock::is_held) {
                    remove_leftovers(file.path());
                }
                written.take(file.make_room());
            }
        }
        self.finish(written)
    }

    /// Writes everything. A file that cannot be written costs what is in it, not the others.
    pub(crate) fn save(&mut self, kept: Kept) -> Written {
        let mut written = match self.owned {
            Owned::No => self.own(),
            Owned::Yes(_) | Owned::ByAnother => Written::default(),
        };
        if let Owned::Yes(_) = self.owned {
            let switches = KeptSwitches {
                enabled: kept.enabled,
            };
            let files = &mut self.files;
            written.take(files.switches.replace(&switches));
            written.take(files.learned.replace(&kept.learned));
            written.take(files.energy.replace(&kept.ledger));
            if kept.gpus != self.kept.gpus {
                written.take(files.gpus.replace(&kept.gpus));
            }
        }
        self.kept = kept;
        self.finish(written)
    }

    fn finish(&mut self, mut written: Written) -> Written {
        if matches!(self.owned, Owned::ByAnother) {
            written.error = Some(format!(
                "Another engine keeps its records in {}; this one keeps none.",
                self.folder.display()
            ));
        }
        self.error.clone_from(&written.error);
        written
    }
}

impl Files {
    fn all(&mut self) -> [&mut StoredFile; 4] {
        [
            &mut self.switches,
            &mut self.energy,
            &mut self.learned,
            &mut self.gpus,
        ]
    }
}

impl Written {
    pub(crate) fn take(&mut self, result: Result<Option<String>, String>) {
        match result {
            Ok(notice) => self.notices.extend(notice),
            Err(error) => {
                self.error.get_or_insert(error);
            }
        }
    }
}

fn load<T: DeserializeOwned + Default>(folder: &Path, name: &str) -> (StoredFile, T) {
    StoredFile::load(&folder.join(name))
}
