//! `cargo xtask python`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::shell;

/// Oldest glibc that the published wheel runs with: that of RHEL 8 and Ubuntu 20.04.
const GLIBC: &str = "manylinux_2_28";
/// The linker that knows the symbols of an older glibc.
const ZIG: &str = "ziglang==0.15.2";
const REQUIREMENTS: &str = "requirements-dev.txt";

#[derive(Args)]
pub(crate) struct PythonArgs {
    /// Build the wheel that is published: optimized, for every Linux with glibc 2.28 or later.
    #[arg(long)]
    release: bool,
}

/// Builds the wheel and tries it in a fresh environment, after the checks of its sources.
pub(crate) fn python(args: &PythonArgs) -> Result<()> {
    let places = Places::new();
    places.ensure_tools()?;
    let wheel = places.build(args.release)?;
    places.check()?;
    places.test(&wheel)?;
    println!("{}", wheel.display());
    Ok(())
}

struct Places {
    /// The package's folder.
    package: PathBuf,
    /// Everything that is built.
    built: PathBuf,
}

impl Places {
    fn new() -> Self {
        let root = shell::root();
        Self {
            package: root.join("python"),
            built: root.join("target/python"),
        }
    }

    /// An environment with what `requirements-dev.txt` names, unless it is there already.
    fn ensure_tools(&self) -> Result<()> {
        let wanted = fs::read(self.package.join(REQUIREMENTS))?;
        let tools = self.built.join("tools");
        let installed = tools.join(REQUIREMENTS);
        if fs::read(&installed).is_ok_and(|found| found == wanted) {
            return Ok(());
        }
        make_environment(&tools)?;
        let mut pip = self.tool("python");
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--requirement",
            REQUIREMENTS,
        ]);
        shell::run(&mut pip)?;
        fs::write(installed, wanted)?;
        Ok(())
    }

    /// A tool of that environment, in the package's folder.
    fn tool(&self, name: &str) -> Command {
        let program = program(&self.built.join("tools"), name);
        let mut command = Command::new(&program);
        // maturin looks for zig in the Python that it finds.
        let ours = program.parent().map(Path::to_owned);
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(ours.into_iter().chain(env::split_paths(&path)));
        command.current_dir(&self.package);
        if let Ok(path) = path {
            command.env("PATH", path);
        }
        command
    }

    fn build(&self, release: bool) -> Result<PathBuf> {
        let wheels = self.built.join(if release { "release" } else { "debug" });
        // Of an earlier version, perhaps.
        let _ = fs::remove_dir_all(&wheels);
        let mut maturin = self.tool("maturin");
        maturin.args(["build", "--out"]).arg(&wheels);
        if release {
            let mut pip = self.tool("python");
            shell::run(pip.args(["-m", "pip", "install", "--quiet", ZIG]))?;
            maturin.args(["--release", "--zig", "--compatibility", GLIBC]);
        } else {
            maturin.args(["--profile", "dev", "--compatibility", "linux"]);
        }
        shell::run(&mut maturin)?;
        let entries = fs::read_dir(&wheels).context("maturin wrote no wheel")?;
        let mut built = entries.map(|entry| entry.map(|entry| entry.path()));
        let wheel = built.next().context("maturin wrote no wheel")??;
        ensure!(built.next().is_none(), "maturin wrote several wheels");
        Ok(wheel)
    }

    /// Form, style and types of the sources.
    fn check(&self) -> Result<()> {
        shell::run(self.tool("ruff").args(["check", "."]))?;
        shell::run(self.tool("ruff").args(["format", "--check", "."]))?;
        shell::run(&mut self.tool("mypy"))?;
        shell::run(&mut self.tool("pyright"))
    }

    /// Installs the wheel as a user does, and runs the tests on it.
    fn test(&self, wheel: &Path) -> Result<()> {
        let fresh = self.built.join("fresh");
        make_environment(&fresh)?;
        let python = program(&fresh, "python");
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--no-index"]);
        shell::run(pip.arg(wheel))?;
        let mut pip = Command::new(&python);
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--constraint",
            REQUIREMENTS,
            "pytest",
        ]);
        shell::run(pip.current_dir(&self.package))?;
        let mut tests = Command::new(&python);
        shell::run(
            tests
                .args(["-m", "pytest", "--quiet"])
                .current_dir(&self.package),
        )
    }
}

fn make_environment(folder: &Path) -> Result<()> {
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv", "--clear"]).arg(folder);
    shell::run(&mut venv)
        .context("the package needs Python 3.9 or later with venv (python3-venv on Debian)")
}

fn program(environment: &Path, name: &str) -> PathBuf {
    let folder = if cfg!(windows) { "Scripts" } else { "bin" };
    environment.join(folder).join(name)
}
