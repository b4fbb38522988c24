//! The place where an engine and its clients meet.

use std::path::{Path, PathBuf};

/// The place where an engine is reached.
///
/// On Linux that is a socket in a folder, and under a name in the kernel's own list of sockets (an
/// abstract address) as well. The name is what makes an engine the only one: it belongs to one
/// process at a time, ends with it, and no program that clears folders can remove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlSocket {
    /// The places where the socket may be, the first being where an engine puts it; pipes on
    /// Windows.
    paths: Vec<PathBuf>,
    /// The folder of the first path, where it is one that we make.
    #[cfg(unix)]
    made: Option<PathBuf>,
    #[cfg(target_os = "linux")]
    name: String,
}

impl ControlSocket {
    /// The socket at that path and nowhere else.
    pub fn at(path: &Path) -> Self {
        Self {
            #[cfg(target_os = "linux")]
            name: name_of(path),
            paths: vec![path.to_owned()],
            #[cfg(unix)]
            made: None,
        }
    }

    /// The socket of the engine of this user, wherever it was started: at one of these paths, of
    /// which an engine takes the first. `made` is that one's folder, if it is one that we make.
    #[cfg(unix)]
    pub(crate) fn of_user(paths: Vec<PathBuf>, made: Option<PathBuf>) -> Self {
        Self {
            paths,
            made,
            #[cfg(target_os = "linux")]
            name: format!("gpu-keepalive-{}", super::our_uid()),
        }
    }

    /// The place where an engine puts its socket.
    pub fn path(&self) -> &Path {
        self.paths.first().map_or(Path::new(""), PathBuf::as_path)
    }

    /// Everywhere that its socket may be.
    #[cfg(unix)]
    pub(crate) fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    #[cfg(unix)]
    pub(crate) fn made(&self) -> Option<&Path> {
        self.made.as_deref()
    }

    /// Its name in the kernel's list.
    #[cfg(target_os = "linux")]
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl<P: AsRef<Path> + ?Sized> From<&P> for ControlSocket {
    fn from(path: &P) -> Self {
        Self::at(path.as_ref())
    }
}

impl From<&Self> for ControlSocket {
    fn from(socket: &Self) -> Self {
        socket.clone()
    }
}

/// The name that belongs to one path: a name has room for 107 bytes and a path may be longer.
#[cfg(target_os = "linux")]
fn name_of(path: &Path) -> String {
    // The same for an engine and a client also while the folder is gone: no link is followed.
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let bytes = path.as_os_str().as_encoded_bytes();
    format!("gpu-keepalive-{}-{:016x}", super::our_uid(), fnv_1a(bytes))
}

/// FNV-1a with 64 bits (RFC 9923): the same in every build, unlike the standard library's hashes.
#[cfg(target_os = "linux")]
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_name_and_another_path_another() {
        // Published with the algorithm, for "foobar".
        assert_eq!(fnv_1a(b"foobar"), 0x8594_4171_f739_67e8);
        let at = |path: &str| ControlSocket::from(Path::new(path)).name().to_owned();
        assert_eq!(at("/run/a/s"), at("/run/a/s"));
        assert_ne!(at("/run/a/s"), at("/run/b/s"));
        let long = format!("/{}/s", "long".repeat(100));
        assert!(at(&long).len() <= 107);
    }
}
