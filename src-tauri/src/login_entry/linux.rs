//! auto-launch 0.6, which writes the entry on Windows, cannot write a right one here: it ignores
//! `XDG_CONFIG_HOME`, does not quote `Exec`, so that a path with a space starts nothing, and calls
//! an entry that the desktop's own settings switched off a working one. Hence this one.

#![allow(
    clippy::disallowed_methods,
    reason = "a small file of the user, and never a pipe"
)]

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use gpu_keepalive_engine::paths::Paths;

use super::HIDDEN;

/// The desktop entry in the user's autostart folder.
#[derive(Clone, Debug)]
pub(crate) struct LoginEntry {
    path: PathBuf,
    program: PathBuf,
}

impl LoginEntry {
    /// The entry of that program in the user's configuration folder.
    pub(crate) fn new(places: &Paths, program: &Path) -> Self {
        // The folder of the settings lies in the folder of all configuration.
        let config = places.settings.parent().and_then(Path::parent);
        let config = config.unwrap_or(&places.state);
        Self {
            path: config.join("autostart").join("gpu-keepalive.desktop"),
            program: program.to_owned(),
        }
    }

    /// Writes or removes it.
    pub(crate) fn set(&self, on: bool) -> io::Result<()> {
        if on {
            if let Some(folder) = self.path.parent() {
                fs::create_dir_all(folder)?;
            }
            self.require_file()?;
            return fs::write(&self.path, self.text()?);
        }
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Returns whether it is there and in force; `None` when it cannot be read.
    pub(crate) fn is_on(&self) -> Option<bool> {
        let read = || fs::read_to_string(&self.path);
        let text = match self.require_file().and_then(|()| read()) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Some(false),
            Err(_) => return None,
        };
        let switched_off = text.lines().map(str::trim).any(|line| {
            // The entry that GNOME, KDE and Xfce write when the user switches it off there.
            line == "Hidden=true" || line == "X-GNOME-Autostart-enabled=false"
        });
        Some(!switched_off)
    }

    /// To open a pipe in its place would wait for the pipe's other end.
    fn require_file(&self) -> io::Result<()> {
        match fs::metadata(&self.path) {
            Ok(found) if !found.is_file() => {
                let path = self.path.display();
                Err(io::Error::other(format!("{path} is not a file")))
            }
            _ => Ok(()),
        }
    }

    fn text(&self) -> io::Result<String> {
        let program = self.program.to_str().ok_or_else(|| {
            let path = self.program.display();
            io::Error::other(format!("{path} is not UTF-8, so no entry can start it"))
        })?;
        Ok(format!(
            "[Desktop Entry]\nType=Application\nName=GPU Keepalive\n\
             Comment=Keeps the GPU ready for local AI\nTryExec={}\nExec={} {HIDDEN}\n\
             Icon=gpu-keepalive\nTerminal=false\nX-GNOME-Autostart-enabled=true\n",
            // The condition that makes the desktop pass over the entry when the app was removed.
            program.replace('\\', "\\\\"),
            quoted(program)
        ))
    }
}

/// As the Desktop Entry Specification quotes an argument of `Exec`: the quoting first, then
/// the escapes of every value.
fn quoted(argument: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in argument.chars() {
        match letter {
            '"' | '`' | '$' => quoted.extend(["\\\\", &letter.to_string()]),
            '\\' => quoted.push_str("\\\\\\\\"),
            '%' => quoted.push_str("%%"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(program: &str) -> (tempfile::TempDir, LoginEntry) {
        let config = tempfile::tempdir().unwrap();
        let places = Paths {
            settings: config.path().join("gpu-keepalive/settings.toml"),
            state: config.path().join("state"),
        };
        let entry = LoginEntry::new(&places, Path::new(program));
        (config, entry)
    }

    #[test]
    fn it_is_written_and_removed_and_reports_its_state() {
        let (_config, entry) = entry("/usr/bin/gpu-keepalive-app");
        assert_eq!(entry.is_on(), Some(false));
        entry.set(false).unwrap();
        entry.set(true).unwrap();
        assert_eq!(entry.is_on(), Some(true));
        insta::assert_snapshot!(fs::read_to_string(&entry.path).unwrap(), @r#"
        [Desktop Entry]
        Type=Application
        Name=GPU Keepalive
        Comment=Keeps the GPU ready for local AI
        TryExec=/usr/bin/gpu-keepalive-app
        Exec="/usr/bin/gpu-keepalive-app" --hidden
        Icon=gpu-keepalive
        Terminal=false
        X-GNOME-Autostart-enabled=true
        "#);
        entry.set(false).unwrap();
        assert_eq!(entry.is_on(), Some(false));
        assert!(!entry.path.exists());
    }

    #[test]
    fn an_entry_that_the_desktop_switched_off_is_off() {
        let (_config, entry) = entry("/usr/bin/gpu-keepalive-app");
        for line in ["Hidden=true", "X-GNOME-Autostart-enabled=false"] {
            entry.set(true).unwrap();
            let text = fs::read_to_string(&entry.path).unwrap();
            fs::write(&entry.path, format!("{text}{line}\n")).unwrap();
            assert_eq!(entry.is_on(), Some(false), "{line}");
        }
    }

    #[test]
    fn a_pipe_in_its_place_is_not_waited_for() {
        let (_config, entry) = entry("/usr/bin/gpu-keepalive-app");
        fs::create_dir_all(entry.path.parent().unwrap()).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(&entry.path)
            .status();
        assert!(made.unwrap().success());
        assert_eq!(entry.is_on(), None);
        let error = entry.set(true).unwrap_err().to_string();
        assert!(
            error.ends_with("gpu-keepalive.desktop is not a file"),
            "{error}"
        );
        entry.set(false).unwrap();
        assert_eq!(entry.is_on(), Some(false));
    }

    #[test]
    fn any_path_is_one_argument() {
        for (path, written) in [
            ("/opt/My Apps/app", r#""/opt/My Apps/app""#),
            (r#"/a"b`c$d"#, r#""/a\\"b\\`c\\$d""#),
            (r"/a\b", r#""/a\\\\b""#),
            ("/100%/app", r#""/100%%/app""#),
        ] {
            assert_eq!(quoted(path), written);
        }
    }

    #[test]
    fn a_failed_write_or_read_is_reported() {
        let (config, entry) = entry("/usr/bin/gpu-keepalive-app");
        fs::write(config.path().join("autostart"), "in the way").unwrap();
        assert!(entry.set(true).is_err());
        assert_eq!(entry.is_on(), None);
    }
}
