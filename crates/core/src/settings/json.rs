//! Values between JSON, as they cross the wire, and TOML, as they stand in the file.

use serde_json::{Number, Value as Json};
use toml_edit::Value;

use crate::models::one_line;

/// A value as it is written in the settings file; `None` for one that no setting has, such as
/// `null`.
pub fn as_toml(value: &Json) -> Option<String> {
    to_toml(value).map(|value| value.to_string())
}

/// The same value in TOML, which has no `null`; no setting is an object.
pub(super) fn to_toml(value: &Json) -> Option<Value> {
    Some(match value {
        Json::Bool(on) => (*on).into(),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64()?.into(),
        },
        Json::String(text) => text.into(),
        Json::Array(entries) => entries.iter().map(to_toml).collect::<Option<_>>()?,
        Json::Null | Json::Object(_) => return None,
    })
}

/// The same value in JSON, which has no dates and no infinite numbers; no setting is a table.
pub(super) fn from_toml(value: &Value) -> Option<Json> {
    Some(match value {
        Value::Boolean(on) => (*on.value()).into(),
        Value::Integer(whole) => (*whole.value()).into(),
        Value::Float(number) => Number::from_f64(*number.value())?.into(),
        Value::String(text) => text.value().as_str().into(),
        Value::Array(entries) => entries.iter().map(from_toml).collect::<Option<_>>()?,
        Value::Datetime(_) | Value::InlineTable(_) => return None,
    })
}

/// Most characters of a wrong value or an unknown key that are shown.
pub(super) const MAX_SHOWN: usize = 60;

/// A value as it is quoted to people: on one line and not for pages.
pub(super) fn show(value: &Value) -> String {
    one_line(&value.to_string(), MAX_SHOWN)
}

/// The same for a value from the wire.
pub(super) fn show_json(value: &Json) -> String {
    one_line(
        &as_toml(value).unwrap_or_else(|| value.to_string()),
        MAX_SHOWN,
    )
}

/// A key as it is quoted to people, with quotes where nothing else would be seen.
pub(super) fn show_key(key: &str) -> String {
    match one_line(key, MAX_SHOWN) {
        shown if shown.is_empty() => format!("{key:?}"),
        shown => shown,
    }
}
