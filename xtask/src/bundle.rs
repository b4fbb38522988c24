//! `cargo xtask bundle`: a deb and an rpm, made with the two families' own tools.
//!
//! Not with Tauri's bundler: it makes every app with a tray depend on libayatana, which ours does
//! not use, and does not find out which versions of the libraries are needed.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use clap::Args;

use crate::{
    packages::{self, Package},
    release, shell,
};

mod check;
mod deb;
mod files;
pub(crate) mod licences;
mod rpm;

#[derive(Args)]
pub(crate) struct BundleArgs {
    /// Also install the deb here, try what it brings, and remove it again.
    #[arg(long)]
    check: bool,
}

const TOOLS: [Package; 2] = [
    Package {
        name: "dpkg-dev",
        why: "to find out which libraries the deb needs",
    },
    Package {
        name: "rpm",
        why: "to make the rpm",
    },
];

/// Builds what is shipped and packs it into `target/packages`.
pub(crate) fn bundle(args: &BundleArgs) -> Result<()> {
    packages::ensure(&TOOLS)?;
    release::build()?;
    let folder = shell::root().join("target/packages");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot empty target/packages")?;
    }
    fs::create_dir_all(&folder)?;
    let packages = [deb::pack(&folder)?, rpm::pack(&folder)?];
    for package in &packages {
        let bytes = fs::metadata(package)?.len();
        eprintln!("xtask: {}, {} KiB", package.display(), bytes >> 10);
    }
    if args.check {
        let [deb, rpm] = &packages;
        check::check(deb, rpm)?;
    }
    Ok(())
}

/// The fields of both packages that describe the program, from `packaging/` and the manifest.
fn description() -> Result<String> {
    let path = shell::root().join("packaging/description.txt");
    read(&path)
}

/// The script that names what stays behind, run after the removal where `condition` holds.
fn removed(condition: &str) -> Result<String> {
    let script = read(&shell::root().join("packaging/remaining.sh"))?;
    Ok(format!(
        "{script}\nif {condition}; then\n    remaining || :\nfi\n"
    ))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}
