//! The command line under wine, with the fake driver in the system's folder.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anyhow::{Context, Result, ensure};

use super::{STD, TARGET, cargo, target, wine};
use crate::shell;

/// The names under which CUDA's binding and ours look for the driver's libraries.
const PLANTED: [&str; 4] = ["nvcuda.dll", "cuda.dll", "cuda64_12.dll", "nvml.dll"];
/// A library that shows that it was loaded.
const PLANTED_SOURCE: &str = r#"
#include <windows.h>
BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved) {
    WCHAR path[MAX_PATH + 8];
    if (reason != DLL_PROCESS_ATTACH) return TRUE;
    lstrcpyW(path + GetModuleFileNameW(self, path, MAX_PATH), L".loaded");
    CloseHandle(CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
    return TRUE;
}
"#;
/// The code that a command ends with: more than eight bits have.
const WIDE_CODE: u32 = 300;

/// Builds both, with the standard library of the tests, and tries them.
pub(super) fn check() -> Result<()> {
    let build = [
        "build",
        "--package",
        "gpu-keepalive",
        "--package",
        "fake-driver",
    ];
    shell::run(&mut cargo(&build, &format!("{STD},test")))?;
    let place = Place::make()?;
    place.only_the_systems_libraries_are_loaded()?;
    place.a_script_command_runs_and_its_code_is_passed_on()
}

/// A folder with a blank and letters of other writings in its name, and planted libraries in it.
struct Place {
    folder: PathBuf,
    program: PathBuf,
}

impl Place {
    fn make() -> Result<Self> {
        let built = target().join(TARGET).join("debug");
        let system = wine::prefix().join("drive_c/windows/system32");
        for library in ["nvml.dll", "nvcuda.dll"] {
            fs::copy(built.join("fake_driver.dll"), system.join(library))?;
        }
        let folder = wine::prefix().join("drive_c/Jörg Müller 日本");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let values = shell::root().join("tests/fakes/values.txt");
        fs::copy(values, folder.join("values"))?;
        fs::write(
            folder.join("tool.cmd"),
            format!("@echo %~1\r\n@exit {WIDE_CODE}\r\n"),
        )?;
        fs::write(folder.join("planted.c"), PLANTED_SOURCE)?;
        let mut compile = Command::new("x86_64-w64-mingw32-gcc-posix");
        compile.current_dir(&folder);
        shell::run(compile.args(["-shared", "-o", "planted.dll", "planted.c"]))?;
        for name in PLANTED {
            fs::copy(folder.join("planted.dll"), folder.join(name))?;
        }
        let program = folder.join("bin").join("gpu-keepalive.exe");
        fs::create_dir_all(folder.join("bin"))?;
        fs::copy(built.join("gpu-keepalive.exe"), &program)?;
        Ok(Self { folder, program })
    }

    /// The command line, started in that folder, which is on the path as well.
    fn command(&self, through: &[&str]) -> Command {
        let mut command = Command::new("wine");
        command.args(through).current_dir(&self.folder);
        command.env("FAKE_GPU_DIR", in_wine(&self.folder));
        command.env("WINEPATH", in_wine(&self.folder));
        wine::with_prefix(&mut command);
        command
    }

    /// Lists the GPUs, and holds one with a context.
    fn only_the_systems_libraries_are_loaded(&self) -> Result<()> {
        let mut list = self.command(&[]);
        let listed = list
            .arg(&self.program)
            .args(["driver-process", "list"])
            .output()?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let uuid = listed.split('"').find(|word| word.starts_with("GPU-"));
        let uuid = uuid.with_context(|| format!("no GPU is listed: {listed}"))?;

        let mut driver = self.command(&[]);
        driver.arg(&self.program).args(["driver-process", uuid]);
        let ask = r#"{"id":1,"action":{"hold":{"strategy":"context","matrix_size":256}}}"#;
        let held = answered(&mut driver, ask)?;
        ensure!(held.contains(r#""held""#), "the GPU is not held: {held}");
        for name in PLANTED {
            let loaded = self.folder.join(format!("{name}.loaded"));
            ensure!(
                !loaded.exists(),
                "{name} was loaded from the working folder"
            );
        }
        // The test can fail: by the usual search the first of them is found.
        let plain = self.command(&["rundll32", "cuda.dll,Nothing"]).output()?;
        let loaded = self.folder.join("cuda.dll.loaded");
        ensure!(
            loaded.exists(),
            "nothing of what was planted is ever loaded: {plain:?}"
        );
        fs::remove_file(loaded)?;
        Ok(())
    }

    /// Runs a `.cmd` file by its bare name, from a console, which knows its whole exit code.
    fn a_script_command_runs_and_its_code_is_passed_on(&self) -> Result<()> {
        // By a path without other letters: a script has no encoding of its own.
        let line = "@bin\\gpu-keepalive.exe serve -- tool \"a b\"\r\n@echo code %ERRORLEVEL%\r\n";
        fs::write(self.folder.join("run.cmd"), line)?;
        let mut console = self.command(&["cmd", "/c", "run.cmd"]);
        let output: Output = console.output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(said.contains("a b"), "the command did not run: {output:?}");
        let expected = format!("code {WIDE_CODE}");
        ensure!(said.contains(&expected), "another exit code: {output:?}");
        Ok(())
    }
}

/// What it writes, given that line.
fn answered(command: &mut Command, line: &str) -> Result<String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().context("standard input is piped")?;
    writeln!(input, "{line}")?;
    // The end of its input ends it.
    drop(input);
    Ok(String::from_utf8_lossy(&child.wait_with_output()?.stdout).into_owned())
}

/// A path of the prefix as wine has it.
fn in_wine(path: &Path) -> String {
    let drive = wine::prefix().join("drive_c");
    let below = path.strip_prefix(drive).expect("below the drive");
    format!(r"C:\{}", below.display()).replace('/', r"\")
}
