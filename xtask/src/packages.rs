//! System packages that are missing, installed with a word on what they are for.

use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

/// A Debian or Ubuntu package and why it is needed.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) why: &'static str,
}

/// For building and running the app.
pub(crate) const WINDOW: [Package; 1] = [Package {
    name: "libwebkit2gtk-4.1-dev",
    why: "to show the window",
}];

/// For the tests: desktops of their own that are not shown, and the documentation's examples.
pub(crate) const TEST: [Package; 9] = [
    Package {
        name: "faketime",
        why: "a wall clock that jumps for one process",
    },
    Package {
        name: "dbus-daemon",
        why: "a private message bus for the tests",
    },
    Package {
        name: "xvfb",
        why: "a screen for the tests that nobody sees",
    },
    Package {
        name: "xauth",
        why: "access to that screen",
    },
    Package {
        name: "webkit2gtk-driver",
        why: "to operate the window in the tests",
    },
    Package {
        name: "at-spi2-core",
        why: "to read the window in the tests as a screen reader does",
    },
    Package {
        name: "fonts-dejavu-core",
        why: "text in the window",
    },
    Package {
        name: "python3",
        why: "to run the Python example of docs/for-server-authors.md",
    },
    Package {
        name: "socat",
        why: "to run the shell example of docs/for-server-authors.md",
    },
];

/// For the tests under Wayland.
pub(crate) const WAYLAND: [Package; 5] = [
    Package {
        name: "sway",
        why: "a compositor without a screen",
    },
    Package {
        name: "waybar",
        why: "a bar with a tray for it",
    },
    Package {
        name: "mako-notifier",
        why: "to show notifications under it",
    },
    Package {
        name: "grim",
        why: "pictures of what it shows",
    },
    Package {
        name: "util-linux",
        why: "to run the tests by an ordinary user",
    },
];

/// Installs those of `packages` that are missing.
pub(crate) fn ensure(packages: &[Package]) -> Result<()> {
    if !shell::is_installed("dpkg-query") {
        let names: Vec<_> = packages.iter().map(|package| package.name).collect();
        eprintln!(
            "xtask: not Debian or Ubuntu; make sure you have: {}",
            names.join(", ")
        );
        return Ok(());
    }
    let missing: Vec<_> = packages
        .iter()
        .filter(|package| !is_installed(package.name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    for package in &missing {
        eprintln!("xtask: installing {}: {}", package.name, package.why);
    }
    shell::run(&mut apt(&["update", "-qq"])?)?;
    let names = missing.iter().map(|package| package.name);
    let mut install = apt(&["install", "-y", "-qq", "--no-install-recommends"])?;
    shell::run(install.args(names))
}

fn is_installed(name: &str) -> bool {
    status(name).ends_with(" installed")
}

/// A package of which the tests run one program, and whose installation would start a server.
const PROMETHEUS: &str = "prometheus";

/// Puts Prometheus' `promtool` where the tests look for it, unless there is one.
pub(crate) fn fetch_promtool() -> Result<()> {
    let folder = shell::root().join("target/tools/debian");
    let there = folder.join("usr/bin/promtool").exists() || shell::is_installed("promtool");
    if there || !shell::is_installed("dpkg-deb") {
        return Ok(());
    }
    eprintln!("xtask: fetching promtool: to check the metrics in the tests");
    shell::run(&mut apt(&["update", "-qq"])?)?;
    std::fs::create_dir_all(&folder)?;
    let download = ["download", "-qq", PROMETHEUS];
    shell::run(Command::new("apt-get").args(download).current_dir(&folder))?;
    for entry in std::fs::read_dir(&folder)? {
        let file = entry?.path();
        if file.extension().is_some_and(|ending| ending == "deb") {
            shell::run(Command::new("dpkg-deb").arg("-x").args([&file, &folder]))?;
            std::fs::remove_file(file)?;
        }
    }
    Ok(())
}

/// Returns true if that package is installed, in part, or removed but for its settings.
pub(crate) fn is_known(name: &str) -> bool {
    let status = status(name);
    !status.is_empty() && !status.ends_with(" not-installed")
}

/// Such as `install ok installed`; empty for an unknown package.
fn status(name: &str) -> String {
    let query = Command::new("dpkg-query")
        .args(["-W", "-f", "${Status}", name])
        .output();
    query.map_or_else(
        |_| String::new(),
        |answer| String::from_utf8_lossy(&answer.stdout).into_owned(),
    )
}

fn apt(arguments: &[&str]) -> Result<Command> {
    let mut command = as_administrator("apt-get")?;
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(arguments);
    Ok(command)
}

/// Returns true if this is root.
pub(crate) fn is_administrator() -> Result<bool> {
    let user = Command::new("id").arg("-u").output()?;
    Ok(user.stdout.trim_ascii() == b"0")
}

/// That program with the rights to change the system.
pub(crate) fn as_administrator(program: &str) -> Result<Command> {
    if is_administrator()? {
        Ok(Command::new(program))
    } else if shell::is_installed("sudo") {
        let mut sudo = Command::new("sudo");
        sudo.arg(program);
        Ok(sudo)
    } else {
        bail!("{program} needs an administrator, and there is no sudo")
    }
}
