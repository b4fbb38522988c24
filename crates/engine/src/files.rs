//! Reads files of ours and of the user's so that nothing waits for a path that is no file and
//! nothing is replaced that was not read.

#![allow(
    clippy::disallowed_methods,
    reason = "called by the store worker, on a thread that may wait"
)]

pub(crate) mod lock;

use gpu_keepalive_text::text;
use std::{
    fs::{self, File, Metadata},
    io::{self, Read},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// As many symbolic links as Linux follows.
const MAX_LINKS: usize = 40;

/// State of a file on disk, by which a change of it is noticed without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Missing,
    There(Stamp),
}

/// One version of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    modified: Option<SystemTime>,
    len: u64,
    /// A rename puts another file in its place.
    file_id: Option<u64>,
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
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

/// The reason why a file cannot be read; continues “the file is”.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("{}", text!("read-folder"))]
    Folder,
    #[error("{}", text!("read-not-a-file"))]
    NotAFile,
    #[error("{}", text!("read-too-large", mib = .0 >> 20))]
    TooLarge(u64),
    #[error("{}", text!("read-not-readable", error = .0.to_string()))]
    Io(#[from] io::Error),
}

/// State of the file now; `None` when the system does not report it.
pub(crate) fn stat(path: &Path) -> Option<Seen> {
    match fs::metadata(path) {
        Ok(metadata) => Some(Seen::There(Stamp::of(&metadata))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Seen::Missing),
        Err(_) => None,
    }
}

/// The content of a regular file, its state taken before: a change in between is then noticed as
/// one. `None` when there is no file.
pub(crate) fn read(path: &Path, max_bytes: u64) -> Result<Option<(Vec<u8>, Stamp)>, ReadError> {
    let file = match open(path) {
        Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let stamp = Stamp::of(&file.metadata()?);
    let mut bytes = Vec::new();
    file.take(max_bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        return Err(ReadError::TooLarge(max_bytes));
    }
    Ok(Some((bytes, stamp)))
}

/// Opens a regular file and nothing else: opening a device can do something, and opening a named
/// pipe would wait for its other end, also for one that came between the check and the opening.
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

/// The end of a chain of symbolic links, whether or not it exists.
pub(crate) fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&target) {
            Ok(next) => target = folder_of(&target).join(next),
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

pub(crate) fn folder_of(path: &Path) -> &Path {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// A hidden file beside another, of its name and that ending.
pub(crate) fn beside(file: &Path, ending: &str) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!(".{name}{ending}"))
}

/// The end of a file that is to take the place of another.
const TEMPORARY: &str = ".new";

/// A new file that is to take the place of `file`: hidden, and known by its name as ours.
pub(crate) fn temporary(file: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new()
        .prefix(&temporary_prefix(file))
        .suffix(TEMPORARY)
        .tempfile_in(folder_of(file))
}

/// Removes what writers of that file left behind when they were killed. The caller holds the lock
/// of all of its writers.
pub(crate) fn remove_leftovers(file: &Path) {
    for leftover in leftovers(file) {
        // A leftover that cannot be removed does no harm.
        let _ = fs::remove_file(leftover);
    }
}

/// New files of that file's writers, of those that are at work as well.
pub(crate) fn leftovers(file: &Path) -> impl Iterator<Item = PathBuf> {
    let prefix = temporary_prefix(file);
    let entries = fs::read_dir(folder_of(file)).into_iter().flatten();
    entries.flatten().filter_map(move |entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let ours = name.starts_with(&prefix) && name.ends_with(TEMPORARY);
        ours.then(|| entry.path())
    })
}

/// `.settings.toml.`, so that folders are listed without it.
fn temporary_prefix(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    format!(".{}.", name.to_string_lossy())
}

/// Makes sure that a file's new name is on the disk; some file systems cannot, and the file is in
/// its place either way.
pub(crate) fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    #[cfg(not(unix))]
    let _ = folder;
}
