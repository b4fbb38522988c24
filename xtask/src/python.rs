//! `cargo xtask python`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::{packages, shell, windows};

mod interpreters;

/// Oldest glibc that the published wheel runs with: that of RHEL 8 and Ubuntu 20.04.
const GLIBC: &str = "manylinux_2_28";
/// The linker that knows the symbols of an older glibc.
const ZIG: &str = "ziglang==0.15.2";
const REQUIREMENTS: &str = "requirements-dev.txt";

/// The libraries that stand in for the driver's, as cargo builds them.
const FAKE_DRIVER: &str = "target/debug/libfake_driver.so";
/// Leases that must leave nothing behind, which takes two minutes.
const LEASES: &str = "100000";
/// What the tests import.
const TEST_TOOLS: [&str; 3] = ["pytest", "pyelftools", "pefile"];

#[derive(Args)]
pub(crate) struct PythonArgs {
    /// Build the wheels that are published: optimized, for every Linux with glibc 2.28 or later, and for Windows.
    #[arg(long)]
    release: bool,
    /// Also build the wheel for Windows.
    #[arg(long)]
    windows: bool,
    /// Also run the tests on every other Python that is installed, and on PyPy.
    #[arg(long)]
    every: bool,
}

/// Builds the wheels and tries them in fresh environments, after the checks of their sources.
pub(crate) fn python(args: &PythonArgs) -> Result<()> {
    let places = Places::new();
    places.ensure_tools()?;
    places.check()?;
    let wheel = places.build(args.release)?;
    shell::run(&mut shell::cargo(&["build", "--package", "fake-driver"]))?;
    let mut wheels = vec![wheel.clone()];
    if args.release || args.windows {
        wheels.push(places.build_for_windows(args.release)?);
    }
    if args.every {
        packages::ensure(&interpreters::PACKAGES)?;
        for interpreter in interpreters::installed()? {
            places.test(&interpreter, &wheel, &wheels)?;
        }
    } else {
        places.test(Path::new("python3"), &wheel, &wheels)?;
    }
    if args.release {
        places.run_many_leases()?;
    }
    for wheel in wheels {
        println!("{}", wheel.display());
    }
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
        make_environment(Path::new("python3"), &tools)?;
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
        let mut maturin = self.maturin(release);
        if release {
            let mut pip = self.tool("python");
            shell::run(pip.args(["-m", "pip", "install", "--quiet", ZIG]))?;
            maturin.args(["--zig", "--compatibility", GLIBC]);
        } else {
            maturin.args(["--compatibility", "linux"]);
        }
        self.built_by(&mut maturin, if release { "release" } else { "debug" })
    }

    fn build_for_windows(&self, release: bool) -> Result<PathBuf> {
        let mut maturin = self.maturin(release);
        windows::target_windows(&mut maturin)?;
        self.built_by(&mut maturin, "windows")
    }

    fn maturin(&self, release: bool) -> Command {
        let mut maturin = self.tool("maturin");
        let profile = if release { "release" } else { "dev" };
        maturin.args(["build", "--profile", profile]);
        maturin
    }

    /// The wheel that maturin builds into that folder.
    fn built_by(&self, maturin: &mut Command, folder: &str) -> Result<PathBuf> {
        let wheels = self.built.join(folder);
        // Of an earlier version, perhaps.
        let _ = fs::remove_dir_all(&wheels);
        shell::run(maturin.arg("--out").arg(&wheels))?;
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
        shell::run(self.tool("mypy").args(["--platform", "win32", "src"]))?;
        shell::run(&mut self.tool("pyright"))?;
        shell::run(self.tool("pyright").args(["--pythonplatform", "Windows"]))
    }

    /// Installs the wheel as a user does, and runs the tests on it and on the contents of all.
    fn test(&self, interpreter: &Path, wheel: &Path, wheels: &[PathBuf]) -> Result<()> {
        let fresh = self.built.join("fresh");
        make_environment(interpreter, &fresh)?;
        let python = program(&fresh, "python");
        let pip = || {
            let mut pip = Command::new(&python);
            pip.args(["-m", "pip", "install", "--quiet"])
                .current_dir(&self.package);
            pip
        };
        shell::run(pip().arg("--no-index").arg(wheel))?;
        let constraint = ["--constraint", REQUIREMENTS];
        shell::run(pip().args(constraint).args(TEST_TOOLS))?;
        let mut tests = Command::new(&python);
        tests
            .args(["-m", "pytest", "--quiet"])
            .current_dir(&self.package)
            .env("GPU_KEEPALIVE_WHEELS", env::join_paths(wheels)?)
            .env("GPU_KEEPALIVE_FAKE_DRIVER", shell::root().join(FAKE_DRIVER));
        shell::run(&mut tests)
    }

    /// In the environment of the last tests.
    fn run_many_leases(&self) -> Result<()> {
        let mut test = Command::new(program(&self.built.join("fresh"), "python"));
        test.args(["-m", "pytest", "--quiet", "-k", "many_leases"])
            .current_dir(&self.package)
            .env("GPU_KEEPALIVE_LEASES", LEASES);
        shell::run(&mut test)
    }
}

fn make_environment(interpreter: &Path, folder: &Path) -> Result<()> {
    let mut venv = Command::new(interpreter);
    venv.args(["-m", "venv", "--clear"]).arg(folder);
    shell::run(&mut venv)
        .context("the package needs Python 3.9 or later with venv (python3-venv on Debian)")
}

fn program(environment: &Path, name: &str) -> PathBuf {
    let folder = if cfg!(windows) { "Scripts" } else { "bin" };
    environment.join(folder).join(name)
}
