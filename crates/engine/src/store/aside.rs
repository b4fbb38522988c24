use std::{
    io,
    path::{Path, PathBuf},
};

/// More versions of one file than a user reads through.
const MOST: u32 = 1000;

/// Gives what is at that path a name beside it that nothing has: `energy.json.set-aside`, then
/// `energy.json.set-aside-2`. A link is renamed itself, not what it points to.
pub(super) fn set_aside(path: &Path) -> io::Result<PathBuf> {
    for number in 1..=MOST {
        let mut aside = path.as_os_str().to_owned();
        aside.push(".set-aside");
        if number > 1 {
            aside.push(format!("-{number}"));
        }
        let aside = PathBuf::from(aside);
        match rename_to_free(path, &aside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            renamed => return renamed.map(|()| aside),
        }
    }
    Err(io::Error::other(format!("{MOST} were set aside before")))
}

#[cfg(target_os = "linux")]
fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::{
        fs::{CWD, RenameFlags, renameat_with},
        io::Errno,
    };
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Some file systems do not know the flag.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => rename_unless_taken(from, to),
        renamed => Ok(renamed?),
    }
}

#[cfg(not(target_os = "linux"))]
fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    rename_unless_taken(from, to)
}

#[allow(
    clippy::disallowed_methods,
    reason = "called by the store worker, on a thread that may wait"
)]
fn rename_unless_taken(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(to) {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => std::fs::rename(from, to),
        Err(error) => Err(error),
    }
}
