//! Every file that is installed, and where.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::{release, shell};

/// The places that differ between the families of distributions.
pub(super) struct Places {
    pub(super) zsh: &'static str,
    /// Nowhere where the tool that packs sees to it.
    pub(super) licence: Option<&'static str>,
    pub(super) changelog: &'static str,
}

/// What the packages say about what is in the programs.
pub(super) struct Papers<'a> {
    /// The file of the bill of materials.
    pub(super) bill: &'a Path,
    /// The licences of all that is not ours.
    pub(super) licences: &'a str,
}

/// Where the packages have the bill of materials.
pub(super) const BILL: &str = "usr/share/doc/gpu-keepalive/sbom.cdx.json";

const HICOLOR: &str = "usr/share/icons/hicolor";

/// Lays out everything below `root` as it is to be installed below `/`.
pub(super) fn lay_out(root: &Path, places: &Places, papers: &Papers) -> Result<()> {
    for program in release::PROGRAMS {
        copy(
            &release::program(program),
            root,
            &format!("usr/bin/{program}"),
        )?;
    }
    let sources = shell::root();
    let copied = [
        (
            "packaging/gpu-keepalive.desktop",
            "usr/share/applications/gpu-keepalive.desktop",
        ),
        (
            "packaging/io.github.gpu_keepalive.gpu_keepalive.metainfo.xml",
            "usr/share/metainfo/io.github.gpu_keepalive.gpu_keepalive.metainfo.xml",
        ),
        (
            "packaging/gpu-keepalive.service",
            "usr/lib/systemd/user/gpu-keepalive.service",
        ),
        ("CHANGELOG.md", places.changelog),
    ];
    let licence = places.licence.map(|to| ("LICENSE", to));
    for (from, to) in copied.into_iter().chain(licence) {
        copy(&sources.join(from), root, to)?;
    }
    for (from, folder) in [
        ("app.svg", "scalable"),
        ("32x32.png", "32x32"),
        ("128x128.png", "128x128"),
        ("128x128@2x.png", "256x256"),
    ] {
        let ending = if folder == "scalable" { "svg" } else { "png" };
        let to = format!("{HICOLOR}/{folder}/apps/gpu-keepalive.{ending}");
        copy(&sources.join("icons").join(from), root, &to)?;
    }
    for (shell, to) in [
        (
            "bash",
            "usr/share/bash-completion/completions/gpu-keepalive",
        ),
        ("zsh", places.zsh),
        (
            "fish",
            "usr/share/fish/vendor_completions.d/gpu-keepalive.fish",
        ),
    ] {
        let script = our_output(&["completions", shell])?;
        fs::write(prepared(root, to)?, script)?;
    }
    manual(&root.join("usr/share/man/man1"))?;
    let licences = prepared(root, "usr/share/doc/gpu-keepalive/third-party-licences.txt")?;
    fs::write(&licences, papers.licences)?;
    compress(&licences)?;
    copy(papers.bill, root, BILL)?;
    compress(&root.join(places.changelog))?;
    // As git and the umask of the builder left it otherwise.
    shell::run(Command::new("chmod").args(["-R", "u=rwX,go=rX"]).arg(root))
}

/// The files and folders below `root` as they will be below `/`, sorted.
pub(super) fn listed(root: &Path) -> Result<Vec<String>> {
    let mut open = vec![root.to_owned()];
    let mut listed = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path.clone());
            }
            let below = path.strip_prefix(root)?;
            listed.push(format!("/{}", below.display()));
        }
    }
    listed.sort();
    Ok(listed)
}

/// One page for the whole and one for each command, compressed as manual pages are.
fn manual(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let folder_name = folder.to_str().context("a folder in UTF-8")?;
    our_output(&["manual", folder_name])?;
    let pages: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    ensure!(!pages.is_empty(), "there are no manual pages");
    for page in pages {
        compress(&page.path())?;
    }
    Ok(())
}

/// The output of the packed command line.
fn our_output(arguments: &[&str]) -> Result<Vec<u8>> {
    let mut command = Command::new(release::program("gpu-keepalive"));
    let output = command.args(arguments).stderr(Stdio::inherit()).output()?;
    ensure!(
        output.status.success(),
        "gpu-keepalive {arguments:?} failed"
    );
    Ok(output.stdout)
}

/// Without a name and a time in it, so that the same file gives the same bytes.
fn compress(file: &Path) -> Result<()> {
    let status = Command::new("gzip").args(["-9n"]).arg(file).status()?;
    ensure!(status.success(), "gzip {} failed", file.display());
    Ok(())
}

fn copy(from: &Path, root: &Path, to: &str) -> Result<()> {
    fs::copy(from, prepared(root, to)?)
        .with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

/// The path of that file, whose folder is there.
fn prepared(root: &Path, to: &str) -> Result<std::path::PathBuf> {
    let path = root.join(to);
    let folder = path.parent().context("a file in a folder")?;
    fs::create_dir_all(folder)?;
    Ok(path)
}
