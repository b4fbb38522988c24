//! The command line, as a shell sees it.

mod help;
#[cfg(unix)]
mod inference;
mod recommend;
#[cfg(unix)]
mod running;
mod without_engine;

use std::{path::Path, process::Stdio};

use tempfile::TempDir;
use tokio::process::Command;

use crate::support::soon;

/// A user with nothing but a home and a runtime folder.
struct User {
    home: TempDir,
}

/// What a command left behind.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

impl User {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        Self { home }
    }

    fn home(&self) -> &Path {
        self.home.path()
    }

    /// The program with these arguments, its output caught.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gpu-keepalive"));
        for name in [
            "GPU_KEEPALIVE_SIMULATE",
            "RUST_LOG",
            "NO_COLOR",
            "CLICOLOR_FORCE",
        ] {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .env("HOME", self.home())
            .env("XDG_RUNTIME_DIR", self.home())
            .env("XDG_CONFIG_HOME", self.home().join("config"))
            .env("XDG_STATE_HOME", self.home().join("state"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    async fn run(&self, arguments: &[&str]) -> Ended {
        ended(self.command(arguments)).await
    }
}

async fn ended(mut command: Command) -> Ended {
    let output = soon("the end of the command", command.output()).await;
    let output = output.expect("the program starts");
    Ended {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}
