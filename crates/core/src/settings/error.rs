//! The reasons why a setting was not changed or not found.

use gpu_keepalive_text::text;

use super::json::MAX_SHOWN;
use crate::models::one_line;

/// The reason why a setting was not changed or not found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// There is no such setting.
    #[error("{}", unknown(&one_line(key, MAX_SHOWN), *closest))]
    UnknownKey {
        /// As it was given.
        key: String,
        /// The setting that was probably meant.
        closest: Option<&'static str>,
    },
    /// The value is of the wrong kind or out of range.
    #[error("{}", text!("setting-cannot-be", key = key, found = found, expected = expected))]
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

fn unknown(key: &str, closest: Option<&str>) -> String {
    match closest {
        Some(closest) => text!("not-a-setting-but", key = key, closest = closest),
        None => text!("not-a-setting", key = key),
    }
}
