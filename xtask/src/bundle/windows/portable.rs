//! The folder that is copied and started as it is, as a zip.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use super::prepared;
use crate::shell;

/// The folder in the zip.
const NAME: &str = "GPU Keepalive";

/// Makes it of the programs in that folder.
pub(super) fn make(programs: &Path, folder: &Path) -> Result<PathBuf> {
    let zip = prepared(folder, "-windows-portable.zip")?;
    let work = tempfile::tempdir()?;
    let content = work.path().join(NAME);
    fs::create_dir(&content)?;
    for entry in fs::read_dir(programs)? {
        let file = entry?;
        fs::copy(file.path(), content.join(file.file_name()))?;
    }
    let read_me = shell::root().join("packaging/windows/portable.txt");
    fs::copy(read_me, content.join("README.txt"))?;
    let mut pack = Command::new("zip");
    // Without the owner and the rights of the files here.
    pack.args(["-9", "-q", "-X", "-r"]).arg(&zip).arg(NAME);
    shell::run(pack.current_dir(work.path()))?;
    Ok(zip)
}
