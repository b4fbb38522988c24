use gpu_keepalive_core::{
    gpu::{Action, GpuError, GpuInfo, GpuUuid, Outcome},
    host::{HostEvent, HostSample},
    settings::AiProgram,
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use crate::{
    gpu::{Gpu, GpuSource},
    host::Host,
};

/// What a discovery brought.
pub(super) type Found = Result<Vec<GpuInfo>, GpuError>;

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
}

enum Order {
    Discover,
    Open(Box<GpuInfo>, mpsc::Receiver<Action>),
}

impl Workers {
    pub(super) fn start<S: GpuSource, H: Host>(
        source: S,
        host: H,
        news: mpsc::Sender<News>,
    ) -> Self {
        let (looks, wanted) = mpsc::channel(1);
        let (sources, orders) = mpsc::channel(64);
        let mut tasks = JoinSet::new();
        tasks.spawn(watch_host(host, wanted, news.clone()));
        tasks.spawn(serve_source(source, orders, news));
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
            let _ = self
                .sources
                .try_send(Order::Open(Box::new(gpu.clone()), ordered));
            self.gpus.push(GpuWorker {
                uuid: gpu.uuid.clone(),
                actions,
            });
        }
    }

    /// Orders an action on that GPU. One at a time: the loop waits for its outcome.
    pub(super) fn perform(&self, gpu: &GpuUuid, action: Action) {
        if let Some(worker) = self.gpus.iter().find(|worker| worker.uuid == *gpu) {
            let _ = worker.actions.try_send(action);
        }
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
) {
    let mut gpus = JoinSet::new();
    while let Some(order) = orders.recv().await {
        match order {
            Order::Discover => {
                let found = source.discover().await;
                if news.send(News::Discovered(found)).await.is_err() {
                    return;
                }
            }
            Order::Open(info, actions) => {
                let gpu = source.open(&info);
                gpus.spawn(serve_gpu(gpu, info.uuid, actions, news.clone()));
            }
        }
    }
}

async fn serve_gpu<G: Gpu>(
    mut gpu: G,
    uuid: GpuUuid,
    mut actions: mpsc::Receiver<Action>,
    news: mpsc::Sender<News>,
) {
    while let Some(action) = actions.recv().await {
        let result = gpu.perform(action).await;
        let done = News::Done {
            gpu: uuid.clone(),
            action,
            result,
        };
        if news.send(done).await.is_err() {
            return;
        }
    }
}
