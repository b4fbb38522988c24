#![allow(
    clippy::disallowed_methods,
    reason = "called by the store worker, on a thread that may wait"
)]

use std::{
    fs::{self, File, Metadata},
    io::{self, Read},
    path::Path,
    time::SystemTime,
};

use gpu_keepalive_core::settings::SettingsFile;

use super::error::ReadError;

/// No settings file is larger: the default one has 3 KiB with every key written out.
const MAX_BYTES: u64 = 1 << 20;

/// State of the file on disk, by which a change of it is noticed without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Missing,
    There(Stamp),
}

/// One version of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    modified: Option<SystemTime>,
    len: u64,
    /// A rename puts another file in its place.
    file_id: Option<u64>,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let file_id = Some(std::os::unix::fs::MetadataExt::ino(metadata));
        #[cfg(windows)]
        let file_id = Some(std::os::windows::fs::MetadataExt::creation_time(metadata));
        #[cfg(not(any(unix, windows)))]
        let file_id = None;
        Self {
            modified: metadata.modified().ok(),
            len: metadata.len(),
            file_id,
        }
    }
}

/// State of the file now; `None` when the system does not tell.
pub(super) fn look(path: &Path) -> Option<Seen> {
    match fs::metadata(path) {
        Ok(metadata) => Some(Seen::There(Stamp::of(&metadata))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Seen::Missing),
        Err(_) => None,
    }
}

/// The file, or in its place one that has the reason as its problem.
pub(super) fn read_or_report(path: &Path) -> (SettingsFile, Option<Seen>) {
    match read(path) {
        Ok((file, seen)) => (file, Some(seen)),
        Err(reason) => (SettingsFile::unreadable(path.display(), reason), None),
    }
}

/// The file, its state taken before its content: a change in between is then noticed as one.
pub(super) fn read(path: &Path) -> Result<(SettingsFile, Seen), ReadError> {
    let file = match open(path) {
        Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
            return Ok((SettingsFile::default(), Seen::Missing));
        }
        opened => opened?,
    };
    let stamp = Stamp::of(&file.metadata()?);
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ReadError::TooLarge);
    }
    Ok((SettingsFile::from_bytes(&bytes), Seen::There(stamp)))
}

/// Opens a regular file and nothing else: opening a device can do something, and opening a named
/// pipe would wait for its other end, also for one that came between the look and the opening.
fn open(path: &Path) -> Result<File, ReadError> {
    require_file(&fs::metadata(path)?)?;
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        let no_waiting = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, no_waiting);
    }
    let file = options.open(path)?;
    require_file(&file.metadata()?)?;
    Ok(file)
}

fn require_file(metadata: &Metadata) -> Result<(), ReadError> {
    if metadata.is_file() {
        Ok(())
    } else if metadata.is_dir() {
        Err(ReadError::Folder)
    } else {
        Err(ReadError::NotAFile)
    }
}
