//! The inputs and the results of a step.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Attempt, DemandReason, HeldFor};
use crate::{
    Moment,
    gpu::{Action, GpuInfo},
    host::HostSample,
    protocol::{Cause, Message, PauseReason, Phase},
    settings::{Mode, Settings},
};

/// Everything a decision depends on that the policy does not keep itself.
#[derive(Clone, Copy, Debug)]
pub struct Observations<'a> {
    /// The GPU.
    pub gpu: &'a GpuInfo,
    /// The user's settings.
    pub settings: &'a Settings,
    /// The user's switches.
    pub switches: Switches,
    /// Leases held now, by anyone.
    pub leases: u32,
    /// The time when a lease last ended.
    pub lease_ended: Option<Moment>,
    /// The time until which the user asked for a ready GPU.
    pub warm_until: Option<Moment>,
    /// The program that asked for this GPU to be held.
    pub held_for: Option<&'a HeldFor>,
    /// The machine.
    pub host: &'a HostSample,
    /// The machine is about to suspend, or has just resumed and its driver is not to be trusted.
    pub suspended: bool,
    /// The energy budget of the day is spent.
    pub budget_spent: bool,
    /// A client is subscribed to every change, in the window or a terminal.
    pub watched: bool,
    /// This GPU is being measured, or about to be: nothing of ours may have it open.
    pub measuring: bool,
}

/// The decision of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The phase the GPU is in.
    pub phase: Phase,
    /// Every reason that applies while paused, in a fixed order.
    pub reasons: Vec<PauseReason>,
    /// The reason for a ready GPU; `None` when there is none.
    pub demand: Option<DemandReason>,
    /// The action to perform now; `None` when there is none.
    pub action: Option<Action>,
    /// Time between pulses, while they are sent.
    pub interval: Option<Duration>,
    /// The state and its causes.
    pub message: Message,
    /// The reason why no benchmark can be run now; `None` when one can.
    pub cannot_measure: Option<Cause>,
}

/// An event worth reporting that is not a state.
#[derive(Clone, Debug, PartialEq)]
pub enum PolicyEvent {
    /// Another process began to compute, or a lease began.
    RequestArrived {
        /// The time that the GPU had no work before.
        rest: Duration,
        /// True if our hold had it ready.
        kept_ready: bool,
    },
    /// A request was woken for that found the clocks down.
    SlowStartAvoided,
    /// The strategy ladder or the governor learned something.
    Attempt(Attempt),
}

/// One decision and the time of the next step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The decision.
    pub decision: Decision,
    /// The events on the way.
    pub events: Vec<PolicyEvent>,
    /// The time to step again even if nothing changes; `None` for not before something does.
    pub wake_at: Option<Moment>,
}

/// The user's switches, which the settings do not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switches {
    /// The keepalive is on.
    pub enabled: bool,
    /// The rule for keeping GPUs ready.
    pub mode: Mode,
    /// A pause the user asked for.
    pub pause: Pause,
}

/// A pause the user asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pause {
    /// None.
    #[default]
    No,
    /// Until that moment.
    Until(Moment),
    /// Until resumed.
    Indefinitely,
}

impl Pause {
    /// Returns true while it is in force.
    pub fn is_on(self, now: Moment) -> bool {
        match self {
            Self::No => false,
            Self::Until(end) => now < end,
            Self::Indefinitely => true,
        }
    }
}
