use std::{
    io,
    path::{Path, PathBuf},
};

use gpu_keepalive_core::{
    protocol::{ApiError, ErrorCode},
    settings::SettingError,
};

use crate::files::ReadError;

/// The reason why a setting could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is there and cannot be read.
    #[error("the settings file {} is {reason}", path.display())]
    Read {
        /// The settings file.
        path: PathBuf,
        /// Continues the sentence, such as `a folder`.
        reason: String,
    },
    /// The file cannot be written; it is as it was.
    #[error(
        "cannot write the settings file {}: {source}; check that its folder can be written",
        path.display()
    )]
    Write {
        /// The settings file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Another program has the file in use; it is as that program leaves it.
    #[error("the settings file {} is being changed by another program; try again", path.display())]
    Busy {
        /// The settings file.
        path: PathBuf,
    },
    /// The change itself was refused.
    #[error(transparent)]
    Setting(#[from] SettingError),
}

impl StoreError {
    /// That file cannot be read.
    pub(super) fn unreadable(path: &Path, error: &ReadError) -> Self {
        Self::Read {
            path: path.to_owned(),
            reason: error.to_string(),
        }
    }

    /// True if what was asked for is wrong, whatever the file is like.
    pub fn is_wrong_request(&self) -> bool {
        use SettingError::{UnknownKey, WrongValue};
        matches!(self, Self::Setting(UnknownKey { .. } | WrongValue { .. }))
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let code = match error.is_wrong_request() {
            true => ErrorCode::InvalidArgument,
            false => ErrorCode::SettingsNotWritten,
        };
        Self::new(code, error.to_string())
    }
}
