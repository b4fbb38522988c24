//! The driver process as the engine sees it: started when needed, asked with a deadline, ended to
//! release the GPU, killed when it hangs.
//!
//! libcuda keeps its device files open and 100 to 145 MiB resident until the process ends, so
//! releasing a GPU that was held with CUDA means ending this process.

use std::{path::Path, path::PathBuf, process::Stdio, time::Duration};

use futures_util::StreamExt;
use gpu_keepalive_core::{
    gpu::{Action, GpuError, GpuErrorKind, GpuList, GpuUuid, Outcome},
    models::one_line,
    settings::Strategy,
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::{
    io::AsyncWriteExt,
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError};

#[cfg(target_os = "linux")]
mod boosts;
mod cuda;
mod freeze;
mod hold;
mod hold_process;
#[cfg(windows)]
mod job;
mod library;
mod nvml;
#[cfg(target_os = "linux")]
mod rm;
mod serve;
mod served_workload;
mod session;
mod thread;
mod wire;
mod workload;

#[cfg(all(test, unix))]
mod tests;

pub use crate::processes::process_started;
#[cfg(target_os = "linux")]
pub(crate) use boosts::OwnBoosts;
#[cfg(target_os = "linux")]
pub use hold::processor_time;
pub use hold_process::HoldProcess;
pub use serve::serve;
pub(crate) use thread::{DriverThread, discover as discover_on_thread};
pub use workload::{PerfBoost, WorkloadProcess};

use session::needs_fresh_start;
use wire::{Ask, LIST, LONGEST_LINE, ROLE, Reply};

/// The longest time that listing the GPUs may take: waking several suspended ones, a second or two
/// each.
const DISCOVERY_DEADLINE: Duration = Duration::from_secs(15);

/// The longest time until a process is gone after it was ordered to end, and again after it was
/// killed: together no longer than [`Action::deadline`] of a release.
const END_DEADLINE: Duration = Duration::from_secs(1);

/// Disables the driver's boost for a process that has a context (driver 580.105.08 and later).
const NO_PERF_BOOST: &str = "CUDA_DISABLE_PERF_BOOST";

/// The driver's performance preference for this process and GPU, as NVML names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PowerMizer {
    /// The mode in force.
    pub current: String,
    /// The modes there are.
    pub supported: Vec<String>,
}

/// Reads the performance preference, in this process, and changes nothing.
///
/// # Errors
/// [`GpuErrorKind::DriverTooOld`] before driver 580, [`GpuErrorKind::NotSupported`] where the GPU
/// has none.
pub fn power_mizer(uuid: &GpuUuid) -> Result<PowerMizer, GpuError> {
    nvml::Observed::open(uuid)?.preferences()
}

/// Lists the GPUs with a process that ends at once, so that nothing stays open.
pub(crate) async fn discover(program: &Path) -> Result<GpuList, GpuError> {
    let mut running = Running::start(driver_process(program, LIST))?;
    let gpus = match timeout(DISCOVERY_DEADLINE, running.answer(0)).await {
        Ok(answer) => answer?,
        Err(_) => return Err(late(DISCOVERY_DEADLINE)),
    };
    running.end().await?;
    Ok(gpus)
}

/// The driver process of one GPU. Dropping it kills the process.
pub(crate) struct DriverProcess {
    program: PathBuf,
    uuid: GpuUuid,
    running: Option<Running>,
}

impl DriverProcess {
    /// Starts nothing until the first action needs it.
    pub(crate) fn new(program: PathBuf, uuid: GpuUuid) -> Self {
        Self {
            program,
            uuid,
            running: None,
        }
    }

    /// Does it within the action's deadline.
    ///
    /// # Errors
    /// The driver's own; [`GpuErrorKind::TimedOut`] when the process was killed for being late;
    /// [`GpuErrorKind::ProcessEnded`] when it died. After the last two nothing is held, and the
    /// next action starts a new process.
    pub(crate) async fn perform(&mut self, action: Action) -> Result<Outcome, GpuError> {
        match action {
            Action::Close => {
                self.end().await?;
                Ok(Outcome::Closed)
            }
            Action::Release if self.running.as_ref().is_none_or(|r| r.has_cuda) => {
                self.end().await?;
                Ok(Outcome::Released)
            }
            Action::Hold {
                strategy: Strategy::PowerMizer,
                ..
            } if self.running.as_ref().is_some_and(|r| r.has_cuda) => {
                self.end().await?;
                self.ask(action).await
            }
            _ => self.ask(action).await,
        }
    }

    async fn ask(&mut self, action: Action) -> Result<Outcome, GpuError> {
        // Taken out while it is asked: should this future be dropped half-way, so is the process.
        let mut running = match self.running.take() {
            Some(running) => running,
            None => Running::start(driver_process(&self.program, &self.uuid.0))?,
        };
        let loads_cuda = matches!(action, Action::Hold { strategy, .. } if strategy.takes_vram());
        running.thaw();
        running.has_cuda |= loads_cuda;
        let result = running.ask(action, action.deadline()).await;
        let is_sound = match &result {
            Ok(_) => true,
            // A refused context leaves libcuda loaded for nothing.
            Err(_) if loads_cuda => false,
            Err(error) => {
                use GpuErrorKind::{ProcessEnded, TimedOut};
                !needs_fresh_start(error.kind) && !matches!(error.kind, TimedOut | ProcessEnded)
            }
        };
        // Otherwise it is dropped here, which kills it.
        if is_sound {
            running.freeze();
            self.running = Some(running);
        }
        result
    }

    /// Its process id; `None` while none runs.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.running.as_ref()?.child.id()
    }

    /// Waits until the process ends by itself; pending while none runs. Cancel safe.
    pub(crate) async fn ended(&mut self) -> GpuError {
        let Some(running) = &mut self.running else {
            return std::future::pending().await;
        };
        // The status is kept, so that asking again gives the same.
        let _ = running.child.wait().await;
        let error = running.ended().await;
        self.running = None;
        error
    }

    async fn end(&mut self) -> Result<(), GpuError> {
        match self.running.take() {
            Some(running) => running.end().await,
            None => Ok(()),
        }
    }
}

#[derive(Debug)]
struct Running {
    child: Child,
    stdin: ChildStdin,
    stdout: FramedRead<ChildStdout, LinesCodec>,
    /// Ends with the process; gives the last line it wrote.
    stderr: JoinHandle<Option<String>>,
    /// The number of the last ask.
    last_id: u64,
    /// True if libcuda may have been loaded.
    has_cuda: bool,
    frozen: bool,
}

impl Running {
    /// Starts the process. Must not be called from a short-lived thread: on Linux the process dies
    /// with the thread that started it.
    fn start(mut command: Command) -> Result<Self, GpuError> {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let own = std::env::var_os(library::SEARCH_PATH);
        if let Some(path) = library::search_path(Path::new("/"), own) {
            command.env(library::SEARCH_PATH, path);
        }
        // Ctrl-C in a terminal goes to the engine alone, which then ends the process in order.
        #[cfg(unix)]
        command.process_group(0);
        #[cfg(windows)]
        command.creation_flags(job::CREATE_NO_WINDOW);
        let program = PathBuf::from(command.as_std().get_program());
        let failed = |error| {
            let message = format!("cannot start {}: {error}", program.display());
            GpuError::new(GpuErrorKind::ProcessEnded, message)
        };
        let mut child = command.spawn().map_err(failed)?;
        #[cfg(windows)]
        job::bind(&child).map_err(failed)?;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        Ok(Self {
            stdin: stdin.expect("standard input is piped"),
            stdout: FramedRead::new(stdout.expect("standard output is piped"), lines()),
            stderr: tokio::spawn(log(stderr.expect("standard error is piped"))),
            child,
            last_id: 0,
            has_cuda: false,
            frozen: false,
        })
    }

    /// Stops it until it is asked again. Without libcuda nothing in it ever wakes by itself.
    fn freeze(&mut self) {
        if self.has_cuda {
            freeze::freeze(&self.child);
            self.frozen = true;
        }
    }

    fn thaw(&mut self) {
        if std::mem::take(&mut self.frozen) {
            freeze::thaw(&self.child);
        }
    }

    /// Asks for one thing. One that is late has to be dropped, which kills it.
    async fn ask<T: DeserializeOwned>(
        &mut self,
        action: impl Serialize,
        deadline: Duration,
    ) -> Result<T, GpuError> {
        self.last_id += 1;
        let id = self.last_id;
        let mut line = serde_json::to_vec(&Ask { id, action }).expect("an action is plain data");
        line.push(b'\n');
        let answer = async {
            // A failed write means that it is dead; reading then returns its last output.
            let _ = self.stdin.write_all(&line).await;
            self.answer(id).await
        };
        let answered = timeout(deadline, answer).await;
        answered.unwrap_or_else(|_| Err(late(deadline)))
    }

    async fn answer<T: DeserializeOwned>(&mut self, id: u64) -> Result<T, GpuError> {
        while let Some(line) = self.stdout.next().await {
            let line = line.map_err(|error| self.nonsense(&error))?;
            match serde_json::from_str::<Reply<T>>(&line) {
                Ok(answer) if answer.id == id => return answer.into_result(),
                // The vendor's libraries share standard output with us.
                _ => tracing::debug!("not an answer: {line}"),
            }
        }
        Err(self.ended().await)
    }

    /// Kills it: whatever it writes from here on is no answer either.
    fn nonsense(&mut self, error: &LinesCodecError) -> GpuError {
        kill("the driver process", &mut self.child);
        let message = format!("the driver process wrote what is no answer: {error}");
        GpuError::new(GpuErrorKind::ProcessEnded, message)
    }

    async fn ended(&mut self) -> GpuError {
        how_it_ended("the driver process", &mut self.child, &mut self.stderr).await
    }

    /// Ends it in order, or by force; when this returns without an error the process is gone and
    /// the driver has taken back everything.
    async fn end(mut self) -> Result<(), GpuError> {
        self.thaw();
        let Self {
            mut child, stdin, ..
        } = self;
        // The end of its input orders it to release and leave.
        drop(stdin);
        end_child(&mut child).await
    }
}

/// Explains how a process that closed its output died, with its last output. One that lives on is
/// killed.
async fn how_it_ended(
    process: &str,
    child: &mut Child,
    stderr: &mut JoinHandle<Option<String>>,
) -> GpuError {
    let status = match timeout(END_DEADLINE, child.wait()).await {
        Ok(Ok(status)) => status.to_string(),
        _ => {
            kill(process, child);
            "closed its output".to_owned()
        }
    };
    let message = match timeout(END_DEADLINE, stderr).await {
        Ok(Ok(Some(line))) => format!("{process} ended ({status}): {}", one_line(&line, 300)),
        _ => format!("{process} ended ({status})"),
    };
    GpuError::new(GpuErrorKind::ProcessEnded, message)
}

fn kill(process: &str, child: &mut Child) {
    if let Err(error) = child.start_kill() {
        tracing::debug!("{process} cannot be killed: {error}");
    }
}

/// Waits for a process that was ordered to end, and kills it if it does not. Without an error it is
/// gone.
async fn end_child(child: &mut Child) -> Result<(), GpuError> {
    if timeout(END_DEADLINE, child.wait()).await.is_ok() {
        return Ok(());
    }
    match timeout(END_DEADLINE, child.kill()).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(stuck(&error.to_string())),
        Err(_) => Err(stuck("the kernel does not let it go")),
    }
}

/// The command that starts the process of that role for one GPU, or for the list of all.
fn driver_process(program: &Path, subject: &str) -> Command {
    let mut command = Command::new(program);
    command
        .args([ROLE, subject])
        // Set to 1 by some distributions for everyone: it would keep the clocks down.
        .env_remove(NO_PERF_BOOST);
    if subject != LIST {
        command.env("CUDA_VISIBLE_DEVICES", subject);
    }
    command
}

fn late(deadline: Duration) -> GpuError {
    let message = format!("the driver did not answer within {deadline:?}");
    GpuError::new(GpuErrorKind::TimedOut, message)
}

fn stuck(why: &str) -> GpuError {
    let message = format!("the driver process cannot be ended: {why}");
    GpuError::new(GpuErrorKind::TimedOut, message)
}

fn lines() -> LinesCodec {
    LinesCodec::new_with_max_length(LONGEST_LINE)
}

/// Passes on what the process writes to standard error, and keeps the last line.
async fn log(stderr: ChildStderr) -> Option<String> {
    let mut lines = FramedRead::new(stderr, lines());
    let mut last = None;
    loop {
        match lines.next().await {
            Some(Ok(line)) => {
                tracing::debug!(target: "gpu_keepalive::driver_process", "{line}");
                last = Some(line);
            }
            // The rest of the line is skipped. The stream ends once after each error.
            Some(Err(LinesCodecError::MaxLineLengthExceeded)) => drop(lines.next().await),
            Some(Err(LinesCodecError::Io(_))) | None => return last,
        }
    }
}
