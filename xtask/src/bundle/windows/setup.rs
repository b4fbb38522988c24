//! The Setup program, made by NSIS from `packaging/windows/setup.nsi`.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use super::{SIGN, prepared, version};
use crate::shell;

/// Makes it of the programs in that folder.
pub(super) fn make(programs: &Path, folder: &Path) -> Result<PathBuf> {
    let setup = prepared(folder, "-setup.exe")?;
    let root = shell::root();
    let mut makensis = Command::new("makensis");
    // Warnings are errors: one of them is a text that a language lacks.
    makensis.args(["-V2", "-WX", "-INPUTCHARSET", "UTF8"]);
    let mut define = |name: &str, value: &str| {
        makensis.arg(format!("-D{name}={value}"));
    };
    define("PAYLOAD", &programs.to_string_lossy());
    define("ICONS", &root.join("icons").to_string_lossy());
    define("OUT", &setup.to_string_lossy());
    define("VERSION", version());
    let numbers = version().split(['-', '+']).next();
    define("NUMBERS", numbers.unwrap_or_default());
    define("PUBLISHER", env!("CARGO_PKG_AUTHORS"));
    define("HOMEPAGE", env!("CARGO_PKG_REPOSITORY"));
    if env::var_os(SIGN).is_some() {
        define("SIGN", "");
    }
    makensis.arg(root.join("packaging/windows/setup.nsi"));
    shell::run(&mut makensis)?;
    Ok(setup)
}
