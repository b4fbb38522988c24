use std::path::Path;

use gpu_keepalive_core::settings::SettingsFile;

use crate::files::{self, ReadError};
pub(super) use crate::files::{Seen, stat};

/// No settings file is larger: the default one has 3 KiB with every key written out.
const MAX_BYTES: u64 = 1 << 20;

/// The file, or in its place one that has the reason as its problem.
pub(super) fn read_or_report(path: &Path) -> (SettingsFile, Option<Seen>) {
    match read(path) {
        Ok((file, seen)) => (file, Some(seen)),
        Err(reason) => (SettingsFile::unreadable(path.display(), reason), None),
    }
}

/// The file, its state taken before its content: a change in between is then noticed as one.
pub(super) fn read(path: &Path) -> Result<(SettingsFile, Seen), ReadError> {
    Ok(match files::read(path, MAX_BYTES)? {
        Some((bytes, stamp)) => (SettingsFile::from_bytes(&bytes), Seen::There(stamp)),
        None => (SettingsFile::default(), Seen::Missing),
    })
}
