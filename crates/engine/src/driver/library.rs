//! The vendor's libraries: their places, and the system's view of the driver.

#![allow(
    clippy::disallowed_methods,
    reason = "a look at the system's own folders, when a process is started and in that process"
)]

#[cfg(target_os = "linux")]
use std::path::PathBuf;
use std::{ffi::OsString, path::Path};

use gpu_keepalive_core::gpu::DriverHost;

/// Folders outside the loader's own search that systems have for the driver's libraries, each
/// writable for root alone: WSL2's, which not every distribution adds to the search, and NixOS's.
#[cfg(target_os = "linux")]
const FOLDERS: [&str; 2] = ["usr/lib/wsl/lib", "run/opengl-driver/lib"];
/// The library by which such a folder is known.
#[cfg(target_os = "linux")]
const NVML: &str = "libnvidia-ml.so.1";

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(super) use windows::{impostor, nvml_paths, only_from_system};

/// The variable that the loader reads when a program starts.
pub(super) const SEARCH_PATH: &str = "LD_LIBRARY_PATH";

/// The search path for a process that loads the vendor's libraries: the user's own, then the
/// folders that this system has; `None` where it stays as it is.
#[cfg(target_os = "linux")]
pub(super) fn search_path(root: &Path, own: Option<OsString>) -> Option<OsString> {
    let folders = folders(root);
    if folders.is_empty() {
        return None;
    }
    let own = own.unwrap_or_default();
    let own = std::env::split_paths(&own).filter(|path| !path.as_os_str().is_empty());
    std::env::join_paths(own.chain(folders)).ok()
}

/// Elsewhere the libraries are loaded by their full path.
#[cfg(not(target_os = "linux"))]
pub(super) fn search_path(_root: &Path, _own: Option<OsString>) -> Option<OsString> {
    None
}

#[cfg(target_os = "linux")]
fn folders(root: &Path) -> Vec<PathBuf> {
    let folders = FOLDERS.iter().map(|folder| root.join(folder));
    folders
        .filter(|folder| folder.join(NVML).exists())
        .collect()
}

/// NVML by name, then in those folders: a thread of this program cannot change its search path.
#[cfg(target_os = "linux")]
pub(super) fn nvml_paths(root: &Path) -> Vec<PathBuf> {
    let elsewhere = folders(root).into_iter().map(|folder| folder.join(NVML));
    [PathBuf::from(NVML)].into_iter().chain(elsewhere).collect()
}

/// Reads the system's view of the driver below `root`.
#[cfg(target_os = "linux")]
pub(super) fn host(root: &Path) -> DriverHost {
    let is_there = |path: &str| root.join(path).exists();
    let marks = [".dockerenv", "run/.containerenv", "run/systemd/container"];
    DriverHost {
        wsl: is_there("dev/dxg"),
        nixos: is_there("etc/NIXOS"),
        container: marks.into_iter().any(is_there),
        module_loaded: is_there("proc/driver/nvidia/version"),
        device_files: is_there("dev/nvidiactl"),
        windows: false,
    }
}

/// The system's name is all that explains anything elsewhere.
#[cfg(not(target_os = "linux"))]
pub(super) fn host(_root: &Path) -> DriverHost {
    DriverHost {
        windows: cfg!(windows),
        ..DriverHost::default()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;

    use super::*;

    /// A system with these files.
    fn system(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a folder");
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
            fs::write(path, "").expect("it is written");
        }
        root
    }

    #[test]
    fn the_libraries_of_wsl_and_nixos_are_found_behind_the_users_own() {
        let none = system(&["usr/lib/wsl/lib/libcuda.so.1"]);
        assert_eq!(search_path(none.path(), Some("/a".into())), None);
        assert_eq!(nvml_paths(none.path()), [PathBuf::from(NVML)]);
        for folder in FOLDERS {
            let library = format!("{folder}/{NVML}");
            let root = system(&[&library]);
            let there = root.path().join(folder);
            let expected = |own: &str| Some(format!("{own}{}", there.display()).into());
            assert_eq!(search_path(root.path(), None), expected(""));
            assert_eq!(search_path(root.path(), Some("".into())), expected(""));
            assert_eq!(
                search_path(root.path(), Some("/a:/b".into())),
                expected("/a:/b:")
            );
            let paths = [PathBuf::from(NVML), root.path().join(&library)];
            assert_eq!(nvml_paths(root.path()), paths);
        }
    }

    #[test]
    fn the_host_is_known_by_its_files() {
        let none = DriverHost::default();
        for (file, expected) in [
            ("dev/dxg", DriverHost { wsl: true, ..none }),
            (
                "etc/NIXOS",
                DriverHost {
                    nixos: true,
                    ..none
                },
            ),
            (
                ".dockerenv",
                DriverHost {
                    container: true,
                    ..none
                },
            ),
            (
                "run/.containerenv",
                DriverHost {
                    container: true,
                    ..none
                },
            ),
            (
                "run/systemd/container",
                DriverHost {
                    container: true,
                    ..none
                },
            ),
            (
                "proc/driver/nvidia/version",
                DriverHost {
                    module_loaded: true,
                    ..none
                },
            ),
            (
                "dev/nvidiactl",
                DriverHost {
                    device_files: true,
                    ..none
                },
            ),
            ("etc/passwd", none),
        ] {
            assert_eq!(host(system(&[file]).path()), expected, "{file}");
        }
    }
}
