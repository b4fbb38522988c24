//! The app for Windows, as a folder that can be copied there.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{STD, TARGET, app_folder, cargo, resources, target, wine};
use crate::{bundle::licences, packages, release, shell, ui};

/// The library that the programs need beside them and Windows does not have.
const LOADER: &str = "WebView2Loader.dll";

/// Builds what is shipped; the folder with everything that it needs.
pub(super) fn build() -> Result<PathBuf> {
    ui::build()?;
    let built = target().join(TARGET).join("release");
    let folder = app_folder();
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot empty target/gpu-keepalive-windows")?;
    }
    fs::create_dir_all(&folder)?;
    let ship = |from: &Path| -> Result<()> {
        let name = from.file_name().context("a file has a name")?;
        fs::copy(from, folder.join(name)).with_context(|| from.display().to_string())?;
        Ok(())
    };
    for program in release::PROGRAMS {
        let build = ["build", "--release", "--package", program];
        shell::run(&mut cargo(&build, STD))?;
        ship(&built.join(program).with_extension("exe"))?;
    }
    ship(&built.join(LOADER))?;
    ship(&shell::root().join("LICENSE"))?;
    let licences = licences::texts(TARGET)?;
    fs::write(folder.join("third-party-licences.txt"), licences)?;
    resources::check(&folder)?;
    eprintln!("xtask: {}", folder.display());
    Ok(folder)
}

/// Tries it under wine on a desktop of its own, by the app's tests of that name.
pub(super) fn check(folder: &Path) -> Result<()> {
    test(
        "GPU_KEEPALIVE_WINDOWS",
        folder,
        &["--skip", "wine::setup::", "wine::"],
    )
}

/// Tries the Setup program in the same way.
pub(super) fn check_setup(setup: &Path) -> Result<()> {
    test("GPU_KEEPALIVE_SETUP", setup, &["wine::setup::"])
}

/// Runs the tests that the arguments choose; the variable has the path of what they try.
fn test(variable: &str, path: &Path, chosen: &[&str]) -> Result<()> {
    packages::ensure(&packages::WINDOW)?;
    packages::ensure(&packages::TEST)?;
    let mut tests = shell::cargo(&["test", "--workspace", "--test", "desktop"]);
    // One after the other: they share wine's registry and its pipes.
    tests
        .args(["--", "--ignored", "--test-threads=1"])
        .args(chosen);
    tests.env(variable, path);
    shell::run(wine::with_prefix(&mut tests))
}
