//! The release command line on a machine made up for it: fake driver libraries, its own home.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::proc::Pid;
use crate::shell;

/// The libraries of the driver's own code, as far as it is distinguished from ours.
pub(super) const DRIVER_LIBRARIES: [&str; 2] = ["libnvidia-ml.so.1", "libcuda.so.1"];

/// Builds what is measured.
pub(super) fn build() -> Result<()> {
    let packages = ["--package", "gpu-keepalive", "--package", "fake-driver"];
    shell::run(shell::cargo(&["build", "--release"]).args(packages))
}

/// An engine of ours on a fake driver. Dropped, it is killed, and its driver process with it.
pub(super) struct FakeMachine {
    folder: TempDir,
    engine: Child,
}

impl FakeMachine {
    /// Starts the engine with these settings.
    pub(super) fn start(mode: &str, settings: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        prepare(folder.path(), settings)?;
        let at = |name: &str| folder.path().join(name);
        let engine = Command::new(shell::root().join("target/release/gpu-keepalive"))
            .args(["run", "--mode", mode])
            .env_clear()
            .env("HOME", folder.path())
            .env("GPU_KEEPALIVE_RUNTIME_DIR", folder.path())
            .env("XDG_CONFIG_HOME", at("config"))
            .env("XDG_STATE_HOME", at("state"))
            .env("FAKE_GPU_DIR", folder.path())
            .env("LD_LIBRARY_PATH", at("lib"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("the release build starts")?;
        Ok(Self { folder, engine })
    }

    pub(super) fn engine(&self) -> Pid {
        Pid(self.engine.id())
    }

    /// Number of times the pulse kernel was launched.
    pub(super) fn launches(&self) -> usize {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        log.lines().filter(|line| line.contains(" launch")).count()
    }
}

impl Drop for FakeMachine {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        let _ = self.engine.kill();
        let _ = self.engine.wait();
    }
}

fn prepare(folder: &Path, settings: &str) -> Result<()> {
    let root = shell::root();
    fs::create_dir(folder.join("lib"))?;
    fs::create_dir(folder.join("fail"))?;
    for library in DRIVER_LIBRARIES {
        let built = root.join("target/release/libfake_driver.so");
        fs::copy(built, folder.join("lib").join(library))?;
    }
    fs::copy(root.join("tests/fakes/values.txt"), folder.join("values"))?;
    let ours = folder.join("config/gpu-keepalive");
    fs::create_dir_all(&ours)?;
    fs::write(
        ours.join("settings.toml"),
        format!("version = 1\n{settings}"),
    )?;
    Ok(())
}
