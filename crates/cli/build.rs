//! On Windows, gives the command line its icon, version information and manifest; elsewhere nothing.

#![allow(clippy::disallowed_methods, reason = "a build waits for its files")]

use std::{env, fs, path::PathBuf, process::Command};

const ICON: &str = "icons/icon.ico";
const MANIFEST: &str = "packaging/windows/programs.manifest";

fn main() {
    // Without these lines every change in the repository would have it run again.
    for file in [file!(), ICON, MANIFEST] {
        println!("cargo:rerun-if-changed={file}");
    }
    if variable("CARGO_CFG_TARGET_OS") != "windows" {
        return;
    }
    let out = PathBuf::from(variable("OUT_DIR"));
    // Copies: the resource compiler takes no path with blanks on its way through the preprocessor.
    for (from, to) in [(ICON, "icon.ico"), (MANIFEST, "programs.manifest")] {
        fs::copy(from, out.join(to)).unwrap_or_else(|error| panic!("{from}: {error}"));
    }
    fs::write(out.join("resources.rc"), script()).expect("OUT_DIR can be written");
    let (mut compiler, made) = compiler();
    let compiled = compiler.current_dir(&out).status();
    match compiled {
        Ok(status) if status.success() => {
            println!("cargo:rustc-link-arg-bins={}", out.join(made).display());
        }
        // The program works without; `cargo xtask bundle --windows` checks what is shipped.
        other => println!("cargo:warning=no icon and no version in gpu-keepalive.exe: {other:?}"),
    }
}

/// The resource compiler of the target's tools, and the name of the file that it makes.
fn compiler() -> (Command, &'static str) {
    if variable("CARGO_CFG_TARGET_ENV") == "gnu" {
        let across = !variable("HOST").contains("windows");
        let prefix = variable("CARGO_CFG_TARGET_ARCH") + "-w64-mingw32-";
        let mut windres = Command::new(if across { prefix } else { String::new() } + "windres");
        windres.args(["resources.rc", "resources.o"]);
        (windres, "resources.o")
    } else {
        let mut rc = Command::new("rc");
        rc.args(["/nologo", "/fo", "resources.res", "resources.rc"]);
        (rc, "resources.res")
    }
}

fn script() -> String {
    let version = variable("CARGO_PKG_VERSION");
    let numbers =
        ["MAJOR", "MINOR", "PATCH"].map(|part| variable(&format!("CARGO_PKG_VERSION_{part}")));
    let numbers = numbers.join(",") + ",0";
    let authors = variable("CARGO_PKG_AUTHORS");
    let licence = variable("CARGO_PKG_LICENSE");
    format!(
        r#"#pragma code_page(65001)
1 ICON "icon.ico"
1 24 "programs.manifest"
1 VERSIONINFO
FILEVERSION {numbers}
PRODUCTVERSION {numbers}
FILEFLAGSMASK 0x3F
FILEOS 0x40004
FILETYPE 1
BEGIN
  BLOCK "StringFileInfo"
  BEGIN
    BLOCK "040904B0"
    BEGIN
      VALUE "CompanyName", "{authors}"
      VALUE "FileDescription", "GPU Keepalive, command line"
      VALUE "FileVersion", "{version}"
      VALUE "InternalName", "gpu-keepalive"
      VALUE "LegalCopyright", "{licence} licence"
      VALUE "OriginalFilename", "gpu-keepalive.exe"
      VALUE "ProductName", "GPU Keepalive"
      VALUE "ProductVersion", "{version}"
    END
  END
  BLOCK "VarFileInfo"
  BEGIN
    VALUE "Translation", 0x409, 1200
  END
END
"#
    )
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}
