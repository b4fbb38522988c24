//! `cargo xtask run`.

use std::{env, process::Command};

use anyhow::Result;
use clap::Args;

use crate::shell;

/// Exit code of the command line where there is no NVIDIA GPU or driver.
const NO_GPU: i32 = 4;
/// What is shown where there is none.
const PRESET: &str = "rtx-3070-laptop";

#[derive(Args)]
pub(crate) struct RunArgs {
    /// Passed on to `gpu-keepalive run`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds and starts. Without an NVIDIA driver it says so and simulates a laptop.
pub(crate) fn run(args: &RunArgs) -> Result<()> {
    shell::run(&mut shell::cargo(&["build", "--package", "gpu-keepalive"]))?;
    let program = shell::root().join("target/debug/gpu-keepalive");
    let mut engine = Command::new(&program);
    engine.arg("run");
    if env::var_os("GPU_KEEPALIVE_SIMULATE").is_none() && !has_gpu(&program) {
        eprintln!("xtask: no NVIDIA GPU or driver here; simulating “{PRESET}”");
        engine.args(["--simulate", PRESET]);
    }
    if args.arguments.is_empty() {
        engine.args(["--mode", "always"]);
    }
    shell::run(engine.args(&args.arguments))
}

fn has_gpu(program: &std::path::Path) -> bool {
    let answer = Command::new(program).args(["gpus", "--json"]).output();
    answer.is_ok_and(|answer| answer.status.code() != Some(NO_GPU))
}
