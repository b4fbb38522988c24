use std::{fmt::Write, io};

use gpu_keepalive_core::{
    protocol::{Request, SettingReport, SettingsReport},
    settings::{as_toml, value_of_word},
};
use gpu_keepalive_engine::{paths::Paths, settings_store::SettingsStore, socket::Client};
use serde_json::Value;

use crate::{
    args::SettingsCommand,
    exit::WrongUsage,
    output,
    reach::{self, ask},
};

/// Shows or changes the settings.
pub(crate) async fn settings(command: SettingsCommand) -> anyhow::Result<()> {
    let mut source = Source::open().await?;
    let report = source.report().await?;
    let text = match command {
        SettingsCommand::Path => format!("{}\n", report.path),
        SettingsCommand::Show => {
            print_problems(&report, |_| true);
            render(&report)
        }
        SettingsCommand::Get { key } => {
            let setting = find(&report, &key)?;
            // The value in force, and why it is not the file's.
            print_problems(&report, |about| about == key || about.is_empty());
            let value = as_toml(&setting.value);
            value.map_or_else(String::new, |value| format!("{value}\n"))
        }
        SettingsCommand::Set { key, value, .. } => {
            let value = value.map(|word| meant(&report, &key, word)).transpose()?;
            source.set(key.clone(), value).await?;
            one_line(find(&source.report().await?, &key)?)
        }
    };
    output::write(text.as_bytes())?;
    Ok(())
}

/// The value that a word means; for a key that there is not, of which the engine knows more, the
/// word itself.
fn meant(report: &SettingsReport, key: &str, word: String) -> Result<Value, WrongUsage> {
    match report.settings.iter().find(|setting| setting.key == key) {
        Some(setting) => {
            value_of_word(setting, &word).map_err(|refused| WrongUsage(refused.to_string()))
        }
        None => Ok(word.into()),
    }
}

/// The settings file, for when no engine is asked; one that cannot be used is reported on standard
/// error.
pub(crate) fn load() -> io::Result<SettingsStore> {
    let store = SettingsStore::load(Paths::of_user()?.settings);
    let report = store.report();
    if let Some(problem) = report.unusable() {
        output::note(problem.in_file(&report.path));
    }
    Ok(store)
}

/// Writes to standard error what is wrong in the file with the keys that are chosen.
fn print_problems(report: &SettingsReport, chosen: impl Fn(&str) -> bool) {
    for problem in &report.problems {
        if chosen(&problem.key) {
            output::note(problem.in_file(&report.path));
        }
    }
}

/// The place where settings are read and written: the running engine, so that it knows at once, or
/// without one the file itself.
enum Source {
    Engine(Client),
    File(Box<SettingsStore>),
}

impl Source {
    async fn open() -> anyhow::Result<Self> {
        Ok(match reach::engine_if_any().await? {
            Some(client) => Self::Engine(client),
            None => Self::File(Box::new(SettingsStore::load(Paths::of_user()?.settings))),
        })
    }

    async fn report(&mut self) -> anyhow::Result<SettingsReport> {
        match self {
            Self::Engine(client) => Ok(ask!(client, Request::Settings, Settings)),
            Self::File(store) => Ok(store.report()),
        }
    }

    async fn set(&mut self, key: String, value: Option<Value>) -> anyhow::Result<()> {
        match self {
            Self::Engine(client) => {
                client.ask(&Request::Set { key, value }).await?;
            }
            Self::File(store) => {
                store.set(&key, value.as_ref())?;
            }
        }
        Ok(())
    }
}

fn find<'a>(report: &'a SettingsReport, key: &str) -> Result<&'a SettingReport, WrongUsage> {
    let found = report.settings.iter().find(|setting| setting.key == key);
    found.ok_or_else(|| {
        let keys: Vec<_> = report.settings.iter().map(|s| s.key.as_str()).collect();
        WrongUsage(format!(
            "there is no setting “{key}”; there are {}",
            keys.join(", ")
        ))
    })
}

/// Every setting as TOML, with unset ones and defaults marked in a comment.
fn render(report: &SettingsReport) -> String {
    report.settings.iter().map(one_line).collect()
}

fn one_line(setting: &SettingReport) -> String {
    let key = &setting.key;
    let Some(value) = as_toml(&setting.value) else {
        return format!("# {key} is not set\n");
    };
    let mut line = format!("{key} = {value}");
    let _ = match as_toml(&setting.default) {
        Some(default) if default == value => write!(line, "  # default"),
        Some(default) => write!(line, "  # default {default}"),
        None => Ok(()),
    };
    line + "\n"
}

#[cfg(test)]
mod tests {
    use gpu_keepalive_core::protocol::SettingKind;
    use serde_json::json;

    use super::*;

    fn setting(key: &str, value: Value, default: Value) -> SettingReport {
        SettingReport {
            key: key.to_owned(),
            title: String::new(),
            description: String::new(),
            group: String::new(),
            rarely_used: false,
            value,
            default,
            kind: SettingKind::Bool,
        }
    }

    fn report() -> SettingsReport {
        SettingsReport {
            path: "/home/user/.config/gpu-keepalive/settings.toml".to_owned(),
            settings: vec![
                setting("mode", json!("always"), json!("on_demand")),
                setting("warm_window_minutes", json!(15), json!(15)),
                setting("energy.price_per_kwh", json!(0.31), Value::Null),
                setting("energy.daily_budget_wh", Value::Null, Value::Null),
            ],
            problems: Vec::new(),
        }
    }

    #[test]
    fn settings_are_shown_as_toml() {
        insta::assert_snapshot!(render(&report()));
    }

    #[test]
    fn an_unknown_key_is_answered_with_those_there_are() {
        let report = report();
        assert_eq!(find(&report, "mode").unwrap().key, "mode");
        insta::assert_snapshot!(find(&report, "mood").unwrap_err());
    }
}
