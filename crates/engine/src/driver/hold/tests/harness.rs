//! A server that uses the processor on command, and the process with its engine's end of the pipes.

use std::{
    io::{self, BufRead, BufReader, PipeWriter, Write, pipe},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread::{JoinHandle, spawn},
    time::Duration,
};

use gpu_keepalive_core::gpu::{
    GpuError,
    holder::{
        HolderAction, HolderCommand, HolderReply, HolderReport, Raised, Released, SensedProcess,
        Sensing,
    },
};

use crate::driver::{
    hold::serve,
    rm::fake::{FakeKernel, Form},
};
use crate::processes::process_started;

/// Longer than anything here takes on a loaded machine.
const DEADLINE: Duration = Duration::from_secs(20);

/// A shell that uses the processor on command, and rests otherwise.
pub(super) struct Burner {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Burner {
    pub(super) fn start(script: &str) -> Self {
        let mut child = Command::new("sh")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let stdin = child.stdin.take().expect("piped");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        Self {
            child,
            stdin,
            stdout,
        }
    }

    /// Ready when it has answered once, so that its start is over.
    pub(super) fn resting() -> Self {
        let mut burner = Self::start(
            "while read n; do i=0; while [ $i -lt $n ]; do i=$((i+1)); done; echo done; done",
        );
        burner.burn(1);
        burner
    }

    /// Uses the processor: 100,000 rounds take some tens of milliseconds.
    pub(super) fn burn(&mut self, rounds: u32) {
        writeln!(self.stdin, "{rounds}").expect("it reads");
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("it answers");
        assert_eq!(line, "done\n");
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn sensed(&self, threshold: Duration) -> SensedProcess {
        let pid = self.pid();
        SensedProcess {
            pid,
            started: process_started(pid).expect("it lives"),
            threshold,
        }
    }
}

impl Drop for Burner {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The process on a thread, with its engine's end of the pipes.
pub(super) struct Hold {
    pub(super) commands: PipeWriter,
    reports: Receiver<HolderReport>,
    pub(super) thread: JoinHandle<io::Result<()>>,
    pub(super) kernel: FakeKernel,
    last_id: u64,
}

impl Hold {
    pub(super) fn start() -> Self {
        let (input, commands) = pipe().expect("a pipe");
        let (reading, output) = pipe().expect("a pipe");
        let kernel = FakeKernel::new(Form::Since535);
        let its_kernel = kernel.clone();
        let gpu = "0000:01:00.0".parse().expect("an address");
        let thread = spawn(move || serve(gpu, its_kernel, input, output));
        let (send, reports) = channel();
        spawn(move || {
            for line in BufReader::new(reading).lines() {
                let line = line.expect("text");
                let _ = send.send(serde_json::from_str(&line).expect("a report"));
            }
        });
        Self {
            commands,
            reports,
            thread,
            kernel,
            last_id: 0,
        }
    }

    pub(super) fn send(&mut self, action: HolderAction) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        let mut line = serde_json::to_vec(&HolderCommand { id, action }).expect("JSON");
        line.push(b'\n');
        self.commands.write_all(&line).expect("it reads");
        id
    }

    pub(super) fn next(&self) -> HolderReport {
        self.reports.recv_timeout(DEADLINE).expect("a report")
    }

    /// Sends a command and waits for its answer; nothing else may be reported before.
    pub(super) fn ask(&mut self, action: HolderAction) -> HolderReply {
        let id = self.send(action);
        match self.next() {
            HolderReport::Reply { id: of, result } if of == id => result.expect("done"),
            other => panic!("{other:?} is not the answer"),
        }
    }

    pub(super) fn refusal(&mut self, action: HolderAction) -> GpuError {
        let id = self.send(action);
        match self.next() {
            HolderReport::Reply { id: of, result } if of == id => result.expect_err("refused"),
            other => panic!("{other:?} is not the answer"),
        }
    }

    pub(super) fn raised(&self) -> Raised {
        match self.next() {
            HolderReport::Raised(raised) => raised,
            other => panic!("{other:?} instead of a raise"),
        }
    }

    pub(super) fn released(&self) -> Released {
        match self.next() {
            HolderReport::Released(released) => released,
            other => panic!("{other:?} instead of a release"),
        }
    }

    /// Closes its input; how it ended.
    pub(super) fn end(self) -> io::Result<()> {
        drop(self.commands);
        self.thread.join().expect("no panic")
    }
}

/// Quick in everything, so that no test waits. Longer to linger than a loaded machine keeps a
/// burner from its processor.
pub(super) fn sensing(processes: Vec<SensedProcess>) -> Sensing {
    Sensing {
        processes,
        busy_period: Duration::from_millis(5),
        idle_period: Duration::from_millis(5),
        linger: Duration::from_millis(500),
        between_raises: Duration::ZERO,
        ..Sensing::default()
    }
}
