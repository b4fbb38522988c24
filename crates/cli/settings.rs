use std::fmt::Write;

use anyhow::bail;
use gpu_keepalive_core::protocol::{Reply, Request, SettingReport, SettingsReport};
use gpu_keepalive_engine::{paths::Paths, settings_store::SettingsStore, socket::Client};

use crate::{args::SettingsCommand, exit::WrongUsage, output, reach};

/// Shows or changes the settings.
pub(crate) async fn settings(command: SettingsCommand) -> anyhow::Result<()> {
    let mut source = Source::open().await?;
    let text = match command {
        SettingsCommand::Path => format!("{}\n", source.report().await?.path),
        SettingsCommand::Show => {
            let report = source.report().await?;
            for problem in &report.problems {
                // What is about the whole file says where itself.
                let line = problem.line.filter(|_| !problem.key.is_empty());
                let line = line.map(|line| format!(", line {line}"));
                let line = line.unwrap_or_default();
                anstream::eprintln!("{}{line}: {}", report.path, problem.message);
            }
            render(&report)
        }
        SettingsCommand::Get { key } => {
            let report = source.report().await?;
            match &find(&report, &key)?.value {
                Some(value) => format!("{value}\n"),
                None => String::new(),
            }
        }
        SettingsCommand::Set { key, value, .. } => {
            source.set(key.clone(), value).await?;
            let report = source.report().await?;
            one_line(find(&report, &key)?)
        }
    };
    output::write(text.as_bytes())?;
    Ok(())
}

/// Where settings are read and written: through the running engine, so that it knows at once, or
/// without one in the file itself.
enum Source {
    Engine(Client),
    File(SettingsStore),
}

impl Source {
    async fn open() -> anyhow::Result<Self> {
        Ok(match reach::engine_if_any().await? {
            Some(client) => Self::Engine(client),
            None => Self::File(SettingsStore::load(Paths::of_user()?.settings)?),
        })
    }

    async fn report(&mut self) -> anyhow::Result<SettingsReport> {
        match self {
            Self::Engine(client) => match client.ask(&Request::Settings).await? {
                Reply::Settings(report) => Ok(report),
                other => bail!("asked for the settings and got {other:?}"),
            },
            Self::File(store) => Ok(store.report()),
        }
    }

    async fn set(&mut self, key: String, value: Option<String>) -> anyhow::Result<()> {
        match self {
            Self::Engine(client) => {
                client.ask(&Request::Set { key, value }).await?;
            }
            Self::File(store) => store.set(&key, value.as_deref())?,
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

/// Every setting as TOML, with what is unset or a default said in a comment.
fn render(report: &SettingsReport) -> String {
    report.settings.iter().map(one_line).collect()
}

fn one_line(setting: &SettingReport) -> String {
    let key = &setting.key;
    let mut line = match &setting.value {
        Some(value) => format!("{key} = {value}"),
        None => format!("# {key} is not set"),
    };
    if setting.value.is_some() {
        let _ = match &setting.default {
            default if *default == setting.value => write!(line, "  # default"),
            Some(default) => write!(line, "  # default {default}"),
            None => Ok(()),
        };
    }
    line + "\n"
}

#[cfg(test)]
mod tests {
    use gpu_keepalive_core::protocol::SettingKind;

    use super::*;

    fn setting(key: &str, value: Option<&str>, default: Option<&str>) -> SettingReport {
        SettingReport {
            key: key.to_owned(),
            title: String::new(),
            description: String::new(),
            value: value.map(str::to_owned),
            default: default.map(str::to_owned),
            kind: SettingKind::Bool,
        }
    }

    fn report() -> SettingsReport {
        SettingsReport {
            path: "/home/user/.config/gpu-keepalive/settings.toml".to_owned(),
            settings: vec![
                setting("mode", Some("\"always\""), Some("\"on_demand\"")),
                setting("warm_window_minutes", Some("15"), Some("15")),
                setting("energy.price_per_kwh", Some("0.31"), None),
                setting("energy.daily_budget_wh", None, None),
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
