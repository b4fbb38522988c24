//! The values that a governor learns, and those of them that are kept.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    gpu::GpuError, policy::interval::LearnedInterval, sensor::HoldInstead, settings::Strategy,
};

/// An attempt to hold the clocks, and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The GPU or the driver refused a strategy.
    Refused {
        /// The strategy.
        strategy: Strategy,
        /// The refusal, in the driver's message.
        error: GpuError,
    },
    /// A strategy was seen to hold.
    Holds {
        /// The strategy.
        strategy: Strategy,
    },
    /// The clocks fell although a strategy was in force.
    LetFall {
        /// The strategy.
        strategy: Strategy,
        /// Time for which they had been up.
        after: Duration,
    },
    /// A strategy never raised the clocks.
    DoesNotRaise {
        /// The strategy.
        strategy: Strategy,
    },
    /// The clocks fell between two pulses.
    PulseFell {
        /// Time since the last pulse.
        after: Duration,
        /// The interval from now on.
        next: Duration,
    },
    /// Pulses never raised the clocks.
    PulsesDoNotRaise,
    /// The clocks fell before a boost was renewed.
    BoostFell {
        /// Time between two renewals from now on.
        next: Duration,
    },
    /// A strategy did not raise the clocks for requests in time, and another is tried for that.
    RaisesLate {
        /// The strategy.
        strategy: Strategy,
        /// The reason.
        reason: HoldInstead,
    },
    /// Waking on request did not keep its promise.
    StandbyFails {
        /// The reason.
        reason: HoldInstead,
    },
}

/// The knowledge of a strategy on this GPU, driver and power source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing.
    #[default]
    Untried,
    /// It was seen to hold for longer than any GPU holds by itself.
    Holds,
    /// It was refused, or the clocks fell.
    Fails,
}

/// The values that a governor keeps across restarts, for one GPU, driver version and power source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Learned {
    /// The driver's boost request, renewed.
    pub boost: Verdict,
    /// Time between two renewals, where the clocks fell before.
    pub boost_every: Option<Duration>,
    /// The driver's own prefer-maximum-performance.
    pub power_mizer: Verdict,
    /// A context alone.
    pub context: Verdict,
    /// The pulse interval.
    pub pulse: Option<LearnedInterval>,
}
