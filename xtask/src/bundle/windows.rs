//! `cargo xtask bundle --windows`: a Setup program, a folder to copy, and the manifests for winget.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::{BundleArgs, sbom, sums};
use crate::{
    packages::{self, Package},
    release, shell, windows,
};

mod portable;
mod setup;
mod winget;

/// The variable with the command that signs programs.
const SIGN: &str = "GPU_KEEPALIVE_SIGN";
const TOOLS: [Package; 2] = [
    Package {
        name: "nsis",
        why: "to make the Setup program for Windows",
    },
    Package {
        name: "zip",
        why: "to pack the folder for Windows",
    },
];

/// Builds what is shipped and packs it into `target/packages`, beside packages for other systems.
pub(super) fn bundle(args: &BundleArgs) -> Result<()> {
    packages::ensure(&TOOLS)?;
    let programs = if args.no_build {
        windows::app_folder()
    } else {
        windows::build_app()?
    };
    for program in release::PROGRAMS {
        sign(&programs.join(program).with_extension("exe"))?;
    }
    let folder = shell::root().join("target/packages");
    fs::create_dir_all(&folder)?;
    let bill = folder.join("gpu-keepalive-windows.cdx.json");
    sbom::write(windows::TARGET, &bill)?;
    let made = [
        setup::make(&programs, &folder)?,
        portable::make(&programs, &folder)?,
        bill,
    ];
    for file in &made {
        let bytes = fs::metadata(file)?.len();
        eprintln!("xtask: {}, {} KiB", file.display(), bytes >> 10);
    }
    winget::write(&made[0], &folder.join("winget"))?;
    sums::write(&folder)?;
    if args.check {
        windows::check_packages(&programs, &made[0])?;
    }
    Ok(())
}

/// The path of a file of this version, from which files of other versions are removed.
fn prepared(folder: &Path, ending: &str) -> Result<PathBuf> {
    let entries = fs::read_dir(folder)?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("GPU-Keepalive-") && name.ends_with(ending) {
            fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
    }
    Ok(folder.join(format!("GPU-Keepalive-{}{ending}", version())))
}

fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Has the user's command sign that file, if there is one.
fn sign(file: &Path) -> Result<()> {
    let Some(command) = env::var_os(SIGN) else {
        return Ok(());
    };
    let mut sign = Command::new("sh");
    sign.args(["-c", "eval \"$0\"' \"$1\"'"]);
    shell::run(sign.arg(command).arg(file))
}
