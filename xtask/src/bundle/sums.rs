//! `SHA256SUMS`, by which a download is checked: `sha256sum --check SHA256SUMS`.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::shell;

const NAME: &str = "SHA256SUMS";

/// Writes that of every file in the folder; files in folders below are not for download.
pub(super) fn write(folder: &Path) -> Result<()> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() && entry.file_name() != NAME {
            names.push(entry.file_name());
        }
    }
    names.sort();
    let mut sum = Command::new("sha256sum");
    let sums = shell::output(sum.current_dir(folder).arg("--").args(names))?;
    fs::write(folder.join(NAME), sums)?;
    Ok(())
}

/// The sum of one file, in hexadecimal digits.
pub(super) fn of(file: &Path) -> Result<String> {
    let sum = shell::output(Command::new("sha256sum").arg("--").arg(file))?;
    let digits = sum.split_whitespace().next();
    Ok(digits.context("sha256sum wrote a sum")?.to_owned())
}
