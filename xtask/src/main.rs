//! The developer's commands: `cargo xtask run | test | bench | bundle | screenshots | catalogue | lines | hardware |
//! python | windows`.

#![allow(
    clippy::disallowed_methods,
    reason = "a developer's command waits for files, and measures time"
)]

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

mod bench;
mod bundle;
mod catalogue;
mod hardware;
mod lines;
mod packages;
mod python;
mod release;
mod run;
mod screenshots;
mod shell;
mod test;
mod ui;
mod windows;

/// Sets up what is missing, builds, and runs or tests GPU Keepalive.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing, build, and start: the app, or the engine without a display.
    Run(run::RunArgs),
    /// Install what is missing, build, and run every test.
    Test(test::TestArgs),
    /// Measure, and print a table with a ratio against a baseline.
    Bench(bench::BenchArgs),
    /// Build a deb and an rpm.
    Bundle(bundle::BundleArgs),
    /// Make the README's pictures from the running app. Takes about twelve minutes.
    Screenshots,
    /// Hold the catalogue of models against what others published.
    Catalogue(catalogue::CatalogueArgs),
    /// Count the product's sources, and fail where a file or the median is too long.
    Lines(lines::LinesArgs),
    /// Build the folder that runs the hardware tests on a machine with a GPU and without Rust.
    Hardware(hardware::HardwareArgs),
    /// What that folder does on the machine with the GPU.
    #[command(hide = true)]
    HardwareRecord(hardware::RecordArgs),
    /// Build the Python package's wheel, and test it in a fresh environment.
    Python(python::PythonArgs),
    /// Check that everything compiles for Windows, try it under wine, build the app for it.
    Windows(windows::WindowsArgs),
}

fn main() -> ExitCode {
    let result: Result<()> = match Args::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Test(args) => test::test(&args),
        Command::Bench(args) => bench::bench(&args),
        Command::Bundle(args) => bundle::bundle(&args),
        Command::Screenshots => screenshots::screenshots(),
        Command::Catalogue(args) => catalogue::catalogue(&args),
        Command::Lines(args) => lines::lines(&args),
        Command::Hardware(args) => hardware::hardware(&args),
        Command::HardwareRecord(args) => hardware::record(&args),
        Command::Python(args) => python::python(&args),
        Command::Windows(args) => windows::windows(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
