use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::{
    files::{self, Papers, Places},
    read,
};
use crate::shell;

const PLACES: Places = Places {
    zsh: "usr/share/zsh/site-functions/_gpu-keepalive",
    licence: Some("usr/share/licenses/gpu-keepalive/LICENSE"),
    changelog: "usr/share/doc/gpu-keepalive/CHANGELOG.md",
};

/// Makes the rpm in that folder. `rpmbuild` finds out which libraries the programs need.
pub(super) fn pack(folder: &Path, papers: &Papers) -> Result<PathBuf> {
    let work = tempfile::tempdir()?;
    let root = work.path().join("root");
    files::lay_out(&root, &PLACES, papers)?;
    let spec = work.path().join("gpu-keepalive.spec");
    fs::write(&spec, self::spec(&root)?)?;
    let mut build = Command::new("rpmbuild");
    build.args(["-bb", "--quiet", "--define"]);
    build.arg(format!("_topdir {}", work.path().display()));
    shell::run(build.arg(&spec))?;

    let made = work.path().join("RPMS").join(std::env::consts::ARCH);
    let made = fs::read_dir(&made)?
        .next()
        .context("rpmbuild made a package")??;
    let package = folder.join(made.file_name());
    fs::copy(made.path(), &package)?;
    Ok(package)
}

fn spec(root: &Path) -> Result<String> {
    // Folders of our own are removed with us; the others belong to everybody.
    let line = |path: &String| match root.join(&path[1..]).is_dir() {
        true if path.ends_with("/gpu-keepalive") => Some(format!("%dir {path}")),
        true => None,
        false => Some(path.clone()),
    };
    let files: Vec<_> = files::listed(root)?.iter().filter_map(line).collect();
    let template = read(&shell::root().join("packaging/gpu-keepalive.spec"))?;
    // Its interpreter is the one that rpm takes, and a percent sign begins a macro.
    let removed = read(&shell::root().join("packaging/maintainer/postrm"))?.replace('%', "%%");
    let description = read(&shell::root().join("packaging/description.txt"))?;
    Ok(template
        .replace("VERSION", env!("CARGO_PKG_VERSION"))
        .replace("HOMEPAGE", env!("CARGO_PKG_REPOSITORY"))
        .replace("STAGED", &root.to_string_lossy())
        .replace("DESCRIPTION", description.trim_end())
        .replace("REMOVED", removed.trim_end())
        .replace("FILES", &files.join("\n")))
}
