use std::fs::{self, File};

use gpu_keepalive_core::{
    protocol::{ApiError, ErrorCode},
    settings::{Mode, StrategyChoice},
};
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::files::stat;

mod at_once;
#[cfg(unix)]
mod unix;

fn folder_with(text: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("settings.toml");
    fs::write(&path, text).expect("written");
    (folder, path)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("readable").file_name();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("readable")
}

/// Every problem of the file in force, as people read it.
fn problems(store: &SettingsStore) -> Vec<String> {
    let problems = store.file().problems().iter();
    problems.map(|problem| problem.in_file("it")).collect()
}

#[test]
fn a_missing_file_has_defaults_and_is_made_with_its_folders() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("a/b/settings.toml");
    let mut store = SettingsStore::load(&path);
    assert_eq!(*store.settings(), Settings::default());
    assert_eq!(problems(&store), [""; 0]);
    assert!(!store.reload_if_changed(), "still missing");
    assert!(!folder.path().join("a").exists());
    assert!(store.set("mode", Some(&json!("always"))).expect("written"));
    assert_eq!(store.settings().mode, Mode::Always);
    assert_eq!(text(&path), "version = 1\nmode = \"always\"\n");
    assert_eq!(
        names(path.parent().expect("a folder")),
        [".settings.toml.lock", "settings.toml"]
    );
    assert!(!store.reload_if_changed(), "our own change");
}

#[test]
fn a_change_by_others_is_seen_and_kept() {
    let (_folder, path) = folder_with("version = 1\nmode = \"always\"\n");
    let mut store = SettingsStore::load(&path);
    fs::write(&path, "version = 1\nstrategy = \"pulse\" # mine\n").expect("written");
    store
        .set("mode", Some(&json!("while_loaded")))
        .expect("written");
    assert_eq!(
        text(&path),
        "version = 1\nstrategy = \"pulse\" # mine\nmode = \"while_loaded\"\n"
    );
    assert_eq!(store.settings().strategy, StrategyChoice::Pulse);

    fs::write(&path, "version = 1\nmode = \"always\"\n# longer\n").expect("written");
    assert!(store.reload_if_changed());
    assert_eq!(store.settings().mode, Mode::Always);
    fs::write(
        &path,
        "version = 1\nmode = \"always\"\n# longer by a comment\n",
    )
    .expect("written");
    assert!(!store.reload_if_changed(), "a comment changes no setting");
    fs::remove_file(&path).expect("removed");
    assert!(store.reload_if_changed());
    assert_eq!(*store.settings(), Settings::default());
}

#[test]
fn a_refused_change_leaves_what_others_wrote_to_be_noticed() {
    let (_folder, path) = folder_with("mode = \"always\"\n");
    let mut store = SettingsStore::load(&path);
    fs::write(&path, "mode = \"while_loaded\"\n").expect("written");
    assert!(store.set("mode", Some(&json!("sometimes"))).is_err());
    assert_eq!(store.settings().mode, Mode::Always);
    assert!(store.reload_if_changed());
    assert_eq!(store.settings().mode, Mode::WhileLoaded);
}

#[test]
fn a_change_that_is_there_already_takes_over_the_rest() {
    let (folder, path) = folder_with("mode = \"always\"\n");
    let mut store = SettingsStore::load(&path);
    let before = stat(&path);
    assert!(
        !store
            .set("mode", Some(&json!("always")))
            .expect("nothing to do")
    );
    assert_eq!(stat(&path), before, "the file is as it was");
    assert_eq!(names(folder.path()), ["settings.toml"]);
    fs::write(&path, "mode = \"always\"\nstrategy = \"pulse\"\n").expect("written");
    assert!(
        store
            .set("mode", Some(&json!("always")))
            .expect("nothing to do")
    );
    assert_eq!(store.settings().strategy, StrategyChoice::Pulse);
}

#[test]
fn nothing_is_written_over_a_state_that_was_not_read() {
    let (folder, path) = folder_with("mode = \"always\"\n");
    let known = stat(&path).expect("there");
    fs::write(&path, "# another program's\n").expect("written");
    let writer = write::Writer::new(&path).expect("free");
    for known in [known, Seen::Missing] {
        let written = writer.replace(&known, "ours").expect("no failure");
        assert_eq!(written, None);
    }
    assert_eq!(text(&path), "# another program's\n");
    assert_eq!(
        names(folder.path()),
        [".settings.toml.lock", "settings.toml"]
    );
}

#[test]
fn damaged_newer_and_refused_changes_leave_the_file_as_it_is() {
    for (bytes, key, value, code) in [
        (
            &b"mode = \"alw"[..],
            "mode",
            "always",
            ErrorCode::SettingsNotWritten,
        ),
        (
            b"\xff\xfe\x00",
            "mode",
            "always",
            ErrorCode::SettingsNotWritten,
        ),
        (
            b"version = 99\n",
            "mode",
            "always",
            ErrorCode::SettingsNotWritten,
        ),
        (b"[mode]\n", "mode", "always", ErrorCode::SettingsNotWritten),
        (
            b"mode = \"always\"\n",
            "mode",
            "sometimes",
            ErrorCode::InvalidArgument,
        ),
        (
            b"mode = \"always\"\n",
            "moode",
            "always",
            ErrorCode::InvalidArgument,
        ),
    ] {
        let (folder, path) = folder_with("");
        fs::write(&path, bytes).expect("written");
        let mut store = SettingsStore::load(&path);
        let error = store.set(key, Some(&json!(value))).expect_err("refused");
        assert_eq!(ApiError::from(error).code, code);
        assert_eq!(fs::read(&path).expect("readable"), bytes);
        assert_eq!(names(folder.path()), ["settings.toml"]);
    }
}

#[test]
fn a_file_that_breaks_while_it_is_followed_leaves_the_last_good_settings() {
    let good = "mode = \"always\"\n[thermal]\nmax_temperature = 70\n";
    let (_folder, path) = folder_with(good);
    let mut store = SettingsStore::load(&path);
    let before = store.settings().clone();
    fs::write(&path, "mode = \"always\"\n[thermal\nmax_temperature = 71\n").expect("written");
    assert!(store.reload_if_changed(), "there is a problem now");
    assert_eq!(*store.settings(), before);
    let [problem] = &problems(&store)[..] else {
        panic!("{:?}", problems(&store));
    };
    assert!(
        problem.starts_with("it, line 2: The file is not written as it has to be: "),
        "{problem}"
    );
    assert!(
        problem.contains("settings of before stay in force"),
        "{problem}"
    );
    assert_eq!(problem.matches("line 2").count(), 1, "{problem}");
    assert!(!store.reload_if_changed(), "it is said once");
    let error = store.set("mode", None).expect_err("refused").to_string();
    assert!(error.starts_with("Line 2 of the settings file"), "{error}");
    assert_eq!(*store.settings(), before);

    fs::write(
        &path,
        "mode = \"always\"\n[thermal]\nmax_temperature = 71\n",
    )
    .expect("written");
    assert!(store.reload_if_changed());
    assert_eq!(store.settings().thermal.max_temperature.0, 71);
    assert_eq!(problems(&store), [""; 0]);
}

#[test]
fn a_path_that_is_no_settings_file_is_a_problem_reported_once() {
    let folder = TempDir::new().expect("a temporary folder");
    let is_folder = folder.path().join("is_folder.toml");
    fs::create_dir(&is_folder).expect("made");
    let too_large = folder.path().join("too_large.toml");
    fs::write(&too_large, vec![b'#'; (1 << 20) + 1]).expect("written");
    for (path, reason) in [(is_folder, "a folder"), (too_large, "larger than 1 MiB")] {
        let expected = format!("{} is {reason}", path.display());
        let mut store = SettingsStore::load(&path);
        assert_eq!(*store.settings(), Settings::default());
        let [problem] = &problems(&store)[..] else {
            panic!("{:?}", problems(&store));
        };
        assert!(problem.contains(&expected), "{problem}");
        assert!(!store.reload_if_changed());
        let error = store.set("mode", None).expect_err("refused").to_string();
        assert_eq!(error, format!("the settings file {expected}"));
    }
}

#[test]
fn a_path_that_becomes_a_folder_leaves_the_settings_until_it_is_a_file_again() {
    let (_folder, path) = folder_with("mode = \"always\"\n");
    let mut store = SettingsStore::load(&path);
    fs::remove_file(&path).expect("removed");
    fs::create_dir(&path).expect("made");
    assert!(store.reload_if_changed());
    assert!(!store.reload_if_changed(), "it is said once");
    assert_eq!(store.settings().mode, Mode::Always);
    fs::remove_dir(&path).expect("removed");
    fs::write(&path, "mode = \"while_loaded\"\n").expect("written");
    assert!(store.reload_if_changed());
    assert_eq!(store.settings().mode, Mode::WhileLoaded);
    assert_eq!(problems(&store), [""; 0]);
}

#[test]
fn settings_in_memory_change_without_a_file() {
    let mut store = SettingsStore::in_memory(&Settings::default());
    assert!(store.set("mode", Some(&json!("always"))).expect("changed"));
    assert!(!store.set("mode", Some(&json!("always"))).expect("the same"));
    assert!(store.set("mode", Some(&json!("sometimes"))).is_err());
    assert!(!store.reload_if_changed());
    assert_eq!(store.settings().mode, Mode::Always);
    assert_eq!(store.report().path, "");
}

#[test]
fn what_killed_writers_left_is_removed_and_nothing_else() {
    let (folder, path) = folder_with("");
    for name in [
        ".settings.toml.a1b2c3.new",
        ".settings.toml.swp",
        ".settings.toml.new.bak",
        ".other.toml.a1b2c3.new",
        "settings.toml.new",
    ] {
        File::create(folder.path().join(name)).expect("made");
    }
    let mut store = SettingsStore::load(&path);
    store.set("mode", Some(&json!("always"))).expect("written");
    assert_eq!(
        names(folder.path()),
        [
            ".other.toml.a1b2c3.new",
            ".settings.toml.lock",
            ".settings.toml.new.bak",
            ".settings.toml.swp",
            "settings.toml",
            "settings.toml.new",
        ]
    );
}
