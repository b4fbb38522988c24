//! The loop: select, hand over to the keeper, carry out. Nothing is decided here.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use gpu_keepalive_core::{
    keeper::{Action, Input, Keeper, LogLevel, LogLine, Ticket},
    protocol::{ApiError, Event, Reply, Status},
    settings::Settings,
};
use jiff::civil::Date;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use crate::{
    clock::{Alarm, Clock},
    gpu::GpuSource,
    handle::{Call, Control},
    workers::{Report, Workers},
};

/// Time the GPUs get to be released when the engine stops; then their processes are killed.
const STOP_WITHIN: Duration = Duration::from_secs(3);
/// Time the files get then.
const FLUSH_WITHIN: Duration = Duration::from_secs(2);

/// The channels on which the engine's state is published.
pub(crate) struct Faces {
    pub(crate) status: watch::Sender<Arc<Status>>,
    pub(crate) settings: watch::Sender<Arc<Settings>>,
    pub(crate) events: broadcast::Sender<Event>,
}

/// A running engine.
pub(crate) struct Shell<S> {
    pub(crate) keeper: Keeper,
    pub(crate) workers: Workers<S>,
    pub(crate) clock: Clock,
    pub(crate) faces: Faces,
    owed: BTreeMap<Ticket, Owed>,
    tickets: u64,
    today: Date,
}

/// The receiver that a ticket stands for.
enum Owed {
    Reply(oneshot::Sender<Result<Reply, ApiError>>),
    HostEvent(oneshot::Sender<()>),
}

impl<S: GpuSource> Shell<S> {
    pub(crate) fn new(keeper: Keeper, workers: Workers<S>, clock: Clock, faces: Faces) -> Self {
        Self {
            today: clock.today(),
            keeper,
            workers,
            clock,
            faces,
            owed: BTreeMap::new(),
            tickets: 0,
        }
    }

    /// Runs until `stop` resolves, then releases every GPU.
    pub(crate) async fn run(
        mut self,
        mut controls: mpsc::Receiver<Control>,
        mut reports: mpsc::Receiver<Report>,
        stop: impl Future<Output = ()>,
    ) {
        tokio::pin!(stop);
        let mut alarm = Alarm::new(self.clock.clone());
        self.handle(Input::Woke);
        loop {
            let wake_at = self.keeper.wake_at();
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(control) = controls.recv() => self.control(control),
                Some(report) = reports.recv() => self.report(report),
                (worker, message) = self.workers.ended() => {
                    self.handle(Input::WorkerEnded(worker, message));
                }
                () = alarm.at(wake_at) => self.handle(Input::Woke),
            }
        }
        self.stop(&mut reports).await;
    }

    /// Hands something over and carries out what follows.
    fn handle(&mut self, input: Input) {
        let now = self.clock.now();
        let today = self.clock.today();
        if today != std::mem::replace(&mut self.today, today) {
            self.keeper.handle(Input::Today(today), now);
        }
        self.keeper.handle(input, now);
        while let Some(action) = self.keeper.next_action() {
            self.carry_out(action);
        }
        if let Some(status) = self.keeper.publish(now) {
            self.faces.status.send_replace(status);
        }
        self.faces.settings.send_if_modified(|before| {
            let changed = **before != *self.keeper.settings();
            if changed {
                *before = Arc::new(self.keeper.settings().clone());
            }
            changed
        });
    }

    fn carry_out(&mut self, action: Action) {
        match action {
            Action::Discover => self.workers.discover(),
            Action::Open(id, info) => self.workers.open(id, *info),
            Action::Drop(id) => self.workers.drop_gpu(id),
            Action::Perform(id, action) => {
                tracing::debug!(gpu = id.index, "{action}");
                self.workers.perform(id, action);
            }
            Action::Hold(id, command) => {
                tracing::debug!(gpu = id.index, "{}", command.action);
                self.workers.hold(id, command);
            }
            Action::SampleHost(ai_programs, served) => {
                self.workers.sample_host(ai_programs, served);
            }
            Action::HostEventHandled(ticket) => {
                if let Some(Owed::HostEvent(handled)) = self.owed.remove(&ticket) {
                    // The machine may have given up waiting.
                    let _ = handled.send(());
                }
            }
            Action::Reply(ticket, reply) => self.reply(ticket, reply),
            Action::LookUp(ticket, lookup) => self.workers.look_up(ticket, lookup),
            Action::Announce(event) => {
                // Without a subscriber there is no receiver.
                let _ = self.faces.events.send(event);
            }
            Action::Store(action) => self.workers.store(action),
            Action::Benchmark(job) => self.workers.benchmark(*job),
            Action::StopBenchmark => self.workers.stop_benchmark(),
            Action::Log(line) => log(&line),
        }
    }

    fn control(&mut self, control: Control) {
        match control {
            Control::Call(Call {
                client,
                request,
                answer,
            }) => {
                let ticket = self.owe(Owed::Reply(answer));
                self.handle(Input::Request {
                    client,
                    ticket,
                    request,
                });
            }
            Control::Desktop(desktop) => self.handle(Input::Desktop(desktop)),
            Control::Subscribed(client) => self.handle(Input::Subscribed(client)),
            Control::ClientGone(client) => self.handle(Input::ClientGone(client)),
        }
    }

    fn report(&mut self, report: Report) {
        match report {
            Report::Input(input) => self.handle(input),
            Report::HostEvent(event, handled) => {
                let ticket = self.owe(Owed::HostEvent(handled));
                self.handle(Input::HostEvent(event, ticket));
            }
            Report::Reply(ticket, reply) => self.reply(ticket, reply),
        }
    }

    fn owe(&mut self, owed: Owed) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.owed.insert(ticket, owed);
        ticket
    }

    fn reply(&mut self, ticket: Ticket, reply: Result<Reply, ApiError>) {
        if let Some(Owed::Reply(answer)) = self.owed.remove(&ticket) {
            // A client that is gone no longer wants its answer.
            let _ = answer.send(reply);
        }
    }

    async fn stop(mut self, reports: &mut mpsc::Receiver<Report>) {
        tracing::info!("stopping: releasing every GPU");
        self.handle(Input::Stop);
        let released = async {
            while !self.keeper.is_stopped() {
                tokio::select! {
                    biased;
                    Some(report) = reports.recv() => self.report(report),
                    (worker, message) = self.workers.ended() => {
                        self.handle(Input::WorkerEnded(worker, message));
                    }
                }
            }
        };
        if tokio::time::timeout(STOP_WITHIN, released).await.is_err() {
            tracing::warn!("a driver did not answer in time; its process is killed");
        }
        let flushed = self.workers.flush();
        if tokio::time::timeout(FLUSH_WITHIN, flushed).await.is_err() {
            tracing::warn!("the files took too long; what was learned last may be lost");
        }
        self.workers.abort().await;
    }
}

fn log(line: &LogLine) {
    let gpu = line.gpu.as_deref();
    let text = &line.text;
    match line.level {
        LogLevel::Debug => tracing::debug!(gpu, "{text}"),
        LogLevel::Info => tracing::info!(gpu, "{text}"),
        LogLevel::Warning => tracing::warn!(gpu, "{text}"),
    }
}
