//! The window's pages, built and tested with npm.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Result, ensure};

use crate::shell;

/// Builds the pages unless they are newer than everything they are made of.
pub(crate) fn build() -> Result<()> {
    let ui = shell::root().join("ui");
    let built = modified(&ui.join("dist/index.html"));
    if built.is_some() && built >= newest(&ui) {
        return Ok(());
    }
    install(&ui)?;
    shell::run(&mut npm(&ui, &["run", "build"]))
}

/// Builds the pages to learn which packages are in them; the list of those, with their licences.
pub(crate) fn licences() -> Result<PathBuf> {
    let ui = shell::root().join("ui");
    install(&ui)?;
    shell::run(&mut npm(&ui, &["run", "--silent", "licences"]))?;
    Ok(shell::root().join("target/pages/licences.json"))
}

/// Checks types and runs the pages' tests.
pub(crate) fn test() -> Result<()> {
    let ui = shell::root().join("ui");
    install(&ui)?;
    shell::run(&mut npm(&ui, &["run", "check"]))?;
    shell::run(&mut npm(&ui, &["run", "test"]))
}

/// Installs what `package-lock.json` names, unless it is there already.
fn install(ui: &Path) -> Result<()> {
    ensure!(
        shell::is_installed(NPM),
        "the window's pages need Node.js 20 or later with npm; install it and try again"
    );
    let lock = modified(&ui.join("package-lock.json"));
    if modified(&ui.join("node_modules/.package-lock.json")) >= lock {
        return Ok(());
    }
    shell::run(&mut npm(ui, &["ci", "--no-audit", "--no-fund"]))
}

/// On Windows a file for its console, which is found by its whole name alone.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

fn npm(ui: &Path, arguments: &[&str]) -> Command {
    let mut npm = Command::new(NPM);
    npm.args(arguments).current_dir(ui);
    npm
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
}

/// The time when the newest of the pages' sources was changed.
fn newest(ui: &Path) -> Option<SystemTime> {
    let mut open = vec![ui.join("src"), ui.join("public")];
    let tops = ["index.html", "package-lock.json", "vite.config.ts"];
    let mut newest = tops
        .iter()
        .filter_map(|name| modified(&ui.join(name)))
        .max();
    while let Some(path) = open.pop() {
        newest = newest.max(modified(&path));
        let entries = fs::read_dir(&path).into_iter().flatten().flatten();
        open.extend(entries.map(|entry| entry.path()));
    }
    newest
}
