//! The settings file on disk: read, watched for changes, and written atomically.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

use gpu_keepalive_core::{
    protocol::{ApiError, ErrorCode, SettingsReport},
    settings::{SettingError, Settings, SettingsFile},
};
use tempfile::NamedTempFile;

#[cfg(test)]
mod tests;

/// The settings file at one path.
///
/// Every call does a little blocking I/O on a file of a few kilobytes.
#[derive(Debug)]
pub struct SettingsStore {
    /// `None` for settings that a program made up and that are nowhere on disk.
    path: Option<PathBuf>,
    file: SettingsFile,
    /// What the file was known by when it was read; `None` when there was none.
    stamp: Option<Stamp>,
}

/// Why the settings could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is there and cannot be read.
    #[error("cannot read the settings file {}: {source}", path.display())]
    Read {
        /// The settings file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file cannot be written; it is as it was.
    #[error(
        "cannot write the settings file {}: {source}; check that its folder can be written",
        path.display()
    )]
    Write {
        /// The settings file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody else writes the file all the time; it is as they left it.
    #[error("the settings file {} is being changed by another program; try again", path.display())]
    Busy {
        /// The settings file.
        path: PathBuf,
    },
    /// The change itself was refused.
    #[error(transparent)]
    Setting(#[from] SettingError),
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Setting(
                SettingError::UnknownKey { .. } | SettingError::WrongValue { .. },
            ) => ErrorCode::InvalidArgument,
            _ => ErrorCode::SettingsNotWritten,
        };
        Self::new(code, error.to_string())
    }
}

impl SettingsStore {
    /// Reads the file; a missing one has every setting at its default and is made by the first
    /// change.
    pub fn load(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        let (file, stamp) = read(&path)?;
        Ok(Self {
            path: Some(path),
            file,
            stamp,
        })
    }

    /// Settings that a program made up: changes last as long as the program.
    pub fn in_memory(settings: &Settings) -> Self {
        Self {
            path: None,
            file: SettingsFile::of(settings),
            stamp: None,
        }
    }

    /// Where the file is, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        self.file.settings()
    }

    /// The file as it was last read or written.
    pub fn file(&self) -> &SettingsFile {
        &self.file
    }

    /// Every setting, for faces.
    pub fn report(&self) -> SettingsReport {
        let path = self.path.as_deref().unwrap_or(Path::new(""));
        self.file.report(path.display())
    }

    /// Reads the file again if somebody else changed it, and says whether the settings or their
    /// problems are others now. After an error they are those of before.
    pub fn reload_if_changed(&mut self) -> Result<bool, StoreError> {
        let Some(path) = &self.path else {
            return Ok(false);
        };
        if stamp(path) == self.stamp {
            return Ok(false);
        }
        let (file, stamp) = read(path)?;
        let changed =
            file.settings() != self.file.settings() || file.problems() != self.file.problems();
        (self.file, self.stamp) = (file, stamp);
        Ok(changed)
    }

    /// Changes one setting in the file as it is on disk now, as [`SettingsFile::set`] does.
    ///
    /// What others wrote since it was read is read first and kept.
    pub fn set(&mut self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        let Some(path) = self.path.clone() else {
            return Ok(self.file.set(key, value)?);
        };
        for _ in 0..WRITE_ATTEMPTS {
            (self.file, self.stamp) = read(&path)?;
            let mut changed = self.file.clone();
            changed.set(key, value)?;
            if changed.text() == self.file.text() {
                return Ok(());
            }
            let written = write_unless_changed(&path, changed.text(), self.stamp.as_ref());
            let written = written.map_err(|source| StoreError::Write {
                path: path.clone(),
                source,
            })?;
            if let Some(stamp) = written {
                (self.file, self.stamp) = (changed, Some(stamp));
                return Ok(());
            }
        }
        Err(StoreError::Busy { path })
    }
}

/// How often a change is tried when others change the file in the milliseconds between.
const WRITE_ATTEMPTS: usize = 3;
/// No settings file is larger: the default one has 3 KiB with every key written out.
const MAX_BYTES: u64 = 1 << 20;
/// As many symbolic links as Linux follows.
const MAX_LINKS: usize = 40;

/// What tells one state of a file from another without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    len: u64,
    /// A rename puts another file in its place.
    file_id: Option<u64>,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
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

fn stamp(path: &Path) -> Option<Stamp> {
    fs::metadata(path).ok().map(|metadata| Stamp::of(&metadata))
}

fn read(path: &Path) -> Result<(SettingsFile, Option<Stamp>), StoreError> {
    match read_bytes(path) {
        Ok((bytes, stamp)) => Ok((SettingsFile::from_bytes(&bytes), Some(stamp))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok((SettingsFile::default(), None))
        }
        Err(source) => Err(StoreError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

fn read_bytes(path: &Path) -> io::Result<(Vec<u8>, Stamp)> {
    // Opening a named pipe would wait for its other end.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let file = File::open(path)?;
    // Taken before the content: a change in between is then seen as one.
    let stamp = Stamp::of(&file.metadata()?);
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok((bytes, stamp))
}

/// Puts a new file in the place of the old one, all of it or nothing, and gives its stamp; `None`,
/// with nothing written, when the old one is not the one that is known.
fn write_unless_changed(
    path: &Path,
    text: &str,
    known: Option<&Stamp>,
) -> io::Result<Option<Stamp>> {
    let target = followed(path)?;
    let folder = folder_of(&target);
    fs::create_dir_all(folder)?;
    let mut new = NamedTempFile::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    if let Ok(old) = fs::metadata(&target) {
        new.as_file().set_permissions(old.permissions())?;
    }
    new.as_file().sync_all()?;
    if stamp(&target).as_ref() != known {
        return Ok(None);
    }
    let file = new.persist(&target).map_err(|error| error.error)?;
    // The rename itself; some file systems cannot, and the file is in its place either way.
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(Some(Stamp::of(&file.metadata()?)))
}

/// Where the last of a chain of symbolic links points, whether or not that exists: the link of a
/// dotfile manager is kept, and what it points to is replaced.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&target) {
            Ok(next) => target = folder_of(&target).join(next),
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

fn folder_of(path: &Path) -> &Path {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}
