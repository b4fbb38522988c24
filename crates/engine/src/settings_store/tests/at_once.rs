//! Several writers at once.

use std::{thread, time::Duration};

use gpu_keepalive_core::settings::setting_keys;
use serde_json::{Value, json};

use super::*;
use crate::files::lock::acquire;

/// Far longer than the others need.
const PATIENTLY: Duration = Duration::from_secs(60);

/// Sixteen keys, each with a value that is not its default.
fn sixteen() -> Vec<(&'static str, Value)> {
    let value = |key| match key {
        "mode" => json!("always"),
        "strategy" => json!("context"),
        "strategy_exclude" => json!(["pulse"]),
        "ai_programs" => json!(["vllm"]),
        "gpus" => json!([0]),
        "energy.currency" => json!("CHF"),
        "app.notifications" => json!("all"),
        "thermal.enabled" | "battery.pause" => json!(false),
        "power_saver.pause" | "app.start_at_login" | "app.setup_completed" => json!(true),
        "pulse.interval_ms" => json!(500),
        "energy.price_per_kwh" => json!(0.3),
        _ => json!(60),
    };
    setting_keys()
        .map(|key| (key, value(key)))
        .take(16)
        .collect()
}

#[test]
fn no_writer_loses_the_change_of_another() {
    let original = "# mine\nversion = 1\nglow = 1 # unknown\n";
    let (folder, path) = folder_with(original);
    let changes = sixteen();
    assert_eq!(changes.len(), 16);
    thread::scope(|scope| {
        for (key, value) in &changes {
            let path = &path;
            scope.spawn(move || {
                let mut store = SettingsStore::load(path);
                store.set(key, Some(value)).expect("written");
            });
        }
    });
    let store = SettingsStore::load(&path);
    for (key, value) in &changes {
        assert_eq!(store.file().get(key).as_ref(), Ok(value), "{key}");
    }
    assert!(text(&path).starts_with(original), "{}", text(&path));
    assert_eq!(
        names(folder.path()),
        [".settings.toml.lock", "settings.toml"]
    );
}

#[test]
fn a_lock_file_that_was_left_behind_blocks_no_process() {
    let (folder, path) = folder_with("");
    let lock = folder.path().join(".settings.toml.lock");
    fs::write(&lock, "left by a writer that was killed").expect("written");
    let mut store = SettingsStore::load(&path);
    store.set("mode", Some(&json!("always"))).expect("written");
    assert_eq!(store.settings().mode, Mode::Always);
}

#[test]
fn a_writer_that_never_ends_is_not_waited_for_without_limit() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("lock");
    let held = acquire(&path, PATIENTLY).expect("a lock").expect("free");
    let waited = acquire(&path, Duration::from_millis(1)).expect("a lock");
    assert!(waited.is_none());
    drop(held);
    // Also the one that gave up waiting lets it go.
    assert!(acquire(&path, PATIENTLY).expect("a lock").is_some());
}

#[test]
fn a_writer_continues_as_soon_as_the_other_is_done() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("lock");
    let held = acquire(&path, PATIENTLY).expect("a lock").expect("free");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| acquire(&path, PATIENTLY).expect("a lock"));
        drop(held);
        assert!(waiting.join().expect("no panic").is_some());
    });
}

#[test]
fn a_lock_that_cannot_be_made_is_named() {
    let (folder, path) = folder_with("");
    fs::create_dir(folder.path().join(".settings.toml.lock")).expect("made");
    let mut store = SettingsStore::load(&path);
    let error = store
        .set("mode", Some(&json!("always")))
        .expect_err("no lock");
    assert!(matches!(error, StoreError::Write { .. }), "{error}");
    assert!(error.to_string().contains(".settings.toml.lock"), "{error}");
    assert_eq!(text(&path), "");
}
