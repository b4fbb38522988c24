//! The settings file on disk: read, followed, and written under a lock.

use std::path::{Path, PathBuf};

use gpu_keepalive_core::{
    protocol::SettingsReport,
    settings::{Settings, SettingsFile},
};
use serde_json::Value;

use crate::files::{self, ReadError, Seen};

mod error;
mod write;

#[cfg(test)]
mod tests;

pub use error::StoreError;

/// No settings file is larger: the default one has 3 KiB with every key written out.
const MAX_BYTES: u64 = 1 << 20;

/// The settings file at one path.
///
/// Every call blocks for a little I/O on a file of a few kilobytes, [`Self::set`] also until other
/// writers are done, which is limited. A pipe, a folder or a device in the file's place blocks
/// nothing.
#[derive(Debug)]
pub struct SettingsStore {
    /// `None` for settings that a program made up and that are nowhere on disk.
    path: Option<PathBuf>,
    file: SettingsFile,
    /// State of the file when it was read; `None` when it could not be.
    seen: Option<Seen>,
}

impl SettingsStore {
    /// Reads the file. A missing one has every setting at its default and is made by the first
    /// change; one that cannot be used has them too, and a problem with the reason.
    pub fn load(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let (file, seen) = read_or_report(&path);
        Self {
            path: Some(path),
            file,
            seen,
        }
    }

    /// Settings that a program made up: changes last as long as the program.
    pub fn in_memory(settings: &Settings) -> Self {
        Self {
            path: None,
            file: SettingsFile::of(settings),
            seen: None,
        }
    }

    /// Path of the file; `None` for settings in memory.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        self.file.settings()
    }

    /// The file as it was last read or written.
    pub fn file(&self) -> &SettingsFile {
        &self.file
    }

    /// Every setting in force and every problem of the file, for faces.
    pub fn report(&self) -> SettingsReport {
        let path = self.path.as_deref().unwrap_or(Path::new(""));
        self.file.report(path.display())
    }

    /// Removes what killed writers left beside the file.
    pub(crate) fn remove_leftovers(&self) {
        if let Some(path) = &self.path {
            write::clean(path);
        }
    }

    /// Reads the file again if another program changed it. Returns true if the settings or their
    /// problems are different now.
    ///
    /// A file that became unusable is such a problem; the settings of before stay in force until it
    /// is corrected.
    pub fn reload_if_changed(&mut self) -> bool {
        let Some(path) = &self.path else {
            return false;
        };
        // A file that could not be read may become readable without any sign of it.
        if self.seen.is_some() && self.seen == files::stat(path) {
            return false;
        }
        let (file, seen) = read_or_report(path);
        self.take(file, seen)
    }

    /// Changes one setting in the file as it is on disk now; without a value, or with `null`, its
    /// key is removed. Returns true if the settings or their problems are different now, through
    /// this change or through another program's that was read with it.
    ///
    /// Among several writers at once each change is kept: they wait for each other.
    ///
    /// # Errors
    /// The change is refused, or the file cannot be read or written. File and settings are as they
    /// were then.
    pub fn set(&mut self, key: &str, value: Option<&Value>) -> Result<bool, StoreError> {
        let Some(path) = self.path.clone() else {
            let mut file = self.file.clone();
            file.set(key, value)?;
            return Ok(self.take(file, None));
        };
        // A change that is refused or there already needs neither a lock nor a folder.
        let (file, seen) = read(&path).map_err(|error| StoreError::unreadable(&path, &error))?;
        if file.with(key, value)?.text() == file.text() {
            return Ok(self.take(file, Some(seen)));
        }
        let writer = write::Writer::new(&path)?;
        for _ in 0..WRITE_ATTEMPTS {
            let (file, seen) =
                read(&path).map_err(|error| StoreError::unreadable(&path, &error))?;
            let changed = file.with(key, value)?;
            if let Some(written) = writer.replace(&seen, changed.text())? {
                return Ok(self.take(changed, Some(written)));
            }
        }
        Err(StoreError::Busy { path })
    }

    fn take(&mut self, file: SettingsFile, seen: Option<Seen>) -> bool {
        let file = self.file.replaced_by(file);
        let changed =
            file.settings() != self.file.settings() || file.problems() != self.file.problems();
        (self.file, self.seen) = (file, seen);
        changed
    }
}

/// Number of times a change is tried when an editor, which knows no lock, writes in the
/// milliseconds between.
const WRITE_ATTEMPTS: usize = 3;

/// The file, or in its place one that has the reason as its problem.
fn read_or_report(path: &Path) -> (SettingsFile, Option<Seen>) {
    match read(path) {
        Ok((file, seen)) => (file, Some(seen)),
        Err(reason) => (SettingsFile::unreadable(path.display(), reason), None),
    }
}

/// The file, its state taken before its content: a change in between is then noticed as one.
fn read(path: &Path) -> Result<(SettingsFile, Seen), ReadError> {
    Ok(match files::read(path, MAX_BYTES)? {
        Some((bytes, stamp)) => (SettingsFile::from_bytes(&bytes), Seen::There(stamp)),
        None => (SettingsFile::default(), Seen::Missing),
    })
}
