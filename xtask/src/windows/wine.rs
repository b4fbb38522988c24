//! A Windows of our own to try things on.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result};

use super::target;
use crate::{
    packages::{self, Package},
    shell,
};

const WINE: [Package; 2] = [
    Package {
        name: "wine",
        why: "to run tests as on Windows",
    },
    Package {
        name: "wine64",
        why: "to run tests as on Windows",
    },
];

/// Debian's wine lacks a library that Rust's random numbers come from: this one stands in for it.
const BCRYPT_PRIMITIVES: &str = r#"
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
    return SystemFunction036(data, (ULONG)size);
}
"#;

/// Not the user's own.
pub(super) fn prefix() -> PathBuf {
    target().join("wine")
}

/// Has that command, and all wine that it starts, use the prefix.
pub(super) fn with_prefix(command: &mut Command) -> &mut Command {
    command
        .env("WINEPREFIX", prefix())
        // A lack of wine itself is no finding.
        .env("WINEDEBUG", "-all")
        // Neither .NET nor Internet Explorer, which it would offer to download.
        .env("WINEDLLOVERRIDES", "mscoree,mshtml=")
}

/// Installs wine and makes the prefix.
pub(super) fn prepare() -> Result<()> {
    packages::ensure(&WINE)?;
    fs::create_dir_all(target())?;
    let source = target().join("bcryptprimitives.c");
    fs::write(&source, BCRYPT_PRIMITIVES)?;
    let library = source.with_extension("dll");
    let mut compile = Command::new("x86_64-w64-mingw32-gcc-posix");
    compile.arg("-shared").arg("-o").arg(&library).arg(&source);
    shell::run(compile.arg("-ladvapi32"))?;
    shell::run(with_prefix(Command::new("wineboot").arg("--init")))?;
    let system = prefix().join("drive_c/windows/system32");
    fs::copy(&library, system.join("bcryptprimitives.dll"))
        .with_context(|| format!("cannot put a library into {}", system.display()))?;
    // It would stay for a while, and keep the display that it was started with.
    shell::run(with_prefix(Command::new("wineserver").arg("--wait")))
}
