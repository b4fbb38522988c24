use std::fs;

use gpu_keepalive_core::{
    Moment,
    energy::{Ledger, Reading},
    gpu::{GpuUuid, PowerSource},
    units::Watts,
};
use jiff::civil::{Date, date};
use tempfile::TempDir;

use super::*;

mod fuzz;

const DAY: Date = date(2026, 11, 28);

/// Ten seconds held on that day.
fn held(ledger: &mut Ledger, date: Date, second: u64) {
    for (after, held) in [(0, true), (10, false)] {
        let reading = Reading {
            at: Moment::from_origin(Duration::from_secs(second + after)),
            date,
            energy: None,
            power: Some(Watts(46.0)),
            power_source: PowerSource::Ac,
            held,
            resting: false,
            others_busy: false,
            standing_by: false,
            holding: false,
        };
        ledger.observe(&GpuUuid("GPU-a".to_owned()), reading);
    }
}

fn kept() -> Kept {
    let mut kept = Kept::default();
    held(&mut kept.ledger, DAY, 100);
    kept
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn open(folder: &TempDir) -> StateFolder {
    StateFolder::open(folder.path().to_owned())
}

fn warm_s(state: &StateFolder) -> f64 {
    let report = state.kept().ledger.report(90, DAY, None, "");
    report.days.iter().map(|day| day.warm_s).sum()
}

const FILES: [&str; 4] = ["switches.json", "energy.json", "learned.json", "gpus.json"];

#[test]
fn what_was_kept_is_there_again() {
    let folder = folder();
    let mut state = open(&folder);
    assert_eq!(state.save(kept()), Written::default());
    drop(state);
    let state = open(&folder);
    assert_eq!(warm_s(&state), 10.0);
    for name in FILES.iter().filter(|name| **name != "gpus.json") {
        assert!(folder.path().join(name).is_file(), "{name}");
    }
}

#[test]
fn every_file_that_is_not_understood_is_set_aside_at_the_start_and_reported_once() {
    for newer in ["{\"version\":99,\"days\":7}", "{", "\u{0}\u{0}\u{0}"] {
        let folder = folder();
        for name in FILES {
            fs::write(folder.path().join(name), newer).unwrap();
        }
        let mut state = open(&folder);
        // A newer version of what has no version is known by what it holds.
        let strange: Vec<_> = FILES
            .iter()
            .filter(|name| newer != "{\"version\":99,\"days\":7}" || **name != "switches.json")
            .collect();
        let written = state.own();
        assert_eq!(written.error, None);
        assert_eq!(written.notices.len(), strange.len(), "{written:?}");
        for (name, notice) in strange.iter().zip(&written.notices) {
            let aside = folder.path().join(format!("{name}.set-aside"));
            assert!(notice.contains(&*aside.to_string_lossy()), "{notice}");
            assert_eq!(fs::read_to_string(aside).unwrap(), newer);
        }
        assert_eq!(state.save(kept()), Written::default(), "said once");
        assert_eq!(warm_s(&open(&folder)), 10.0);
    }
}

#[test]
fn reading_without_an_engine_changes_nothing() {
    let folder = folder();
    fs::write(folder.path().join("energy.json"), "{").unwrap();
    drop(open(&folder));
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 1);
}

#[test]
fn of_two_engines_the_second_keeps_nothing_and_reports_it() {
    let folder = folder();
    let mut first = open(&folder);
    first.save(kept());
    let mut second = open(&folder);
    let before = fs::read(folder.path().join("energy.json")).unwrap();
    for _ in 0..2 {
        let mut more = kept();
        held(&mut more.ledger, DAY, 1000);
        let written = second.save(more);
        assert_eq!(written.notices, [""; 0]);
        let error = written.error.expect("a reason");
        assert!(error.contains("Another engine"), "{error}");
        assert!(error.contains(&*folder.path().to_string_lossy()), "{error}");
    }
    assert_eq!(fs::read(folder.path().join("energy.json")).unwrap(), before);
    let mut more = kept();
    held(&mut more.ledger, DAY, 1000);
    assert_eq!(first.save(more), Written::default());
    assert_eq!(warm_s(&open(&folder)), 20.0);
}

#[test]
fn one_file_in_the_way_costs_the_others_nothing() {
    let folder = folder();
    let mut state = open(&folder);
    state.save(kept());
    let energy = folder.path().join("energy.json");
    fs::remove_file(&energy).unwrap();
    fs::create_dir(&energy).unwrap();
    // More of them than are set aside in one run.
    for round in 0..5 {
        let mut more = kept();
        more.enabled = round % 2 == 0;
        let written = state.save(more);
        assert_eq!(written.error.is_some(), round >= 3, "{written:?}");
        assert_eq!(state.error().is_some(), round >= 3);
        assert_eq!(open(&folder).kept().enabled, round % 2 == 0);
        if round < 3 {
            fs::remove_file(&energy).unwrap();
            fs::create_dir(&energy).unwrap();
        }
    }
    assert!(energy.is_dir());
    // With the folder gone it is written again.
    fs::remove_dir(&energy).unwrap();
    assert_eq!(state.save(kept()), Written::default());
    assert_eq!(state.error(), None);
    assert_eq!(warm_s(&open(&folder)), 10.0);
}

#[test]
fn what_killed_engines_left_half_written_is_removed_and_nothing_else() {
    let folder = folder();
    for name in [".energy.json.aB3xYz.new", ".learned.json.aB3xYz.new"] {
        fs::write(folder.path().join(name), "{").unwrap();
    }
    for name in [".energy.json.mine", "energy.json.set-aside", "notes.new"] {
        fs::write(folder.path().join(name), "precious").unwrap();
    }
    open(&folder).own();
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            ".energy.json.mine",
            "energy.json.set-aside",
            "engine.lock",
            "notes.new"
        ]
    );
}
