//! The same session on a thread of this program, for programs that share a context with us.

use std::{sync::mpsc, thread};

use gpu_keepalive_core::gpu::{Action, GpuError, GpuErrorKind, GpuList, GpuUuid, Outcome};
use tokio::{sync::oneshot, time::timeout};

use super::{DISCOVERY_DEADLINE, cuda::ContextKind, late, serve, session::Session};

/// One GPU, served by a thread that owns the vendor's handles.
///
/// A thread cannot be killed: one that hangs in the driver is abandoned, and the next action
/// starts another. libcuda stays loaded until the program ends.
pub(crate) struct DriverThread {
    uuid: GpuUuid,
    asks: Option<mpsc::SyncSender<Ask>>,
}

struct Ask {
    action: Action,
    answer: oneshot::Sender<Result<Outcome, GpuError>>,
}

impl DriverThread {
    pub(crate) fn new(uuid: GpuUuid) -> Self {
        Self { uuid, asks: None }
    }

    /// Does it within the action's deadline.
    pub(crate) async fn perform(&mut self, action: Action) -> Result<Outcome, GpuError> {
        let asks = match self.asks.take() {
            Some(asks) => asks,
            None => match action {
                // Nothing runs, so nothing is held.
                Action::Release => return Ok(Outcome::Released),
                Action::Close => return Ok(Outcome::Closed),
                _ => start(self.uuid.clone())?,
            },
        };
        let (answer, answered) = oneshot::channel();
        // The queue holds one ask and is empty here unless an earlier one was given up.
        if asks.try_send(Ask { action, answer }).is_err() {
            return Err(late(action.deadline()));
        }
        match timeout(action.deadline(), answered).await {
            Ok(Ok(result)) => {
                self.asks = Some(asks);
                result
            }
            Ok(Err(_)) => Err(GpuError::new(
                GpuErrorKind::ProcessEnded,
                "the driver thread ended",
            )),
            // Without its sender the thread ends, and releases everything, as soon as the driver
            // returns.
            Err(_) => Err(late(action.deadline())),
        }
    }
}

/// Lists the GPUs on a thread of its own.
pub(crate) async fn discover() -> Result<GpuList, GpuError> {
    let (answer, answered) = oneshot::channel();
    spawn("gpu-list".to_owned(), move || {
        // No receiver is left when the list took too long.
        let _ = answer.send(serve::list());
    })?;
    match timeout(DISCOVERY_DEADLINE, answered).await {
        Ok(Ok(result)) => result,
        _ => Err(late(DISCOVERY_DEADLINE)),
    }
}

fn start(uuid: GpuUuid) -> Result<mpsc::SyncSender<Ask>, GpuError> {
    let (asks, inbox) = mpsc::sync_channel::<Ask>(1);
    // Linux shows the first 15 bytes of a thread's name.
    let name = format!("gpu-{}", uuid.0.trim_start_matches("GPU-"));
    spawn(name, move || {
        let mut session = Session::new(uuid, ContextKind::Primary);
        for ask in inbox {
            let _ = ask.answer.send(session.perform(ask.action));
        }
    })?;
    Ok(asks)
}

fn spawn(name: String, work: impl FnOnce() + Send + 'static) -> Result<(), GpuError> {
    thread::Builder::new()
        .name(name)
        .spawn(work)
        .map(drop)
        .map_err(|error| {
            GpuError::new(
                GpuErrorKind::Other,
                format!("cannot start a thread: {error}"),
            )
        })
}
