//! The `hold` process as the engine sees it: started, commanded, read, and killed when it hangs.

use std::{collections::VecDeque, path::Path};

use futures_util::StreamExt;
use gpu_keepalive_core::{
    gpu::{
        GpuError, GpuErrorKind, PciBusId,
        holder::{HolderAction, HolderCommand, HolderReport, LONGEST_LINE},
    },
    models::one_line,
    units::Bytes,
};
use tokio::{
    io::AsyncWriteExt,
    process::{Child, ChildStdin, ChildStdout, Command},
    task::JoinHandle,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::codec::{FramedRead, LinesCodec};

use super::{Running, end_child, how_it_ended, kill, late, wire::HOLD_ROLE};
use crate::{gpu::Holder, processes::resident};

#[cfg(test)]
mod tests;

/// The process that senses requests and, on Linux, asks for one GPU's boost. Dropping it kills it,
/// which ends the boost.
///
/// Never stopped, unlike a driver process with CUDA: stopped it would sense nothing.
#[derive(Debug)]
pub struct HoldProcess {
    child: Child,
    stdin: ChildStdin,
    reports: FramedRead<ChildStdout, LinesCodec>,
    /// Ends with the process; the last line that it wrote.
    stderr: JoinHandle<Option<String>>,
    last_id: u64,
    /// Commands that wait for their answer, oldest first.
    waiting: VecDeque<(u64, Instant)>,
}

impl HoldProcess {
    /// Starts it; it opens nothing before a command orders it to. `program` calls
    /// [`serve`](super::serve). Must be called on a thread that lives as long as the engine: the
    /// process dies with the thread that started it.
    ///
    /// # Errors
    /// [`GpuErrorKind::ProcessEnded`] when the program cannot be started.
    pub fn start(program: &Path, gpu: PciBusId) -> Result<Self, GpuError> {
        let mut command = Command::new(program);
        command.args([HOLD_ROLE, &gpu.to_string()]);
        let running = Running::start(command)?;
        let codec = LinesCodec::new_with_max_length(LONGEST_LINE);
        Ok(Self {
            child: running.child,
            stdin: running.stdin,
            reports: FramedRead::new(running.stdout.into_inner(), codec),
            stderr: running.stderr,
            last_id: 0,
            waiting: VecDeque::new(),
        })
    }

    /// Its process id; `None` when it has ended.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    fn understand(&mut self, line: &str) -> Result<HolderReport, GpuError> {
        let report =
            serde_json::from_str(line).map_err(|error| self.nonsense(&error.to_string()))?;
        if let HolderReport::Reply { id, .. } = &report {
            while self
                .waiting
                .front()
                .is_some_and(|(waiting, _)| waiting <= id)
            {
                self.waiting.pop_front();
            }
        }
        Ok(report)
    }

    fn nonsense(&mut self, why: &str) -> GpuError {
        self.kill();
        let why = one_line(why, 200);
        let message = format!("the hold process wrote what is no report: {why}");
        GpuError::new(GpuErrorKind::Other, message)
    }

    async fn ended(&mut self) -> GpuError {
        how_it_ended("the hold process", &mut self.child, &mut self.stderr).await
    }

    fn kill(&mut self) {
        kill("the hold process", &mut self.child);
    }
}

impl Holder for HoldProcess {
    /// Sends a command; the number that its answer will carry.
    ///
    /// Not cancel safe: after a future that was dropped half-way the process is of no use.
    ///
    /// # Errors
    /// [`GpuErrorKind::TimedOut`] when it reads nothing any more, [`GpuErrorKind::Other`] for a
    /// command with more processes than a line holds. A process that has ended is
    /// reported by [`Holder::next`].
    async fn send(&mut self, action: HolderAction) -> Result<u64, GpuError> {
        let deadline = action.deadline();
        self.last_id += 1;
        let id = self.last_id;
        let command = HolderCommand { id, action };
        let mut line = serde_json::to_vec(&command).expect("a command is plain data");
        line.push(b'\n');
        if line.len() > LONGEST_LINE {
            let message = format!(
                "a command of {} bytes; the hold process takes {LONGEST_LINE}",
                line.len()
            );
            return Err(GpuError::new(GpuErrorKind::Other, message));
        }
        self.waiting.push_back((id, Instant::now() + deadline));
        match timeout(deadline, self.stdin.write_all(&line)).await {
            // A failed write means that it has ended; reading then finds its last output.
            Ok(_) => Ok(id),
            Err(_) => Err(late(deadline)),
        }
    }

    /// The next report. Cancel safe.
    ///
    /// # Errors
    /// [`GpuErrorKind::ProcessEnded`] as soon as it has ended; [`GpuErrorKind::TimedOut`] when it
    /// leaves a command unanswered; [`GpuErrorKind::Other`] when it writes what is no report. After
    /// any of them it is killed, and nothing is held.
    async fn next(&mut self) -> Result<HolderReport, GpuError> {
        let unanswered = self.waiting.front().map(|(_, deadline)| *deadline);
        let late_answer = async {
            match unanswered {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            line = self.reports.next() => match line {
                Some(Ok(line)) => self.understand(&line),
                Some(Err(error)) => Err(self.nonsense(&error.to_string())),
                None => Err(self.ended().await),
            },
            () = late_answer => {
                self.kill();
                let message = "the hold process left a command unanswered";
                Err(GpuError::new(GpuErrorKind::TimedOut, message))
            }
        }
    }

    /// Ends it in order, or by force. When this returns without an error the process is gone and
    /// the driver has taken back everything.
    ///
    /// # Errors
    /// The kernel does not end it.
    async fn end(self) -> Result<(), GpuError> {
        let Self {
            mut child, stdin, ..
        } = self;
        drop(stdin);
        end_child(&mut child).await
    }

    fn resident(&self) -> Option<Bytes> {
        resident(self.pid()?)
    }
}
