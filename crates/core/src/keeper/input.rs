use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use jiff::civil::Date;

use crate::{
    benchmark::{BenchmarkResult, Progress},
    gpu::{Action, GpuError, GpuList, Outcome, holder::HolderReport},
    host::{HostEvent, HostSample},
    protocol::{ApiError, DesktopStatus, Request},
    settings::SettingsFile,
};

/// A client of the engine. Leases and benchmarks belong to one and end with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u64);

impl ClientId {
    /// An id that no other client of this process has.
    pub fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// Names a reply that is still owed. The shell hands them out and keeps what they stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// One GPU from the moment it was chosen until it is deselected.
///
/// A GPU that is chosen again, or whose worker ended, gets a new generation, so that an outcome
/// that is still on its way cannot reach the wrong one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GpuId {
    /// Position in the driver's list.
    pub index: u32,
    /// Counts every GPU that was ever taken in hand.
    pub generation: u32,
}

/// A task around the keeper that can end by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worker {
    /// Discovery, and starts the others.
    Driver,
    /// One GPU.
    Gpu(GpuId),
    /// The machine around the GPUs.
    Host,
    /// Every file.
    Store,
    /// A benchmark.
    Benchmark,
}

impl fmt::Display for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Driver => f.write_str("the worker that lists the GPUs"),
            Self::Gpu(gpu) => write!(f, "the worker of GPU {}", gpu.index),
            Self::Host => f.write_str("the worker that samples the machine"),
            Self::Store => f.write_str("the worker that reads and writes files"),
            Self::Benchmark => f.write_str("the benchmark's worker"),
        }
    }
}

/// Everything that reaches a [`Keeper`](super::Keeper).
#[derive(Debug)]
pub enum Input {
    /// [`wake_at`](super::Keeper::wake_at) was reached.
    Woke,
    /// The day in the user's time zone, whenever it changed.
    Today(Date),
    /// A client asks for something and is owed a reply. The request's numbers are in range.
    Request {
        /// The client.
        client: ClientId,
        /// Names the reply.
        ticket: Ticket,
        /// The request.
        request: Request,
    },
    /// A client follows every change until it is gone.
    Subscribed(ClientId),
    /// A client is gone.
    ClientGone(ClientId),
    /// The state of the desktop application around the engine.
    Desktop(DesktopStatus),
    /// Answers [`Action::Discover`](super::Action::Discover).
    Discovered(Result<GpuList, GpuError>),
    /// Answers [`Action::SampleHost`](super::Action::SampleHost).
    HostSampled(HostSample),
    /// The machine could not wait; it continues when the ticket is answered by
    /// [`Action::HostEventHandled`](super::Action::HostEventHandled).
    HostEvent(HostEvent, Ticket),
    /// Answers [`Action::Perform`](super::Action::Perform).
    Performed {
        /// The GPU.
        gpu: GpuId,
        /// The action that was performed.
        action: Action,
        /// The outcome.
        result: Result<Outcome, GpuError>,
    },
    /// A `hold` process reports, or answers [`Action::Hold`](super::Action::Hold).
    Holder {
        /// Its GPU.
        gpu: GpuId,
        /// The report.
        report: HolderReport,
    },
    /// A driver process ended by itself, and with it everything that was held.
    ProcessEnded(GpuId, GpuError),
    /// The `hold` process of a GPU ended by itself, or cannot be started.
    HolderEnded(GpuId, GpuError),
    /// The settings file changed.
    SettingsChanged(Box<SettingsFile>),
    /// Answers [`StoreAction::Set`](super::StoreAction::Set).
    SettingSet {
        /// Names the reply.
        ticket: Ticket,
        /// The changed key.
        key: String,
        /// The file as it is now.
        result: Result<Box<SettingsFile>, ApiError>,
    },
    /// The outcome of a write, in sentences that name the file.
    Stored {
        /// The notices about files that had to be set aside, or that cannot be kept at all.
        notices: Vec<String>,
        /// The reason why something is not written; nothing when everything is.
        error: Option<String>,
    },
    /// A benchmark's progress.
    BenchmarkProgress(Progress),
    /// The benchmark ended and holds nothing any more: its result or a sentence with the reason why
    /// there is none; `None` when it was stopped.
    BenchmarkEnded(Option<Result<Box<BenchmarkResult>, String>>),
    /// A worker panicked or ended without being asked to; the text is its last message.
    WorkerEnded(Worker, String),
    /// Release everything; [`Keeper::is_stopped`](super::Keeper::is_stopped) is true when that is
    /// done.
    Stop,
}
