//! The one worker that reads and writes files, so that a slow disk delays no other work.

use std::sync::{Arc, Mutex, PoisonError};

use gpu_keepalive_core::{
    benchmark::{quick_text, seen_elsewhere},
    gpu::GpuInfo,
    keeper::{Input, StoreAction, Ticket, Worker},
    models::{self, Query},
    protocol::{ApiError, BenchmarkReport, ErrorCode, Reply, SeenElsewhere},
};
use tokio::sync::{mpsc, oneshot};

use super::{Report, end_message};
use crate::{
    benchmark::KeptBenchmarks,
    own_models::{self, OwnCatalogue},
    settings_store::SettingsStore,
    state::{StateFolder, Written},
};

/// Every file of ours.
#[derive(Debug)]
pub(crate) struct Files {
    pub(crate) settings: SettingsStore,
    /// The state kept between runs; nothing when `None`.
    pub(crate) state: Option<StateFolder>,
    /// Benchmarks, where nothing is kept between runs.
    pub(crate) benchmarks: KeptBenchmarks,
}

/// The order to the store.
#[derive(Debug)]
pub(super) enum Order {
    /// Removes what was left half written, and makes this engine the one that writes its records.
    Own,
    Action(StoreAction),
    Recommend(Ticket, Box<Query>),
    Benchmarks(Ticket, Vec<GpuInfo>),
    /// Answered when everything before it is done.
    Flush(oneshot::Sender<()>),
}

/// Carries out one order after the other, each on a thread that may block.
pub(super) async fn serve(
    files: Files,
    mut orders: mpsc::Receiver<Order>,
    reports: mpsc::Sender<Report>,
) {
    let files = Arc::new(Mutex::new(files));
    let mut first = Some(Order::Own);
    while let Some(order) = match first.take() {
        Some(order) => Some(order),
        None => orders.recv().await,
    } {
        let files = Arc::clone(&files);
        let carried_out = tokio::task::spawn_blocking(move || {
            let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
            files.carry_out(order)
        });
        let report = match carried_out.await {
            Ok(report) => report,
            Err(error) => {
                let ended = Input::WorkerEnded(Worker::Store, end_message(error));
                Some(Report::Input(ended))
            }
        };
        if let Some(report) = report
            && reports.send(report).await.is_err()
        {
            return;
        }
    }
}

impl Files {
    fn carry_out(&mut self, order: Order) -> Option<Report> {
        match order {
            Order::Own => {
                self.settings.remove_leftovers();
                let written = self.state.as_mut()?.own();
                (written != Written::default()).then(|| Report::Input(written.into()))
            }
            Order::Action(action) => self.act(action).map(Report::Input),
            Order::Recommend(ticket, query) => Some(Report::Reply(ticket, self.recommend(*query))),
            Order::Benchmarks(ticket, gpus) => {
                let reply = Reply::Benchmarks(self.benchmarks(&gpus));
                Some(Report::Reply(ticket, Ok(reply)))
            }
            Order::Flush(done) => {
                let _ = done.send(());
                None
            }
        }
    }

    fn act(&mut self, action: StoreAction) -> Option<Input> {
        match action {
            StoreAction::ReloadSettings => {
                let changed = self.settings.reload_if_changed();
                let file = || Box::new(self.settings.file().clone());
                changed.then(|| Input::SettingsChanged(file()))
            }
            StoreAction::Set { ticket, key, value } => {
                let set = self.settings.set(&key, value.as_ref());
                let result = match set {
                    Ok(_) => Ok(Box::new(self.settings.file().clone())),
                    Err(error) => Err(ApiError::from(error)),
                };
                Some(Input::SettingSet {
                    ticket,
                    key,
                    result,
                })
            }
            StoreAction::Save(kept) => {
                let state = self.state.as_mut()?;
                Some(state.save(*kept).into())
            }
            StoreAction::KeepBenchmark(benchmark) => {
                let Some(state) = &self.state else {
                    self.benchmarks.insert(*benchmark);
                    return None;
                };
                let kept = KeptBenchmarks::keep(state.path(), *benchmark);
                let why = |error| Some(format!("The measurement cannot be kept: {error}"));
                let notice = kept.unwrap_or_else(why)?;
                Some(Input::Stored {
                    notices: vec![notice],
                    error: state.error().map(ToOwned::to_owned),
                })
            }
        }
    }

    fn recommend(&self, query: Query) -> Result<Reply, ApiError> {
        let query = Query {
            ram_gib: query.card.as_ref().and_then(|_| own_models::ram_gib()),
            installed: own_models::installed_in_ollama(),
            shell: own_models::shell(),
            ..query
        };
        let own = match self.settings.path() {
            Some(path) => own_models::catalogue(path),
            None => OwnCatalogue::none(),
        };
        let answer = models::recommend(&own.catalogue, &query)
            .map_err(|error| ApiError::new(ErrorCode::InvalidArgument, error.to_string()))?;
        Ok(Reply::Recommend(Box::new(own.with_problems(answer))))
    }

    /// Read anew, as `bench` without an engine writes the file too.
    fn benchmarks(&self, gpus: &[GpuInfo]) -> BenchmarkReport {
        let loaded = self.state.as_ref().map(|s| KeptBenchmarks::load(s.path()));
        let kept = loaded.as_ref().unwrap_or(&self.benchmarks);
        let of = |gpu| kept.of(gpu).cloned();
        let elsewhere = |gpu: &GpuInfo| {
            let text = seen_elsewhere(&gpu.name)?;
            let uuid = gpu.uuid.clone();
            Some(SeenElsewhere { uuid, text })
        };
        BenchmarkReport {
            quick: quick_text(),
            benchmarks: gpus.iter().filter_map(of).collect(),
            elsewhere: gpus.iter().filter_map(elsewhere).collect(),
        }
    }
}

impl From<Written> for Input {
    fn from(Written { notices, error }: Written) -> Self {
        Self::Stored { notices, error }
    }
}
