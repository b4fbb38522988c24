//! A settings file: its text, its settings, and changes to it.

use gpu_keepalive_text::text;
use std::fmt;

use serde_json::Value as Json;
use toml_edit::{Document, DocumentMut, Item, Value};

use super::{
    Settings,
    damage::Origin,
    edit,
    error::SettingError,
    field::Wrong,
    json::from_toml,
    migrate::{VERSION, migrate},
    read::{self, Lines},
    schema::Setting,
    table::SETTINGS,
};
use crate::{
    models::{line_at, one_line},
    protocol::{SettingsProblem, SettingsReport},
};

/// Most characters of what the parser says.
const MAX_SHOWN: usize = 200;

/// The text of a settings file and its settings.
///
/// Reading never fails: a value that cannot be used is replaced by its default and reported as a
/// problem; a file that cannot be used at all leaves the settings of before in force.
/// A change keeps every comment, every unknown key and every wrong value of another key.
#[derive(Clone, Debug)]
pub struct SettingsFile {
    pub(super) text: String,
    pub(super) settings: Settings,
    pub(super) problems: Vec<SettingsProblem>,
    /// The reason why the file must not be written.
    pub(super) read_only: Option<String>,
    pub(super) origin: Origin,
}

impl SettingsFile {
    /// Reads the text of a file. An empty one has every setting at its default.
    pub fn parse(text: &str) -> Self {
        let document = match Document::parse(text) {
            Ok(document) => document,
            Err(error) => {
                let line = error.span().map(|span| line_at(text, span.start));
                let what = one_line(error.message(), MAX_SHOWN);
                return Self::unusable(line, &text!("damage-not-toml", why = what));
            }
        };
        let lines = Lines::of(&document);
        let mut document = document.into_mut();
        let version = migrate(&mut document);
        let newer = version > VERSION;
        let mut problems: Vec<_> = read::version(&document, version, &lines)
            .into_iter()
            .collect();
        let read_only = problems
            .first()
            .filter(|_| newer)
            .map(|problem| problem.message.clone());
        let (settings, wrong) = read::settings(&document, &lines);
        problems.extend(wrong);
        // A newer version has keys that this one cannot know.
        if !newer {
            problems.extend(read::strangers(&document, &lines));
        }
        problems.sort_by_key(|problem| problem.line);
        Self {
            text: text.to_owned(),
            settings,
            problems,
            read_only,
            origin: Origin::File,
        }
    }

    /// Reads the bytes of a file, which should be UTF-8.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        match str::from_utf8(bytes) {
            Ok(text) => Self::parse(text),
            Err(error) => {
                let line = line_at(bytes, error.valid_up_to());
                Self::unusable(Some(line), &text!("damage-not-utf-8"))
            }
        }
    }

    /// A file of just these settings: those that differ from the defaults are written out.
    pub fn of(settings: &Settings) -> Self {
        let mut file = Self::default();
        for setting in SETTINGS {
            let value = setting.value(settings);
            if value != setting.value(&file.settings) {
                // A value that came from a setting is accepted by it.
                let _ = file.set(setting.key, Some(&value));
            }
        }
        file
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The problems of the file, by line.
    pub fn problems(&self) -> &[SettingsProblem] {
        &self.problems
    }

    /// The file as it is to be written. Empty for one that cannot be read, which is never written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The reason why the file must not be written, when it must not.
    pub fn read_only(&self) -> Option<&str> {
        self.read_only.as_deref()
    }

    /// The value of a setting in force; `null` when it has none.
    pub fn get(&self, key: &str) -> Result<Json, SettingError> {
        Ok(setting(key)?.value(&self.settings))
    }

    /// The file after [`Self::set`].
    ///
    /// # Errors
    /// Those of [`Self::set`].
    pub fn with(&self, key: &str, value: Option<&Json>) -> Result<Self, SettingError> {
        let mut changed = self.clone();
        changed.set(key, value)?;
        Ok(changed)
    }

    /// Changes one setting; without a value, or with `null`, the key is removed, so that its default
    /// applies. A value that the file has already leaves the text as it is.
    ///
    /// # Errors
    /// The key, the value or the file does not allow it; nothing has changed then.
    pub fn set(&mut self, key: &str, value: Option<&Json>) -> Result<(), SettingError> {
        let setting = setting(key)?;
        let value = value
            .filter(|value| !value.is_null())
            .map(|value| setting.field.accept(value))
            .transpose()
            .map_err(|Wrong { found, expected }| SettingError::WrongValue {
                key: setting.key.to_owned(),
                found,
                expected,
            })?;
        if let Some(reason) = &self.read_only {
            return Err(SettingError::ReadOnly(reason.clone()));
        }
        // Both were checked when this file was parsed, so neither error below is expected.
        let unexpected = |error: toml_edit::TomlError| {
            SettingError::InTheWay(one_line(&error.to_string(), MAX_SHOWN))
        };
        let mut document: DocumentMut = self.text.parse().map_err(unexpected)?;
        let old = in_the_way(&document, setting)?.cloned();
        let unchanged = match (&old, &value) {
            (None, None) => true,
            (Some(old), Some(value)) => old.as_value().is_some_and(|old| is_same(old, value)),
            _ => false,
        };
        if unchanged {
            return Ok(());
        }
        let text = match migrate(&mut document) < VERSION {
            true => edit::rendered(&document, &self.text),
            false => self.text.clone(),
        };
        let text = match value {
            Some(value) => edit::replace(&text, setting, value),
            None => edit::remove(&text, setting),
        };
        *self = Self::parse(&text.map_err(unexpected)?);
        Ok(())
    }

    /// Every setting, for faces; `path` is where the file is.
    pub fn report(&self, path: impl fmt::Display) -> SettingsReport {
        SettingsReport {
            path: path.to_string(),
            settings: SETTINGS
                .iter()
                .map(|setting| setting.report(&self.settings))
                .collect(),
            problems: self.problems.clone(),
        }
    }
}

impl Default for SettingsFile {
    /// A file that is not there yet.
    fn default() -> Self {
        Self::parse("")
    }
}

fn setting(key: &str) -> Result<&'static Setting, SettingError> {
    Setting::find(key).ok_or_else(|| SettingError::UnknownKey {
        key: key.to_owned(),
        closest: read::closest(key),
    })
}

/// The value that the setting has in the file, or an error where something else is in its place.
fn in_the_way<'a>(
    document: &'a DocumentMut,
    setting: &Setting,
) -> Result<Option<&'a Item>, SettingError> {
    let refuse = |name: &str, what: &str| {
        Err(SettingError::InTheWay(format!(
            "{} was not changed: {name} is {what} in the settings file; correct that first",
            setting.key
        )))
    };
    let (section, _) = setting.path();
    if document
        .get(section)
        .is_some_and(|item| !item.is_table_like())
    {
        return refuse(section, "not a section");
    }
    match read::find(document, setting) {
        Some(item) if !item.is_value() => refuse(setting.key, "a section"),
        item => Ok(item),
    }
}

/// True if both have the same settings, however they are written.
fn is_same(a: &Value, b: &Value) -> bool {
    let (a, b) = (from_toml(a), from_toml(b));
    a.is_some() && a == b
}
