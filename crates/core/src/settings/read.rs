//! From a document to settings and to what was wrong in it.

use gpu_keepalive_text::text;
use std::collections::BTreeMap;

use toml_edit::{Document, DocumentMut, Item, TableLike};

use super::{
    Settings, Strategy, StrategyChoice,
    field::Wrong,
    json::{as_toml, show, show_key},
    migrate::{VERSION, VERSION_KEY},
    schema::{Setting, setting_keys},
    table::SETTINGS,
};
use crate::{
    models::line_at,
    protocol::{SettingsProblem, Severity},
};

/// On which line, from 1, each dotted key of a file stands.
#[derive(Default)]
pub(super) struct Lines(BTreeMap<String, usize>);

impl Lines {
    /// The lines of a document, which has to be as it was parsed.
    pub(super) fn of(document: &Document<&str>) -> Self {
        let mut lines = Self::default();
        lines.add("", document.as_table(), document.raw());
        lines
    }

    /// The line of that key; `None` for one that is not in the file.
    pub(super) fn get(&self, key: &str) -> Option<usize> {
        self.0.get(key).copied()
    }

    fn add(&mut self, section: &str, table: &dyn TableLike, text: &str) {
        for (name, item) in table.iter() {
            let key = dotted(section, name);
            let span = table.key(name).and_then(toml_edit::Key::span);
            if let Some(span) = span.or_else(|| item.span()) {
                self.0.insert(key.clone(), line_at(text, span.start));
            }
            if let Some(table) = item.as_table_like() {
                self.add(&key, table, text);
            }
        }
    }
}

/// The item of a setting in the document.
pub(super) fn find<'a>(document: &'a DocumentMut, setting: &Setting) -> Option<&'a Item> {
    match setting.path() {
        ("", name) => document.get(name),
        (section, name) => document.get(section)?.as_table_like()?.get(name),
    }
}

/// Every setting, each with its default where the document has none or none that can be used.
pub(super) fn settings(document: &DocumentMut, lines: &Lines) -> (Settings, Vec<SettingsProblem>) {
    let mut settings = Settings::default();
    let mut problems = Vec::new();
    for setting in SETTINGS {
        let Some(item) = find(document, setting) else {
            continue;
        };
        if let Err(Wrong { found, expected }) = setting.field.put(&mut settings, item) {
            let remains = match as_toml(&setting.value(&settings)) {
                Some(default) if default.len() <= 60 => {
                    text!("problem-default-is", default = default)
                }
                Some(_) => text!("problem-default"),
                None => text!("problem-unset"),
            };
            problems.push(SettingsProblem {
                severity: Severity::Warning,
                line: lines.get(setting.key),
                key: setting.key.to_owned(),
                message: text!(
                    "problem-wrong-value",
                    key = setting.key,
                    found = found,
                    expected = expected,
                    remains = remains
                ),
            });
        }
    }
    problems.extend(settle_contradiction(&mut settings, lines));
    (settings, problems)
}

/// A fixed `standby` needs a strategy to raise the clocks with. Where none is left, `auto` is used.
fn settle_contradiction(settings: &mut Settings, lines: &Lines) -> Option<SettingsProblem> {
    let is_left = |strategy: &Strategy| !settings.strategy_exclude.contains(strategy);
    let standby = settings.strategy.fixed() == Some(Strategy::Standby);
    if !standby || Strategy::RAISING.iter().any(is_left) {
        return None;
    }
    settings.strategy = StrategyChoice::default();
    Some(SettingsProblem {
        severity: Severity::Warning,
        line: lines.get("strategy"),
        key: "strategy".to_owned(),
        message: text!("problem-nothing-raises"),
    })
}

/// Sections that are none, and unknown keys.
pub(super) fn strangers(document: &DocumentMut, lines: &Lines) -> Vec<SettingsProblem> {
    let mut problems = Vec::new();
    for (name, item) in document.iter() {
        if name == VERSION_KEY || Setting::find(name).is_some() {
            continue;
        }
        if !is_section(name) {
            problems.push(unknown(name, lines));
        } else if let Some(table) = item.as_table_like() {
            let keys = table.iter().map(|(key, _)| dotted(name, key));
            let strange = keys.filter(|key| Setting::find(key).is_none());
            problems.extend(strange.map(|key| unknown(&key, lines)));
        } else {
            let found = item
                .as_value()
                .map_or_else(|| text!("found-sections"), show);
            problems.push(SettingsProblem {
                severity: Severity::Warning,
                line: lines.get(name),
                key: name.to_owned(),
                message: text!("problem-no-section", name = name, found = found),
            });
        }
    }
    problems
}

/// Checks the version itself, and whether it forbids writing.
pub(super) fn version(
    document: &DocumentMut,
    found: i64,
    lines: &Lines,
) -> Option<SettingsProblem> {
    let (severity, message) = if found > VERSION {
        let message = text!(
            "problem-newer",
            found = found.to_string(),
            known = VERSION.to_string()
        );
        (Severity::Error, message)
    } else {
        let item = document.get(VERSION_KEY)?;
        if item.as_integer().is_some_and(|version| version >= 1) {
            return None;
        }
        let shown = item.as_value().map_or_else(|| text!("found-section"), show);
        let message = text!(
            "problem-version",
            found = shown,
            known = VERSION.to_string()
        );
        (Severity::Warning, message)
    };
    Some(SettingsProblem {
        severity,
        line: lines.get(VERSION_KEY),
        key: VERSION_KEY.to_owned(),
        message,
    })
}

/// Bytes of a key that may be a slip for one of ours, which have 26 at most. Comparing takes time with the
/// square of it.
const LONGEST_SLIP: usize = 100;

/// The known key that is most like this one, when one is like it.
pub(super) fn closest(key: &str) -> Option<&'static str> {
    if key.len() > LONGEST_SLIP {
        return None;
    }
    let own = last(key);
    let distance = |known: &str| {
        let whole = strsim::osa_distance(key, known);
        // The right name in the wrong section, and a name that was cut short.
        let name = strsim::osa_distance(own, last(known)) + 1;
        let cut = own.len() >= 4 && last(known).starts_with(own);
        whole.min(name).min(if cut { 1 } else { usize::MAX })
    };
    let (distance, known) = setting_keys().map(|known| (distance(known), known)).min()?;
    // One mistake in three characters.
    (distance <= own.chars().count() / 3).then_some(known)
}

fn unknown(key: &str, lines: &Lines) -> SettingsProblem {
    let shown = show_key(key);
    let message = match closest(key) {
        Some(closest) => text!("problem-unknown-but", key = shown, closest = closest),
        None => text!("problem-unknown", key = shown),
    };
    SettingsProblem {
        severity: Severity::Info,
        line: lines.get(key),
        key: key.to_owned(),
        message,
    }
}

/// Returns true if some setting is in a section of that name.
fn is_section(name: &str) -> bool {
    let top = name.is_empty();
    !top && SETTINGS.iter().any(|setting| setting.path().0 == name)
}

fn dotted(section: &str, name: &str) -> String {
    match section {
        "" => name.to_owned(),
        _ => format!("{section}.{name}"),
    }
}

fn last(key: &str) -> &str {
    key.rsplit_once('.').map_or(key, |(_, name)| name)
}
