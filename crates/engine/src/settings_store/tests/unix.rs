use std::{
    os::unix::fs::{PermissionsExt, symlink},
    process::Command,
};

use super::*;

#[test]
fn a_pipe_or_a_device_in_the_files_place_blocks_nothing() {
    let folder = TempDir::new().expect("a temporary folder");
    let pipe = folder.path().join("settings.toml");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    for path in [pipe, PathBuf::from("/dev/zero")] {
        let mut store = SettingsStore::load(&path);
        assert_eq!(*store.settings(), Settings::default());
        let expected = format!("it: {} is not a regular file.", path.display());
        assert!(
            problems(&store)[0].starts_with(&expected),
            "{:?}",
            problems(&store)
        );
        assert!(!store.reload_if_changed());
        let error = store
            .set("mode", Some(&json!("always")))
            .expect_err("refused");
        assert!(matches!(error, StoreError::Read { .. }), "{error}");
    }
}

#[test]
fn a_path_below_a_plain_file_cannot_be_read() {
    let (_folder, path) = folder_with("");
    let below = path.join("settings.toml");
    let mut store = SettingsStore::load(&below);
    let expected = format!("it: {} is not readable: ", below.display());
    assert!(
        problems(&store)[0].starts_with(&expected),
        "{:?}",
        problems(&store)
    );
    assert!(!store.reload_if_changed());
}

/// Root may write to any folder but one of the kernel's own.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_is_named_and_the_settings_stay() {
    let mut store = SettingsStore::load("/proc/settings.toml");
    let error = store
        .set("mode", Some(&json!("always")))
        .expect_err("not writable");
    assert!(matches!(error, StoreError::Write { .. }), "{error}");
    assert!(error.to_string().contains("/proc/settings.toml"), "{error}");
    assert_eq!(*store.settings(), Settings::default());
}

#[test]
fn permissions_are_kept() {
    let (_folder, path) = folder_with("");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
    let mut store = SettingsStore::load(&path);
    store.set("mode", Some(&json!("always"))).expect("written");
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
        let mut store = SettingsStore::load(&path);
        store.set("mode", Some(&json!("always"))).expect("written");
        assert!(fs::symlink_metadata(&path).expect("there").is_symlink());
        assert!(text(&target).contains("mode = \"always\""));
        assert!(!store.reload_if_changed(), "our own change");
    }
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
}

#[test]
fn a_circle_of_links_is_a_problem() {
    let folder = TempDir::new().expect("a temporary folder");
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    symlink(&a, &b).expect("linked");
    symlink(&b, &a).expect("linked");
    let store = SettingsStore::load(&a);
    assert!(store.report().unusable().is_some());
}
