mod learned;

use std::time::Duration;

pub use learned::{Attempt, Learned, Verdict};

use super::interval::IntervalLaw;
use crate::{
    Moment,
    gpu::{GpuError, holder::Renewal},
    sensor::HoldInstead,
    settings::{PulseInterval, Settings, Strategy},
};

/// Time a strategy has to raise the clocks (product specification, for `power_mizer`).
pub(super) const SETTLE: Duration = Duration::from_secs(3);
/// Undisturbed time after which a strategy without pulses counts as holding: longer than the
/// slowest fall known (60 s), because until then it may be the last work that holds the clocks.
const PROVEN_AFTER: Duration = Duration::from_secs(90);
/// A pause between samples from which they show nothing of the time in between (suspend, a hung
/// driver): well above the 5 s at which a settled GPU is sampled, and the deadline of a sample.
const BLIND: Duration = Duration::from_secs(15);
/// The strategies to hold with, the cheapest first.
const LADDER: [Strategy; 4] = [
    Strategy::Boost,
    Strategy::PowerMizer,
    Strategy::Context,
    Strategy::Pulse,
];
/// A boost is not renewed more often: each takes the driver 5 to 15 ms (H200, H100).
const SHORTEST_RENEWAL: Duration = Duration::from_secs(2);
/// Held clocks that are down for so long, undisturbed, do not rise.
const NO_ACCIDENT: Duration = Duration::from_secs(20);
/// Attempts kept for the status.
const ATTEMPTS_KEPT: usize = 8;

/// The strategy to hold, and the interval of its pulses if there are any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) strategy: Strategy,
    pub(super) interval: Duration,
}

/// One sample, as far as it shows whether the hold works.
#[derive(Clone, Copy, Debug)]
pub(super) struct HoldSample {
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

/// Finds the cheapest strategy to hold one GPU: climbs the ladder of strategies and runs the interval
/// law of the last strategy.
///
/// A strategy without pulses is left at the first sample that finds the clocks down, once it had
/// 3 s to raise them; one that had proved itself before gets the benefit of one doubt. The
/// cheaper strategies are tried again when the driver or the power source changes, because what is
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
    new_attempts: Vec<Attempt>,
    attempts: Vec<Attempt>,
    /// Since when the clocks are down although they are held.
    down_since: Option<Moment>,
}

impl Governor {
    /// Resumes where an earlier run stopped.
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

    /// The values to keep across restarts.
    pub fn learned(&self) -> Learned {
        let fresh = self.law == IntervalLaw::default() && self.known.pulse.is_none();
        Learned {
            pulse: (!fresh).then(|| self.law.learned()),
            ..self.known
        }
    }

    /// The attempts and their results, oldest first.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Returns true if nothing is being tried at present, so that less frequent samples will do.
    pub(super) fn is_settled(&self, settings: &Settings) -> bool {
        let fixed_interval = settings.pulse.interval != PulseInterval::Auto;
        match (settings.strategy.fixed(), self.first_not_failed(settings)) {
            (Some(Strategy::Pulse), _) | (None, Strategy::Pulse) => {
                fixed_interval || self.law.is_settled()
            }
            (Some(_), _) => true,
            (None, untried) => self.verdict(untried) == Verdict::Holds,
        }
    }

    /// The strategy to hold now. `busy_fell`: the clocks fell while another process computed. A
    /// fixed `standby` holds with the boost request, where it is asked to hold.
    pub(super) fn plan(&self, settings: &Settings, busy_fell: bool) -> Plan {
        let pulses = !settings.strategy_exclude.contains(&Strategy::Pulse);
        let strategy = match settings.strategy.fixed() {
            Some(Strategy::Standby) => Strategy::Boost,
            Some(fixed) => fixed,
            None if busy_fell && pulses => Strategy::Pulse,
            None => self.first_not_failed(settings),
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

    /// Waking on request did not keep its promise.
    pub(super) fn standby_fails(&mut self, reason: HoldInstead) {
        self.note(Attempt::StandbyFails { reason });
    }

    /// A strategy to raise the clocks on request did not keep the promise; another is tried.
    pub(super) fn raises_late(&mut self, strategy: Strategy, reason: HoldInstead) {
        self.note(Attempt::RaisesLate { strategy, reason });
    }

    /// Judges the hold by one sample.
    pub(super) fn saw(&mut self, sample: &HoldSample) {
        self.follow_hold(sample);
        if sample.held.is_none() || sample.busy || sample.ready != Some(false) {
            self.down_since = None;
        } else {
            self.down_since.get_or_insert(sample.at);
        }
        if sample.busy {
            self.last_other_work = Some(sample.at);
            self.quiet_since = None;
        }
        let (Some(strategy), Some(ready)) = (sample.held, sample.ready) else {
            self.quiet_since = None;
            return self.law.disturbed();
        };
        if sample.gap > BLIND {
            self.quiet_since = None;
            return self.law.disturbed();
        }
        match strategy {
            Strategy::Pulse if sample.busy || sample.busy_fell => {
                self.judge_busy_pulses(sample, ready)
            }
            _ if sample.busy => self.law.disturbed(),
            Strategy::Pulse => self.judge_pulses(sample, ready),
            unpulsed => self.judge_unpulsed(unpulsed, sample, ready),
        }
    }

    /// The attempts since the last call, with their results.
    pub(super) fn take_new_attempts(&mut self) -> Vec<Attempt> {
        std::mem::take(&mut self.new_attempts)
    }

    /// The renewal of a boost here.
    pub(super) fn renewal(&self) -> Renewal {
        let usual = Renewal::default();
        Renewal {
            every: self.known.boost_every.unwrap_or(usual.every),
            ..usual
        }
    }

    /// Returns true if nothing that may be tried raises the clocks: for so long that it is no
    /// accident.
    pub(super) fn does_not_raise(&self, settings: &Settings, now: Moment) -> bool {
        let last = match settings.strategy.fixed() {
            Some(_) => true,
            None => match self.first_not_failed(settings) {
                Strategy::Pulse => self.law.has_given_up(),
                // Every other one has failed or is excluded.
                untried => self.verdict(untried) == Verdict::Fails,
            },
        };
        let down = |since| now.since(since) >= NO_ACCIDENT;
        last && self.down_since.is_some_and(down)
    }

    /// Tries again what failed, after the fault was shown for a while.
    pub(super) fn try_again(&mut self) {
        self.down_since = None;
        self.law.restart();
    }

    /// The cheapest strategy that did not fail; the last that may be tried where all did.
    fn first_not_failed(&self, settings: &Settings) -> Strategy {
        let may = |strategy: &Strategy| !settings.strategy_exclude.contains(strategy);
        let mut ladder = LADDER.into_iter().filter(may);
        let works = |strategy: &Strategy| self.verdict(*strategy) != Verdict::Fails;
        let last = LADDER.into_iter().rfind(may);
        ladder.find(works).or(last).unwrap_or(Strategy::Pulse)
    }

    fn follow_hold(&mut self, sample: &HoldSample) {
        if self.holding == sample.held {
            return;
        }
        self.holding = sample.held;
        self.quiet_since = None;
        self.doubts = 0;
        self.law.restart();
        self.busy_law.restart();
    }

    fn judge_pulses(&mut self, sample: &HoldSample, ready: bool) {
        let last_work = sample.last_pulse.max(self.last_other_work);
        let Some(since_work) = last_work.map(|last| sample.at.since(last)) else {
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

    fn judge_busy_pulses(&mut self, sample: &HoldSample, ready: bool) {
        self.law.disturbed();
        let Some(since_pulse) = sample.last_pulse.map(|last| sample.at.since(last)) else {
            return;
        };
        if ready {
            self.busy_law.held(since_pulse);
        } else {
            self.busy_law.fell(since_pulse);
        }
    }

    fn judge_unpulsed(&mut self, strategy: Strategy, sample: &HoldSample, ready: bool) {
        let held_for = sample
            .held_since
            .map_or(Duration::ZERO, |since| sample.at.since(since));
        if ready {
            self.doubts = 0;
            let quiet = sample.at.since(*self.quiet_since.get_or_insert(sample.at));
            if quiet >= PROVEN_AFTER && self.verdict(strategy) != Verdict::Holds {
                if let Some(verdict) = self.verdict_mut(strategy) {
                    *verdict = Verdict::Holds;
                }
                self.note(Attempt::Holds { strategy });
            }
            return;
        }
        let quiet_since = self.quiet_since.take();
        if held_for < SETTLE || sample.fixed {
            return;
        }
        if self.verdict(strategy) == Verdict::Holds && self.doubts == 0 {
            self.doubts = 1;
            return;
        }
        let after = quiet_since.map(|since| sample.at.since(since));
        if strategy == Strategy::Boost && after.is_some() && self.renew_sooner() {
            return;
        }
        self.fail(
            strategy,
            match after {
                Some(after) => Attempt::LetFall { strategy, after },
                None => Attempt::DoesNotRaise { strategy },
            },
        );
    }

    /// A boost that fell before its end is renewed earlier, as far as that goes.
    fn renew_sooner(&mut self) -> bool {
        let next = self.renewal().every / 2;
        let possible = next >= SHORTEST_RENEWAL;
        if possible {
            self.known.boost_every = Some(next);
            self.note(Attempt::BoostFell { next });
        }
        possible
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
            Strategy::Boost => self.known.boost,
            Strategy::Standby | Strategy::Pulse => Verdict::Untried,
        }
    }

    fn verdict_mut(&mut self, strategy: Strategy) -> Option<&mut Verdict> {
        match strategy {
            Strategy::Standby => None,
            Strategy::Boost => Some(&mut self.known.boost),
            Strategy::PowerMizer => Some(&mut self.known.power_mizer),
            Strategy::Context | Strategy::Pulse => Some(&mut self.known.context),
        }
    }

    fn note(&mut self, attempt: Attempt) {
        self.new_attempts.push(attempt.clone());
        self.attempts.push(attempt);
        let excess = self.attempts.len().saturating_sub(ATTEMPTS_KEPT);
        self.attempts.drain(..excess);
    }
}
