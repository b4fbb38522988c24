use std::{path::Path, sync::mpsc as std_mpsc, thread, time::Duration};

use gpu_keepalive_core::{Moment, host::Served, settings::AiProgram};
use tokio::{sync::mpsc, time::timeout};

use crate::processes::{Processes, Seen};

/// The process table is read no more often, unless a GPU woke up or fell asleep.
const READ_EVERY: Duration = Duration::from_secs(2);

/// The same while every GPU is suspended: a process that opens one wakes it.
const READ_EVERY_ASLEEP: Duration = Duration::from_secs(10);

/// The longest time that a sample waits for the process table.
const DEADLINE: Duration = Duration::from_secs(1);

/// The state of the GPUs, as far as it determines how soon to search for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gpus {
    /// One of them woke up or fell asleep since the last sample.
    Changed,
    /// One of them is awake, or cannot suspend.
    Awake,
    /// All of them are suspended.
    Suspended,
}

/// The AI processes, found on a thread of their own.
///
/// A process that hangs in a driver can block a reader of its command line for as long as it hangs.
/// Then the last answer stands, and the engine continues.
pub(super) struct AiProcesses {
    ask: std_mpsc::SyncSender<(Vec<AiProgram>, Served)>,
    answers: mpsc::Receiver<Seen>,
    asked_at: Option<Moment>,
    answered: bool,
    seen: Seen,
    served: Served,
}

impl AiProcesses {
    /// Those of the machine whose GPUs are described below `root`.
    pub(super) fn new(root: &Path) -> Self {
        let (ask, questions) = std_mpsc::sync_channel::<(Vec<AiProgram>, Served)>(1);
        let (answer, answers) = mpsc::channel(1);
        let root = root.to_owned();
        let read = move || {
            let mut processes = Processes::new(&root);
            for (programs, served) in questions {
                processes.serve(served);
                if answer.blocking_send(processes.read(&programs)).is_err() {
                    break;
                }
            }
        };
        if let Err(error) = thread::Builder::new().name("processes".into()).spawn(read) {
            tracing::warn!("AI processes cannot be looked for: {error}");
        }
        Self {
            ask,
            answers,
            asked_at: None,
            answered: true,
            seen: Seen::default(),
            served: Served::default(),
        }
    }

    /// Follows these process trees from the next sample on.
    pub(super) fn follow(&mut self, served: &Served) {
        self.served.clone_from(served);
    }

    /// The result of the last sample.
    pub(super) fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Samples again when it is time to. Cancel safe.
    pub(super) async fn refresh(&mut self, list: &[AiProgram], now: Moment, gpus: Gpus) {
        if !self.answered {
            if let Ok(seen) = self.answers.try_recv() {
                self.take(seen);
            } else {
                return;
            }
        }
        let every = match gpus {
            _ if self.seen.served_round != self.served.round => Duration::ZERO,
            Gpus::Changed => Duration::ZERO,
            Gpus::Awake => READ_EVERY,
            Gpus::Suspended => READ_EVERY_ASLEEP,
        };
        let due = self
            .asked_at
            .is_none_or(|asked_at| now.since(asked_at) >= every);
        let question = (list.to_vec(), self.served.clone());
        if !due || self.ask.try_send(question).is_err() {
            return;
        }
        self.asked_at = Some(now);
        self.answered = false;
        match timeout(DEADLINE, self.answers.recv()).await {
            Ok(Some(seen)) => self.take(seen),
            Ok(None) => tracing::warn!("AI processes are no longer looked for"),
            Err(_) => tracing::warn!("the process table does not answer; a process may be hanging"),
        }
    }

    fn take(&mut self, seen: Seen) {
        self.seen = seen;
        self.answered = true;
    }
}
