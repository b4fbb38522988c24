//! Installs the deb, tries what it brings, removes it, and searches for leftovers.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::files;
use crate::{
    packages::{self, Package, as_administrator},
    release, shell,
};

const NEEDED: [Package; 4] = [
    Package {
        name: "appstream",
        why: "to check what software centres are told",
    },
    Package {
        name: "desktop-file-utils",
        why: "to check the menu entry",
    },
    Package {
        name: "libglib2.0-bin",
        why: "to start the app from its menu entry",
    },
    Package {
        name: "man-db",
        why: "to read the manual",
    },
];

const UNIT: &str = "/usr/lib/systemd/user/gpu-keepalive.service";

/// Checks both packages; nothing of them stays on this machine.
pub(super) fn check(deb: &Path, rpm: &Path) -> Result<()> {
    packages::ensure(&NEEDED)?;
    packages::ensure(&packages::TEST)?;
    the_rpm_holds_the_same(deb, rpm)?;
    ensure!(
        !packages::is_known("gpu-keepalive"),
        "gpu-keepalive is installed here already; remove it first"
    );

    let home = tempfile::tempdir()?;
    let installed = Installed::new(deb)?;
    let files = shell::output(Command::new("dpkg").args(["-L", "gpu-keepalive"]))?;
    the_descriptions_are_valid()?;
    the_command_line_works(home.path())?;
    the_bill_names_what_is_linked()?;
    the_manual_can_be_read(&files)?;
    a_shell_completes_commands()?;
    the_unit_is_valid()?;
    the_menu_entry_starts_the_app()?;

    drop(installed);
    nothing_is_left(&files)?;
    let settings = home.path().join("config/gpu-keepalive/settings.toml");
    ensure!(settings.is_file(), "the user's settings were removed");
    eprintln!("xtask: installed, tried and removed: all is well");
    Ok(())
}

/// The package, on this machine until dropped.
struct Installed;

impl Installed {
    fn new(deb: &Path) -> Result<Self> {
        let mut install = as_administrator("dpkg")?;
        // Small images leave the manual out.
        install
            .args(["--path-include=/usr/share/*", "--install"])
            .arg(deb);
        // Before the attempt: what was installed in part is removed too.
        let installed = Self;
        shell::run(&mut install)?;
        Ok(installed)
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        let removed = as_administrator("dpkg")
            .and_then(|mut remove| shell::run(remove.args(["--purge", "gpu-keepalive"])));
        if let Err(error) = removed {
            eprintln!("xtask: {error:#}");
        }
    }
}

/// Its places differ only where the distributions' do, and it asks for libraries by their names.
fn the_rpm_holds_the_same(deb: &Path, rpm: &Path) -> Result<()> {
    let query = |what: &str| shell::output(Command::new("rpm").args(["-qp", what]).arg(rpm));
    let names = |paths: &str| -> Vec<String> {
        let programs_and_data = ["/usr/bin/", "/usr/lib/", "/usr/share/"];
        let names = paths.lines().map(|path| path.trim_start_matches('.'));
        let ours = names.filter(|path| programs_and_data.iter().any(|top| path.starts_with(top)));
        let mut ours: Vec<_> = ours
            .filter(|path| !path.ends_with('/'))
            .filter(|path| {
                !["/doc/", "/licenses/", "/zsh/"]
                    .iter()
                    .any(|own| path.contains(own))
            })
            .map(str::to_owned)
            .collect();
        ours.sort();
        ours
    };
    let listed = shell::output(Command::new("dpkg-deb").arg("--contents").arg(deb))?;
    let paths: Vec<_> = listed
        .lines()
        .filter_map(|line| line.split_whitespace().nth(5))
        .collect();
    let (deb, rpm) = (paths.join("\n"), query("--list")?);
    for list in [&deb, &rpm] {
        ensure!(list.contains(files::BILL), "no bill of materials: {list}");
    }
    let (deb, rpm) = (names(&deb), names(&rpm));
    ensure!(
        !deb.is_empty() && deb == rpm,
        "the deb holds {deb:?}, the rpm {rpm:?}"
    );
    let needed = query("--requires")?;
    for library in ["libwebkit2gtk-4.1.so.0()", "libgtk-3.so.0()", "libc.so.6("] {
        ensure!(
            needed.contains(library),
            "the rpm does not ask for {library}: {needed}"
        );
    }
    Ok(())
}

fn the_descriptions_are_valid() -> Result<()> {
    let desktop = "/usr/share/applications/gpu-keepalive.desktop";
    shell::run(Command::new("desktop-file-validate").arg(desktop))?;
    let metainfo = "/usr/share/metainfo/io.github.gpu_keepalive.gpu_keepalive.metainfo.xml";
    shell::run(Command::new("appstreamcli").args(["validate", "--no-net", metainfo]))
}

/// As a user whose home this is, whose settings are to survive.
fn the_command_line_works(home: &Path) -> Result<()> {
    let ours = |arguments: &[&str]| {
        let mut command = Command::new("/usr/bin/gpu-keepalive");
        command.args(arguments).env("HOME", home);
        command.env("XDG_CONFIG_HOME", home.join("config"));
        command
    };
    let version = shell::output(&mut ours(&["--version"]))?;
    ensure!(version.contains(env!("CARGO_PKG_VERSION")), "{version}");
    shell::output(&mut ours(&["settings", "set", "mode", "always"]))?;
    Ok(())
}

/// Sources leave their paths in a program, so those that are found there name crates that are linked.
fn the_bill_names_what_is_linked() -> Result<()> {
    let bill = fs::read(Path::new("/").join(files::BILL))?;
    let bill: Value = serde_json::from_slice(&bill)?;
    let components = bill["components"].as_array().context("components")?;
    let name = |one: &Value| {
        Some(format!(
            "{}-{}",
            one["name"].as_str()?,
            one["version"].as_str()?
        ))
    };
    let named: BTreeSet<_> = components.iter().filter_map(name).collect();
    let mut found = BTreeSet::new();
    for program in release::PROGRAMS {
        let program = fs::read(Path::new("/usr/bin").join(program))?;
        let program = String::from_utf8_lossy(&program);
        // Such as `…/registry/src/INDEX/clap-4.6.9/src/lib.rs`.
        let paths = program.split("/registry/src/").skip(1);
        found.extend(paths.filter_map(|path| path.split('/').nth(1).map(str::to_owned)));
    }
    let missing: Vec<_> = found.difference(&named).collect();
    ensure!(
        missing.is_empty(),
        "linked, and not in the bill of materials: {missing:?}"
    );
    ensure!(found.len() > 50, "only these crates left a path: {found:?}");
    Ok(())
}

/// Each page, without a complaint.
fn the_manual_can_be_read(files: &str) -> Result<()> {
    let pages: Vec<_> = files
        .lines()
        .filter(|file| file.ends_with(".1.gz"))
        .collect();
    ensure!(pages.len() > 15, "only these pages: {pages:?}");
    for page in pages {
        let mut man = Command::new("man");
        man.args(["--warnings", "--local-file", page]);
        let read = man.env("MANWIDTH", "80").output()?;
        let (text, complaints) = (
            String::from_utf8_lossy(&read.stdout),
            String::from_utf8_lossy(&read.stderr),
        );
        ensure!(complaints.is_empty(), "{page}: {complaints}");
        ensure!(text.contains("SYNOPSIS"), "{page}: {text}");
    }
    Ok(())
}

fn a_shell_completes_commands() -> Result<()> {
    let script = "source /usr/share/bash-completion/completions/gpu-keepalive\n\
                  ours=$(complete -p gpu-keepalive | sed 's/.*-F \\([^ ]*\\).*/\\1/')\n\
                  COMP_WORDS=(gpu-keepalive stat) COMP_CWORD=1\n\
                  $ours gpu-keepalive stat gpu-keepalive\n\
                  echo \"${COMPREPLY[*]}\"";
    let completed = shell::output(Command::new("bash").args(["-c", script]))?;
    ensure!(
        completed.trim() == "status",
        "bash completes “stat” to {completed}"
    );
    for (program, script) in [
        ("zsh", "/usr/share/zsh/vendor-completions/_gpu-keepalive"),
        (
            "fish",
            "/usr/share/fish/vendor_completions.d/gpu-keepalive.fish",
        ),
    ] {
        if shell::is_installed(program) {
            shell::run(Command::new(program).args(["-n", script]))?;
        }
    }
    Ok(())
}

fn the_unit_is_valid() -> Result<()> {
    if !shell::is_installed("systemd-analyze") {
        eprintln!("xtask: no systemd here; its unit is not checked");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let mut verify = Command::new("systemd-analyze");
    verify.args(["--user", "--man=yes", "verify", UNIT]);
    verify.env("XDG_RUNTIME_DIR", folder.path());
    let verified = verify.stdout(Stdio::null()).output()?;
    let complaints = String::from_utf8_lossy(&verified.stderr);
    let of_ours = complaints
        .lines()
        .filter(|line| line.contains("gpu-keepalive"));
    let of_ours: Vec<_> = of_ours.collect();
    ensure!(of_ours.is_empty(), "{UNIT}: {of_ours:?}");
    ensure!(verified.status.success(), "{UNIT}: {complaints}");
    Ok(())
}

/// On a desktop of its own, by the app's test of that name.
fn the_menu_entry_starts_the_app() -> Result<()> {
    shell::run(&mut shell::cargo(&[
        "test",
        "--workspace",
        "--test",
        "desktop",
        "installed",
        "--",
        "--ignored",
    ]))
}

fn nothing_is_left(files: &str) -> Result<()> {
    let ours = files.lines().filter(|file| file.contains("gpu"));
    let left: Vec<_> = ours
        .filter(|file| fs::symlink_metadata(file).is_ok())
        .collect();
    ensure!(left.is_empty(), "left after removal: {left:?}");
    let known = packages::is_known("gpu-keepalive");
    ensure!(!known, "dpkg still knows gpu-keepalive");
    Ok(())
}
