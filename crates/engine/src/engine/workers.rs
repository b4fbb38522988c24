use gpu_keepalive_core::{
    gpu::{Action, GpuError, GpuErrorKind, GpuInfo, GpuUuid, Inspection, Outcome},
    host::{HostEvent, HostSample},
    proof::Proof,
    settings::AiProgram,
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use crate::{
    clock::Clock,
    gpu::{Gpu, GpuSource},
    host::Host,
    proof::{Job, MeasureError, Programs, Progress, measure},
};

/// What a discovery brought.
pub(super) type Found = Result<Vec<GpuInfo>, GpuError>;

/// What a measurement brought.
pub(super) type Measured = Result<Proof, MeasureError>;

/// What the tasks around the loop report.
pub(super) enum News {
    /// An action on that GPU is done.
    Done {
        gpu: GpuUuid,
        action: Action,
        result: Result<Outcome, GpuError>,
    },
    /// One look at the machine.
    Looked(HostSample),
    /// The GPUs, or why there are none.
    Discovered(Found),
    /// What the measurement is doing.
    Measuring(Progress),
    /// What came of the measurement, which holds nothing any more; `None` when it was ended.
    Measured(Option<Measured>),
    /// The machine could not wait; it goes on when the sender is used or dropped.
    Happened(HostEvent, oneshot::Sender<()>),
}

/// The tasks around the loop. Each has at most one thing to do at a time.
pub(super) struct Workers {
    gpus: Vec<GpuWorker>,
    looks: mpsc::Sender<Vec<AiProgram>>,
    sources: mpsc::Sender<Order>,
    tasks: JoinSet<()>,
}

struct GpuWorker {
    uuid: GpuUuid,
    actions: mpsc::Sender<Action>,
    inspections: mpsc::Sender<oneshot::Sender<Inspection>>,
}

enum Order {
    Discover,
    Open(Box<GpuInfo>, GpuOrders),
    /// Ends early when the sender is dropped.
    Measure(Box<Job>, oneshot::Receiver<()>),
}

/// What reaches the task of one GPU.
struct GpuOrders {
    actions: mpsc::Receiver<Action>,
    /// Beside the actions, which follow each other: an inspection changes nothing for the loop.
    inspections: mpsc::Receiver<oneshot::Sender<Inspection>>,
}

impl Workers {
    pub(super) fn start<S: GpuSource, H: Host>(
        source: S,
        host: H,
        news: mpsc::Sender<News>,
        clock: Clock,
    ) -> Self {
        let (looks, wanted) = mpsc::channel(1);
        let (sources, orders) = mpsc::channel(64);
        let mut tasks = JoinSet::new();
        tasks.spawn(watch_host(host, wanted, news.clone()));
        tasks.spawn(serve_source(source, orders, news, clock));
        Self {
            gpus: Vec::new(),
            looks,
            sources,
            tasks,
        }
    }

    /// Asks for one look at the machine; a look that is under way serves as well.
    pub(super) fn look(&self, ai_programs: Vec<AiProgram>) {
        let _ = self.looks.try_send(ai_programs);
    }

    /// Asks for the GPUs.
    pub(super) fn discover(&self) {
        let _ = self.sources.try_send(Order::Discover);
    }

    /// Has exactly these GPUs open; a GPU that is open already stays so.
    pub(super) fn open(&mut self, gpus: &[GpuInfo]) {
        let mut before = std::mem::take(&mut self.gpus);
        for gpu in gpus {
            if let Some(at) = before.iter().position(|worker| worker.uuid == gpu.uuid) {
                self.gpus.push(before.swap_remove(at));
                continue;
            }
            let (actions, ordered) = mpsc::channel(1);
            let (inspections, asked) = mpsc::channel(1);
            let orders = GpuOrders {
                actions: ordered,
                inspections: asked,
            };
            let _ = self
                .sources
                .try_send(Order::Open(Box::new(gpu.clone()), orders));
            self.gpus.push(GpuWorker {
                uuid: gpu.uuid.clone(),
                actions,
                inspections,
            });
        }
    }

    /// Orders an action on that GPU. One at a time: the loop waits for its outcome.
    pub(super) fn perform(&self, gpu: &GpuUuid, action: Action) {
        if let Some(worker) = self.gpus.iter().find(|worker| worker.uuid == *gpu) {
            let _ = worker.actions.try_send(action);
        }
    }

    /// Measures a GPU that nothing of ours has open, until the sender is dropped.
    pub(super) fn measure(&self, job: Job, stopped: oneshot::Receiver<()>) {
        let _ = self
            .sources
            .try_send(Order::Measure(Box::new(job), stopped));
    }

    /// Asks how that GPU is set up. No answer comes while it is left alone: asking would wake it.
    pub(super) fn inspect(&self, gpu: &GpuUuid) -> oneshot::Receiver<Inspection> {
        let (answer, answered) = oneshot::channel();
        if let Some(worker) = self.gpus.iter().find(|worker| worker.uuid == *gpu) {
            let _ = worker.inspections.try_send(answer);
        }
        answered
    }

    /// Lets something run beside the loop, until the engine stops.
    pub(super) fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        while self.tasks.try_join_next().is_some() {}
        self.tasks.spawn(task);
    }

    /// Ends every task; whatever they held is let go of by being dropped.
    pub(super) async fn abort(mut self) {
        self.tasks.shutdown().await;
    }
}

async fn watch_host<H: Host>(
    mut host: H,
    mut wanted: mpsc::Receiver<Vec<AiProgram>>,
    news: mpsc::Sender<News>,
) {
    loop {
        let told = tokio::select! {
            looked = wanted.recv() => {
                let Some(ai_programs) = looked else { return };
                news.send(News::Looked(host.look(&ai_programs).await)).await
            }
            event = host.event() => {
                let (handled, done) = oneshot::channel();
                let told = news.send(News::Happened(event, handled)).await;
                // Asking for the next event says that this one was handled (see `Host::event`).
                let _ = done.await;
                told
            }
        };
        if told.is_err() {
            return;
        }
    }
}

/// Owns the source, and with it the tasks of the GPUs it opened.
async fn serve_source<S: GpuSource>(
    mut source: S,
    mut orders: mpsc::Receiver<Order>,
    news: mpsc::Sender<News>,
    clock: Clock,
) {
    let mut gpus = JoinSet::new();
    while let Some(order) = orders.recv().await {
        while gpus.try_join_next().is_some() {}
        match order {
            Order::Discover => {
                let found = source.discover().await;
                if news.send(News::Discovered(found)).await.is_err() {
                    return;
                }
            }
            Order::Open(info, orders) => {
                let gpu = source.open(&info);
                gpus.spawn(serve_gpu(gpu, info.uuid, orders, news.clone()));
            }
            Order::Measure(job, stopped) => {
                let gpu = source.open(&job.gpu);
                let programs = source.programs(&job.gpu);
                let (news, clock) = (news.clone(), clock.clone());
                gpus.spawn(serve_measurement(gpu, programs, job, clock, stopped, news));
            }
        }
    }
}

async fn serve_gpu<G: Gpu>(
    mut gpu: G,
    uuid: GpuUuid,
    mut orders: GpuOrders,
    news: mpsc::Sender<News>,
) {
    let mut is_open = false;
    loop {
        tokio::select! {
            biased;
            action = orders.actions.recv() => {
                let Some(action) = action else { return };
                let result = gpu.perform(action).await;
                is_open = result.is_ok() && !matches!(action, Action::Release | Action::Close);
                let done = News::Done {
                    gpu: uuid.clone(),
                    action,
                    result,
                };
                if news.send(done).await.is_err() {
                    return;
                }
            }
            Some(answer) = orders.inspections.recv() => {
                if is_open
                    && let Ok(Outcome::Inspected(inspection)) = gpu.perform(Action::Inspect).await
                {
                    let _ = answer.send(inspection);
                }
            }
        }
    }
}

/// Measures, and says so when it has let go of everything.
async fn serve_measurement<G: Gpu, P: Programs>(
    mut gpu: G,
    programs: Option<P>,
    job: Box<Job>,
    clock: Clock,
    stopped: oneshot::Receiver<()>,
    news: mpsc::Sender<News>,
) {
    let tell = |progress| {
        // News that the loop has no time for is followed by newer.
        let _ = news.try_send(News::Measuring(progress));
    };
    let measured = async {
        let Some(mut programs) = programs else {
            let message = "GPUs are measured from the app or the command line alone";
            return Err(GpuError::new(GpuErrorKind::NotSupported, message).into());
        };
        measure(&job, &mut gpu, &mut programs, &clock, tell).await
    };
    let result = tokio::select! {
        result = measured => Some(result),
        _ = stopped => None,
    };
    // After an error and when it was cut short; its program is dead by now.
    let closed = gpu.perform(Action::Close).await;
    if let Err(error) = closed {
        tracing::warn!(gpu = %job.gpu.name, "after the measurement: {error}");
    }
    drop(gpu);
    let _ = news.send(News::Measured(result)).await;
}
