use gpu_keepalive_core::settings::{Mode, StrategyChoice};
use tempfile::TempDir;

use super::*;

fn folder_with(text: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("settings.toml");
    fs::write(&path, text).expect("written");
    (folder, path)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

#[test]
fn a_missing_file_has_defaults_and_is_made_with_its_folders() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("a/b/settings.toml");
    let mut store = SettingsStore::load(&path).expect("a missing file is no error");
    assert_eq!(*store.settings(), Settings::default());
    assert!(!store.reload_if_changed().expect("still missing"));
    assert!(!folder.path().join("a").exists());
    store.set("mode", Some("always")).expect("written");
    assert_eq!(store.settings().mode, Mode::Always);
    let text = fs::read_to_string(&path).expect("made");
    assert_eq!(text, "version = 1\nmode = \"always\"\n");
    assert_eq!(names(path.parent().expect("a folder")), ["settings.toml"]);
    assert!(!store.reload_if_changed().expect("our own change"));
}

#[test]
fn a_change_by_others_is_seen_and_kept() {
    let (_folder, path) = folder_with("version = 1\nmode = \"always\"\n");
    let mut store = SettingsStore::load(&path).expect("readable");
    fs::write(&path, "version = 1\nstrategy = \"pulse\" # mine\n").expect("written");
    store.set("mode", Some("while_loaded")).expect("written");
    let text = fs::read_to_string(&path).expect("readable");
    assert_eq!(
        text,
        "version = 1\nstrategy = \"pulse\" # mine\nmode = \"while_loaded\"\n"
    );
    assert_eq!(store.settings().strategy, StrategyChoice::Pulse);

    fs::write(&path, "version = 1\nmode = \"always\"\n# longer\n").expect("written");
    assert!(store.reload_if_changed().expect("readable"));
    assert_eq!(store.settings().mode, Mode::Always);
    fs::remove_file(&path).expect("removed");
    assert!(store.reload_if_changed().expect("missing is no error"));
    assert_eq!(*store.settings(), Settings::default());
}

#[test]
fn nothing_is_written_over_a_state_that_was_not_read() {
    let (folder, path) = folder_with("mode = \"always\"\n");
    let known = stamp(&path);
    fs::write(&path, "# somebody else's\n").expect("written");
    let written = write_unless_changed(&path, "ours", known.as_ref()).expect("no failure");
    assert_eq!(written, None);
    let written = write_unless_changed(&path, "ours", None).expect("no failure");
    assert_eq!(written, None);
    assert_eq!(
        fs::read_to_string(&path).expect("readable"),
        "# somebody else's\n"
    );
    assert_eq!(names(folder.path()), ["settings.toml"]);
}

#[test]
fn damaged_newer_and_refused_changes_leave_the_file_as_it_is() {
    for (bytes, key, value) in [
        (&b"mode = \"alw"[..], "mode", "always"),
        (b"\xff\xfe\x00", "mode", "always"),
        (b"version = 99\n", "mode", "always"),
        (b"mode = \"always\"\n", "mode", "sometimes"),
        (b"mode = \"always\"\n", "moode", "always"),
    ] {
        let (_folder, path) = folder_with("");
        fs::write(&path, bytes).expect("written");
        let mut store = SettingsStore::load(&path).expect("readable");
        let error = store.set(key, Some(value)).expect_err("refused");
        assert!(matches!(error, StoreError::Setting(_)), "{error}");
        assert_eq!(fs::read(&path).expect("readable"), bytes);
    }
}

#[test]
fn what_is_no_settings_file_is_named() {
    let folder = TempDir::new().expect("a temporary folder");
    let is_folder = folder.path().join("is_folder.toml");
    fs::create_dir(&is_folder).expect("made");
    let too_large = folder.path().join("too_large.toml");
    fs::write(&too_large, vec![b'#'; MAX_BYTES as usize + 1]).expect("written");
    for (path, reason) in [(is_folder, "not a file"), (too_large, "larger than 1 MiB")] {
        let error = SettingsStore::load(&path)
            .expect_err("unreadable")
            .to_string();
        assert!(error.contains(&*path.to_string_lossy()), "{error}");
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn a_change_that_changes_nothing_does_not_touch_the_file() {
    let (_folder, path) = folder_with("mode = \"always\"\n");
    let before = stamp(&path);
    let mut store = SettingsStore::load(&path).expect("readable");
    store.set("mode", Some("always")).expect("nothing to do");
    assert_eq!(stamp(&path), before);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_path_below_a_plain_file_cannot_be_read() {
        let (_folder, path) = folder_with("");
        let below = path.join("settings.toml");
        let error = SettingsStore::load(&below)
            .expect_err("no folder")
            .to_string();
        assert!(
            error.starts_with("cannot read the settings file"),
            "{error}"
        );
        assert!(error.contains(&*below.to_string_lossy()), "{error}");
    }

    /// Root may write to any folder but one of the kernel's own.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_cannot_be_written_is_named_and_the_settings_stay() {
        let mut store = SettingsStore::load("/proc/settings.toml").expect("missing");
        let error = store.set("mode", Some("always")).expect_err("not writable");
        assert!(matches!(error, StoreError::Write { .. }), "{error}");
        assert!(error.to_string().contains("/proc/settings.toml"), "{error}");
        assert_eq!(*store.settings(), Settings::default());
    }

    #[test]
    fn permissions_are_kept() {
        let (_folder, path) = folder_with("");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
        let mut store = SettingsStore::load(&path).expect("readable");
        store.set("mode", Some("always")).expect("written");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    #[test]
    fn symbolic_links_are_followed_and_kept() {
        let (folder, target) = folder_with("# dotfiles\n");
        let link = folder.path().join("link.toml");
        let second = folder.path().join("second.toml");
        let dangling = folder.path().join("dangling.toml");
        symlink("settings.toml", &link).expect("linked");
        symlink(&link, &second).expect("linked");
        symlink("not-yet.toml", &dangling).expect("linked");
        for (path, target) in [
            (second, target),
            (dangling, folder.path().join("not-yet.toml")),
        ] {
            let mut store = SettingsStore::load(&path).expect("readable");
            store.set("mode", Some("always")).expect("written");
            assert!(fs::symlink_metadata(&path).expect("there").is_symlink());
            let text = fs::read_to_string(&target).expect("there");
            assert!(text.contains("mode = \"always\""), "{text}");
            assert!(!store.reload_if_changed().expect("our own change"));
        }
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    }

    #[test]
    fn a_circle_of_links_is_an_error() {
        let folder = TempDir::new().expect("a temporary folder");
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        symlink(&a, &b).expect("linked");
        symlink(&b, &a).expect("linked");
        assert!(SettingsStore::load(&a).is_err());
    }
}
