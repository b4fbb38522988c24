//! The places of the vendor's libraries on Windows, each writable for administrators alone.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::windows_api;

/// Where the installer of drivers before the driver's store put NVML, below the programs' folder.
const NVSMI: &str = r"NVIDIA Corporation\NVSMI\nvml.dll";

/// Full paths of NVML, so that no file of that name in the working folder is ever loaded.
pub(in crate::driver) fn nvml_paths() -> Vec<PathBuf> {
    let system = winsafe::GetSystemDirectory().ok().map(PathBuf::from);
    let mut paths: Vec<_> = system.iter().map(|dir| dir.join("nvml.dll")).collect();
    paths.extend(programs().map(|programs| programs.join(NVSMI)));
    let store = system.and_then(|dir| fs::read_dir(dir.join(r"DriverStore\FileRepository")).ok());
    let packages = store.into_iter().flatten().flatten();
    paths.extend(
        packages
            .filter(|package| package.file_name().to_string_lossy().starts_with("nv"))
            .map(|package| package.path().join("nvml.dll"))
            .filter(|path| path.is_file()),
    );
    paths
}

/// The folder of the installed programs, from the registry: a variable may be anybody's.
fn programs() -> Option<PathBuf> {
    let key = windows_registry::LOCAL_MACHINE.open(r"SOFTWARE\Microsoft\Windows\CurrentVersion");
    Some(key.ok()?.get_string("ProgramFilesDir").ok()?.into())
}

/// Has this process load libraries by name from the system alone. Called before anything of the
/// vendor's is loaded.
pub(in crate::driver) fn only_from_system() -> bool {
    let set = windows_api::load_libraries_from_system_alone();
    if let Err(error) = &set {
        eprintln!("Windows does not limit where libraries come from: {error}");
    }
    set.is_ok()
}

/// A file that CUDA's binding would load before the driver's own library, in a program that keeps
/// the usual search: it tries other names first, and they are searched in the program's folder, the
/// working folder and `PATH`.
pub(in crate::driver) fn impostor(names: &[String]) -> Option<PathBuf> {
    let program = env::current_exe().ok();
    let program = program
        .as_deref()
        .and_then(Path::parent)
        .map(Path::to_owned);
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = program.into_iter().chain(env::current_dir());
    let mut folders = folders.chain(env::split_paths(&path));
    folders.find_map(|folder| {
        let mut files = names.iter().map(|name| folder.join(name));
        files.find(|file| file.is_file())
    })
}
