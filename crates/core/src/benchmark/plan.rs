use std::time::Duration;

use super::Workload;

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// One rest, just long enough for the clocks of this GPU to fall, and nothing beside it.
    pub quick: bool,
    /// How often each request is measured.
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
    /// Whether the GPU is kept warm meanwhile.
    pub kept_warm: bool,
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
/// Opening a context, and looking at the power until it has settled.
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

    /// How long to wait for the clocks to fall after work.
    pub fn hold_watch(self) -> Duration {
        Duration::from_secs(if self.quick { 20 } else { 60 })
    }

    /// How often a second of a busy program is compared with one beside pulses, for each workload.
    pub fn pairs(self) -> u32 {
        if self.quick { 0 } else { 4 }
    }

    /// The requests of a GPU whose clocks stay up for so long after work; `None` where they were
    /// not seen to fall, and a longer rest would show no more than a short one.
    pub fn steps(self, hold_time: Option<Duration>) -> Vec<Step> {
        let hold_s = hold_time.map_or(0, |hold| hold.as_secs_f64().ceil() as u32);
        let enough = [(hold_s + PAST_THE_FALL_S).max(SHORTEST_REST_S)];
        let rests: &[u32] = if self.quick { &enough } else { &RESTS_S };
        let mut steps = Vec::new();
        for round in 1..=self.rounds {
            for &rest_s in rests {
                for workload in Workload::ALL {
                    steps.extend([false, true].map(|kept_warm| Step {
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

    /// The time of what comes after the steps.
    pub fn afterwards(self) -> Duration {
        Duration::from_secs(2) * self.pairs() * Workload::ALL.len() as u32
    }

    /// The longest it takes, without what goes wrong.
    pub fn longest(self) -> Duration {
        let steps = self.steps(Some(self.hold_watch()));
        // At rest, with a program, and with one that may not hold the clocks.
        let watches = 3 * (self.hold_watch() + LOADING);
        watches + steps.iter().map(Step::lasts).sum::<Duration>() + self.afterwards()
    }
}

impl Step {
    /// How long it takes.
    pub fn lasts(&self) -> Duration {
        Duration::from_secs(self.rest_s.into()) + REQUESTS
    }
}

/// What a quick measurement does and how long it takes, before it is begun.
pub fn quick_in_words() -> String {
    let longest = Plan::new(true, None).longest().as_secs().div_ceil(60);
    format!(
        "A small task like that of a language model is run and timed after a rest, once with the \
         GPU kept ready and once without. This takes one to two minutes, {longest} at most."
    )
}
