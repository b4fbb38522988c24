//! A server that uses the processor on command, and the process on a fake kernel.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use gpu_keepalive_core::gpu::holder::{SensedProcess, Sensing};

pub(super) use crate::driver::hold::harness::Hold;
use crate::{
    driver::{
        hold::linux::serve,
        rm::fake::{FakeKernel, Form},
    },
    processes::process_started,
};

impl Hold<FakeKernel> {
    pub(super) fn start() -> Self {
        let kernel = FakeKernel::new(Form::Since535);
        let its_kernel = kernel.clone();
        let gpu = "0000:01:00.0".parse().expect("an address");
        Self::serving(kernel, move |input, output| {
            serve(gpu, its_kernel, input, output)
        })
    }
}

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
