use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::interval::{IntervalLaw, LearnedInterval};
use crate::{
    Moment,
    gpu::GpuError,
    settings::{PulseInterval, Settings, Strategy},
};

/// Time a strategy has to raise the clocks (product specification, for `power_mizer`).
pub(super) const SETTLE: Duration = Duration::from_secs(3);
/// Undisturbed time after which a strategy without pulses counts as holding: longer than the
/// slowest fall known (60 s), because until then it may be the last work that holds the clocks.
const PROVEN_AFTER: Duration = Duration::from_secs(90);
/// A pause between looks from which they say nothing about what happened in between (suspend, a
/// hung driver): well above the 5 s at which a settled GPU is looked at, and the deadline of a look.
const BLIND: Duration = Duration::from_secs(15);
/// Attempts kept for the status.
const ATTEMPTS_KEPT: usize = 8;

/// An attempt to hold the clocks, and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The GPU or the driver refused a strategy.
    Refused {
        /// The strategy.
        strategy: Strategy,
        /// The refusal, in the driver's words.
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
}

/// What is known of a strategy on this GPU, driver and power source.
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

/// What a governor keeps across restarts, for one GPU, driver version and power source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Learned {
    /// The driver's own prefer-maximum-performance.
    pub power_mizer: Verdict,
    /// A context alone.
    pub context: Verdict,
    /// The pulse interval.
    pub pulse: Option<LearnedInterval>,
}

/// What is to be held, and how often it pulses if it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) strategy: Strategy,
    pub(super) interval: Duration,
}

/// One sample, as far as it says whether the hold works.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) at: Moment,
    pub(super) ready: Option<bool>,
    pub(super) busy: bool,
    pub(super) gap: Duration,
    pub(super) held: Option<Strategy>,
    pub(super) held_since: Option<Moment>,
    pub(super) last_pulse: Option<Moment>,
    pub(super) fixed: bool,
    pub(super) busy_fell: bool,
}

/// Finds the cheapest way to hold one GPU: climbs the ladder of strategies and runs the interval
/// law of the last rung.
///
/// A rung without pulses is left at the first sample that finds the clocks down, once it had
/// 3 s to raise them; one that had proved itself before gets the benefit of one doubt. The
/// cheaper rungs are tried again when the driver or the power source changes, because what is
/// learned belongs to those.
#[derive(Clone, Debug, Default)]
pub struct Governor {
    known: Learned,
    law: IntervalLaw,
    busy_law: IntervalLaw,
    holding: Option<Strategy>,
    quiet_since: Option<Moment>,
    last_other_work: Option<Moment>,
    doubts: u32,
    news: Vec<Attempt>,
    attempts: Vec<Attempt>,
}

impl Governor {
    /// Goes on where an earlier run stopped.
    pub fn new(known: Learned) -> Self {
        let law = known
            .pulse
            .map(IntervalLaw::from_learned)
            .unwrap_or_default();
        Self {
            known,
            law,
            ..Self::default()
        }
    }

    /// What to keep across restarts.
    pub fn learned(&self) -> Learned {
        let fresh = self.law == IntervalLaw::default() && self.known.pulse.is_none();
        Learned {
            pulse: (!fresh).then(|| self.law.learned()),
            ..self.known
        }
    }

    /// What was tried and seen, oldest first.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Whether nothing is being tried at present, so that a calmer look will do.
    pub(super) fn is_settled(&self, settings: &Settings) -> bool {
        let fixed_interval = settings.pulse.interval != PulseInterval::Auto;
        match (settings.strategy.fixed(), self.rung()) {
            (Some(Strategy::Pulse), _) | (None, Strategy::Pulse) => {
                fixed_interval || self.law.is_settled()
            }
            (Some(_), _) => true,
            (None, rung) => self.verdict(rung) == Verdict::Holds,
        }
    }

    /// What to hold now. `busy_fell`: the clocks fell while another process computed.
    pub(super) fn plan(&self, settings: &Settings, busy_fell: bool) -> Plan {
        let strategy = match settings.strategy.fixed() {
            Some(fixed) => fixed,
            None if busy_fell => Strategy::Pulse,
            None => self.rung(),
        };
        let law = if busy_fell { &self.busy_law } else { &self.law };
        let interval = match settings.pulse.interval {
            PulseInterval::Auto => law.interval(),
            PulseInterval::Fixed(fixed) => fixed,
        };
        Plan { strategy, interval }
    }

    /// The GPU or the driver will not have this strategy.
    pub(super) fn refused(&mut self, strategy: Strategy, error: &GpuError) {
        let error = error.clone();
        self.fail(strategy, Attempt::Refused { strategy, error });
    }

    /// Judges the hold by one sample.
    pub(super) fn saw(&mut self, look: &Look) {
        self.follow_hold(look);
        if look.busy {
            self.last_other_work = Some(look.at);
            self.quiet_since = None;
        }
        let (Some(strategy), Some(ready)) = (look.held, look.ready) else {
            self.quiet_since = None;
            return self.law.disturbed();
        };
        if look.gap > BLIND {
            self.quiet_since = None;
            return self.law.disturbed();
        }
        match strategy {
            Strategy::Pulse if look.busy || look.busy_fell => self.judge_busy_pulses(look, ready),
            _ if look.busy => self.law.disturbed(),
            Strategy::Pulse => self.judge_pulses(look, ready),
            unpulsed => self.judge_unpulsed(unpulsed, look, ready),
        }
    }

    /// What was tried and seen since last asked.
    pub(super) fn take_news(&mut self) -> Vec<Attempt> {
        std::mem::take(&mut self.news)
    }

    fn rung(&self) -> Strategy {
        if self.known.power_mizer != Verdict::Fails {
            Strategy::PowerMizer
        } else if self.known.context != Verdict::Fails {
            Strategy::Context
        } else {
            Strategy::Pulse
        }
    }

    fn follow_hold(&mut self, look: &Look) {
        if self.holding == look.held {
            return;
        }
        self.holding = look.held;
        self.quiet_since = None;
        self.doubts = 0;
        self.law.restart();
        self.busy_law.restart();
    }

    fn judge_pulses(&mut self, look: &Look, ready: bool) {
        let last_work = look.last_pulse.max(self.last_other_work);
        let Some(since_work) = last_work.map(|last| look.at.since(last)) else {
            return;
        };
        let gave_up = self.law.has_given_up();
        if ready {
            self.law.held(since_work);
        } else if self.law.fell(since_work) {
            self.note(Attempt::PulseFell {
                after: since_work,
                next: self.law.learned().interval,
            });
        }
        if !gave_up && self.law.has_given_up() {
            self.note(Attempt::PulsesDoNotRaise);
        }
    }

    fn judge_busy_pulses(&mut self, look: &Look, ready: bool) {
        self.law.disturbed();
        let Some(since_pulse) = look.last_pulse.map(|last| look.at.since(last)) else {
            return;
        };
        if ready {
            self.busy_law.held(since_pulse);
        } else {
            self.busy_law.fell(since_pulse);
        }
    }

    fn judge_unpulsed(&mut self, strategy: Strategy, look: &Look, ready: bool) {
        let held_for = look
            .held_since
            .map_or(Duration::ZERO, |since| look.at.since(since));
        if ready {
            self.doubts = 0;
            let quiet = look.at.since(*self.quiet_since.get_or_insert(look.at));
            if quiet >= PROVEN_AFTER && self.verdict(strategy) != Verdict::Holds {
                if let Some(verdict) = self.verdict_mut(strategy) {
                    *verdict = Verdict::Holds;
                }
                self.note(Attempt::Holds { strategy });
            }
            return;
        }
        let quiet_since = self.quiet_since.take();
        if held_for < SETTLE || look.fixed {
            return;
        }
        if self.verdict(strategy) == Verdict::Holds && self.doubts == 0 {
            self.doubts = 1;
            return;
        }
        let after = quiet_since.map(|since| look.at.since(since));
        self.fail(
            strategy,
            match after {
                Some(after) => Attempt::LetFall { strategy, after },
                None => Attempt::DoesNotRaise { strategy },
            },
        );
    }

    fn fail(&mut self, strategy: Strategy, attempt: Attempt) {
        if let Some(verdict) = self.verdict_mut(strategy) {
            *verdict = Verdict::Fails;
        }
        self.note(attempt);
    }

    fn verdict(&self, strategy: Strategy) -> Verdict {
        match strategy {
            Strategy::PowerMizer => self.known.power_mizer,
            Strategy::Context => self.known.context,
            Strategy::Standby | Strategy::Boost | Strategy::Pulse => Verdict::Untried,
        }
    }

    fn verdict_mut(&mut self, strategy: Strategy) -> Option<&mut Verdict> {
        match strategy {
            // Not available yet, so there is nothing to remember.
            Strategy::Standby | Strategy::Boost => None,
            Strategy::PowerMizer => Some(&mut self.known.power_mizer),
            Strategy::Context | Strategy::Pulse => Some(&mut self.known.context),
        }
    }

    fn note(&mut self, attempt: Attempt) {
        self.news.push(attempt.clone());
        self.attempts.push(attempt);
        let excess = self.attempts.len().saturating_sub(ATTEMPTS_KEPT);
        self.attempts.drain(..excess);
    }
}
