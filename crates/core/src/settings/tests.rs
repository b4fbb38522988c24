use std::fmt::Write;

use insta::assert_snapshot;
use serde_json::Value as Json;

use super::*;
use crate::protocol::{SettingKind, Severity};

mod changes;
mod fuzz;
mod properties;
mod replaced;
mod values;

impl SettingsFile {
    /// False for a file that cannot be read or is not TOML.
    fn is_usable(&self) -> bool {
        matches!(self.origin, damage::Origin::File)
    }
}

/// Changes a setting as the command line does.
fn typed(file: &mut SettingsFile, key: &str, word: Option<&str>) -> Result<(), SettingError> {
    let settings = SettingsFile::default().report("").settings;
    let value = match settings.iter().find(|setting| setting.key == key) {
        Some(setting) => word.map(|word| value_of_word(setting, word)).transpose()?,
        None => word.map(Json::from),
    };
    file.set(key, value.as_ref())
}

/// Problems as people read them.
fn problems(file: &SettingsFile) -> String {
    let mut out = String::new();
    for problem in file.problems() {
        let line = problem.line.map_or("-".to_owned(), |line| line.to_string());
        let severity = format!("{:?}", problem.severity).to_lowercase();
        let _ = writeln!(out, "{line} {severity}: {}", problem.message);
    }
    out
}

#[test]
fn every_setting_is_described_and_has_a_default_it_accepts_itself() {
    let file = SettingsFile::default();
    assert!(file.problems().is_empty());
    assert_eq!(*file.settings(), Settings::default());
    let report = file.report("settings.toml");
    for setting in &report.settings {
        assert!(
            setting.title.len() > 3 && !setting.title.ends_with('.'),
            "{setting:?}"
        );
        assert!(setting.description.ends_with('.'), "{setting:?}");
        assert_eq!(setting.value, setting.default);
        let mut file = file.clone();
        assert_eq!(file.set(&setting.key, Some(&setting.default)), Ok(()));
        assert_eq!(file.problems(), []);
        assert_eq!(*file.settings(), Settings::default());
    }
    let mut keys: Vec<_> = setting_keys().collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), report.settings.len());
}

#[test]
fn settings_as_they_are_reported() {
    assert_in_every_language!("report", reported());
}

fn reported() -> String {
    let mut out = String::new();
    for setting in SettingsFile::default().report("").settings {
        let _ = writeln!(out, "{} = {}", setting.key, setting.value);
        let rarely = if setting.rarely_used { ", rarely" } else { "" };
        let _ = writeln!(out, "  {}{rarely}", setting.group);
        let _ = writeln!(out, "  {}: {}", setting.title, setting.description);
        let _ = writeln!(out, "  {:?}", setting.kind);
    }
    out
}

#[test]
fn choices_are_those_of_their_types() {
    fn words<T>(all: &[(&str, T)]) -> Vec<String> {
        all.iter().map(|(word, _)| (*word).to_owned()).collect()
    }
    let report = SettingsFile::default().report("");
    let choices: Vec<Vec<String>> = report
        .settings
        .into_iter()
        .filter_map(|setting| match setting.kind {
            SettingKind::Choice { options } | SettingKind::ChoiceList { options } => Some(options),
            _ => None,
        })
        .map(|options| options.into_iter().map(|option| option.value).collect())
        .collect();
    assert_eq!(
        choices,
        [
            words(Mode::ALL),
            words(StrategyChoice::ALL),
            words(Strategy::ALL),
            words(Notifications::ALL)
        ]
    );
}

#[test]
fn numbers_are_accepted_up_to_both_ends_and_not_beyond() {
    for setting in SettingsFile::default().report("").settings {
        let SettingKind::Number {
            min,
            max,
            integer,
            word,
            ..
        } = setting.kind
        else {
            continue;
        };
        let step = if integer { 1.0 } else { 0.01 };
        let key = &*setting.key;
        for (number, accepted) in [
            (min, true),
            (max, true),
            ((min + max) / 2.0, true),
            (min - step, false),
            (max + step, false),
            (-1e15, false),
            (1e15, false),
        ] {
            let number = if integer { number.floor() } else { number };
            check(key, &number.to_string(), accepted);
        }
        for wrong in [
            "\"fast\"",
            "true",
            "[5]",
            "{ a = 1 }",
            "nan",
            "inf",
            "1979-05-27",
        ] {
            check(key, wrong, false);
        }
        check(key, "60.5", !integer);
        if let Some(word) = word {
            check(key, &format!("\"{word}\""), true);
        }
    }
}

#[test]
fn other_kinds_refuse_what_they_are_not() {
    for setting in SettingsFile::default().report("").settings {
        let (right, wrong): (&[&str], &[&str]) = match setting.kind {
            SettingKind::Bool => (&["true", "false"], &["1", "\"true\"", "[]", "{}"]),
            SettingKind::Choice { ref options } => {
                for option in options {
                    check(&setting.key, &format!("\"{}\"", option.value), true);
                    check(&setting.key, &format!("'{}'", option.value), true);
                }
                (
                    &[],
                    &["\"\"", "\"Always\"", "1", "true", "[\"always\"]", "{}"],
                )
            }
            SettingKind::Text { max_length } => {
                check(
                    &setting.key,
                    &format!("\"{}\"", "é".repeat(max_length)),
                    true,
                );
                check(
                    &setting.key,
                    &format!("\"{}\"", "é".repeat(max_length + 1)),
                    false,
                );
                (
                    &["\"€\""],
                    &["\"\"", "\"  \"", "\"a\\tb\"", "5", "false", "{}"],
                )
            }
            SettingKind::TextList | SettingKind::GpuList => (
                &["[\"0\"]"],
                &["5", "\"a\"", "[[]]", "[\"\"]", "[1.5]", "{}"],
            ),
            SettingKind::ChoiceList { ref options } => {
                for option in options {
                    check(&setting.key, &format!("[\"{}\"]", option.value), true);
                }
                (&["[]"], &["\"pulse\"", "[\"auto\"]", "[1]", "true", "{}"])
            }
            SettingKind::Number { .. } => continue,
        };
        right
            .iter()
            .for_each(|value| check(&setting.key, value, true));
        wrong
            .iter()
            .for_each(|value| check(&setting.key, value, false));
    }
}

/// Checks that a value is accepted or refused in a file, and the same value by `set`.
fn check(key: &str, value: &str, accepted: bool) {
    let file = SettingsFile::parse(&format!("\n\n{key} = {value}\n"));
    assert_eq!(file.read_only(), None, "{key} = {value}");
    let found = file
        .problems()
        .iter()
        .map(|p| (p.severity, p.line, &*p.key));
    if accepted {
        assert_eq!(found.count(), 0, "{key} = {value}");
        let mut changed = SettingsFile::default();
        assert_eq!(
            typed(&mut changed, key, Some(value)),
            Ok(()),
            "{key} = {value}"
        );
        assert_eq!(changed.settings(), file.settings(), "{key} = {value}");
    } else {
        let expected = (Severity::Warning, Some(3), key);
        assert_eq!(found.collect::<Vec<_>>(), [expected], "{key} = {value}");
        assert_eq!(*file.settings(), Settings::default(), "{key} = {value}");
    }
}

#[test]
fn gpus_by_number_and_by_uuid() {
    let file = SettingsFile::parse("gpus = [1, \"0\", \"gpu-5E2C\"]");
    assert_eq!(
        file.settings().gpus,
        Some(vec![
            GpuSelector::Index(1),
            GpuSelector::Index(0),
            GpuSelector::Uuid(GpuUuid("GPU-5e2c".to_owned())),
        ])
    );
    for wrong in [
        "[]",
        "[-1]",
        "[\"GPU-\"]",
        "[\"RTX 3070\"]",
        "[0, \"GPU-é\"]",
        "[\"é€\"]",
    ] {
        check("gpus", wrong, false);
    }
}

#[test]
fn programs_are_names_without_case_folder_or_ending() {
    let file = SettingsFile::parse("ai_programs = [' LM Studio.EXE ', 'ollama: runner']");
    let shown: Vec<String> = file
        .settings()
        .ai_programs
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(shown, ["lm studio", "ollama:runner"]);
    for wrong in [
        "['/usr/bin/ollama']",
        "['C:\\x.exe']",
        "['a:']",
        "[':a']",
        "['.exe']",
        "[1]",
    ] {
        check("ai_programs", wrong, false);
    }
    check("ai_programs", "[]", true);
}

#[test]
fn no_program_has_to_be_listed_for_those_that_are_known() {
    assert_eq!(Settings::default().ai_programs, []);
}

#[test]
fn a_mistake_is_reported_by_line_and_only_that_is_defaulted() {
    let file = SettingsFile::parse(
        r#"version = 1
mode = "sometimes"
warm_window_minutes = 0
ai_programs = ["vllm", "/opt/ollama"]
gpus = []
startegy = "pulse"
max_temperature = 80

[pulse]
interval_ms = "fast"
matrix_size = 512

[thermal]
enabled = "yes"
max_temp = 75
max_temperature = 120

[energy]
price_per_kwh = -0.3
currency = ""
daily_budget_wh = 0
price = [
  1, 2,
]

[app.notifications]
sound = true

[[battery]]
pause = false

[colours]
background = "black"
"#,
    );
    assert_snapshot!(problems(&file), @r#"
    2 warning: mode is "sometimes", but it has to be "always", "while_loaded" or "on_demand". Its default is used: "on_demand".
    3 warning: warm_window_minutes is 0, but it has to be a whole number from 1 to 1440 minutes. Its default is used: 15.
    4 warning: ai_programs is a list with the entry "/opt/ollama", but it has to be a list of program names without their folders, such as ["llama-server", "ollama:runner"]. Its default is used: [].
    5 warning: gpus is [], but it has to be a list with at least one GPU, each by its number or its UUID, such as [0, "GPU-5e2c1a34"]; leave it out for all GPUs. It is left unset.
    6 info: startegy is not a setting, so it has no effect. Did you mean strategy?
    7 info: max_temperature is not a setting, so it has no effect. Did you mean thermal.max_temperature?
    10 warning: pulse.interval_ms is "fast", but it has to be "auto" or a whole number from 100 to 60000 ms. Its default is used: "auto".
    14 warning: thermal.enabled is "yes", but it has to be true or false. Its default is used: true.
    15 info: thermal.max_temp is not a setting, so it has no effect. Did you mean thermal.max_temperature?
    16 warning: thermal.max_temperature is 120, but it has to be a whole number from 50 to 95 °C. Its default is used: 83.
    19 warning: energy.price_per_kwh is -0.3, but it has to be a number from 0 to 100000 per kWh. It is left unset.
    20 warning: energy.currency is "", but it has to be a text of 1 to 8 characters. Its default is used: "EUR".
    21 warning: energy.daily_budget_wh is 0, but it has to be a number from 0.1 to 20000 Wh. It is left unset.
    22 info: energy.price is not a setting, so it has no effect. Did you mean energy.price_per_kwh?
    26 warning: app.notifications is a section, but it has to be "off", "important" or "all". Its default is used: "important".
    29 warning: battery is a list of sections, but it has to be a section, written [battery]. Its settings keep their defaults.
    32 info: colours is not a setting, so it has no effect.
    "#);
    let expected = Settings {
        pulse: PulseSettings {
            matrix_size: 512,
            ..Settings::default().pulse
        },
        ..Settings::default()
    };
    assert_eq!(*file.settings(), expected);
    assert_eq!(file.read_only(), None);
}

#[test]
fn standby_needs_a_strategy_that_raises_the_clocks() {
    let file = SettingsFile::parse(
        "strategy_exclude = [\"boost\", \"power_mizer\"]\nstrategy = \"standby\"\n",
    );
    assert_eq!(file.settings().strategy, StrategyChoice::default());
    assert_eq!(
        problems(&file),
        "2 warning: strategy is \"standby\", which raises the clocks with boost or power_mizer, \
         but strategy_exclude has both. Its default is used: \"auto\".\n"
    );
    let one_is_left =
        SettingsFile::parse("strategy_exclude = [\"boost\"]\nstrategy = \"standby\"\n");
    assert_eq!(problems(&one_is_left), "");
}

#[test]
fn a_section_that_is_a_value_is_reported() {
    let file = SettingsFile::parse("version = 'one'\n\nthermal = 5\n");
    assert_snapshot!(problems(&file), @r"
    1 warning: version is 'one', but it has to be 1. The file is read as such.
    3 warning: thermal is 5, but it has to be a section, written [thermal]. Its settings keep their defaults.
    ");
    assert_snapshot!(problems(&SettingsFile::parse("version = 0")), @"1 warning: version is 0, but it has to be 1. The file is read as such.");
}

#[test]
fn files_that_cannot_be_used_are_reported_and_never_changed() {
    let cases: &[(&str, &[u8])] = &[
        ("cut off", b"version = 1\nmode = \"always\"\ngpus = [0,"),
        ("half a key", b"version = 1\nmode = \"always\"\nstrat"),
        ("twice", b"mode = \"always\"\n\nmode = \"on_demand\"\n"),
        ("binary", b"\x7fELF\x02\x01\x01\x00\x00\x00\x00"),
        ("not UTF-8", b"mode = \"always\"\n# caf\xe9\n"),
        ("UTF-16", b"\xff\xfem\x00o\x00d\x00e\x00"),
        (
            "newer",
            b"# mine\nversion = 2\nmode = \"always\"\nstrategy = \"magic\"\nglow = 1\n",
        ),
    ];
    let mut out = String::new();
    for (name, bytes) in cases {
        let mut file = SettingsFile::from_bytes(bytes);
        let before = file.text().to_owned();
        let _ = write!(out, "{name}\n{}", problems(&file));
        for value in [Some("always"), Some("on_demand"), None] {
            let refused = typed(&mut file, "mode", value);
            assert!(
                matches!(refused, Err(SettingError::ReadOnly(_))),
                "{name}: {refused:?}"
            );
        }
        let refused = file.set("mode", None).unwrap_err();
        let _ = writeln!(out, "set: {refused}\n");
        assert_eq!(file.text(), before);
    }
    assert_snapshot!("unusable_files", out);
    assert_eq!(
        SettingsFile::from_bytes(cases[6].1).settings().mode,
        Mode::Always
    );
    for (_, bytes) in &cases[..6] {
        assert_eq!(
            *SettingsFile::from_bytes(bytes).settings(),
            Settings::default()
        );
    }
}

#[test]
fn deep_nesting_is_an_error_and_not_a_crash() {
    let file = SettingsFile::parse(&format!("gpus = {}", "[".repeat(100_000)));
    assert!(file.read_only().is_some());
}

#[test]
fn a_settings_file_holds_just_the_changed_settings() {
    let settings = Settings {
        mode: Mode::Always,
        warm_window: std::time::Duration::from_secs(60),
        gpus: Some(vec![GpuSelector::Index(1)]),
        ..Settings::default()
    };
    let file = SettingsFile::of(&settings);
    assert_eq!(file.settings(), &settings);
    assert_eq!(SettingsFile::parse(file.text()).settings(), &settings);
}

#[test]
fn a_key_that_a_terminal_would_obey_is_quoted_on_one_line() {
    let long = "k".repeat(100_000);
    let text =
        format!("\"\\u001b[2J\" = 1\n\"a\\nb\" = 1\n\"\" = 1\n{long} = 1\nmode = '\u{9b}'\n");
    let file = SettingsFile::parse(&text);
    assert_eq!(file.problems().len(), 5);
    for problem in file.problems() {
        let message = &problem.message;
        assert!(
            !message.contains(char::is_control) && message.len() < 300,
            "{message:?}"
        );
    }
    assert!(
        file.problems()[2]
            .message
            .starts_with("\"\" is not a setting")
    );
}
