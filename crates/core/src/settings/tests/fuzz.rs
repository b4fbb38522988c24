//! Damaged settings files: what is right in one stays in force, and what is wrong is named.

use std::str;

use fuzzing::{assert_shows, config, damaged};
use proptest::prelude::{Just, prop_assert, prop_assert_eq, proptest};
use toml_edit::DocumentMut;

use super::properties::{FILES, change, marks};
use crate::settings::{SettingsFile, json::from_toml, read, schema, setting_keys, table::SETTINGS};

/// Every released file, and one in every style TOML has.
fn corpus() -> Vec<&'static str> {
    let released = [
        include_str!("../../../tests/fixtures/settings/v1-all-keys.toml"),
        include_str!("../../../tests/fixtures/settings/v1-commented.toml"),
        include_str!("../../../tests/fixtures/settings/v1-hand-formatted.toml"),
        include_str!("../../../tests/fixtures/settings/v1-readiness.toml"),
        include_str!("../../../tests/fixtures/settings/v1-unknown-keys.toml"),
    ];
    released.iter().chain(FILES).copied().collect()
}

proptest! {
    #![proptest_config(config(600))]

    #[test]
    fn a_wrong_value_takes_no_other_key_down(bytes in damaged(corpus())) {
        let file = SettingsFile::from_bytes(&bytes);
        let lines = bytes.split(|byte| *byte == b'\n').count();
        for problem in file.problems() {
            assert_shows(&problem.message);
            // The parser does not say where what is nested too deeply begins.
            let within = problem.line.map(|line| (1..=lines).contains(&line));
            prop_assert!(within.unwrap_or(!file.is_usable()), "{:?}", problem);
            prop_assert!(file.is_usable() || problem.key.is_empty());
        }
        if !file.is_usable() {
            prop_assert!(file.read_only().is_some() && !file.problems().is_empty());
            return Ok(());
        }
        let text = str::from_utf8(&bytes).expect("it is usable");
        prop_assert_eq!(file.text(), text);
        let document: DocumentMut = text.parse().expect("it is usable");
        for setting in SETTINGS {
            // What the key would be in a file of its own.
            let mut alone = SettingsFile::default();
            let value = read::find(&document, setting).and_then(|item| from_toml(item.as_value()?));
            let accepted = alone.set(setting.key, value.as_ref()).is_ok();
            prop_assert_eq!(file.get(setting.key), alone.get(setting.key), "{}", text);
            let named = file.problems().iter().any(|problem| problem.key == setting.key);
            prop_assert!(accepted || named, "{} is not named in {}", setting.key, text);
        }
    }

    #[test]
    fn a_change_loses_no_comment_and_no_unknown_key(
        (bytes, (key, value)) in (damaged(corpus()), change()),
    ) {
        let before = SettingsFile::from_bytes(&bytes);
        let mut file = before.clone();
        if let Err(error) = file.set(&key, value.as_ref()) {
            assert_shows(&error.to_string());
            prop_assert_eq!(file.text(), before.text());
            return Ok(());
        }
        prop_assert_eq!(file.read_only(), None, "{}", file.text());
        for other in setting_keys().filter(|other| *other != key) {
            prop_assert_eq!(file.get(other), before.get(other), "{}", file.text());
        }
        let again = SettingsFile::parse(file.text());
        prop_assert_eq!(again.settings(), file.settings());
        prop_assert_eq!(again.problems(), file.problems());
        // What stood there, usable or not, was to be replaced.
        let document: DocumentMut = before.text().parse().expect("it is usable");
        let setting = schema::Setting::find(&key).expect("a setting");
        let old = read::find(&document, setting).map(ToString::to_string);
        if marks(&old.unwrap_or_default()).is_empty() {
            prop_assert_eq!(marks(file.text()), marks(before.text()), "{}", before.text());
        }
    }

    #[test]
    fn a_file_that_became_unusable_leaves_the_last_settings_in_force(
        (bytes, good) in (damaged(corpus()), Just(SettingsFile::parse("mode = 'always'\n"))),
    ) {
        let file = good.replaced_by(SettingsFile::from_bytes(&bytes));
        if !file.is_usable() {
            prop_assert_eq!(file.settings(), good.settings());
            prop_assert!(file.read_only().is_some());
        }
    }
}
