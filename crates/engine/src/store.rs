//! Small files of our own that survive a crash at any byte.

#![allow(
    clippy::disallowed_methods,
    reason = "called by the store worker, on a thread that may wait"
)]

use std::{fs, io, io::Write, path::Path};

use serde::{Serialize, de::DeserializeOwned};
use tempfile::NamedTempFile;

/// Reads a JSON file.
///
/// A missing file is the default. So is a damaged one, which is kept beside as `<name>.damaged`.
pub fn load<T: DeserializeOwned + Default>(path: &Path) -> T {
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!(
                    "{} cannot be read, starting afresh: {error}",
                    path.display()
                );
            }
            return T::default();
        }
    };
    serde_json::from_slice(&bytes).unwrap_or_else(|error| {
        let mut aside = path.as_os_str().to_owned();
        aside.push(".damaged");
        let kept = fs::rename(path, &aside);
        tracing::warn!(
            "{} is damaged, starting afresh ({error}); {}",
            path.display(),
            match kept {
                Ok(()) => format!("it was kept as {}", Path::new(&aside).display()),
                Err(error) => format!("it could not be kept: {error}"),
            }
        );
        T::default()
    })
}

/// Reads a file whole. Opening a named pipe or a device could wait for ever, so only a regular file
/// is opened.
///
/// # Errors
/// What the system says, or that it is not a file.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    fs::read(path)
}

/// Writes a JSON file, making its folder: afterwards the file holds all of `value`, and at any
/// moment before that all of what it held.
///
/// # Errors
/// The folder cannot be made or written, the disk is full, or `value` has no JSON form. The file
/// is then as it was.
pub fn save<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(&serde_json::to_vec(value)?)?;
    // Otherwise a power cut can leave the new name with no bytes behind it.
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::PathBuf};

    use super::*;

    type Days = BTreeMap<String, f64>;

    fn days() -> Days {
        [("2026-11-22", 0.4), ("2026-11-23", 12.5)]
            .map(|(day, wh)| (day.to_owned(), wh))
            .into()
    }

    fn aside(path: &Path) -> PathBuf {
        path.with_extension("json.damaged")
    }

    #[test]
    fn what_was_saved_is_loaded_and_nothing_else_is_left() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("state/gpu-keepalive/energy.json");
        assert_eq!(load::<Days>(&path), Days::new());
        for value in [Days::new(), days()] {
            save(&path, &value).unwrap();
            assert_eq!(load::<Days>(&path), value);
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_cut_at_any_byte_is_kept_aside_and_can_be_saved_again() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("energy.json");
        let whole = serde_json::to_vec(&days()).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(load::<Days>(&path), Days::new(), "{length} bytes");
            assert_eq!(fs::read(aside(&path)).unwrap(), &whole[..length]);
            assert!(!path.exists());
            save(&path, &days()).unwrap();
            assert_eq!(load::<Days>(&path), days());
        }
    }

    #[test]
    fn binary_and_foreign_content_is_damage() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("energy.json");
        for content in [
            &b"\xff\xfe\x00"[..],
            b"[1, 2]",
            b"{\"day\": \"many\"}",
            b"{} {}",
        ] {
            fs::write(&path, content).unwrap();
            assert_eq!(load::<Days>(&path), Days::new());
            assert_eq!(fs::read(aside(&path)).unwrap(), content);
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_an_error_and_leaves_the_file() {
        let root = tempfile::tempdir().unwrap();
        let blocker = root.path().join("file");
        fs::write(&blocker, "not a folder").unwrap();
        assert!(save(&blocker.join("energy.json"), &days()).is_err());
        assert_eq!(fs::read_to_string(&blocker).unwrap(), "not a folder");

        let taken = root.path().join("energy.json");
        fs::create_dir(&taken).unwrap();
        assert!(save(&taken, &days()).is_err());
        assert_eq!(load::<Days>(&taken), Days::new());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 2);
    }
}
