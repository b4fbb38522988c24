use std::sync::Arc;

use serde_json::Value;

use super::{GpuId, Ticket};
use crate::protocol::ApiError;
use crate::{
    benchmark::{BenchmarkResult, Job},
    doctor::Evidence,
    gpu::{Action as GpuAction, GpuInfo, holder::HolderCommand},
    host::Served,
    keeper::Kept,
    models::Query,
    protocol::{Event, Reply, Status},
    settings::AiProgram,
};

/// One thing for the shell to do. Each is carried out by a worker; none of them is waited for.
#[derive(Clone, Debug)]
pub enum Action {
    /// List the GPUs; answered by [`Input::Discovered`](super::Input::Discovered).
    Discover,
    /// Take a GPU in hand, which touches nothing yet.
    Open(GpuId, Box<GpuInfo>),
    /// Release a GPU, whatever is under way, by dropping it.
    Drop(GpuId),
    /// Do this to a GPU; answered by [`Input::Performed`](super::Input::Performed).
    Perform(GpuId, GpuAction),
    /// Have the `hold` process of a GPU do this; it answers by
    /// [`Input::Holder`](super::Input::Holder).
    Hold(GpuId, HolderCommand),
    /// Sample the machine, with these programs and process trees; answered by
    /// [`Input::HostSampled`](super::Input::HostSampled).
    SampleHost(Arc<[AiProgram]>, Arc<Served>),
    /// Let the machine continue after a host event.
    HostEventHandled(Ticket),
    /// Pay a reply.
    Reply(Ticket, Result<Reply, ApiError>),
    /// Pay a reply with what is known outside.
    LookUp(Ticket, Lookup),
    /// Send every subscriber an event that is no state.
    Announce(Event),
    /// Read or write a file.
    Store(StoreAction),
    /// Benchmark a GPU that nothing of ours has open, until it ends or is stopped; answered by
    /// [`Input::BenchmarkEnded`](super::Input::BenchmarkEnded).
    Benchmark(Box<Job>),
    /// End the benchmark under way.
    StopBenchmark,
    /// Log a line.
    Log(LogLine),
}

/// The data that a reply needs from outside.
#[derive(Clone, Debug)]
pub enum Lookup {
    /// The newest lines of the log.
    Log,
    /// The diagnosis, from this evidence and from the machine.
    Doctor(Box<Evidence>, Vec<GpuId>),
    /// The same as a text to copy, with this status.
    Report(Box<Evidence>, Vec<GpuId>, Box<Status>),
    /// Models for a card, the user's own among them.
    Recommend(Box<Query>),
    /// The newest benchmark of each of these GPUs.
    Benchmarks(Vec<GpuInfo>),
}

/// One thing to do to files, in the order given.
#[derive(Clone, Debug)]
pub enum StoreAction {
    /// Check whether the settings file was changed by another program.
    ReloadSettings,
    /// Change one setting; answered by [`Input::SettingSet`](super::Input::SettingSet).
    Set {
        /// Names the reply.
        ticket: Ticket,
        /// Dotted key.
        key: String,
        /// The new value; `None` removes the key.
        value: Option<Value>,
    },
    /// Keep what is to survive a restart.
    Save(Box<Kept>),
    /// Keep a benchmark.
    KeepBenchmark(Box<BenchmarkResult>),
}

/// The importance of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Every step.
    Debug,
    /// Every decision.
    Info,
    /// The user may have to act.
    Warning,
}

/// One line for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Its importance.
    pub level: LogLevel,
    /// The GPU's name, where it is about one.
    pub gpu: Option<String>,
    /// The sentence.
    pub text: String,
}
