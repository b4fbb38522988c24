use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::{
    description,
    files::{self, Places},
    removed,
};
use crate::{release, shell};

const PLACES: Places = Places {
    zsh: "usr/share/zsh/vendor-completions/_gpu-keepalive",
    licence: "usr/share/doc/gpu-keepalive/copyright",
    changelog: "usr/share/doc/gpu-keepalive/changelog",
};

/// Makes the deb in that folder.
pub(super) fn pack(folder: &Path) -> Result<PathBuf> {
    let work = tempfile::tempdir()?;
    let root = work.path().join("root");
    files::lay_out(&root, &PLACES)?;
    let sums = sums(&root)?;
    let debian = root.join("DEBIAN");
    fs::create_dir(&debian)?;
    let architecture = shell::output(Command::new("dpkg").arg("--print-architecture"))?;
    let depends = needed_libraries(work.path())?;
    let control = control(&root, architecture.trim(), &depends)?;
    fs::write(debian.join("control"), control)?;
    fs::write(debian.join("md5sums"), sums)?;
    let script = debian.join("postrm");
    fs::write(
        &script,
        format!("#!/bin/sh\nset -e\n{}", removed("[ \"$1\" = remove ]")?),
    )?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    let version = env!("CARGO_PKG_VERSION");
    let name = format!("gpu-keepalive_{version}_{}.deb", architecture.trim());
    let package = folder.join(name);
    // Every dpkg that is in use reads xz, and not every one zstd.
    let mut build = Command::new("dpkg-deb");
    build.args(["--root-owner-group", "-Zxz", "--build"]);
    shell::run(build.arg(&root).arg(&package))?;
    Ok(package)
}

fn control(root: &Path, architecture: &str, depends: &str) -> Result<String> {
    let size = shell::output(
        Command::new("du")
            .args(["-sk", "--apparent-size"])
            .arg(root),
    )?;
    let size = size.split_whitespace().next().context("du says a size")?;
    let description: String = description()?
        .lines()
        .map(|line| format!(" {}\n", if line.is_empty() { "." } else { line }))
        .collect();
    Ok(format!(
        "Package: gpu-keepalive\n\
         Version: {version}\n\
         Architecture: {architecture}\n\
         Maintainer: {maintainer}\n\
         Installed-Size: {size}\n\
         Depends: {depends}\n\
         Suggests: libnvidia-ml1, libcuda1, gnome-shell-extension-appindicator\n\
         Section: utils\n\
         Priority: optional\n\
         Homepage: {homepage}\n\
         Description: keeps the GPU ready for local AI\n{description}",
        version = env!("CARGO_PKG_VERSION"),
        maintainer = env!("CARGO_PKG_AUTHORS"),
        homepage = env!("CARGO_PKG_REPOSITORY"),
    ))
}

/// The packages, with versions, that hold the libraries which the programs need.
fn needed_libraries(work: &Path) -> Result<String> {
    fs::create_dir(work.join("debian"))?;
    let sources = "Source: gpu-keepalive\n\nPackage: gpu-keepalive\nArchitecture: any\n";
    fs::write(work.join("debian/control"), sources)?;
    let mut ask = Command::new("dpkg-shlibdeps");
    ask.arg("-O").current_dir(work);
    ask.args(release::PROGRAMS.map(|program| format!("root/usr/bin/{program}")));
    let answer = shell::output(&mut ask)?;
    let depends = answer.trim().strip_prefix("shlibs:Depends=");
    Ok(depends.context("what dpkg-shlibdeps said")?.to_owned())
}

/// The checksums with which `dpkg --verify` finds damage.
fn sums(root: &Path) -> Result<String> {
    let files = files::listed(root)?;
    let files = files.iter().map(|file| file.trim_start_matches('/'));
    let files = files.filter(|file| root.join(file).is_file());
    shell::output(Command::new("md5sum").current_dir(root).args(files))
}
