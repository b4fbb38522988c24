use tempfile::TempDir;

use super::*;

const PACKAGED: &str = include_str!("../../../../../packaging/gpu-keepalive.desktop");

/// A home with a program in it, and a plugin as tauri-plugin-autostart 2.7 is.
struct Home {
    folder: TempDir,
    entry: LoginEntry,
}

impl Home {
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let entry = LoginEntry::new(&folder.path().join(config), folder.path());
        let home = Self { folder, entry };
        fs::create_dir_all(home.path("My Apps")).unwrap();
        fs::write(home.program(), "").unwrap();
        home
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    fn program(&self) -> PathBuf {
        self.path("My Apps/gpu-keepalive-app")
    }

    fn make(&self) -> io::Result<()> {
        let program = self.program();
        self.entry.make(&program, || {
            let plugin = self.path(".config/autostart");
            fs::create_dir_all(&plugin)?;
            let text = format!(
                "[Desktop Entry]\nType=Application\nVersion=1.0\nName=gpu-keepalive\n\
                 Comment=gpu-keepalivestartup script\nExec={} --hidden\nStartupNotify=false\n\
                 Terminal=false",
                program.display()
            );
            fs::write(plugin.join(FILE), text)
        })
    }

    fn remove(&self) -> io::Result<()> {
        let plugin = self.path(".config/autostart").join(FILE);
        self.entry.remove(|| match plugin.exists() {
            true => fs::remove_file(plugin),
            false => Ok(()),
        })
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.entry.folder.join(name);
        write(&path, text).unwrap();
        path
    }

    fn state(&self) -> LoginEntryState {
        self.entry.read().unwrap().state
    }
}

#[test]
fn what_the_plugin_writes_is_quoted_and_put_into_its_place() {
    for config in [".config", "elsewhere"] {
        let home = Home::new(config);
        assert_eq!(home.state(), LoginEntryState::Absent);
        home.remove().unwrap();
        home.make().unwrap();
        let found = home.entry.read().unwrap();
        assert_eq!((found.state, found.ours), (LoginEntryState::On, true));
        let text = fs::read_to_string(home.path(config).join("autostart").join(FILE)).unwrap();
        assert_eq!(text, desktop_entry(home.program().to_str().unwrap()));
        let plugin = home.path(".config/autostart").join(FILE);
        assert_eq!(plugin.exists(), config == ".config");
        home.remove().unwrap();
        assert_eq!(home.state(), LoginEntryState::Absent);
        assert!(!plugin.exists());
    }
}

#[test]
fn another_file_in_the_plugin_s_place_is_kept() {
    let home = Home::new("elsewhere");
    let other = home.path(".config/autostart").join(FILE);
    write(&other, PACKAGED).unwrap();
    home.make().unwrap();
    home.remove().unwrap();
    assert_eq!(fs::read_to_string(other).unwrap(), PACKAGED);
}

#[test]
fn an_entry_of_the_user_is_on_and_is_switched_as_the_desktop_does_it() {
    let home = Home::new(".config");
    let path = home.write("my gpu.desktop", PACKAGED);
    let found = home.entry.read().unwrap();
    assert_eq!((found.state, found.ours), (LoginEntryState::On, false));
    assert!(home.entry.switch(true).unwrap(), "nothing to do");
    assert_eq!(fs::read_to_string(&path).unwrap(), PACKAGED);

    assert!(home.entry.switch(false).unwrap());
    assert_eq!(home.state(), LoginEntryState::OffByUser);
    home.remove().unwrap();
    assert!(path.exists());
    assert!(home.entry.switch(true).unwrap());
    assert_eq!(home.state(), LoginEntryState::On);
}

#[test]
fn an_entry_of_ours_that_the_desktop_switched_off_is_off_until_switched_on() {
    let home = Home::new(".config");
    home.make().unwrap();
    let path = home.entry.folder.join(FILE);
    let off = fs::read_to_string(&path)
        .unwrap()
        .replace("enabled=true", "enabled=false");
    fs::write(&path, off).unwrap();
    assert_eq!(home.state(), LoginEntryState::OffByUser);
    assert!(!home.entry.switch(false).unwrap(), "ours is to be removed");
    assert!(home.entry.switch(true).unwrap());
    assert_eq!(home.state(), LoginEntryState::On);
}

#[test]
fn an_entry_of_ours_whose_program_is_gone_is_broken_and_repaired() {
    let home = Home::new(".config");
    home.write(FILE, &desktop_entry("/x/100%/gpu-keepalive-app"));
    let found = home.entry.read().unwrap();
    assert_eq!((found.state, found.ours), (LoginEntryState::Broken, true));
    let broken = found.broken.unwrap();
    assert!(broken.contains("/x/100%/gpu-keepalive-app,"), "{broken}");
    assert!(!home.entry.switch(true).unwrap());
    home.make().unwrap();
    assert_eq!(home.state(), LoginEntryState::On);
}

#[test]
fn an_entry_of_a_link_to_the_package_s_is_replaced_and_not_followed() {
    let home = Home::new(".config");
    let packaged = home.path("packaged.desktop");
    fs::write(&packaged, PACKAGED).unwrap();
    fs::create_dir_all(&home.entry.folder).unwrap();
    std::os::unix::fs::symlink(&packaged, home.entry.folder.join(FILE)).unwrap();
    assert_eq!(home.state(), LoginEntryState::On);
    home.entry.switch(false).unwrap();
    assert_eq!(home.state(), LoginEntryState::OffByUser);
    assert_eq!(fs::read_to_string(packaged).unwrap(), PACKAGED);
}

#[test]
fn a_pipe_in_its_place_is_not_waited_for() {
    let home = Home::new(".config");
    fs::create_dir_all(&home.entry.folder).unwrap();
    let pipe = home.entry.folder.join(FILE);
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    assert!(home.entry.read().is_err());
    let error = home.make().unwrap_err().to_string();
    assert!(
        error.ends_with("gpu-keepalive.desktop is not a file"),
        "{error}"
    );
}

#[test]
fn a_failed_write_or_read_is_reported() {
    let home = Home::new(".config");
    fs::create_dir_all(home.path(".config")).unwrap();
    fs::write(home.path(".config/autostart"), "in the way").unwrap();
    assert!(home.make().is_err());
    assert!(home.entry.read().is_err());
}
