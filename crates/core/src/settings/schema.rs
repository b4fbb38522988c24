//! One key of the settings file, and its place in the settings.

use gpu_keepalive_text::{Key, key};
use serde_json::Value as Json;
use toml_edit::Item;

use super::{
    Settings,
    field::Field,
    json::{from_toml, to_toml},
    table::SETTINGS,
};
use crate::protocol::{SettingReport, SettingsReport};

/// The dotted key of every setting, in the order they are shown.
pub fn setting_keys() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|setting| setting.key)
}

/// One key.
pub(super) struct Setting {
    /// Dotted.
    pub(super) key: &'static str,
    /// Its title, with the attribute `description`.
    pub(super) text: Key,
    pub(super) group: Group,
    pub(super) rarely_used: bool,
    pub(super) field: Field,
}

impl Setting {
    /// The setting of that dotted key.
    pub(super) fn find(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }

    /// Section and name; the section of a key at the top is empty.
    pub(super) fn path(&self) -> (&'static str, &'static str) {
        self.key.split_once('.').unwrap_or(("", self.key))
    }

    /// The value in these settings; `null` when it has none.
    pub(super) fn value(&self, settings: &Settings) -> Json {
        let value = self.field.value(settings);
        value.as_ref().and_then(from_toml).unwrap_or_default()
    }

    /// For faces.
    pub(super) fn report(&self, settings: &Settings) -> SettingReport {
        SettingReport {
            key: self.key.to_owned(),
            title: self.text.text(),
            description: self.text.attribute("description"),
            group: self.group.heading().text(),
            rarely_used: self.rarely_used,
            value: self.value(settings),
            default: self.value(&Settings::default()),
            kind: self.field.kind(),
        }
    }
}

/// The group that settings belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Readiness,
    Strategy,
    Protection,
    Energy,
    App,
}

impl Group {
    fn heading(self) -> Key {
        match self {
            Self::Readiness => key!("settings-readiness"),
            Self::Strategy => key!("settings-strategy"),
            Self::Protection => key!("settings-protection"),
            Self::Energy => key!("settings-energy"),
            Self::App => key!("settings-app"),
        }
    }
}

impl From<&SettingsReport> for Settings {
    /// The settings that an engine reported; the default for each that it does not have, or that
    /// this version does not accept.
    fn from(report: &SettingsReport) -> Self {
        let mut settings = Self::default();
        for reported in &report.settings {
            let setting = Setting::find(&reported.key);
            if let (Some(setting), Some(value)) = (setting, to_toml(&reported.value)) {
                // A value of another version may not fit, and then the default stays.
                let _ = setting.field.put(&mut settings, &Item::Value(value));
            }
        }
        settings
    }
}
