//! `cargo xtask windows`.
//!
//! rustup's toolchain cannot be given a second target without a download, so Debian's own compiler
//! and its library sources are used: the standard library is built from source for Windows.

use std::{fs, process::Command};

use anyhow::{Context, Result};
use clap::Args;

use crate::{
    packages::{self, Package},
    shell,
};

const TARGET: &str = "x86_64-pc-windows-gnu";
const COMPILER: [Package; 3] = [
    Package {
        name: "rustc-web",
        why: "a compiler whose library sources are packaged",
    },
    Package {
        name: "rust-web-src",
        why: "the standard library's sources, to build for Windows",
    },
    Package {
        name: "gcc-mingw-w64-x86-64-posix",
        why: "a linker for Windows",
    },
];
const WINE: [Package; 2] = [
    Package {
        name: "wine",
        why: "to run the core's tests as on Windows",
    },
    Package {
        name: "wine64",
        why: "to run the core's tests as on Windows",
    },
];

#[derive(Args)]
pub(crate) struct WindowsArgs {
    /// Also run the core's tests under wine.
    #[arg(long)]
    wine: bool,
}

/// Checks the command line and everything below it for Windows.
pub(crate) fn windows(args: &WindowsArgs) -> Result<()> {
    packages::ensure(&COMPILER)?;
    shell::run(&mut cargo(
        &["check", "--package", "gpu-keepalive"],
        "std,panic_abort,panic_unwind",
    ))?;
    if args.wine {
        packages::ensure(&WINE)?;
        provide_random_numbers()?;
        let tests = ["test", "--package", "gpu-keepalive-core", "--lib"];
        let mut tests = cargo(&tests, "std,panic_abort,panic_unwind,test");
        tests.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", "wine");
        // insta asks cargo where the snapshots are, and wine has no cargo.
        tests.env("INSTA_WORKSPACE_ROOT", shell::root());
        shell::run(&mut tests)?;
    }
    Ok(())
}

fn cargo(arguments: &[&str], std: &str) -> Command {
    let mut command = shell::cargo(arguments);
    command
        .args(["--target", TARGET, &format!("-Zbuild-std={std}")])
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", shell::root().join("target/windows"));
    command
}

/// Debian's wine lacks a library that Rust's random numbers come from: this one stands in for it.
const BCRYPT_PRIMITIVES: &str = r#"
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
    return SystemFunction036(data, (ULONG)size);
}
"#;

fn provide_random_numbers() -> Result<()> {
    let folder = shell::root().join("target/windows");
    fs::create_dir_all(&folder)?;
    let source = folder.join("bcryptprimitives.c");
    fs::write(&source, BCRYPT_PRIMITIVES)?;
    let library = folder.join("bcryptprimitives.dll");
    let mut compile = Command::new("x86_64-w64-mingw32-gcc-posix");
    compile
        .arg("-shared")
        .arg("-o")
        .arg(&library)
        .arg(&source)
        .arg("-ladvapi32");
    shell::run(&mut compile)?;
    shell::run(Command::new("wineboot").arg("--init"))?;
    let home = std::env::var("HOME").context("HOME is not set")?;
    let system = std::path::Path::new(&home).join(".wine/drive_c/windows/system32");
    fs::copy(&library, system.join("bcryptprimitives.dll"))
        .with_context(|| format!("cannot put a library into {}", system.display()))?;
    Ok(())
}
