//! A user at a shell.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use tempfile::TempDir;
use tokio::process::Command;

use crate::support::soon;

/// A user with nothing but a home and a runtime folder.
pub(crate) struct User {
    home: TempDir,
}

#[cfg(target_os = "linux")]
/// Debian's package `faketime`.
pub(crate) fn library_of_faketime() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").unwrap().flatten();
    let mut found = folders
        .map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"))
        .filter(|library| library.is_file());
    found.next().expect("the package faketime is installed")
}

/// The result of a command.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl User {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        Self { home }
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The program with these arguments, its output caught.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_gpu-keepalive"));
        command.args(arguments);
        command
    }

    /// Another program as this user runs it.
    pub(crate) fn program(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        for name in [
            "GPU_KEEPALIVE_SIMULATE",
            "RUST_LOG",
            "NO_COLOR",
            "CLICOLOR_FORCE",
            "LC_ALL",
            "LC_MESSAGES",
            "LANG",
            "LANGUAGE",
        ] {
            command.env_remove(name);
        }
        command
            .env("HOME", self.home())
            .env("XDG_RUNTIME_DIR", self.home())
            .env("GPU_KEEPALIVE_RUNTIME_DIR", self.home())
            .env("XDG_CONFIG_HOME", self.home().join("config"))
            .env("XDG_STATE_HOME", self.home().join("state"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    pub(crate) fn settings_file(&self) -> PathBuf {
        self.home().join("config/gpu-keepalive/settings.toml")
    }

    /// Writes the settings file.
    pub(crate) fn sets(&self, settings: impl AsRef<[u8]>) {
        let file = self.settings_file();
        fs::create_dir_all(file.parent().expect("a folder")).expect("the folder is made");
        fs::write(file, settings).expect("the settings are written");
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.home().join("gpu-keepalive.sock")
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Ended {
        ended(self.command(arguments)).await
    }
}

/// Runs it to its end.
pub(crate) async fn ended(mut command: Command) -> Ended {
    let output = soon("the end of the command", command.output()).await;
    let output = output.expect("the program starts");
    Ended {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}
