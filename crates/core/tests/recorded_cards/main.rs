//! Simulated cards are like recorded ones.
//!
//! The files in `tests/fixtures/cards` are written by `tests/hardware/standby/series.py` on the card
//! that they name. Every preset of that card goes through the same series here.

#![allow(clippy::disallowed_methods, reason = "reads the records")]

mod measured;
mod record;
mod replay;

use std::{fs, path::Path};

use gpu_keepalive_core::simulation::{PRESETS, Scenario};

use measured::Measured;
use record::Record;
use replay::replay;

/// Every record with its file's name.
fn records() -> Vec<(String, Record)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/cards");
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut records: Vec<_> = entries
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let text = fs::read_to_string(&path).expect("readable");
            let record = Record::parse(&text).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
            (name.into_owned(), record)
        })
        .collect();
    records.sort_by(|one, other| one.0.cmp(&other.0));
    assert!(!records.is_empty(), "{} has no record", folder.display());
    records
}

/// The presets whose first card is of that name.
fn presets_of(card: &str) -> Vec<Scenario> {
    let scenarios = PRESETS
        .iter()
        .filter_map(|(name, _)| Scenario::preset(name));
    scenarios
        .filter(|scenario| {
            scenario
                .cards
                .first()
                .is_some_and(|model| model.info.name == card)
        })
        .collect()
}

#[test]
fn simulated_cards_are_like_recorded_ones() {
    let mut wrong = Vec::new();
    for (file, record) in records() {
        let recorded = Measured::of(&record).unwrap_or_else(|wrong| panic!("{file}: {wrong}"));
        let presets = presets_of(&record.card.card);
        assert!(
            !presets.is_empty(),
            "{file}: no preset is a “{}”",
            record.card.card
        );
        for scenario in presets {
            let differences = recorded.differences(&replay(&record, &scenario));
            let differences = differences.into_iter();
            wrong.extend(differences.map(|it| format!("{file}, preset {}: {it}", scenario.name)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The differences from the first record where the H200 has that key changed.
fn changed(keys: &str) -> Vec<String> {
    let (_, record) = records().swap_remove(0);
    let recorded = Measured::of(&record).expect("a whole record");
    let text = format!("[[gpus]]\nlike = \"h200\"\n{keys}\n");
    let scenario = Scenario::parse("changed", &text).expect("a scenario");
    let names = recorded.differences(&replay(&record, &scenario));
    let names = names.into_iter();
    names
        .map(|difference| difference.split(':').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn a_simulated_card_that_differs_is_noticed() {
    let up = "up after a boost";
    let (clear, kill) = ("down after a clear", "down after a kill");
    let expiry = "down after the end of a boost";
    let context = "down after a context";
    for (keys, expected) in [
        ("", vec![]),
        ("rest_w = 60", vec!["idle", "loaded"]),
        ("warm_w = 150", vec!["boosted", "context"]),
        ("boost_mhz = 1950", vec!["boosted", "context"]),
        ("idle_mhz = 375", vec!["idle", "loaded"]),
        ("boost_pstate = 2", vec!["boosted", "context"]),
        ("idle_pstate = 8", vec!["idle", "loaded"]),
        ("boost_seen_after_ms = [20, 400]", vec![up]),
        ("boost_seen_after_ms = [60, 65]", vec![up]),
        ("boost_falls_after_s = 0.3", vec![clear, kill, context]),
        ("boost_falls_after_s = [0.25, 9]", vec!["simulated"]),
        ("boost_late_s = 2", vec![expiry]),
        ("boost_late_s = 50", vec!["simulated"]),
        ("hold_s = 0.7", vec!["down after work"]),
        ("ramp_ms = 20", vec!["up after work begins"]),
    ] {
        let mut expected = expected;
        expected.sort_unstable();
        let mut found = changed(keys);
        found.sort_unstable();
        assert_eq!(found, expected, "{keys}");
    }
}

const CARD: &str = r#"{"card":"a card","driver":"1","date":"2026-11-28","sm_clock_max_mhz":1980,"period_ms":5.0,"made_up":false}"#;

#[test]
fn what_is_no_record_is_refused_with_its_line() {
    let made_up = CARD.replace("false", "true");
    let series = format!("{CARD}\n{{\"series\":\"idle\",\"what\":\"…\"}}\n");
    for (text, expected) in [
        (String::new(), "an empty file is no record"),
        (made_up, "“a card” is made up, and no record of a card"),
        (
            CARD.replace("\"driver\":\"1\",", ""),
            "line 1 is not the card",
        ),
        (
            format!("{CARD}\n[0,345,0,80.0,0]"),
            "line 2: a series has to begin",
        ),
        (format!("{series}[0,345,0,80.0"), "line 3 is not JSON"),
        (format!("{series}[0,345,0]"), "line 3 is not a sample"),
        (
            format!("{series}[5,345,0,80.0,0]\n[4,345,0,80.0,0]"),
            "line 4: it is earlier",
        ),
        (
            format!("{series}{{\"at\":1,\"event\":\"dance\",\"took\":1}}"),
            "line 3 is not an event: unknown variant `dance`",
        ),
    ] {
        let refused = Record::parse(&text).expect_err(expected);
        assert!(refused.starts_with(expected), "{refused}");
    }
    let whole = Record::parse(&series).expect("a record");
    let missing = Measured::of(&whole).expect_err("it has no samples");
    assert_eq!(missing, "no series says how long “up after a boost” takes");
}
