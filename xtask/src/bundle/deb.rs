use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::files::{self, Papers, Places};
use crate::shell;

/// The version of cargo-deb that was tried.
const CARGO_DEB: &str = "3.8.0";
const PLACES: Places = Places {
    zsh: "usr/share/zsh/vendor-completions/_gpu-keepalive",
    licence: None,
    changelog: "usr/share/doc/gpu-keepalive/changelog",
};

/// Makes the deb in that folder, as `[package.metadata.deb]` in Cargo.toml describes it.
pub(super) fn pack(folder: &Path, papers: &Papers) -> Result<PathBuf> {
    let target = shell::root().join("target");
    // Where that table expects it.
    let root = target.join("deb");
    if root.exists() {
        fs::remove_dir_all(&root).context("cannot empty target/deb")?;
    }
    files::lay_out(&root, &PLACES, papers)?;
    let tools = target.join("tools");
    // Builds it into that folder, unless this version is there.
    let mut install = shell::cargo(&["install", "--quiet", "--locked", "cargo-deb"]);
    shell::run(install.args(["--version", CARGO_DEB, "--root"]).arg(&tools))?;
    let architecture = shell::output(Command::new("dpkg").arg("--print-architecture"))?;
    let version = env!("CARGO_PKG_VERSION");
    let package = folder.join(format!(
        "gpu-keepalive_{version}_{}.deb",
        architecture.trim()
    ));
    // Every dpkg that is in use reads xz.
    let mut pack = Command::new(tools.join("bin/cargo-deb"));
    pack.args([
        "--no-build",
        "--no-strip",
        "--compress-type",
        "xz",
        "--output",
    ]);
    shell::run(pack.arg(&package).current_dir(shell::root()))?;
    Ok(package)
}
