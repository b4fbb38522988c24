//! `cargo xtask test`.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::{packages, shell, ui};

#[derive(Args)]
pub(crate) struct TestArgs {
    /// More cases for every property test, as in the scheduled run.
    #[arg(long)]
    thorough: bool,
    /// Install what is missing, and stop there.
    #[arg(long, conflicts_with = "build")]
    set_up: bool,
    /// Install what is missing and build the tests, and stop there.
    #[arg(long)]
    build: bool,
    /// Only the app under Wayland, which takes a compositor and more packages.
    #[arg(long, conflicts_with_all = ["thorough", "set_up", "build"])]
    wayland: bool,
}

/// The number of “nobody” in Debian.
const NOBODY: &str = "65534";
/// Cases of every property test in the scheduled run; an ordinary one has proptest's 256.
const THOROUGH_CASES: &str = "5000";

/// Runs every test: the pages', the workspace's, and those of the app on a desktop of their own.
pub(crate) fn test(args: &TestArgs) -> Result<()> {
    packages::ensure(&packages::WINDOW)?;
    packages::ensure(&packages::TEST)?;
    packages::fetch_promtool()?;
    if args.set_up {
        return Ok(());
    }
    if args.wayland {
        return wayland();
    }
    if !args.build {
        ui::test()?;
    }
    ui::build()?;
    // Programs and fake libraries that the tests start, which no dependency builds.
    shell::run(&mut shell::cargo(&["build", "--workspace"]))?;
    let mut tests = shell::cargo(&["test", "--workspace", "--no-fail-fast"]);
    if args.build {
        tests.arg("--no-run");
    }
    if args.thorough {
        tests.env("PROPTEST_CASES", THOROUGH_CASES);
    }
    shell::run(&mut tests)
}

/// Runs the tests under Wayland, by an ordinary user: sway refuses to run as root.
fn wayland() -> Result<()> {
    packages::ensure(&packages::WAYLAND)?;
    ui::build()?;
    // The program that the bar's module starts.
    shell::run(&mut shell::cargo(&["build", "--package", "gpu-keepalive"]))?;
    let pictures = shell::root().join("target/screenshots");
    std::fs::create_dir_all(&pictures)?;
    let mut tests = shell::cargo(&[]);
    if packages::is_administrator()? {
        shell::run(Command::new("chown").arg(NOBODY).arg(&pictures))?;
        let words = ["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"];
        let runner = format!(
            "target.'cfg(unix)'.runner = ['setpriv', '{}']",
            words.join("', '")
        );
        tests.args(["--config", &runner]);
    }
    tests.args([
        "test",
        "--package",
        "gpu-keepalive-app",
        "--test",
        "desktop",
    ]);
    shell::run(tests.args(["--", "--ignored", "wayland::"]))
}
