//! The file that a command's name means.

use std::{borrow::Cow, ffi::OsStr};
#[cfg(any(windows, test))]
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// The name itself: the system searches it.
#[cfg(not(windows))]
pub(super) fn found(program: &OsStr) -> Cow<'_, OsStr> {
    Cow::Borrowed(program)
}

/// The file that a console would run by that name, with the endings of `PATHEXT`: a process that is
/// started searches `.exe` alone, and many commands are `.cmd` and `.bat` files. By their whole name
/// these are run by `cmd.exe`, with their arguments quoted for it. The working folder is not
/// searched.
#[cfg(windows)]
#[allow(
    clippy::disallowed_methods,
    reason = "for the command that is started, by no engine"
)]
pub(super) fn found(program: &OsStr) -> Cow<'_, OsStr> {
    let variable = |name| std::env::var_os(name).unwrap_or_default();
    let endings = variable("PATHEXT").to_string_lossy().into_owned();
    let path = variable("PATH");
    let folders = std::env::split_paths(&path);
    match search(Path::new(program), &endings, folders, Path::is_file) {
        Some(file) => Cow::Owned(file.into_os_string()),
        None => Cow::Borrowed(program),
    }
}

#[cfg(any(windows, test))]
fn search(
    program: &Path,
    endings: &str,
    folders: impl IntoIterator<Item = PathBuf>,
    is_file: impl Fn(&Path) -> bool,
) -> Option<PathBuf> {
    const USUAL: &str = ".COM;.EXE;.BAT;.CMD";
    let endings = if endings.is_empty() { USUAL } else { endings }.to_lowercase();
    let endings: Vec<_> = endings.split(';').filter(|e| e.len() > 1).collect();
    let name = program.to_string_lossy().to_lowercase();
    let is_whole = endings.iter().any(|ending| name.ends_with(ending));
    let with_ending = |path: PathBuf| {
        if is_whole {
            return is_file(&path).then_some(path);
        }
        let ended = |ending: &&str| {
            let mut file = OsString::from(&path);
            file.push(ending);
            PathBuf::from(file)
        };
        endings.iter().map(ended).find(|file| is_file(file))
    };
    if name.contains(['\\', '/', ':']) {
        return with_ending(program.to_owned());
    }
    let mut folders = folders.into_iter().filter(|folder| folder.is_absolute());
    folders.find_map(|folder| with_ending(folder.join(program)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = if cfg!(windows) { "C:/" } else { "/" };

    /// The file that is found of those that exist in the two folders of the path, the second with a
    /// blank and a letter that is not ASCII.
    fn found_of(program: &str, exist: &[&str]) -> Option<String> {
        let folders = ["one", "two ä"].map(|folder| Path::new(ROOT).join(folder));
        // An empty entry of the path means the working folder.
        let folders = [PathBuf::new()].into_iter().chain(folders);
        let exists = |path: &Path| {
            let mut exist = exist.iter().map(|file| Path::new(ROOT).join(file));
            path == Path::new("here.cmd") || exist.any(|file| file == path)
        };
        let found = search(Path::new(program), ".EXE;.BAT;.CMD", folders, exists)?;
        let found = found.strip_prefix(ROOT).ok()?;
        Some(found.to_string_lossy().replace('\\', "/"))
    }

    #[test]
    fn a_command_is_found_as_a_console_finds_it() {
        let cases = [
            ("npm", &["one/npm.cmd"][..], Some("one/npm.cmd")),
            (
                "npm",
                &["two ä/npm.cmd", "two ä/npm.exe"],
                Some("two ä/npm.exe"),
            ),
            (
                "npm",
                &["two ä/npm.exe", "one/npm.cmd"],
                Some("one/npm.cmd"),
            ),
            ("npm.CMD", &["one/npm.CMD"], Some("one/npm.CMD")),
            ("npm.cmd", &["one/npm.cmd.exe"], None),
            (
                "python3.11",
                &["one/python3.11.exe"],
                Some("one/python3.11.exe"),
            ),
            ("npm", &["one/npm"], None),
            ("here", &[], None),
        ];
        for (program, exist, expected) in cases {
            assert_eq!(found_of(program, exist).as_deref(), expected, "{program}");
        }
    }

    #[test]
    fn a_path_is_completed_and_not_searched() {
        let exists = |path: &Path| path == Path::new("tools/serve.bat");
        let found = |program| search(Path::new(program), "", [], exists);
        assert_eq!(found("tools/serve"), Some("tools/serve.bat".into()));
        assert_eq!(found("tools/serve.bat"), Some("tools/serve.bat".into()));
        assert_eq!(found("serve"), None);
    }
}
