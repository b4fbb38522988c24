use std::{
    io::ErrorKind,
    os::unix::fs::symlink,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
};

use super::*;

fn listed_as(name: &str, argument: Option<&str>) -> Vec<AiProgram> {
    vec![AiProgram {
        name: name.into(),
        argument: argument.map(Into::into),
    }]
}

/// A shell under another name that waits until its standard input is closed.
pub(crate) struct Program {
    _folder: tempfile::TempDir,
    child: Child,
}

impl Program {
    pub(crate) fn start(name: &str, script: &str, body: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let executable = folder.path().join(name);
        fs::copy("/bin/sh", &executable).unwrap();
        let script_path = folder.path().join(script);
        let working_folder = script_path.parent().unwrap();
        fs::create_dir_all(working_folder).unwrap();
        fs::write(&script_path, body).unwrap();
        let mut command = Command::new(&executable);
        command
            .arg(script_path.file_name().unwrap())
            .arg("--listen")
            .current_dir(working_folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let child = loop {
            match command.spawn() {
                // Another test's child holds the copy open until its own `exec`.
                Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => thread::yield_now(),
                child => break child.unwrap(),
            }
        };
        Self {
            _folder: folder,
            child,
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The first look is enough, because `spawn` returns after the child's `exec`.
fn sees(processes: &mut Processes, programs: &[AiProgram], pid: u32) -> bool {
    let found = processes.look(programs);
    assert!(found.is_sorted_by_key(|program| program.pid));
    found.iter().any(|program| program.pid == pid)
}

#[test]
fn a_program_is_seen_when_it_runs_and_only_then() {
    let mut processes = Processes::default();
    let listed = listed_as("llama-server", None);
    processes.look(&listed);
    let program = Program::start("llama-server", "x", "read line");
    let pid = program.pid();
    assert!(sees(&mut processes, &listed, pid));
    assert!(sees(&mut processes, &listed, pid));
    assert!(!sees(&mut processes, &listed_as("llama", None), pid));
    drop(program);
    assert!(!sees(&mut processes, &listed, pid));
}

#[test]
fn a_relative_script_is_known_by_the_folder_it_was_started_in() {
    let program = Program::start("python3.11", "ComfyUI/main.py", "read line");
    let mut processes = Processes::default();
    for (name, argument, expected) in [
        ("comfyui", None, true),
        ("comfyui", Some("--listen"), true),
        ("comfyui", Some("--cpu"), false),
        ("main.py", None, true),
        ("invokeai", None, false),
    ] {
        let programs = listed_as(name, argument);
        assert_eq!(
            sees(&mut processes, &programs, program.pid()),
            expected,
            "{programs:?}"
        );
    }
}

#[test]
fn a_process_that_becomes_another_program_is_read_again() {
    let body = "read line; cp /bin/sh ollama; exec ./ollama -c 'echo ready; read line; :'";
    let mut program = Program::start("start", "start.sh", body);
    let mut processes = Processes::default();
    let listed = listed_as("ollama", None);
    assert!(!sees(&mut processes, &listed, program.pid()));
    processes.look(&listed);
    let mut stdin = program.child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, b"\n").unwrap();
    let mut ready = [0; 6];
    let stdout = program.child.stdout.as_mut().unwrap();
    std::io::Read::read_exact(stdout, &mut ready).unwrap();
    let seen = (0..LOOKS_BETWEEN_READS).any(|_| sees(&mut processes, &listed, program.pid()));
    assert!(seen);
}

#[test]
fn we_are_not_an_ai_program() {
    let program = Program::start("gpu-keepalive-app", "x", "read line");
    let own = std::env::current_exe().unwrap();
    let own = own.file_name().unwrap().to_string_lossy().to_lowercase();
    let mut programs = listed_as("gpu-keepalive-app", None);
    programs.extend(listed_as(&own, None));
    let mut processes = Processes::default();
    assert!(!sees(&mut processes, &programs, program.pid()));
    assert!(!sees(&mut processes, &programs, std::process::id()));
}

#[test]
fn cuda_is_told_from_drawing_by_the_open_files() {
    let proc = tempfile::tempdir().unwrap();
    let process = |pid: &str, files: &[&str]| {
        let folder: PathBuf = proc.path().join(pid).join("fd");
        fs::create_dir_all(&folder).unwrap();
        for (number, file) in files.iter().enumerate() {
            symlink(file, folder.join(number.to_string())).unwrap();
        }
    };
    process("1", &["/dev/null", "/dev/nvidia0", "/dev/nvidia-uvm"]);
    process("2", &["/dev/nvidiactl", "/dev/nvidia0", "socket:[12]"]);
    process("3", &[]);
    let found: Vec<_> = (1..=4).map(|pid| gpu_open(proc.path(), pid)).collect();
    assert_eq!(found, [Some(true), Some(false), Some(false), None]);
}

/// `cargo test -p gpu-keepalive-engine --lib cost_of_a_look -- --ignored --nocapture`
#[test]
#[ignore = "prints the CPU time of a look with 400 more processes"]
fn cost_of_a_look() {
    let programs: Vec<_> = (0..30)
        .flat_map(|n| listed_as(&format!("program-{n}"), None))
        .collect();
    let sleepers: Vec<_> = (0..400)
        .map(|_| Program::start("sleeper", "x", "read line"))
        .collect();
    let cpu = || rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let micros = |time: rustix::time::Timespec| time.tv_sec * 1_000_000 + time.tv_nsec / 1000;
    let mut processes = Processes::default();
    let before = micros(cpu());
    processes.look(&programs);
    let first = micros(cpu());
    // Two looks read the new processes; the sixteen after that are the ordinary ones.
    processes.look(&programs);
    let settled = micros(cpu());
    for _ in 0..LOOKS_BETWEEN_READS {
        processes.look(&programs);
    }
    let ordinary = (micros(cpu()) - settled) / i64::from(LOOKS_BETWEEN_READS);
    let count = processes.system.as_ref().unwrap().processes().len();
    println!(
        "{count} processes: first look {} µs, then {ordinary} µs",
        first - before
    );
    assert!(count >= sleepers.len());
}
