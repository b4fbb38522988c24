use gpu_keepalive_text::text;
use std::time::Duration;

use super::{Terms, Workload};
use crate::settings::{Settings, Strategy};

/// The strategies in the order in which the engine tries them.
pub const LADDER: [Strategy; 5] = [
    Strategy::Standby,
    Strategy::Boost,
    Strategy::PowerMizer,
    Strategy::Context,
    Strategy::Pulse,
];

/// The amount of work of a benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// One rest, just long enough for the clocks of this GPU to fall, and nothing beside it.
    pub quick: bool,
    /// Number of times each request is measured.
    pub rounds: u32,
}

/// One request after one rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Counted from 1.
    pub round: u32,
    /// The request.
    pub workload: Workload,
    /// The rest before it, in seconds.
    pub rest_s: u32,
    /// True if the GPU is kept ready meanwhile.
    pub kept_warm: bool,
}

/// One strategy after one rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrialStep {
    /// Counted from 1.
    pub round: u32,
    /// The strategy.
    pub strategy: Strategy,
    /// The rest, in seconds.
    pub rest_s: u32,
}

/// The rests of a thorough measurement, in seconds: between two sentences of a conversation, while
/// reading, and while thinking.
const RESTS_S: [u32; 3] = [1, 5, 20];
/// A quick one rests at least this long.
const SHORTEST_REST_S: u32 = 5;
/// And so much longer than the clocks stay up: they do not fall at the same moment each time.
const PAST_THE_FALL_S: u32 = 2;
/// The requests before a rest, and the one after it.
const REQUESTS: Duration = Duration::from_secs(1);
/// Sampling the power at the end of a rest, and opening a context before it.
const TRYING: Duration = Duration::from_secs(2);
/// Opening a context, and sampling the power until it has settled.
const LOADING: Duration = Duration::from_secs(8);

impl Plan {
    /// Most rounds.
    pub const MAX_ROUNDS: u32 = 20;

    /// As many rounds as wished; otherwise one of a quick measurement, two of a thorough one.
    pub fn new(quick: bool, rounds: Option<u32>) -> Self {
        Self {
            quick,
            rounds: rounds.unwrap_or(if quick { 1 } else { 2 }),
        }
    }

    /// The longest wait for the clocks to fall after work.
    pub fn hold_watch(self) -> Duration {
        Duration::from_secs(if self.quick { 20 } else { 60 })
    }

    /// Number of times a second of a busy program is compared with one beside pulses, for each
    /// workload.
    pub fn pairs(self) -> u32 {
        if self.quick { 0 } else { 4 }
    }

    /// The requests of a GPU whose clocks stay up for so long after work; `None` where they were
    /// not seen to fall, and a longer rest would show no more than a short one.
    pub fn steps(self, hold_time: Option<Duration>) -> Vec<Step> {
        let enough = [past_the_fall(hold_time)];
        let rests: &[u32] = if self.quick { &enough } else { &RESTS_S };
        // The trials of a quick one have measured the first request of a GPU that is held.
        let tried = self.quick && hold_time.is_some();
        let mut steps = Vec::new();
        for round in 1..=self.rounds {
            for &rest_s in rests {
                for workload in Workload::ALL {
                    let measured = tried && workload == Workload::Decode;
                    let both: &[bool] = if measured { &[false] } else { &[false, true] };
                    steps.extend(both.iter().map(|&kept_warm| Step {
                        round,
                        workload,
                        rest_s,
                        kept_warm,
                    }));
                }
            }
        }
        steps
    }

    /// The strategies to try, each after a rest just long enough for the clocks of this GPU to fall
    /// unless it holds them; none where they were not seen to fall. Standing by keeps the clocks up
    /// for `linger` after the work that precedes the rest.
    pub fn trials(self, hold_time: Option<Duration>, terms: &Terms) -> Vec<TrialStep> {
        let rest_s = past_the_fall(hold_time);
        let linger_s = terms.linger.as_secs_f64().ceil() as u32;
        let allowed = LADDER.into_iter().filter(|strategy| terms.allow(*strategy));
        let allowed: Vec<_> = allowed.filter(|_| hold_time.is_some()).collect();
        let step = |round, strategy| TrialStep {
            round,
            strategy,
            rest_s: match strategy {
                Strategy::Standby => rest_s + linger_s,
                _ => rest_s,
            },
        };
        (1..=self.rounds)
            .flat_map(|round| allowed.iter().map(move |strategy| step(round, *strategy)))
            .collect()
    }

    /// The time of what comes after the steps.
    pub fn afterwards(self) -> Duration {
        Duration::from_secs(2) * self.pairs() * Workload::ALL.len() as u32
    }

    /// The longest it takes with every strategy, without what goes wrong.
    pub fn longest(self) -> Duration {
        let everything = Terms::of(&Settings::default());
        // At rest, with a program, and with one that may not hold the clocks.
        let watches = 3 * (self.hold_watch() + LOADING);
        watches + self.after_watching(Some(self.hold_watch()), &everything)
    }

    /// The time of the trials and of everything after them.
    pub fn after_watching(self, hold_time: Option<Duration>, terms: &Terms) -> Duration {
        let trials = self.trials(hold_time, terms);
        let steps = self.steps(hold_time);
        trials.iter().map(TrialStep::lasts).sum::<Duration>()
            + steps.iter().map(Step::lasts).sum::<Duration>()
            + self.afterwards()
    }
}

/// A rest just longer than the clocks stay up, in seconds.
fn past_the_fall(hold_time: Option<Duration>) -> u32 {
    let hold_s = hold_time.map_or(0, |hold| hold.as_secs_f64().ceil() as u32);
    (hold_s + PAST_THE_FALL_S).max(SHORTEST_REST_S)
}

impl TrialStep {
    /// Its duration.
    pub fn lasts(&self) -> Duration {
        Duration::from_secs(self.rest_s.into()) + REQUESTS + TRYING
    }
}

impl Step {
    /// Its duration.
    pub fn lasts(&self) -> Duration {
        Duration::from_secs(self.rest_s.into()) + REQUESTS
    }
}

/// Describes what a quick measurement does and how long it takes, before it is begun.
pub fn quick_text() -> String {
    let longest = Plan::new(true, None).longest().as_secs().div_ceil(60);
    text!("benchmark-quick", minutes = longest)
}
