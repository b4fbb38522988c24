//! Values as they cross the wire, and as people type them.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use crate::{
    protocol::{SettingKind, SettingReport},
    settings::{Mode, SettingError, Settings, SettingsFile, Strategy, as_toml, value_of_word},
};

fn settings() -> Vec<SettingReport> {
    SettingsFile::default().report("").settings
}

/// Every JSON value that could be meant.
fn candidates() -> Vec<Json> {
    vec![
        json!(true),
        json!(60),
        json!(60.0),
        json!(60.5),
        json!(-1),
        json!(u64::MAX),
        json!(1e300),
        json!("auto"),
        json!("always"),
        json!("off"),
        json!("60"),
        json!(""),
        json!([]),
        json!([0]),
        json!([0.5]),
        json!(["pulse"]),
        json!(["GPU-5e2c", 1]),
        json!([null]),
        json!([[]]),
        json!({}),
    ]
}

#[test]
fn each_kind_takes_its_own_json() {
    let mut out = String::new();
    for setting in settings() {
        let accepted = candidates().into_iter().filter(|value| {
            let mut file = SettingsFile::default();
            match file.set(&setting.key, Some(value)) {
                Ok(()) => {
                    assert_eq!(file.problems(), [], "{} = {value}", setting.key);
                    true
                }
                Err(refused) => {
                    let refused = refused.to_string();
                    let expected = format!("{} cannot be ", setting.key);
                    assert!(refused.starts_with(&expected), "{refused}");
                    assert_eq!(file.text(), "");
                    false
                }
            }
        });
        let accepted: Vec<_> = accepted.map(|value| value.to_string()).collect();
        out += &format!("{}: {}\n", setting.key, accepted.join("  "));
    }
    assert_snapshot!("accepted_json", out);
}

#[test]
fn refusals_quote_json_on_one_line() {
    let mut file = SettingsFile::default();
    let mut refused = |key: &str, value: Json| file.set(key, Some(&value)).unwrap_err().to_string();
    assert_eq!(
        refused("battery.pause", json!("yes")),
        "battery.pause cannot be \"yes\"; it has to be true or false"
    );
    assert_eq!(
        refused("mode", json!({"mode": null})),
        "mode cannot be {\"mode\":null}; it has to be \"always\", \"while_loaded\" or \"on_demand\""
    );
    assert_eq!(
        refused("strategy_exclude", json!(["turbo"])),
        "strategy_exclude cannot be a list with the entry \"turbo\"; it has to be a list of any of \
         \"standby\", \"boost\", \"power_mizer\", \"context\" and \"pulse\"; [] for none"
    );
    let long = refused("energy.currency", json!("x\n".repeat(100)));
    assert!(long.len() < 200 && !long.contains('\n'), "{long}");
}

#[test]
fn null_removes_a_key_and_its_own_value_leaves_the_text_alone() {
    let text = "version = 1\nmode = 'always'\n[energy]\nprice_per_kwh = 0.30 # night\n";
    let mut file = SettingsFile::parse(text);
    for (key, value) in [
        ("mode", json!("always")),
        ("energy.price_per_kwh", json!(0.3)),
    ] {
        assert_eq!(file.set(key, Some(&value)), Ok(()));
        assert_eq!(file.text(), text);
    }
    assert_eq!(file.set("mode", Some(&Json::Null)), Ok(()));
    assert_eq!(file.text(), text.replace("mode = 'always'\n", ""));
}

#[test]
fn settings_of_a_report_are_those_of_the_engine() {
    let file = SettingsFile::parse(
        "mode = 'always'\nstrategy_exclude = ['boost', 'pulse']\ngpus = [1, 'GPU-5e2c']\n\
         [readiness]\nmax_wake_ms = 20\nlinger_s = 60\n[pulse]\ninterval_ms = 500\n",
    );
    assert_eq!(file.problems(), []);
    let mut report = file.report("");
    assert_eq!(&Settings::from(&report), file.settings());
    assert_eq!(
        file.settings().strategy_exclude,
        [Strategy::Boost, Strategy::Pulse]
    );
    // An engine of another version.
    let mut strange = report.settings[0].clone();
    strange.key = "glow".to_owned();
    report.settings[0].value = json!("sometimes");
    report.settings.push(strange);
    let expected = Settings {
        mode: Mode::default(),
        ..file.settings().clone()
    };
    assert_eq!(Settings::from(&report), expected);
}

#[test]
fn arguments_of_the_command_line() {
    let mut out = String::new();
    let words = [
        "true",
        "75",
        "4_000",
        "60.5",
        "auto",
        "\"auto\"",
        " always ",
        "'always'",
        "0,GPU-5e2c1a34",
        "",
        "[0, \"GPU-12\"]",
        "vllm, 'lm studio', 7",
        "inf",
        "0,31",
        "1979-05-27",
        "[",
    ];
    for setting in settings() {
        let SettingReport { key, kind, .. } = &setting;
        let shown = [
            "battery.pause",
            "mode",
            "energy.currency",
            "ai_programs",
            "gpus",
        ];
        let is_shown = shown.contains(&key.as_str())
            || [
                "strategy_exclude",
                "pulse.interval_ms",
                "energy.price_per_kwh",
            ]
            .contains(&key.as_str());
        if !is_shown {
            continue;
        }
        out += &format!("{key}\n");
        for word in words {
            let value = match value_of_word(&setting, word) {
                Ok(value) => value.to_string(),
                Err(refused) => {
                    assert!(matches!(refused, SettingError::WrongValue { .. }));
                    refused.to_string()
                }
            };
            out += &format!("  {word:18} {value}\n");
        }
        assert!(!matches!(kind, SettingKind::Bool) || out.contains("true or false"));
    }
    assert_snapshot!("words", out);
}

#[test]
fn json_is_shown_as_the_file_has_it() {
    for (value, shown) in [
        (json!("always"), Some("\"always\"")),
        (json!(1.0), Some("1.0")),
        (json!(["a", 1]), Some("[\"a\", 1]")),
        (json!(true), Some("true")),
        (Json::Null, None),
    ] {
        assert_eq!(as_toml(&value).as_deref(), shown);
    }
}
