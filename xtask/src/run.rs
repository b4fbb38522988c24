//! `cargo xtask run`.

use std::{env, path::Path, process::Command};

use anyhow::Result;
use clap::Args;

use crate::{packages, shell, ui};

/// Exit code of the command line where there is no NVIDIA GPU or driver.
const NO_GPU: i32 = 4;
/// The preset that is shown where there is no GPU.
const PRESET: &str = "rtx-3070-laptop";

#[derive(Args)]
pub(crate) struct RunArgs {
    /// The engine in the terminal, although there is a display.
    #[arg(long)]
    headless: bool,
    /// Passed on to the program that is started.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds and starts: the app, or without a display the engine in the terminal. Without an NVIDIA
/// driver it states that and simulates a laptop.
pub(crate) fn run(args: &RunArgs) -> Result<()> {
    let desktop = !args.headless && has_display();
    shell::run(&mut shell::cargo(&["build", "--package", "gpu-keepalive"]))?;
    let built = shell::root().join("target/debug");
    let mut program = if desktop {
        packages::ensure(&packages::WINDOW)?;
        ui::build()?;
        shell::run(&mut shell::cargo(&[
            "build",
            "--package",
            "gpu-keepalive-app",
        ]))?;
        Command::new(built.join("gpu-keepalive-app"))
    } else {
        let mut engine = Command::new(built.join("gpu-keepalive"));
        engine.arg("run");
        if args.arguments.is_empty() {
            engine.args(["--mode", "always"]);
        }
        engine
    };
    let named = args
        .arguments
        .iter()
        .any(|argument| argument.starts_with("--simulate"));
    let simulated = named || env::var_os("GPU_KEEPALIVE_SIMULATE").is_some();
    if !simulated && !has_gpu(&built.join("gpu-keepalive")) {
        eprintln!("xtask: no NVIDIA GPU or driver here; simulating “{PRESET}”");
        program.args(["--simulate", PRESET]);
    }
    shell::run(program.args(&args.arguments))
}

fn has_display() -> bool {
    if cfg!(windows) {
        return true;
    }
    let named = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    named("DISPLAY") || named("WAYLAND_DISPLAY")
}

fn has_gpu(program: &Path) -> bool {
    let answer = Command::new(program).args(["gpus", "--json"]).output();
    answer.is_ok_and(|answer| answer.status.code() != Some(NO_GPU))
}
