//! The reasons why a setting was not changed or not found.

use super::json::MAX_SHOWN;
use crate::models::one_line;

/// The reason why a setting was not changed or not found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// There is no such setting.
    #[error("“{}” is not a setting{}", one_line(key, MAX_SHOWN), hint(*closest))]
    UnknownKey {
        /// As it was given.
        key: String,
        /// The setting that was probably meant.
        closest: Option<&'static str>,
    },
    /// The value is of the wrong kind or out of range.
    #[error("{key} cannot be {found}; it has to be {expected}")]
    WrongValue {
        /// The setting.
        key: String,
        /// The value as it was given.
        found: String,
        /// The accepted values.
        expected: String,
    },
    /// Something in the file is in the way of the change.
    #[error("{0}")]
    InTheWay(String),
    /// The file is damaged or of a newer version, and writing would lose what is in it.
    #[error("{0}")]
    ReadOnly(String),
}

fn hint(closest: Option<&str>) -> String {
    closest.map_or_else(String::new, |known| format!("; did you mean {known}?"))
}
