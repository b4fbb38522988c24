use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::settings::{MAX_PULSE_INTERVAL, MIN_PULSE_INTERVAL};

/// Growth of the interval after it was seen to hold.
///
/// Small enough that one fall brackets the GPU's hold time: it lies between the last interval that
/// held and this many times that.
pub const GROWTH: f64 = 1.5;
/// Share of the shortest interval seen to fail that is used from then on.
///
/// Below 1 / [`GROWTH`] (0.67), so that even a fall noticed only at the end of an interval leaves
/// one that held before, with 10 % to spare for a hold time that varies.
pub const FALL_FACTOR: f64 = 0.6;
/// Intervals in a row that must hold before a longer one is tried.
const STREAK: u32 = 2;
/// Pulses at the shortest interval that may fail to raise the clocks, before it is slowed down:
/// 10 s at 100 ms.
const LIFTS_BEFORE_GIVING_UP: u32 = 100;
/// Interval while pulses do not raise the clocks: the user wants a ready GPU, so it keeps trying, at
/// a tenth of the original's cost.
const HOPELESS_INTERVAL: Duration = Duration::from_secs(1);

/// The control law of the pulse interval.
///
/// Multiplicative increase while the GPU stays ready, one cut when it falls, and a ceiling that
/// remembers the fall:
///
/// - **lengthen:** after two intervals in a row at whose end the GPU was still ready, the interval
///   becomes 1.5 times as long;
/// - **fall:** a sample that finds the GPU not ready `t` after the last work sets the ceiling to
///   0.6 × the shortest `t` ever seen, and the interval to at most that;
/// - **lift:** after a fall, pulses are sent at the shortest interval until the clocks are up.
///
/// Bounds: 100 ms to 60 s always; never above 0.6 × the shortest fall. A GPU with a constant hold
/// time between 0.2 s and 60 s falls once, or not at all. There is no way back up above the
/// ceiling, so it cannot oscillate.
#[derive(Clone, Debug, PartialEq)]
pub struct IntervalLaw {
    interval: Duration,
    shortest_fall: Option<Duration>,
    streak: u32,
    lifts: Option<u32>,
}

/// The values that an interval law keeps across restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearnedInterval {
    /// The longest interval that held.
    pub interval: Duration,
    /// The shortest time after the last work at which a fall was seen.
    pub shortest_fall: Option<Duration>,
}

impl Default for IntervalLaw {
    fn default() -> Self {
        Self {
            interval: MIN_PULSE_INTERVAL,
            shortest_fall: None,
            streak: 0,
            lifts: Some(0),
        }
    }
}

impl IntervalLaw {
    /// Resumes where an earlier run stopped; the kept values are brought into the bounds.
    pub fn from_learned(learned: LearnedInterval) -> Self {
        let mut law = Self {
            shortest_fall: learned.shortest_fall,
            ..Self::default()
        };
        law.interval = learned.interval.clamp(MIN_PULSE_INTERVAL, law.ceiling());
        law
    }

    /// The values to keep across restarts.
    pub fn learned(&self) -> LearnedInterval {
        LearnedInterval {
            interval: self.interval,
            shortest_fall: self.shortest_fall,
        }
    }

    /// Time between pulses now.
    pub fn interval(&self) -> Duration {
        match self.lifts {
            None => self.interval,
            Some(lifts) if lifts < LIFTS_BEFORE_GIVING_UP => MIN_PULSE_INTERVAL,
            Some(_) => HOPELESS_INTERVAL,
        }
    }

    /// Returns true if nothing longer will be tried.
    pub fn is_settled(&self) -> bool {
        self.lifts.is_none() && self.interval >= self.ceiling()
    }

    /// Returns true if pulses were seen not to raise the clocks.
    pub fn has_given_up(&self) -> bool {
        self.lifts
            .is_some_and(|lifts| lifts >= LIFTS_BEFORE_GIVING_UP)
    }

    /// A new hold begins: the clocks may be down and have to be raised first.
    pub fn restart(&mut self) {
        self.lifts = Some(0);
        self.streak = 0;
    }

    /// The GPU is ready `since_work` after the last pulse or other work.
    pub fn held(&mut self, since_work: Duration) {
        if self.lifts.take().is_some() {
            return;
        }
        if since_work < self.interval.mul_f64(0.9) {
            return;
        }
        self.streak += 1;
        if self.streak >= STREAK {
            self.streak = 0;
            self.interval = self.interval.mul_f64(GROWTH).min(self.ceiling());
        }
    }

    /// The GPU is not ready `since_work` after the last pulse or other work. Whether this is a
    /// fall, as opposed to clocks that were not up yet.
    pub fn fell(&mut self, since_work: Duration) -> bool {
        self.streak = 0;
        if let Some(lifts) = &mut self.lifts {
            *lifts = lifts.saturating_add(1);
            return false;
        }
        self.lifts = Some(0);
        let shortest = self
            .shortest_fall
            .map_or(since_work, |before| before.min(since_work));
        self.shortest_fall = Some(shortest);
        self.interval = self.interval.min(self.ceiling());
        true
    }

    /// A busy or unobserved GPU shows nothing of this interval.
    pub fn disturbed(&mut self) {
        self.streak = 0;
    }

    fn ceiling(&self) -> Duration {
        self.shortest_fall
            .map_or(MAX_PULSE_INTERVAL, |fall| fall.mul_f64(FALL_FACTOR))
            .clamp(MIN_PULSE_INTERVAL, MAX_PULSE_INTERVAL)
    }
}
