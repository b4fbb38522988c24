//! `cargo xtask windows`.
//!
//! rustup's toolchain cannot be given a second target without a download, so Debian's own compiler
//! and its library sources are used: the standard library is built from source for Windows.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;
use clap::Args;

use crate::{
    packages::{self, Package},
    shell,
};

mod app;
mod programs;
mod resources;
mod wine;

/// The target that is shipped.
pub(crate) const TARGET: &str = "x86_64-pc-windows-gnu";
const COMPILER: [Package; 3] = [
    Package {
        name: "rustc-web",
        why: "a compiler whose library sources are packaged",
    },
    Package {
        name: "rust-web-src",
        why: "the standard library's sources, to build for Windows",
    },
    Package {
        name: "gcc-mingw-w64-x86-64-posix",
        why: "a linker for Windows",
    },
];
#[derive(Args)]
pub(crate) struct WindowsArgs {
    /// Also run the core's tests, those of what is Windows' own and the command line under wine.
    #[arg(long)]
    wine: bool,
    /// Also build the app, into `target/gpu-keepalive-windows`, and try it under wine.
    #[arg(long)]
    app: bool,
}

/// Checks the command line and everything below it for Windows.
pub(crate) fn windows(args: &WindowsArgs) -> Result<()> {
    packages::ensure(&COMPILER)?;
    shell::run(&mut cargo(&["check", "--package", "gpu-keepalive"], STD))?;
    if args.wine {
        wine::prepare()?;
        shell::run(&mut wine_test("gpu-keepalive-core", &[]))?;
        // One after the other: wine shows a process no processor time but its own.
        let of_windows = [
            "windows::",
            "display::",
            "clock::",
            "efficiency::",
            "--test-threads=1",
        ];
        shell::run(&mut wine_test("gpu-keepalive-engine", &of_windows))?;
        programs::check()?;
    }
    if args.app {
        let folder = app::build()?;
        wine::prepare()?;
        app::check(&folder)?;
    }
    Ok(())
}

/// The folder of the programs for Windows and everything that they need.
pub(crate) fn app_folder() -> PathBuf {
    shell::root().join("target/gpu-keepalive-windows")
}

/// Builds what is shipped for Windows; the folder with everything that it needs.
pub(crate) fn build_app() -> Result<PathBuf> {
    packages::ensure(&COMPILER)?;
    app::build()
}

/// Tries the programs in that folder, and that Setup program, under wine.
pub(crate) fn check_packages(folder: &Path, setup: &Path) -> Result<()> {
    wine::prepare()?;
    app::check(folder)?;
    app::check_setup(setup)
}

/// The unit tests of a package, under wine.
fn wine_test(package: &str, arguments: &[&str]) -> Command {
    let test = ["test", "--package", package, "--lib"];
    let mut test = cargo(&test, &format!("{STD},test"));
    test.arg("--").args(arguments);
    test.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", "wine");
    // insta asks cargo where the snapshots are, and wine has no cargo.
    test.env("INSTA_WORKSPACE_ROOT", shell::root());
    wine::with_prefix(&mut test);
    test
}

/// The parts of the standard library to build.
const STD: &str = "std,panic_abort,panic_unwind";

/// The place where everything for Windows is built.
fn target() -> PathBuf {
    shell::root().join("target/windows")
}

fn cargo(arguments: &[&str], std: &str) -> Command {
    let mut command = shell::cargo(arguments);
    command.args(["--target", TARGET, &format!("-Zbuild-std={std}")]);
    with_compiler(&mut command);
    command
}

/// Has maturin build for Windows.
pub(crate) fn target_windows(maturin: &mut Command) -> Result<()> {
    packages::ensure(&COMPILER)?;
    maturin.args(["--target", TARGET, "-Z", &format!("build-std={STD}")]);
    with_compiler(maturin);
    Ok(())
}

fn with_compiler(command: &mut Command) {
    command
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", target());
}
