//! `cargo xtask test`.

use anyhow::Result;
use clap::Args;

use crate::{packages, shell};

#[derive(Args)]
pub(crate) struct TestArgs {
    /// More cases for every property test, as in the scheduled run.
    #[arg(long)]
    thorough: bool,
}

/// Cases of every property test in the scheduled run; an ordinary one has proptest's 256.
const THOROUGH_CASES: &str = "5000";

/// Runs every test of the workspace.
pub(crate) fn test(args: &TestArgs) -> Result<()> {
    packages::ensure(&packages::TEST)?;
    // The fakes are libraries that the tests load, which no dependency builds.
    shell::run(&mut shell::cargo(&["build", "--workspace"]))?;
    let mut tests = shell::cargo(&["test", "--workspace", "--no-fail-fast"]);
    if args.thorough {
        tests.env("PROPTEST_CASES", THOROUGH_CASES);
    }
    shell::run(&mut tests)
}
