//! The `hold` process as the shipped program plays it, whether or not there is NVIDIA's driver.

use std::{
    fs,
    io::{BufRead, BufReader, Lines, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc,
    thread,
};

use gpu_keepalive_core::gpu::holder::{
    HolderAction, HolderCommand, HolderReport, Renewal, Sensing,
};

use crate::support::DEADLINE;

/// An address at which no machine has a GPU.
const NO_GPU: &str = "ffff:ff:1f.7";

struct Hold {
    child: Child,
    stdin: ChildStdin,
    stdout: Lines<BufReader<ChildStdout>>,
}

impl Hold {
    fn start() -> Self {
        let mut child = command(NO_GPU)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let stdin = child.stdin.take().expect("piped");
        let stdout = child.stdout.take().expect("piped");
        Self {
            child,
            stdin,
            stdout: BufReader::new(stdout).lines(),
        }
    }

    fn ask(&mut self, action: HolderAction) -> HolderReport {
        let command = HolderCommand { id: 1, action };
        let line = serde_json::to_string(&command).expect("JSON");
        writeln!(self.stdin, "{line}").expect("it reads");
        let line = self.stdout.next().expect("an answer").expect("text");
        serde_json::from_str(&line).expect("a report")
    }
}

fn command(gpu: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gpu-keepalive"));
    command.args(["driver-hold", gpu]);
    command
}

#[test]
fn without_its_gpu_every_strategy_to_raise_the_clocks_is_refused() {
    let mut hold = Hold::start();
    for action in [
        HolderAction::Arm(Sensing::default()),
        HolderAction::Hold(Renewal::default()),
    ] {
        let HolderReport::Reply { id: 1, result } = hold.ask(action) else {
            panic!("no answer");
        };
        let error = result.expect_err("there is no such GPU");
        let prefix = "cannot ";
        assert!(error.message.starts_with(prefix), "{error}");
    }
    let report = hold.ask(HolderAction::Report);
    assert!(matches!(report, HolderReport::Reply { result: Ok(answer), .. } if !answer.raised));
    drop(hold.stdin);
    assert!(hold.child.wait().expect("its end").success());
}

#[test]
fn it_gains_no_rights_loads_no_library_and_opens_nothing() {
    let mut hold = Hold::start();
    hold.ask(HolderAction::Report);
    let proc = format!("/proc/{}", hold.child.id());
    let status = fs::read_to_string(format!("{proc}/status")).expect("it lives");
    assert!(status.contains("NoNewPrivs:\t1"), "{status}");
    let maps = fs::read_to_string(format!("{proc}/maps")).expect("it lives");
    for library in ["libcuda", "libnvidia"] {
        assert!(!maps.contains(library), "{library}");
    }
    let files = fs::read_dir(format!("{proc}/fd")).expect("it lives");
    for file in files.flatten() {
        let target = fs::read_link(file.path()).unwrap_or_default();
        assert!(!target.starts_with("/dev/nvidia"), "{target:?}");
    }
    drop(hold.stdin);
    assert!(hold.child.wait().expect("its end").success());
}

#[test]
fn it_dies_with_the_engine_even_if_its_input_stays_open() {
    let mut engine = Command::new("sh")
        .args(["-c", "exec 3<&0; \"$0\" driver-hold \"$1\" <&3 & wait"])
        .args([env!("CARGO_BIN_EXE_gpu-keepalive"), NO_GPU])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell");
    let mut stdin = engine.stdin.take().expect("piped");
    let mut stdout = BufReader::new(engine.stdout.take().expect("piped"));
    writeln!(stdin, r#"{{"id":1,"action":"report"}}"#).expect("a reader");
    let mut answer = String::new();
    stdout.read_line(&mut answer).expect("an answer");
    assert!(answer.contains("\"id\":1"), "{answer}");
    engine.kill().expect("a signal");
    engine.wait().expect("its end");
    // The output ends when no process has it open any more.
    let (ended, end) = mpsc::channel();
    thread::spawn(move || ended.send(stdout.read_to_end(&mut Vec::new()).is_ok()));
    assert_eq!(end.recv_timeout(DEADLINE), Ok(true));
    drop(stdin);
}

#[test]
fn an_address_that_is_none_is_refused() {
    let output = command("GPU-5e2c1a34").output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).expect("text");
    assert_eq!(
        stderr,
        "driver-hold is started by GPU Keepalive itself: “GPU-5e2c1a34” is not a PCI address such \
         as 0000:01:00.0\n"
    );
}
