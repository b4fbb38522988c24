//! The process with its engine's end of the pipes.

use std::{
    io::{self, BufRead, BufReader, PipeReader, PipeWriter, Write, pipe},
    sync::mpsc::{Receiver, channel},
    thread::{JoinHandle, spawn},
    time::Duration,
};

use gpu_keepalive_core::gpu::{
    GpuError,
    holder::{HolderAction, HolderCommand, HolderReply, HolderReport, Raised, Released},
};

/// Longer than anything here takes on a loaded machine.
const DEADLINE: Duration = Duration::from_secs(20);

/// The process on a thread, with its engine's end of the pipes.
pub(in crate::driver::hold) struct Hold<K> {
    pub(in crate::driver::hold) commands: PipeWriter,
    reports: Receiver<HolderReport>,
    pub(in crate::driver::hold) thread: JoinHandle<io::Result<()>>,
    /// Stands for the driver, where there is one to ask.
    #[cfg_attr(windows, expect(dead_code, reason = "nothing is asked of it"))]
    pub(in crate::driver::hold) kernel: K,
    last_id: u64,
}

impl<K> Hold<K> {
    pub(in crate::driver::hold) fn serving(
        kernel: K,
        serve: impl FnOnce(PipeReader, PipeWriter) -> io::Result<()> + Send + 'static,
    ) -> Self {
        let (input, commands) = pipe().expect("a pipe");
        let (reading, output) = pipe().expect("a pipe");
        let thread = spawn(move || serve(input, output));
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

    pub(in crate::driver::hold) fn send(&mut self, action: HolderAction) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        let mut line = serde_json::to_vec(&HolderCommand { id, action }).expect("JSON");
        line.push(b'\n');
        self.commands.write_all(&line).expect("it reads");
        id
    }

    pub(in crate::driver::hold) fn next(&self) -> HolderReport {
        self.reports.recv_timeout(DEADLINE).expect("a report")
    }

    /// Returns true if nothing is reported for so long.
    #[cfg(windows)]
    pub(in crate::driver::hold) fn is_silent_for(&self, time: Duration) -> bool {
        self.reports.recv_timeout(time).is_err()
    }

    /// Sends a command and waits for its answer; nothing else may be reported before.
    pub(in crate::driver::hold) fn ask(&mut self, action: HolderAction) -> HolderReply {
        let id = self.send(action);
        match self.next() {
            HolderReport::Reply { id: of, result } if of == id => result.expect("done"),
            other => panic!("{other:?} is not the answer"),
        }
    }

    pub(in crate::driver::hold) fn refusal(&mut self, action: HolderAction) -> GpuError {
        let id = self.send(action);
        match self.next() {
            HolderReport::Reply { id: of, result } if of == id => result.expect_err("refused"),
            other => panic!("{other:?} is not the answer"),
        }
    }

    pub(in crate::driver::hold) fn raised(&self) -> Raised {
        match self.next() {
            HolderReport::Raised(raised) => raised,
            other => panic!("{other:?} instead of a raise"),
        }
    }

    pub(in crate::driver::hold) fn released(&self) -> Released {
        match self.next() {
            HolderReport::Released(released) => released,
            other => panic!("{other:?} instead of a release"),
        }
    }

    /// Closes its input; how it ended.
    pub(in crate::driver::hold) fn end(self) -> io::Result<()> {
        drop(self.commands);
        self.thread.join().expect("no panic")
    }
}
