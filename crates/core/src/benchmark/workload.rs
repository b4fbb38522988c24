use std::{fmt, time::Duration};

use gpu_keepalive_text::text;
use serde::{Deserialize, Serialize};

/// A small stand-in for what a language model does to a GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Workload {
    /// Like making tokens: many small kernels, each waiting for the last, bound by memory.
    Decode,
    /// Like reading a prompt: bound by arithmetic.
    Prefill,
}

impl Workload {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Decode, Self::Prefill];

    /// Its meaning, for people.
    pub fn label(self) -> String {
        match self {
            Self::Decode => text!("workload-decode"),
            Self::Prefill => text!("workload-prefill"),
        }
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Decode => "decode",
            Self::Prefill => "prefill",
        })
    }
}

/// One thing for the program to do that plays the user's AI.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkloadAction {
    /// Open a context and load both workloads, as a program does that loads a model.
    Load,
    /// Answer one request.
    Run(Workload),
    /// Answer one request after another for at least this long.
    Repeat {
        /// Which.
        workload: Workload,
        /// Its duration.
        lasting: Duration,
    },
    /// Destroy the context, and stay.
    Unload,
}

impl WorkloadAction {
    /// The longest time it may take before the process is killed: loading as for
    /// [`Action::Hold`](crate::gpu::Action::Hold), and a request a hundred times what it takes on a
    /// slow card.
    pub fn deadline(self) -> Duration {
        match self {
            Self::Load => Duration::from_secs(15),
            Self::Run(_) | Self::Unload => Duration::from_secs(10),
            Self::Repeat { lasting, .. } => lasting + Duration::from_secs(10),
        }
    }
}

/// The result of an action.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkloadOutcome {
    /// It is ready for requests.
    Loaded,
    /// So many requests were answered one after the other.
    Ran {
        /// Number of requests.
        requests: u32,
        /// From the first launch to the end of the last, as the program saw it.
        elapsed: Duration,
    },
    /// It has no context any more.
    Unloaded,
}
