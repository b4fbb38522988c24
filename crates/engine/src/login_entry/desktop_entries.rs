#![allow(
    clippy::disallowed_methods,
    reason = "small files of the user, and never a pipe"
)]

use gpu_keepalive_text::text;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

use gpu_keepalive_core::{
    login_entry::{DesktopEntry, desktop_entry, switched},
    protocol::LoginEntryState,
};

use super::Found;
use crate::store;

/// The file that the application writes, which the plugin calls so, too.
const FILE: &str = "gpu-keepalive.desktop";
/// No entry is larger; one that is cannot be ours.
const MAX_BYTES: u64 = 64 << 10;

/// The desktop entries in the user's autostart folder.
#[derive(Clone, Debug)]
pub struct LoginEntry {
    folder: PathBuf,
    /// The place where the plugin writes, whatever `XDG_CONFIG_HOME` names.
    plugin: PathBuf,
}

/// One of them, of this project.
struct Entry {
    path: PathBuf,
    text: String,
    entry: DesktopEntry,
}

impl LoginEntry {
    /// The name that tauri-plugin-autostart has to use.
    pub const NAME: &str = "gpu-keepalive";

    /// The entries in that folder of configuration, and in the home where the plugin writes.
    pub fn new(config: &Path, home: &Path) -> Self {
        Self {
            folder: config.join("autostart"),
            plugin: home.join(".config/autostart").join(FILE),
        }
    }

    /// Those of the user who runs us; `None` without a home.
    pub fn of_user() -> Option<Self> {
        let base = directories::BaseDirs::new()?;
        Some(Self::new(base.config_dir(), base.home_dir()))
    }

    /// Reads their state.
    ///
    /// # Errors
    /// The folder, or the file that the application writes, cannot be read.
    pub fn read(&self) -> io::Result<Found> {
        let entries = self.entries()?;
        let states: Vec<_> = entries.iter().map(Entry::state).collect();
        let order = [
            LoginEntryState::On,
            LoginEntryState::OffByUser,
            LoginEntryState::Broken,
        ];
        let state = order.into_iter().find(|state| states.contains(state));
        let state = state.unwrap_or(LoginEntryState::Absent);
        let missing = entries.iter().find_map(|entry| entry.entry.missing(exists));
        Ok(Found {
            state,
            ours: entries.iter().all(|entry| entry.entry.ours),
            broken: missing
                .filter(|_| state == LoginEntryState::Broken)
                .map(|program| text!("finding-login-entry-points-nowhere", program = program)),
        })
    }

    /// Switches entries where they are, as the desktop itself does it: those that the user switched
    /// off, and all that the application did not write. Returns true if that was all there is to do.
    ///
    /// # Errors
    /// One of them cannot be read or written.
    pub fn switch(&self, on: bool) -> io::Result<bool> {
        let entries = self.entries()?;
        for entry in &entries {
            if entry.entry.off == on && (on || !entry.entry.ours) {
                write(&entry.path, &switched(&entry.text, on))?;
            }
        }
        if on {
            return Ok(self.read()?.state == LoginEntryState::On);
        }
        Ok(!entries.iter().any(|entry| entry.entry.ours))
    }

    /// Has the plugin make an entry, then makes of it what it has to be: the entry of that program
    /// in the right folder.
    ///
    /// # Errors
    /// The plugin failed, or the entry cannot be written.
    pub fn make(&self, program: &Path, plugin: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let program = program.to_str().ok_or_else(|| {
            let path = program.display();
            io::Error::other(format!("{path} is not UTF-8, so no entry can start it"))
        })?;
        self.require_file()?;
        self.by_plugin(plugin)?;
        let (path, text) = (self.folder.join(FILE), desktop_entry(program));
        if fs::read_to_string(&path).is_ok_and(|written| written == text) {
            return Ok(());
        }
        write(&path, &text)
    }

    /// Has the plugin remove the application's entries, then removes those that it does not know.
    ///
    /// # Errors
    /// The plugin failed, or an entry cannot be removed.
    pub fn remove(&self, plugin: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let entries = self.entries()?;
        self.by_plugin(|| {
            match entries
                .iter()
                .any(|e| e.path == self.plugin && e.entry.ours)
            {
                true => plugin(),
                false => Ok(()),
            }
        })?;
        for entry in entries.into_iter().filter(|entry| entry.entry.ours) {
            match fs::remove_file(&entry.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Where the plugin's place is another than ours, it is afterwards as it was.
    fn by_plugin(&self, plugin: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        if self.plugin == self.folder.join(FILE) {
            return plugin();
        }
        let before = match fs::read_to_string(&self.plugin) {
            Ok(text) if DesktopEntry::parse(&text).is_none_or(|entry| !entry.ours) => Some(text),
            _ => None,
        };
        let done = plugin();
        match before {
            Some(text) => write(&self.plugin, &text)?,
            None => drop(fs::remove_file(&self.plugin)),
        }
        done
    }

    fn entries(&self) -> io::Result<Vec<Entry>> {
        self.require_file()?;
        let files = match fs::read_dir(&self.folder) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut paths: Vec<_> = files.flatten().map(|file| file.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|kind| kind == "desktop"));
        // Folders are listed in any order.
        paths.sort();
        let read = |path: PathBuf| {
            let file = fs::metadata(&path).ok()?;
            if !file.is_file() || file.len() > MAX_BYTES {
                return None;
            }
            let text = fs::read_to_string(&path).ok()?;
            let entry = DesktopEntry::parse(&text)?;
            Some(Entry { path, text, entry })
        };
        Ok(paths.into_iter().filter_map(read).collect())
    }

    /// To open a pipe in its place would wait for the pipe's other end.
    fn require_file(&self) -> io::Result<()> {
        let path = self.folder.join(FILE);
        match fs::metadata(&path) {
            Ok(found) if !found.is_file() => {
                let path = path.display();
                Err(io::Error::other(format!("{path} is not a file")))
            }
            _ => Ok(()),
        }
    }
}

impl Entry {
    fn state(&self) -> LoginEntryState {
        self.entry.state(exists)
    }
}

/// Whether that program exists; a name without a path is for the session's `PATH` to find, which may
/// be another than ours.
fn exists(program: &str) -> Option<bool> {
    program
        .starts_with('/')
        .then(|| Path::new(program).is_file())
}

/// Writes it whole, so that a desktop that looks at this moment sees the one or the other.
fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new("/")))?;
    store::replace_text(path, text)
}

#[cfg(test)]
mod tests;
