use gpu_keepalive_text::text;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Severity;

/// Every setting, for faces that show or change them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SettingsReport {
    /// The settings file.
    pub path: String,
    /// In the order they are shown; those of one group follow each other.
    pub settings: Vec<SettingReport>,
    /// Everything in the file that could not be used.
    pub problems: Vec<SettingsProblem>,
}

impl SettingsReport {
    /// The problem that makes the whole file unusable; its settings are not in force then.
    pub fn unusable(&self) -> Option<&SettingsProblem> {
        let whole = |problem: &&SettingsProblem| {
            problem.key.is_empty() && problem.severity == Severity::Error
        };
        self.problems.iter().find(whole)
    }
}

/// One setting: all that a face needs to show it and to let the user change it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SettingReport {
    /// Dotted key.
    pub key: String,
    /// Name, as the window shows it.
    pub title: String,
    /// Explanation in one or two sentences.
    pub description: String,
    /// The heading it belongs under.
    pub group: String,
    /// True for a setting that few users need, so that a face may fold it away.
    pub rarely_used: bool,
    /// The value in force; `null` when it has none.
    #[cfg_attr(
        test,
        ts(type = "boolean | number | string | (number | string)[] | null")
    )]
    pub value: Value,
    /// Its default; `null` for a setting that may be left unset.
    #[cfg_attr(
        test,
        ts(type = "boolean | number | string | (number | string)[] | null")
    )]
    pub default: Value,
    /// Accepted values.
    pub kind: SettingKind,
}

/// Accepted values of a setting, from which a face builds its control.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SettingKind {
    /// `true` or `false`.
    Bool,
    /// A number in a range, both ends included.
    Number {
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
        /// True if only whole numbers are accepted.
        integer: bool,
        /// Its unit, such as `°C`; empty without one.
        unit: String,
        /// A word that is accepted instead of a number, such as `auto`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        word: Option<String>,
    },
    /// One of a few values.
    Choice {
        /// The values, each with its title.
        options: Vec<SettingOption>,
    },
    /// Any text up to a length.
    Text {
        /// Most characters.
        max_length: usize,
    },
    /// A list of any of a few values.
    ChoiceList {
        /// The values, each with its title.
        options: Vec<SettingOption>,
    },
    /// A list of texts.
    TextList,
    /// A list of GPUs, each by its index (a number) or its UUID or the beginning of it (a text).
    GpuList,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SettingOption {
    /// The value that is set.
    pub value: String,
    /// For people.
    pub title: String,
}

/// Something in the settings file that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SettingsProblem {
    /// [`Severity::Info`] for an unknown key, [`Severity::Warning`] for a value that was replaced
    /// by its default, [`Severity::Error`] when the whole file cannot be used or written.
    pub severity: Severity,
    /// Line in the file, from 1; `null` when it is about no line.
    pub line: Option<usize>,
    /// Dotted key; empty when it is about the whole file.
    pub key: String,
    /// Sentences that name the mistake and the remedy, without the line.
    pub message: String,
}

impl SettingsProblem {
    /// The problem after the name of its file: `settings.toml, line 3: …`. Where the file itself is
    /// the mistake, its path is in the message already.
    pub fn in_file(&self, file: &str) -> String {
        match self.line {
            _ if self.message.starts_with(file) => self.message.clone(),
            Some(line) => text!(
                "problem-in-line",
                file = file,
                line = line,
                problem = &self.message
            ),
            None => format!("{file}: {}", self.message),
        }
    }
}
