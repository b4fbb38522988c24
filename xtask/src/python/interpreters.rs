//! The Pythons of this machine.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Result, ensure};

use crate::packages::Package;

/// PyPy, and its module for environments.
pub(super) const PACKAGES: [Package; 2] = [
    Package {
        name: "pypy3",
        why: "to test the Python package on PyPy",
    },
    Package {
        name: "pypy3-venv",
        why: "to test the Python package on PyPy",
    },
];

/// The oldest is that of `requires-python`.
const MINORS: std::ops::RangeInclusive<u8> = 9..=15;

/// Prints implementation, version and kind of build, or fails where the package cannot be tested.
const DESCRIBE: &str = "import ssl, sys, sysconfig, venv
assert sys.version_info >= (3, 9)
free = sysconfig.get_config_var('Py_GIL_DISABLED')
print(sys.implementation.name, '%d.%02d' % sys.version_info[:2], 'free-threaded' if free else '')";

/// One of each implementation, version and kind of build: on the path, or of pyenv.
pub(super) fn installed() -> Result<Vec<PathBuf>> {
    let mut found = BTreeMap::new();
    for program in candidates() {
        if let Some(description) = describe(&program) {
            found.entry(description).or_insert(program);
        }
    }
    for (description, program) in &found {
        eprintln!("xtask: {description}: {}", program.display());
    }
    ensure!(
        !found.is_empty(),
        "there is no Python 3.9 or later with venv"
    );
    Ok(found.into_values().collect())
}

fn candidates() -> Vec<PathBuf> {
    let mut candidates: Vec<PathBuf> = vec!["python3".into(), "pypy3".into()];
    for minor in MINORS {
        candidates.push(format!("python3.{minor}").into());
        candidates.push(format!("python3.{minor}t").into());
    }
    let of_pyenv = env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".pyenv")));
    let versions = of_pyenv.map(|root| fs::read_dir(root.join("versions")));
    for version in versions.into_iter().flatten().flatten().flatten() {
        candidates.push(version.path().join("bin/python3"));
    }
    candidates
}

/// Its description; `None` where there is none, or only pyenv's stand-in for one that is not chosen.
fn describe(program: &Path) -> Option<String> {
    let output = Command::new(program)
        .args(["-c", DESCRIBE])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
