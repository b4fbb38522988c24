//! `cargo xtask hardware`: a folder that runs the hardware tests, the bench and the side-by-side
//! on a machine with a GPU and without Rust.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::Value;

use crate::shell;

mod record;
mod render;

pub(crate) use record::{RecordArgs, record};

#[derive(Args)]
pub(crate) struct HardwareArgs {
    /// Instead, write the README's tables from these results of `tests/hardware/call.sh beside`.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    readme: Vec<PathBuf>,
}

/// The size that the folder may have: it is carried to other machines.
const MAX_BYTES: u64 = 40 << 20;

const RUN: &str = r#"#!/bin/sh
# Runs everything on this machine's GPU, in about eight minutes, and writes DIRECTORY/record.txt and
# DIRECTORY/record.json. No setting of the GPU is changed.
#   run.sh DIRECTORY [--only tests|bench|beside] [--rounds N] [--try-power-mizer]
exec "$(dirname "$0")/xtask" hardware-record "$@"
"#;

/// Builds the folder `target/hardware`, or renders what came of it.
pub(crate) fn hardware(args: &HardwareArgs) -> Result<()> {
    if args.readme.is_empty() {
        return build();
    }
    let results: Vec<Value> = args
        .readme
        .iter()
        .map(|file| read(file))
        .collect::<Result<_>>()?;
    render::into_readme(&shell::root().join("README.md"), &results)
}

fn read(file: &Path) -> Result<Value> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))
}

fn build() -> Result<()> {
    let folder = shell::root().join("target/hardware");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot empty target/hardware")?;
    }
    fs::create_dir_all(&folder)?;
    shell::run(&mut shell::cargo(&[
        "build",
        "--release",
        "--package",
        "gpu-keepalive",
        "--package",
        "xtask",
    ]))?;
    let built = shell::root().join("target/release");
    for (from, name) in [
        (built.join("gpu-keepalive"), "gpu-keepalive"),
        (built.join("xtask"), "xtask"),
        (build_tests()?, "tests"),
        (shell::root().join("tests/hardware/loop.py"), "loop.py"),
    ] {
        copy(&from, &folder.join(name))?;
    }
    let run = folder.join("run.sh");
    fs::write(&run, RUN)?;
    make_executable(&run)?;

    let bytes = fs::read_dir(&folder)?
        .map(|entry| Ok(entry?.metadata()?.len()))
        .sum::<Result<u64>>()?;
    ensure!(
        bytes <= MAX_BYTES,
        "the folder has {bytes} bytes; {MAX_BYTES} is the limit"
    );
    eprintln!(
        "xtask: {} is ready, {} MiB; on the machine with the GPU: run.sh DIRECTORY",
        folder.display(),
        bytes >> 20
    );
    Ok(())
}

/// Builds the integration tests; where cargo put them.
fn build_tests() -> Result<PathBuf> {
    let mut build = shell::cargo(&[
        "test",
        "--release",
        "--package",
        "gpu-keepalive",
        "--test",
        "integration",
        "--no-run",
        "--message-format",
        "json-render-diagnostics",
    ]);
    let output = build.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the tests do not compile");
    let text = String::from_utf8(output.stdout)?;
    text.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "integration")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .context("cargo built no integration tests")
}

#[cfg(unix)]
fn make_executable(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(
        file,
        fs::Permissions::from_mode(0o755),
    )?)
}

/// The folder is for Linux; elsewhere there is nothing to mark.
#[cfg(not(unix))]
fn make_executable(_file: &Path) -> Result<()> {
    anyhow::bail!("the folder is built on Linux, for Linux")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}
