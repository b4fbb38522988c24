//! Small files of our own: written so that they survive a crash at any byte, and never in the
//! place of something that was not read and understood.

#![allow(
    clippy::disallowed_methods,
    reason = "called by the store worker, on a thread that may wait"
)]

#[cfg(all(test, unix))]
mod tests;

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use gpu_keepalive_core::models::one_line;
use serde::{Serialize, de::DeserializeOwned};
use tempfile::NamedTempFile;

use crate::files::{self, Seen, Stamp, folder_of, followed, stat, sync_folder, temporary};

/// No file of ours is larger: half a year of energy for eight GPUs has 200 KiB.
const MAX_BYTES: u64 = 16 << 20;
/// Most characters of the parser's message, which may quote the file.
const MAX_SHOWN: usize = 200;
/// Versions of one file set aside, more than a user reads through.
const MOST_ASIDE: u32 = 1000;
/// Number of times one run sets the same file aside: another program that keeps writing it would
/// have its every version kept.
const MOST_SET_ASIDE: u32 = 3;

/// Reads a JSON file; one that is missing, or that cannot be read or understood, is the default.
/// Nothing is changed on the disk.
pub fn load<T: DeserializeOwned + Default>(path: &Path) -> T {
    let (file, value) = StoredFile::load(path);
    if let Some(why) = file.why_strange() {
        tracing::warn!("{} {why}; it counts as empty", path.display());
    }
    value
}

/// Writes a JSON file, making its folder: afterwards the file holds all of `value`, and at any
/// moment before that all of what it held. What is in its place and is no `T` is set aside.
///
/// # Errors
/// The file cannot be written, or what is in its place cannot be set aside. It is then as it was.
pub fn save<T: Serialize + DeserializeOwned + Default>(path: &Path, value: &T) -> io::Result<()> {
    let (mut file, _) = StoredFile::load::<T>(path);
    let replaced = file.replace(value).map_err(io::Error::other)?;
    if let Some(notice) = replaced {
        tracing::warn!("{notice}");
    }
    Ok(())
}

/// Puts a text in the place of a file, in a folder that is there: its readers, who may be any user,
/// find the one or the other whole.
///
/// # Errors
/// The file cannot be written. It is then as it was.
pub fn replace_text(path: &Path, text: &str) -> io::Result<()> {
    let mut new = tempfile::Builder::new();
    #[cfg(unix)]
    new.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let new = new.prefix(".gpu-keepalive.").suffix(".new");
    let mut new = new.tempfile_in(folder_of(path))?;
    new.write_all(text.as_bytes())?;
    new.persist(path)?;
    Ok(())
}

/// A file that only we write, as it was when it was read or written last.
#[derive(Debug)]
pub(crate) struct StoredFile {
    path: PathBuf,
    known: Known,
    set_aside: u32,
}

#[derive(Debug)]
enum Known {
    Missing,
    /// The file itself, which a link may lead to, and its version.
    Ours(PathBuf, Stamp),
    /// Not read or not understood; continues “the file”.
    Strange(String),
}

impl StoredFile {
    /// Reads it; without a value that can be used, the default.
    pub(crate) fn load<T: DeserializeOwned + Default>(path: &Path) -> (Self, T) {
        let (known, value) = match files::read(path, MAX_BYTES) {
            Ok(None) if fs::symlink_metadata(path).is_ok() => {
                let why = "is a link to a file that does not exist";
                (Known::Strange(why.to_owned()), T::default())
            }
            Ok(None) => (Known::Missing, T::default()),
            Ok(Some((bytes, stamp))) => match understand(path, &bytes) {
                Ok((target, value)) => (Known::Ours(target, stamp), value),
                Err(why) => (Known::Strange(why), T::default()),
            },
            Err(error) => (Known::Strange(format!("is {error}")), T::default()),
        };
        let file = Self {
            path: path.to_owned(),
            known,
            set_aside: 0,
        };
        (file, value)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The reason why it was not read or understood.
    pub(crate) fn why_strange(&self) -> Option<&str> {
        match &self.known {
            Known::Strange(why) => Some(why),
            Known::Missing | Known::Ours(..) => None,
        }
    }

    /// Sets aside what is in its place and is not what was read or written last. Returns a sentence
    /// that states it.
    ///
    /// # Errors
    /// A sentence with the reason why it cannot be set aside.
    pub(crate) fn make_room(&mut self) -> Result<Option<String>, String> {
        let Some(why) = self.why_in_the_way() else {
            return Ok(None);
        };
        let path = self.path.display();
        if self.set_aside == MOST_SET_ASIDE {
            return Err(format!(
                "{path} {why}, again and again; nothing more is written in its place."
            ));
        }
        match set_aside(&self.path) {
            Ok(aside) => {
                let aside = aside.display();
                let notice = format!("{path} {why}. It was set aside as {aside}.");
                self.set_aside += 1;
                self.known = Known::Missing;
                Ok(Some(notice))
            }
            Err(error) => Err(format!(
                "{path} {why}, and cannot be set aside ({error}); nothing is written in its place."
            )),
        }
    }

    /// Puts a new file in the place of the old one, all of it or nothing. Returns a sentence about
    /// what had to be set aside.
    ///
    /// # Errors
    /// A sentence with the reason why nothing was written.
    pub(crate) fn replace<T: Serialize>(&mut self, value: &T) -> Result<Option<String>, String> {
        let path = self.path.clone();
        let cannot = |error: io::Error| format!("{} cannot be written: {error}.", path.display());
        let mut new = self.new_file(value).map_err(cannot)?;
        // Only now, so that no other program has time to put something there.
        let notice = self.make_room()?;
        if notice.is_some() {
            new = self.new_file(value).map_err(cannot)?;
        }
        self.known = new.take_place().map_err(cannot)?;
        Ok(notice)
    }

    /// A whole new file beside the old one.
    fn new_file<T: Serialize>(&self, value: &T) -> io::Result<NewFile> {
        let target = match &self.known {
            // A link to a file of ours belongs to a dotfile manager, and stays.
            Known::Ours(target, _) => target.clone(),
            Known::Missing | Known::Strange(_) => self.path.clone(),
        };
        fs::create_dir_all(folder_of(&target))?;
        let mut file = temporary(&target)?;
        file.write_all(&serde_json::to_vec(value)?)?;
        // Otherwise a power cut can leave the new name with no bytes behind it.
        file.as_file().sync_all()?;
        Ok(NewFile { file, target })
    }

    /// The reason why the present file must not be replaced; continues “the file”.
    fn why_in_the_way(&self) -> Option<String> {
        let metadata = match fs::symlink_metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => return Some(format!("cannot be looked at: {error}")),
            Ok(_) => fs::metadata(&self.path),
        };
        match &self.known {
            Known::Strange(why) => Some(why.clone()),
            Known::Ours(_, stamp) if metadata.is_ok_and(|found| Stamp::of(&found) == *stamp) => {
                None
            }
            Known::Missing | Known::Ours(..) => Some("was written by another program".to_owned()),
        }
    }
}

/// A file that is to take the place of another.
struct NewFile {
    file: NamedTempFile,
    target: PathBuf,
}

impl NewFile {
    fn take_place(self) -> io::Result<Known> {
        let Self { file, target } = self;
        let stamp = Stamp::of(&file.as_file().metadata()?);
        match stat(&target) {
            Some(Seen::There(_)) => file.persist(&target)?,
            _ => file.persist_noclobber(&target)?,
        };
        sync_folder(folder_of(&target));
        Ok(Known::Ours(target, stamp))
    }
}

/// Parses the bytes.
///
/// # Errors
/// Continues “the file”.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| {
        let why = one_line(&error.to_string(), MAX_SHOWN);
        format!("cannot be understood ({why})")
    })
}

/// Parses the bytes. Returns the value, and the file itself, which a link may lead to.
fn understand<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<(PathBuf, T), String> {
    let value = parse(bytes)?;
    let target = followed(path).map_err(|error| format!("is not readable: {error}"))?;
    Ok((target, value))
}

/// Gives what is at that path a name beside it that nothing has: `energy.json.set-aside`, then
/// `energy.json.set-aside-2`. A link is renamed itself, not what it points to.
fn set_aside(path: &Path) -> io::Result<PathBuf> {
    for number in 1..=MOST_ASIDE {
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
    Err(io::Error::other(format!(
        "{MOST_ASIDE} were set aside before"
    )))
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

fn rename_unless_taken(from: &Path, to: &Path) -> io::Result<()> {
    match fs::symlink_metadata(to) {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(from, to),
        Err(error) => Err(error),
    }
}
