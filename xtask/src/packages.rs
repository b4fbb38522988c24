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

/// For the tests: desktops of their own that nobody sees.
pub(crate) const TEST: [Package; 5] = [
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
        name: "fonts-dejavu-core",
        why: "text in the window",
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
    let query = Command::new("dpkg-query")
        .args(["-W", "-f", "${Status}", name])
        .output();
    query.is_ok_and(|answer| answer.stdout.ends_with(b" installed"))
}

fn apt(arguments: &[&str]) -> Result<Command> {
    let user = Command::new("id").arg("-u").output()?;
    let mut command = if user.stdout.trim_ascii() == b"0" {
        Command::new("apt-get")
    } else if shell::is_installed("sudo") {
        let mut sudo = Command::new("sudo");
        sudo.arg("apt-get");
        sudo
    } else {
        bail!("packages are missing and there is no sudo; install them as an administrator");
    };
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(arguments);
    Ok(command)
}
