//! Values as a user types them on a command line.

use serde_json::Value as Json;
use toml_edit::Value;

use super::{
    error::SettingError,
    json::{from_toml, show, to_toml},
};
use crate::protocol::{SettingKind, SettingReport};

/// The JSON value that a word of the command line means for a setting of that kind.
///
/// A word is TOML, the bare text of a string, or the entries of a list with commas between them:
/// `75`, `always`, `"always"`, `0,GPU-5e2c1a34` and `["vllm", "comfyui"]`. Its kind is checked
/// here, its range by the caller that takes the value.
///
/// # Errors
/// [`SettingError::WrongValue`] for a word that is no value of this kind.
pub fn value_of_word(setting: &SettingReport, word: &str) -> Result<Json, SettingError> {
    let text = word.trim();
    let typed = text.parse::<Value>().ok();
    let value = match &setting.kind {
        SettingKind::Bool => typed.as_ref().and_then(Value::as_bool).map(Json::from),
        SettingKind::Number { integer, word, .. } => match &typed {
            Some(Value::Integer(_)) => typed.as_ref().and_then(from_toml),
            Some(Value::Float(_)) if !integer => typed.as_ref().and_then(from_toml),
            _ => word
                .as_ref()
                .filter(|word| **word == unquoted(text))
                .map(|word| word.as_str().into()),
        },
        SettingKind::Choice { .. } | SettingKind::Text { .. } => Some(unquoted(text).into()),
        SettingKind::TextList | SettingKind::ChoiceList { .. } => Some(list(text, Json::from)),
        SettingKind::GpuList => Some(list(text, |entry| {
            entry
                .parse::<i64>()
                .map_or_else(|_| entry.into(), Json::from)
        })),
    };
    value.ok_or_else(|| {
        let found = typed.or_else(|| to_toml(&text.into()));
        SettingError::WrongValue {
            key: setting.key.clone(),
            found: found.as_ref().map(show).unwrap_or_default(),
            expected: setting.kind.expected(),
        }
    })
}

/// A TOML list as it is, else the text between commas.
fn list(text: &str, entry: impl Fn(String) -> Json) -> Json {
    let typed = text.parse::<Value>().ok();
    if let Some(list @ Json::Array(_)) = typed.as_ref().and_then(from_toml) {
        return list;
    }
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| entry(unquoted(part)))
        .collect()
}

/// The text of a TOML string; any other text as it is.
fn unquoted(text: &str) -> String {
    let typed = text.parse::<Value>().ok();
    typed
        .as_ref()
        .and_then(Value::as_str)
        .map_or_else(|| text.to_owned(), str::to_owned)
}
