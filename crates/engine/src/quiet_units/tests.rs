use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

struct Home {
    root: tempfile::TempDir,
    units: QuietUnits,
}

impl Home {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let units = QuietUnits {
            config: root.path().join("config"),
            data: root.path().join("data"),
            root: root.path().to_owned(),
        };
        Self { root, units }
    }

    fn file(&self, path: &str, text: &str) -> PathBuf {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn link(&self, to: &Path, path: &str) {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(to, path).unwrap();
    }

    /// Every file, with its text.
    fn files(&self) -> Vec<(String, String)> {
        let mut open = vec![self.root.path().to_owned()];
        let mut files = Vec::new();
        while let Some(path) = open.pop() {
            for entry in fs::read_dir(&path).unwrap().flatten() {
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    open.push(entry.path());
                } else if kind.is_file() {
                    let text = fs::read_to_string(entry.path()).unwrap();
                    let name = entry
                        .path()
                        .strip_prefix(self.root.path())
                        .unwrap()
                        .to_owned();
                    files.push((name.display().to_string(), text));
                }
            }
        }
        files.sort();
        files
    }
}

fn llama() -> DropIn {
    DropIn::of("llama.service".parse().unwrap())
}

const PATH: &str = "config/systemd/user/llama.service.d/gpu-keepalive-quiet.conf";

#[test]
fn a_drop_in_is_written_once_and_removed_with_its_folder() {
    let home = Home::new();
    assert_eq!(home.units.write(&llama()).unwrap(), Written::Now);
    assert_eq!(home.files(), [(PATH.to_owned(), DropIn::text())]);
    let mode = fs::metadata(home.root.path().join(PATH))
        .unwrap()
        .permissions();
    assert_eq!(mode.mode() & 0o7777 & !0o044, 0o600);
    assert_eq!(home.units.write(&llama()).unwrap(), Written::Already);
    home.units.remove(&llama()).unwrap();
    let folder = home.root.path().join("config/systemd/user");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
    let gone = home.units.remove(&llama()).unwrap_err();
    assert!(matches!(gone, QuietError::Absent(_)), "{gone}");
    let gone = Home::new().units.remove(&llama()).unwrap_err();
    assert!(matches!(gone, QuietError::Absent(_)), "{gone}");
}

#[test]
fn what_is_not_ours_stays_as_it_is() {
    let home = Home::new();
    home.file(
        "config/systemd/user/llama.service.d/memory.conf",
        "[Service]\n",
    );
    home.units.write(&llama()).unwrap();
    home.units.remove(&llama()).unwrap();
    assert_eq!(home.files().len(), 1, "the other drop-in is there");
    for text in ["", "[Service]\n", &format!("{}\n", DropIn::text())] {
        home.file(PATH, text);
        let before = home.files();
        let error = home.units.write(&llama()).unwrap_err();
        assert!(error.to_string().contains("is not ours"), "{error}");
        let error = home.units.remove(&llama()).unwrap_err();
        assert!(error.to_string().contains("is not ours"), "{error}");
        assert_eq!(home.files(), before);
    }
}

#[test]
fn no_link_is_followed_below_the_configuration_folder() {
    let places = [
        "config/systemd",
        "config/systemd/user",
        "config/systemd/user/llama.service.d",
    ];
    for place in places {
        let home = Home::new();
        let elsewhere = home.root.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        home.link(&elsewhere, place);
        for result in [
            home.units.write(&llama()).map(drop),
            home.units.remove(&llama()),
        ] {
            let error = result.expect_err(place).to_string();
            assert!(
                error.contains(place) && error.contains("is a link"),
                "{error}"
            );
        }
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0, "{place}");
    }
    // The file itself: one that exists, our very text, and one that does not.
    for text in [Some("secret"), Some(&*DropIn::text()), None] {
        let home = Home::new();
        let target = home.root.path().join("target");
        if let Some(text) = text {
            home.file("target", text);
        }
        home.link(&target, PATH);
        let error = home.units.write(&llama()).expect_err("a link").to_string();
        assert!(error.contains("is a link"), "{error}");
        let error = home.units.remove(&llama()).expect_err("a link").to_string();
        assert!(error.contains("is a link"), "{error}");
        assert_eq!(fs::read_to_string(&target).ok().as_deref(), text);
    }
    // A file in the place of a folder, and a folder in the place of the file.
    let home = Home::new();
    home.file("config/systemd", "");
    assert!(home.units.write(&llama()).is_err());
    let home = Home::new();
    fs::create_dir_all(home.root.path().join(PATH)).unwrap();
    assert!(home.units.write(&llama()).is_err());
    assert!(home.units.remove(&llama()).is_err());
}

#[test]
fn the_configuration_folder_itself_may_be_a_link() {
    let home = Home::new();
    let real = home.root.path().join("dotfiles");
    fs::create_dir(&real).unwrap();
    home.link(&real, "config");
    home.units.write(&llama()).unwrap();
    assert!(
        real.join("systemd/user/llama.service.d")
            .join(FILE_NAME)
            .is_file()
    );
    home.units.remove(&llama()).unwrap();
}

#[test]
fn gpu_keepalive_starts_at_login_by_its_service_or_its_entry() {
    let home = Home::new();
    assert!(!home.units.engine_starts_at_login());
    // Installed, and not enabled.
    let unit = home.file("usr/lib/systemd/user/gpu-keepalive.service", "");
    assert!(!home.units.engine_starts_at_login());
    for place in [
        "config/systemd/user/default.target.wants/gpu-keepalive.service",
        "etc/systemd/user/graphical-session.target.wants/gpu-keepalive.service",
    ] {
        let home = Home::new();
        home.link(&unit, place);
        assert!(home.units.engine_starts_at_login(), "{place}");
    }
    let entry = "[Desktop Entry]\nExec=/usr/bin/gpu-keepalive-app --hidden\n";
    home.file("config/autostart/gpu-keepalive.desktop", entry);
    assert!(home.units.engine_starts_at_login());
    home.file(
        "config/autostart/gpu-keepalive.desktop",
        &format!("{entry}Hidden=true\n"),
    );
    assert!(!home.units.engine_starts_at_login());
}

#[test]
fn a_service_of_the_system_is_distinguished_from_a_users() {
    let name = |name: &str| name.parse::<UnitName>().unwrap();
    let home = Home::new();
    home.file("etc/systemd/system/ollama.service", "");
    home.file("usr/lib/systemd/system/vllm@.service", "");
    home.file("usr/lib/systemd/user/both.service", "");
    home.file("usr/lib/systemd/system/both.service", "");
    home.file("config/systemd/user/own.service", "");
    for (unit, expected) in [
        ("ollama.service", true),
        ("vllm@a.service", true),
        ("both.service", false),
        ("own.service", false),
        ("unknown.service", false),
    ] {
        assert_eq!(home.units.is_of_system(&name(unit)), expected, "{unit}");
    }
}
