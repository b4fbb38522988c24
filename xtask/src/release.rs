//! The release, built once for all who measure or pack it.

use std::path::PathBuf;

use anyhow::Result;

use crate::{packages, shell, ui};

/// The programs of a release.
pub(crate) const PROGRAMS: [&str; 2] = ["gpu-keepalive", WINDOW];
/// The program that has the window's pages in it.
pub(crate) const WINDOW: &str = "gpu-keepalive-app";

/// Builds the pages, the command line and the app. One after the other: together the command line
/// would get the features that only the app needs of the libraries they share.
pub(crate) fn build() -> Result<()> {
    packages::ensure(&packages::WINDOW)?;
    ui::build()?;
    for package in PROGRAMS {
        shell::run(&mut shell::cargo(&[
            "build",
            "--release",
            "--package",
            package,
        ]))?;
    }
    Ok(())
}

/// The path of a program of the release.
pub(crate) fn program(name: &str) -> PathBuf {
    shell::root().join("target/release").join(name)
}
