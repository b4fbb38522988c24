use std::time::Duration;

use crate::{Moment, simulation::CardModel};

/// Degrees below the slowdown threshold at which the hardware lets the clocks go again (assumed).
const HYSTERESIS: f64 = 5.0;

/// A stretch of time in which the power is constant, so heat and energy have a closed form.
///
/// Reading it changes nothing: however often time is advanced within it, every value is computed
/// from its beginning.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    since: Moment,
    watts: f64,
    ambient: f64,
    slowed: bool,
    /// At its beginning.
    celsius: f64,
    /// The temperature that it approaches.
    target: f64,
    time_constant: f64,
    /// Drawn before it began.
    joules: f64,
    crosses_at: Option<Moment>,
    /// Ready time before `ready_since`.
    ready_before: Duration,
    ready_since: Option<Moment>,
}

impl Segment {
    pub(super) fn new(
        model: &CardModel,
        since: Moment,
        celsius: f64,
        watts: f64,
        ambient: f64,
    ) -> Self {
        let mut segment = Self {
            since,
            watts,
            ambient,
            slowed: false,
            celsius,
            target: ambient + watts * model.thermal_resistance,
            time_constant: model.thermal_time_constant,
            joules: 0.0,
            crosses_at: None,
            ready_before: Duration::ZERO,
            ready_since: None,
        };
        segment.crosses_at = segment.crossing(model.slowdown());
        segment
    }

    /// Begins the next one, if anything that shapes it is different.
    pub(super) fn turn(
        &mut self,
        model: &CardModel,
        now: Moment,
        watts: f64,
        ambient: f64,
        slowed: bool,
    ) {
        if (watts, ambient, slowed) == (self.watts, self.ambient, self.slowed) {
            return;
        }
        *self = Self {
            since: now,
            watts,
            ambient,
            slowed,
            celsius: self.celsius(now),
            target: ambient + watts * model.thermal_resistance,
            joules: self.joules(now),
            ..*self
        };
        self.crosses_at = self.crossing(model.slowdown());
    }

    pub(super) fn set_ready(&mut self, ready: bool, now: Moment) {
        if ready != self.ready_since.is_some() {
            self.ready_before = self.ready_time(now);
            self.ready_since = ready.then_some(now);
        }
    }

    pub(super) fn since(&self) -> Moment {
        self.since
    }

    pub(super) fn watts(&self) -> f64 {
        self.watts
    }

    pub(super) fn joules(&self, now: Moment) -> f64 {
        self.joules + self.watts * now.since(self.since).as_secs_f64()
    }

    pub(super) fn celsius(&self, now: Moment) -> f64 {
        let decay = (-now.since(self.since).as_secs_f64() / self.time_constant).exp();
        self.target + (self.celsius - self.target) * decay
    }

    pub(super) fn ready_time(&self, now: Moment) -> Duration {
        self.ready_before
            + self
                .ready_since
                .map_or(Duration::ZERO, |since| now.since(since))
    }

    /// The time when the hardware begins to slow down, or ceases to.
    pub(super) fn crosses_at(&self) -> Option<Moment> {
        self.crosses_at
    }

    fn crossing(&self, slowdown: f64) -> Option<Moment> {
        let level = if self.slowed {
            slowdown - HYSTERESIS
        } else {
            slowdown
        };
        let (here, there) = (self.celsius - level, self.target - level);
        let (passed, ahead) = if self.slowed {
            (here <= 0.0, there < 0.0)
        } else {
            (here >= 0.0, there > 0.0)
        };
        if passed {
            return Some(self.since);
        }
        // From T(t) = target + (T0 - target) exp(-t / tau) = level.
        let seconds =
            self.time_constant * (here - there).abs().ln() - self.time_constant * there.abs().ln();
        ahead.then(|| self.since + Duration::from_secs_f64(seconds.min(1e9)))
    }
}
