//! The effect of a change on the text of a file.

use insta::assert_snapshot;

use super::typed;
use crate::settings::{SettingError, SettingsFile, as_toml};

const COMMENTED: &str = r#"# Mine, do not touch.

mode = 'always'   # for the demo
colour = "blue"

# Runs hot in summer.
[thermal]
# 78 was too noisy
max_temperature   =   75  # °C

# What I run.
[ai]
models = { small = "qwen" }

[pulse]
interval_ms = "auto"
"#;

fn changed(text: &str, changes: &[(&str, Option<&str>)]) -> String {
    let mut file = SettingsFile::parse(text);
    for (key, value) in changes {
        assert_eq!(typed(&mut file, key, *value), Ok(()), "{key} = {value:?}");
    }
    assert_eq!(SettingsFile::parse(file.text()).settings(), file.settings());
    file.text().to_owned()
}

#[test]
fn comments_order_and_unknown_keys_survive() {
    let text = changed(
        COMMENTED,
        &[
            ("mode", Some("while_loaded")),
            ("thermal.max_temperature", Some("80")),
            ("thermal.enabled", Some("false")),
            ("pulse.interval_ms", Some("4000")),
            ("energy.price_per_kwh", Some("0.30")),
            ("energy.currency", Some("€")),
            ("strategy", Some("pulse")),
        ],
    );
    assert_snapshot!(text, @r#"
    # Mine, do not touch.

    mode = "while_loaded"   # for the demo
    colour = "blue"
    version = 1
    strategy = "pulse"

    # Runs hot in summer.
    [thermal]
    # 78 was too noisy
    max_temperature   =   80  # °C
    enabled = false

    # What I run.
    [ai]
    models = { small = "qwen" }

    [pulse]
    interval_ms = 4000

    [energy]
    price_per_kwh = 0.3
    currency = "€"
    "#);
}

#[test]
fn removing_a_key_keeps_the_comments_around_it() {
    let text = changed(
        COMMENTED,
        &[
            ("mode", None),
            ("thermal.max_temperature", None),
            ("pulse.interval_ms", None),
        ],
    );
    assert_snapshot!(text, @r#"
    # Mine, do not touch.

    # for the demo
    colour = "blue"
    version = 1

    # Runs hot in summer.
    [thermal]
    # 78 was too noisy
    # °C

    # What I run.
    [ai]
    models = { small = "qwen" }

    [pulse]
    "#);
}

#[test]
fn a_new_file_begins_with_its_version() {
    let text = changed(
        "",
        &[
            ("app.setup_completed", Some("true")),
            ("mode", Some("always")),
        ],
    );
    assert_snapshot!(text, @r#"
    version = 1
    mode = "always"

    [app]
    setup_completed = true
    "#);
}

#[test]
fn a_change_that_changes_nothing_leaves_the_text_alone() {
    let text = "mode='always'\r\n[thermal]\r\n";
    assert_eq!(
        changed(text, &[("mode", Some("'always'")), ("gpus", None)]),
        text
    );
}

#[test]
fn inline_sections_and_dotted_keys_stay_what_they_are() {
    let text = changed(
        "version = 1\nthermal = { enabled = true, max_temperature = 70 } # hot\n\
         energy.currency = \"CHF\"\nenergy.price_per_kwh = 0.2\napp = {}\n",
        &[
            ("thermal.max_temperature", Some("90")),
            ("thermal.enabled", None),
            ("energy.daily_budget_wh", Some("500")),
            ("energy.currency", None),
            ("app.notifications", Some("off")),
        ],
    );
    assert_snapshot!(text, @r#"
    version = 1
    thermal = { max_temperature = 90 } # hot
    energy.price_per_kwh = 0.2
    energy.daily_budget_wh = 500
    app = { notifications = "off" }
    "#);
}

#[test]
fn a_list_is_changed_entry_by_entry() {
    let text = r#"version = 1
ai_programs = [ # mine
    # Text
    "ollama:runner", # the best
    "vllm",
    # Images
    "comfyui",
    "fooocus", # old
]
gpus = [0, 1]
"#;
    let programs = "vllm, comfyui, llama-server";
    let text = changed(
        text,
        &[
            ("ai_programs", Some(programs)),
            ("gpus", Some("1, GPU-12ab")),
        ],
    );
    assert_snapshot!(text, @r#"
    version = 1
    ai_programs = [ # mine
        # Text # the best
        "vllm",
        # Images
        "comfyui",
        "llama-server", # old
    ]
    gpus = [1, "GPU-12ab"]
    "#);
    let text = changed(&text, &[("ai_programs", Some("[]")), ("gpus", Some("0"))]);
    assert_snapshot!(text, @r#"
    version = 1
    ai_programs = [ # mine
        # Text # the best
        # Images # old
    ]
    gpus = [0]
    "#);
}

#[test]
fn files_from_windows_keep_their_line_ends_and_byte_order_mark() {
    let text = "\u{feff}# mine\r\nversion = 1\r\nmode = \"always\" # x\r\n[app]\r\nold = 1\r\n";
    let text = changed(
        text,
        &[
            ("mode", Some("on_demand")),
            ("app.notifications", Some("all")),
            ("strategy", Some("context")),
            ("mode", None),
        ],
    );
    assert_eq!(
        text,
        "\u{feff}# mine\r\nversion = 1\r\n# x\r\nstrategy = \"context\"\r\n[app]\r\nold = 1\r\n\
         notifications = \"all\"\r\n"
    );
}

#[test]
fn a_wrong_value_of_another_key_is_left_as_it_was_written() {
    let text = "version = 1\nmode = \"sometimes\"\nstrategy = \"auto\"\n";
    assert_eq!(
        changed(text, &[("strategy", Some("pulse"))]),
        "version = 1\nmode = \"sometimes\"\nstrategy = \"pulse\"\n"
    );
    let mut file = SettingsFile::parse(text);
    assert_eq!(file.problems().len(), 1);
    assert_eq!(typed(&mut file, "mode", Some("always")), Ok(()));
    assert_eq!(file.problems(), []);
}

#[test]
fn values_as_people_type_them() {
    for (key, word, value) in [
        ("mode", "on_demand", "\"on_demand\""),
        ("mode", " \"always\" ", "\"always\""),
        ("pulse.interval_ms", "auto", "\"auto\""),
        ("pulse.interval_ms", "4_000", "4000"),
        ("thermal.max_temperature", "95", "95"),
        ("thermal.enabled", "false", "false"),
        ("energy.price_per_kwh", "1", "1.0"),
        ("energy.price_per_kwh", "0.30", "0.3"),
        ("energy.currency", "5", "\"5\""),
        ("energy.currency", "kr.", "\"kr.\""),
        ("gpus", "[0, \"GPU-12\"]", "[0, \"GPU-12\"]"),
        ("gpus", "0,GPU-12,", "[0, \"GPU-12\"]"),
        ("gpus", "1", "[1]"),
        ("ai_programs", "Ollama.exe, vllm", "[\"ollama\", \"vllm\"]"),
        ("ai_programs", "lm studio", "[\"lm studio\"]"),
        ("ai_programs", "", "[]"),
    ] {
        let mut file = SettingsFile::default();
        assert_eq!(typed(&mut file, key, Some(word)), Ok(()), "{key} {word}");
        let found = as_toml(&file.get(key).expect("a setting"));
        assert_eq!(found.as_deref(), Some(value), "{key} {word}");
        assert_eq!(file.set(key, None), Ok(()));
        assert_eq!(file.get(key), SettingsFile::default().get(key));
    }
}

#[test]
fn refusals_as_people_read_them() {
    let mut file = SettingsFile::parse("thermal = 5\n[mode]\nx = 1\n");
    let mut out = String::new();
    for (key, value) in [
        ("thermal.enabled", Some("true")),
        ("thermal.max_temperature", Some("120")),
        ("warm_window_minutes", Some("15.5")),
        ("warm_window_minutes", Some("a while")),
        ("pulse.interval_ms", Some("99")),
        ("battery.pause", Some("yes")),
        ("strategy", Some("turbo")),
        ("energy.currency", Some("")),
        ("energy.daily_budget_wh", Some("-1")),
        ("gpus", Some("0, RTX")),
        ("gpus", Some("")),
        ("ai_programs", Some("/usr/bin/ollama")),
        ("mode", Some("always")),
        ("mode", None),
        ("maxtemperature", Some("1")),
        ("themal.enabled", Some("1")),
        ("version", Some("2")),
        ("", None),
    ] {
        let refused = typed(&mut file, key, value).unwrap_err();
        out.push_str(&format!(
            "{key} {}\n  {refused}\n",
            value.unwrap_or_default()
        ));
    }
    assert_snapshot!("refusals", out);
    assert_eq!(file.text(), "thermal = 5\n[mode]\nx = 1\n");
    assert!(matches!(
        file.get("nonsense"),
        Err(SettingError::UnknownKey { .. })
    ));
}
