//! `cargo xtask bundle`: a deb and an rpm, made with the two families' own tools; or what is installed on Windows.
//!
//! Not with Tauri's bundler: it makes every app with a tray depend on libayatana, which ours does
//! not use, and does not find out which versions of the libraries are needed.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use clap::Args;
use files::Papers;

use crate::{
    packages::{self, Package},
    release, shell,
};

mod check;
mod deb;
mod files;
pub(crate) mod licences;
mod parts;
mod rpm;
pub(crate) mod sbom;
mod sums;
mod windows;

#[derive(Args)]
pub(crate) struct BundleArgs {
    /// Also install the deb here, or what is for Windows under wine, try what it brings, and remove it again.
    #[arg(long)]
    check: bool,
    /// Pack the programs of the last release build.
    #[arg(long)]
    no_build: bool,
    /// Instead make what is for Windows: a Setup program, a folder to copy, and manifests for winget.
    #[arg(long)]
    windows: bool,
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
    if args.windows {
        return windows::bundle(args);
    }
    packages::ensure(&TOOLS)?;
    if !args.no_build {
        release::build()?;
    }
    let folder = shell::root().join("target/packages");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot empty target/packages")?;
    }
    fs::create_dir_all(&folder)?;
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let bill = folder.join("gpu-keepalive-linux.cdx.json");
    sbom::write(&target, &bill)?;
    let licences = licences::texts(&target)?;
    let papers = Papers {
        bill: &bill,
        licences: &licences,
    };
    let packages = [deb::pack(&folder, &papers)?, rpm::pack(&folder, &papers)?];
    for package in packages.iter().chain([&bill]) {
        let bytes = fs::metadata(package)?.len();
        eprintln!("xtask: {}, {} KiB", package.display(), bytes >> 10);
    }
    sums::write(&folder)?;
    if args.check {
        let [deb, rpm] = &packages;
        check::check(deb, rpm)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}
