use std::{
    io::ErrorKind,
    os::unix::fs::symlink,
    process::{Child, Command, Stdio},
    thread,
};

use gpu_keepalive_core::gpu::PciBusId;

use super::{
    open_files::{Devices, OpenFiles},
    *,
};

fn listed_as(name: &str, argument: Option<&str>) -> Vec<AiProgram> {
    vec![AiProgram {
        name: name.into(),
        argument: argument.map(Into::into),
    }]
}

/// A shell under another name that waits until its standard input is closed.
pub(crate) struct TestProcess {
    _folder: tempfile::TempDir,
    child: Child,
}

impl TestProcess {
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

impl Drop for TestProcess {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn processes() -> Processes {
    Processes::new(Path::new("/"))
}

/// The first sample is enough, because `spawn` returns after the child's `exec`.
fn seen(processes: &mut Processes, listed: &[AiProgram], pid: u32) -> Option<AiProcess> {
    let found = processes.read(listed).ai_processes;
    assert!(found.is_sorted_by_key(|process| process.pid));
    found.into_iter().find(|process| process.pid == pid)
}

fn finds(processes: &mut Processes, listed: &[AiProgram], pid: u32) -> bool {
    seen(processes, listed, pid).is_some()
}

#[test]
fn an_ai_process_is_seen_when_it_runs_and_only_then() {
    let mut processes = processes();
    processes.read(&[]);
    let program = TestProcess::start("llama-server", "x", "read line");
    let pid = program.pid();
    let found = seen(&mut processes, &[], pid).expect("it is known without a list");
    assert_eq!((&*found.name, &*found.label), ("llama-server", "llama.cpp"));
    assert_eq!(found.kind, ProcessKind::Worker);
    assert_eq!(found.parent, Some(std::process::id()));
    assert_eq!(found.gpu, GpuUse::Nothing);
    assert!(found.started.is_some());
    assert_eq!(
        found.started,
        process_started(pid),
        "as the hold process reads it"
    );
    assert!(finds(&mut processes, &[], pid));
    drop(program);
    assert!(!finds(&mut processes, &[], pid));
}

#[test]
fn the_users_list_adds_to_what_is_known_as_soon_as_it_changes() {
    let program = TestProcess::start("my-server", "x", "read line");
    let mut processes = processes();
    let pid = program.pid();
    assert!(!finds(&mut processes, &[], pid));
    let listed = listed_as("my-server", None);
    assert!(finds(&mut processes, &listed, pid));
    assert!(finds(
        &mut processes,
        &listed_as("my-server", Some("--listen")),
        pid
    ));
    assert!(!finds(
        &mut processes,
        &listed_as("my-server", Some("--cpu")),
        pid
    ));
    assert!(finds(&mut processes, &listed, pid));
    assert!(!finds(&mut processes, &[], pid));
}

#[test]
fn a_relative_script_is_known_by_the_folder_it_was_started_in() {
    let ours = TestProcess::start("python3.11", "ComfyUI-0.3.60/main.py", "read line");
    let other = TestProcess::start("python3.11", "project/main.py", "read line");
    let mut processes = processes();
    let found = seen(&mut processes, &[], ours.pid()).expect("it is ComfyUI");
    assert_eq!((&*found.name, &*found.label), ("main.py", "ComfyUI"));
    assert!(
        !finds(&mut processes, &[], other.pid()),
        "it has no context"
    );
}

#[test]
fn a_worker_is_called_by_the_program_that_started_it() {
    let body = "cp /bin/sh llama-server; ./llama-server -c 'echo ready; read line; :'";
    let mut service = TestProcess::start("ollama", "serve", body);
    let mut ready = [0; 6];
    let stdout = service.child.stdout.as_mut().unwrap();
    std::io::Read::read_exact(stdout, &mut ready).unwrap();
    let found = processes().read(&[]).ai_processes;
    let worker = found
        .iter()
        .find(|process| process.parent == Some(service.pid()));
    assert_eq!(worker.map(|worker| &*worker.label), Some("Ollama"));
    assert!(found.iter().all(|process| process.pid != service.pid()));
}

#[test]
fn a_process_that_becomes_another_program_is_read_again() {
    let body = "read line; cp /bin/sh ollama; exec ./ollama -c 'echo ready; read line; :'";
    let mut program = TestProcess::start("start", "start.sh", body);
    let mut processes = processes();
    let listed = listed_as("ollama", None);
    assert!(!finds(&mut processes, &listed, program.pid()));
    processes.read(&listed);
    let mut stdin = program.child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, b"\n").unwrap();
    let mut ready = [0; 6];
    let stdout = program.child.stdout.as_mut().unwrap();
    std::io::Read::read_exact(stdout, &mut ready).unwrap();
    let seen = (0..PASSES_BETWEEN_READS).any(|_| finds(&mut processes, &listed, program.pid()));
    assert!(seen);
}

#[test]
fn we_are_not_an_ai_process() {
    let program = TestProcess::start("gpu-keepalive-app", "x", "read line");
    let own = std::env::current_exe().unwrap();
    let own = own.file_name().unwrap().to_string_lossy().to_lowercase();
    let mut programs = listed_as("gpu-keepalive-app", None);
    programs.extend(listed_as(&own, None));
    let mut processes = processes();
    assert!(!finds(&mut processes, &programs, program.pid()));
    assert!(!finds(&mut processes, &programs, std::process::id()));
}

/// A machine's `/proc` and `/sys` with two GPUs, the second of which is suspended.
fn machine() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let write = |path: String, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for (id, minor, status) in [
        ("0000:01:00.0", 0, "active"),
        ("0000:02:00.0", 1, "suspended"),
    ] {
        let device = format!("sys/bus/pci/devices/{id}");
        write(format!("{device}/vendor"), "0x10de");
        write(format!("{device}/class"), "0x030000");
        write(format!("{device}/power/control"), "auto");
        write(format!("{device}/power/runtime_status"), status);
        let text = format!("Model: \t X\nDevice Minor: \t {minor}\n");
        write(format!("proc/driver/nvidia/gpus/{id}/information"), &text);
    }
    write("sys/module/nvidia_uvm/refcnt".to_owned(), "7\n");
    root
}

#[test]
fn the_open_gpus_are_found_in_the_open_files() {
    let root = machine();
    let first: PciBusId = "0000:01:00.0".parse().unwrap();
    let mut devices = Devices::under(root.path());
    let times = |file: &'static str, count: usize| std::iter::repeat_n(file, count);
    let mut use_of = |files: Vec<&str>| {
        let process = root.path().join("proc/1");
        fs::remove_dir_all(&process).ok();
        fs::create_dir_all(process.join("fd")).unwrap();
        for (number, file) in files.iter().enumerate() {
            symlink(file, process.join(format!("fd/{number}"))).unwrap();
        }
        OpenFiles::read(&process)
            .expect("it can be seen")
            .gpu_use(&mut devices)
    };
    let uvm = ["/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm"];
    // As counted on an H200 with driver 580.159.04.
    let context: Vec<_> = uvm.into_iter().chain(times("/dev/nvidia0", 20)).collect();
    assert_eq!(use_of(context), GpuUse::Context(vec![first]));
    let initialised: Vec<_> = uvm.into_iter().chain(times("/dev/nvidia0", 4)).collect();
    assert_eq!(
        use_of(initialised),
        GpuUse::Device(vec![first]),
        "cuInit alone"
    );
    let observes: Vec<_> = uvm.into_iter().chain(times("/dev/nvidia0", 3)).collect();
    assert_eq!(use_of(observes), GpuUse::Device(vec![first]), "NVML");
    let both = uvm.into_iter().chain(times("/dev/nvidia0", 4));
    let both: Vec<_> = both.chain(times("/dev/nvidia1", 20)).collect();
    // The second GPU sleeps, so its number cannot be asked for: which GPU it is is not known.
    assert_eq!(use_of(both), GpuUse::Context(vec![]));
    let draws = times("/dev/nvidia0", 20).chain(["/dev/nvidiactl", "/dev/nvidia-modeset"]);
    assert_eq!(use_of(draws.collect()), GpuUse::Device(vec![first]));
    assert_eq!(
        use_of(vec!["/dev/nvidiactl", "/dev/nvidia-modeset"]),
        GpuUse::Graphics
    );
    assert_eq!(use_of(vec!["/dev/dri/renderD128"]), GpuUse::Graphics);
    assert_eq!(use_of(vec!["/dev/dxg"]), GpuUse::Context(vec![]), "WSL2");
    assert_eq!(
        use_of(vec!["/dev/null", "socket:[12]", "/dev/nvidiactl"]),
        GpuUse::Nothing
    );
    assert_eq!(use_of(vec![]), GpuUse::Nothing);
    assert_eq!(OpenFiles::read(&root.path().join("proc/2")), None);
}

#[test]
fn others_are_distinguished_from_ours_where_the_driver_is_open() {
    let root = machine();
    let seen = Processes::new(root.path()).read(&[]);
    assert_eq!(seen.uvm_open, Some(7), "none of ours has it open");
    fs::remove_file(root.path().join("sys/module/nvidia_uvm/refcnt")).unwrap();
    assert_eq!(Processes::new(root.path()).read(&[]).uvm_open, None);
}

/// `cargo test -p gpu-keepalive-engine --lib cost_of_a_read -- --ignored --nocapture`
#[test]
#[ignore = "prints the CPU time of a look with 400 more processes"]
fn cost_of_a_read() {
    let programs = listed_as("my-program", None);
    let sleepers: Vec<_> = (0..400)
        .map(|_| TestProcess::start("sleeper", "x", "read line"))
        .collect();
    let cpu = || rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let micros = |time: rustix::time::Timespec| time.tv_sec * 1_000_000 + time.tv_nsec / 1000;
    let mut processes = processes();
    let before = micros(cpu());
    processes.read(&programs);
    let first = micros(cpu());
    // Two samples read the new processes; the sixteen after that are the ordinary ones.
    processes.read(&programs);
    let settled = micros(cpu());
    for _ in 0..PASSES_BETWEEN_READS {
        processes.read(&programs);
    }
    let ordinary = (micros(cpu()) - settled) / i64::from(PASSES_BETWEEN_READS);
    let count = processes.system.as_ref().unwrap().processes().len();
    println!(
        "{count} processes: first look {} µs, then {ordinary} µs",
        first - before
    );
    assert!(count >= sleepers.len());
}

#[test]
fn a_served_tree_is_followed_until_each_of_its_processes_ends() {
    let mut child = Command::new("sh")
        .args(["-c", "exec 3<&0; sh -c 'echo $$; read line' <&3 & wait"])
        .env("CUDA_DISABLE_PERF_BOOST", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let out = child.stdout.as_mut().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).unwrap();
    let mut processes = processes();
    assert_eq!(processes.read_served(), [], "none is announced");
    let root = child.id();
    processes.serve(Served {
        roots: vec![root],
        round: 1,
    });
    let found = processes.read_served();
    for pid in [root, line.trim().parse().unwrap()] {
        let ours = found.iter().find(|process| process.pid == pid);
        let ours = ours.expect("it is below what was announced");
        assert_eq!((ours.kind, ours.quiet), (ProcessKind::Worker, Some(true)));
    }
    assert_eq!(processes.read(&[]).served_round, 1);
    assert!(!finds(&mut processes, &[], root), "it has no GPU open");

    // Announced no more, and still there.
    processes.serve(Served::default());
    let found = processes.read_served();
    assert!(found.iter().any(|process| process.pid == root));
    child.kill().unwrap();
    child.wait().unwrap();
    let found = processes.read_served();
    assert!(found.iter().all(|process| process.pid != root));
}

#[test]
fn this_process_has_memory_and_no_process_none() {
    let ours = resident(std::process::id()).expect("it runs");
    assert!(ours > Bytes::from_mib(1), "{ours:?}");
    assert_eq!(resident(u32::MAX), None);
}
