//! The additions of this machine to the catalogue of models: the user's own entries in
//! `models.toml` beside the settings, the models that Ollama has installed, and the main memory.

#![allow(
    clippy::disallowed_methods,
    reason = "called for a request, on a thread that may wait"
)]

use std::{fs, io, path::Path};

use gpu_keepalive_core::{
    models::{Catalogue, Shell, line_at},
    protocol::Recommendation,
};
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use crate::files::{self, ReadError};

mod ollama;

pub use ollama::{installed_in, installed_in_ollama};

/// Longest file of one's own that is read.
const LONGEST_FILE: u64 = 4 << 20;

/// The catalogue with the user's own entries, and what is wrong with those that are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnCatalogue {
    /// Every entry that is right.
    pub catalogue: Catalogue,
    /// A sentence for each entry that is not, with file, line and key.
    pub problems: Vec<String>,
}

impl OwnCatalogue {
    /// The catalogue that comes with the program.
    pub fn none() -> Self {
        Self {
            catalogue: Catalogue::embedded().clone(),
            problems: Vec::new(),
        }
    }

    /// The answer with the problems before its notes.
    #[must_use]
    pub fn with_problems(self, mut answer: Recommendation) -> Recommendation {
        answer.notes.splice(0..0, self.problems);
        answer
    }
}

/// The catalogue, with the user's own entries where there are any.
///
/// A file that cannot be read, and an entry that is wrong, are reported and change nothing else.
pub fn catalogue(settings_file: &Path) -> OwnCatalogue {
    let path = settings_file.with_file_name("models.toml");
    let text = match read(&path) {
        Ok(Some(text)) => text,
        Ok(None) => return OwnCatalogue::none(),
        Err(problem) => {
            return OwnCatalogue {
                problems: vec![problem],
                ..OwnCatalogue::none()
            };
        }
    };
    let (own, problems) = Catalogue::read(&text);
    OwnCatalogue {
        catalogue: Catalogue::embedded().with(own),
        problems: problems
            .iter()
            .map(|problem| format!("{}, {problem}", path.display()))
            .collect(),
    }
}

/// The text of a file that may not be there.
fn read(path: &Path) -> Result<Option<String>, String> {
    let cannot = |error: io::Error| format!("cannot read {}: {error}", path.display());
    let length = match fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot(error)),
    };
    if length > LONGEST_FILE {
        return Err(format!(
            "{} has {length} bytes; a file of models has at most {LONGEST_FILE}",
            path.display()
        ));
    }
    let bytes = files::read(path, LONGEST_FILE).map_err(|error| match error {
        ReadError::Io(error) => cannot(error),
        ReadError::Folder | ReadError::NotAFile => cannot(io::Error::other("it is not a file")),
        ReadError::TooLarge(_) => cannot(io::Error::other(format!("it is {error}"))),
    })?;
    let Some((bytes, _)) = bytes else {
        return Ok(None);
    };
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = line_at(error.as_bytes(), valid);
        format!(
            "{}, line {line}: this is not UTF-8; save the file as UTF-8",
            path.display()
        )
    })
}

/// Main memory of this machine, in GiB, where the system reports it.
pub fn ram_gib() -> Option<f64> {
    let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(memory).ok()?;
    Some(system.total_memory() as f64 / (1_u64 << 30) as f64)
}

/// The shell that this machine's users type commands into.
pub const fn shell() -> Shell {
    if cfg!(windows) {
        Shell::PowerShell
    } else {
        Shell::Posix
    }
}

#[cfg(test)]
mod tests;
