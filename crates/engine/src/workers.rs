//! Everything slow: a supervised task for each GPU, the machine, the files, and a benchmark.
//!
//! Each reports its outcome through one channel, and its death is reported too: nothing that the
//! keeper waits for can be forgotten.

mod benchmark;
mod gpu;
mod holder;
mod host;
mod lookup;
mod store;
mod watch;

use std::{collections::HashMap, sync::Arc};

use gpu_keepalive_core::{
    benchmark::Job,
    gpu::{Action, GpuInfo, holder::HolderCommand},
    host::{HostEvent, Served},
    keeper::{GpuId, Input, Lookup, StoreAction, Ticket, Worker},
    protocol::{ApiError, Reply},
    settings::AiProgram,
};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    task::{Id, JoinError, JoinSet},
};

use crate::{benchmark::Measure, clock::Clock, gpu::GpuSource, host::Host, log_tail::LogTail};

use gpu::GpuOrders;
pub(crate) use store::Files;
use watch::SettingsWatch;

/// The report of a worker.
pub(crate) enum Report {
    /// For the keeper as it is.
    Input(Input),
    /// The machine could not wait; it continues when the sender is used or dropped.
    HostEvent(HostEvent, oneshot::Sender<()>),
    /// A reply that the keeper left to a worker.
    Reply(Ticket, Result<Reply, ApiError>),
}

/// Reports waiting to be read; a worker waits when there are more.
const REPORTS: usize = 64;
/// Commands to a `hold` process waiting to be sent.
const HOLDER_COMMANDS: usize = 8;
/// Orders to the store waiting to be carried out.
const STORE_ORDERS: usize = 256;

/// The tasks around the loop.
pub(crate) struct Workers<S> {
    source: Arc<Mutex<S>>,
    benchmark: Option<Arc<dyn Measure<S>>>,
    clock: Clock,
    log: LogTail,
    simulated: bool,
    gpus: HashMap<GpuId, GpuOrders>,
    holders: HashMap<GpuId, mpsc::Sender<HolderCommand>>,
    samples: mpsc::Sender<host::Wanted>,
    store: mpsc::Sender<store::Order>,
    _settings: SettingsWatch,
    stop_benchmark: Option<oneshot::Sender<()>>,
    tasks: JoinSet<()>,
    names: HashMap<Id, Worker>,
    reports: mpsc::Sender<Report>,
}

impl<S: GpuSource> Workers<S> {
    /// Starts those that always run. Returns what they report as well.
    pub(crate) fn start<H: Host>(
        source: S,
        host: H,
        benchmark: Option<Arc<dyn Measure<S>>>,
        files: Files,
        clock: Clock,
        log: LogTail,
        simulated: bool,
    ) -> (Self, mpsc::Receiver<Report>) {
        let (reports, reported) = mpsc::channel(REPORTS);
        // One host sample under way serves as well as two.
        let (samples, wanted) = mpsc::channel(1);
        let (store, orders) = mpsc::channel(STORE_ORDERS);
        let (settings, changes) = SettingsWatch::new(files.settings.path());
        let reload = watch::reload_when_settled(changes, store.clone());
        let mut workers = Self {
            _settings: settings,
            source: Arc::new(Mutex::new(source)),
            benchmark,
            clock,
            log,
            simulated,
            gpus: HashMap::new(),
            holders: HashMap::new(),
            samples,
            store,
            stop_benchmark: None,
            tasks: JoinSet::new(),
            names: HashMap::new(),
            reports: reports.clone(),
        };
        workers.spawn(Worker::Host, host::serve(host, wanted, reports.clone()));
        workers.spawn(Worker::Store, store::serve(files, orders, reports));
        workers.tasks.spawn(reload);
        (workers, reported)
    }

    fn spawn(&mut self, worker: Worker, task: impl Future<Output = ()> + Send + 'static) {
        let id = self.tasks.spawn(task).id();
        self.names.insert(id, worker);
    }

    /// Waits for a worker that ends without being asked to. Cancel safe.
    pub(crate) async fn ended(&mut self) -> (Worker, String) {
        loop {
            let Some(joined) = self.tasks.join_next_with_id().await else {
                return std::future::pending().await;
            };
            let (id, message) = match joined {
                Ok((id, ())) => (id, "it ended".to_owned()),
                Err(error) => (error.id(), end_message(error)),
            };
            match self.names.remove(&id) {
                Some(Worker::Gpu(gpu)) if !self.gpus.contains_key(&gpu) => {}
                // These end when they are done.
                Some(Worker::Driver | Worker::Benchmark) if message == "it ended" => {}
                Some(worker) => return (worker, message),
                None => {}
            }
        }
    }

    pub(crate) fn discover(&mut self) {
        let (source, reports) = (Arc::clone(&self.source), self.reports.clone());
        self.spawn(Worker::Driver, async move {
            let found = source.lock().await.discover().await;
            let _ = reports.send(Report::Input(Input::Discovered(found))).await;
        });
    }

    pub(crate) fn open(&mut self, id: GpuId, info: GpuInfo) {
        let (orders, ordered) = GpuOrders::new();
        let (source, reports) = (Arc::clone(&self.source), self.reports.clone());
        self.gpus.insert(id, orders);
        let (commands, commanded) = mpsc::channel(HOLDER_COMMANDS);
        self.holders.insert(id, commands);
        let holder = holder::serve(
            Arc::clone(&source),
            info.clone(),
            id,
            commanded,
            reports.clone(),
        );
        self.spawn(Worker::Gpu(id), holder);
        self.spawn(Worker::Gpu(id), async move {
            let gpu = source.lock().await.open(&info);
            gpu::serve(gpu, id, ordered, reports).await;
        });
    }

    /// Releases a GPU by ending its worker, whatever that is doing.
    pub(crate) fn drop_gpu(&mut self, id: GpuId) {
        self.gpus.remove(&id);
        self.holders.remove(&id);
    }

    /// One action at a time: the keeper waits for its outcome.
    pub(crate) fn perform(&self, id: GpuId, action: Action) {
        let taken = self.gpus.get(&id).is_some_and(|gpu| gpu.perform(action));
        if !taken {
            tracing::error!(?id, "no worker takes “{action}”");
        }
    }

    /// One command at a time: the keeper waits for its answer.
    pub(crate) fn hold(&self, id: GpuId, command: HolderCommand) {
        let holder = self.holders.get(&id);
        if holder.is_none_or(|holder| holder.try_send(command).is_err()) {
            tracing::error!(?id, "no worker takes a command for the hold process");
        }
    }

    /// A host sample that is under way serves as well.
    pub(crate) fn sample_host(&self, ai_programs: Arc<[AiProgram]>, served: Arc<Served>) {
        let _ = self.samples.try_send((ai_programs, served));
    }

    /// Files are read and written in the order given.
    pub(crate) fn store(&self, action: StoreAction) {
        self.store_order(store::Order::Action(action));
    }

    fn store_order(&self, order: store::Order) {
        if let Err(mpsc::error::TrySendError::Full(order)) = self.store.try_send(order) {
            tracing::warn!("files take too long; this is not done: {order:?}");
        }
    }

    /// Waits until everything that was ordered is written.
    pub(crate) async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        if self.store.send(store::Order::Flush(done)).await.is_ok() {
            let _ = flushed.await;
        }
    }

    pub(crate) fn benchmark(&mut self, job: Job) {
        let (stop, stopped) = oneshot::channel();
        self.stop_benchmark = Some(stop);
        let (source, clock) = (Arc::clone(&self.source), self.clock.clone());
        let (benchmark, reports) = (self.benchmark.clone(), self.reports.clone());
        self.spawn(Worker::Benchmark, async move {
            let (gpu, holder) = {
                let mut source = source.lock().await;
                (source.open(&job.gpu), source.holder(&job.gpu))
            };
            benchmark::run(benchmark, gpu, holder, &job, clock, stopped, reports).await;
        });
    }

    pub(crate) fn stop_benchmark(&mut self) {
        self.stop_benchmark = None;
    }

    /// Has a reply paid with what is known outside.
    pub(crate) fn look_up(&mut self, ticket: Ticket, lookup: Lookup) {
        let reports = self.reports.clone();
        match lookup {
            Lookup::Log => {
                let reply = Ok(Reply::Log(self.log.lines()));
                let _ = reports.try_send(Report::Reply(ticket, reply));
            }
            Lookup::Recommend(query) => self.store_order(store::Order::Recommend(ticket, query)),
            Lookup::Benchmarks(gpus) => self.store_order(store::Order::Benchmarks(ticket, gpus)),
            Lookup::Doctor(evidence, gpus) => {
                let inspections = self.inspections(&gpus);
                let examined = lookup::examine(evidence, inspections, self.simulated);
                self.tasks.spawn(async move {
                    let reply = Ok(Reply::Doctor(examined.await.0));
                    let _ = reports.send(Report::Reply(ticket, reply)).await;
                });
            }
            Lookup::Report(evidence, gpus, status) => {
                let inspections = self.inspections(&gpus);
                let examined = lookup::examine(evidence, inspections, self.simulated);
                let log = self.log.lines();
                self.tasks.spawn(async move {
                    let (_, evidence) = examined.await;
                    let text = lookup::report(*status, &evidence, &log);
                    let reply = Ok(Reply::Report(text));
                    let _ = reports.send(Report::Reply(ticket, reply)).await;
                });
            }
        }
    }

    fn inspections(&self, gpus: &[GpuId]) -> Vec<Option<gpu::Inspected>> {
        let inspect = |id| Some(self.gpus.get(id)?.inspect());
        gpus.iter().map(inspect).collect()
    }

    /// Ends every task; what they held is released by being dropped.
    pub(crate) async fn abort(mut self) {
        self.tasks.shutdown().await;
    }
}

fn end_message(error: JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => panicked(&*panic),
        Err(error) => error.to_string(),
    }
}

/// The message of a panic.
fn panicked(panic: &(dyn std::any::Any + Send)) -> String {
    let message = panic
        .downcast_ref::<&str>()
        .map(|message| (*message).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    message.map_or_else(
        || "it panicked".to_owned(),
        |message| format!("it panicked: {message}"),
    )
}
