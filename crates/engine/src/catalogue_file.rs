//! The catalogue of models with the user's own entries: `models.toml` beside the settings.

use std::{
    io,
    path::{Path, PathBuf},
};

use gpu_keepalive_core::models::{Catalogue, CatalogueError};

/// Why the user's own entries could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueFileError {
    /// The file is there and cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An entry is wrong.
    #[error("{}, {error}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Where and what.
        error: CatalogueError,
    },
}

/// The catalogue, with the user's own entries where there are any.
///
/// # Errors
/// The file cannot be read, or an entry in it is wrong.
pub fn catalogue(settings_file: &Path) -> Result<Catalogue, CatalogueFileError> {
    let path = settings_file.with_file_name("models.toml");
    let own = match crate::store::read(&path).and_then(utf8) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Catalogue::embedded().clone());
        }
        Err(source) => return Err(CatalogueFileError::Read { path, source }),
    };
    match Catalogue::parse(&own) {
        Ok(own) => Ok(Catalogue::embedded().with(own)),
        Err(error) => Err(CatalogueFileError::Wrong { path, error }),
    }
}

fn utf8(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}
