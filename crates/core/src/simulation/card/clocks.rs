//! The rises and falls of the clocks.

use std::time::Duration;

use super::Card;
use crate::{
    Moment,
    settings::Strategy,
    simulation::{Boost, PowerMizer},
};

/// The true state of the clocks, whatever the driver shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Clocks {
    Low,
    Rising(Moment),
    High,
}

/// The cause that keeps the clocks up for as long as it lasts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Drive {
    Work,
    /// A boost, a context that boosts, or the driver's own setting.
    Hold,
}

impl Card {
    /// A moment of work: raises the clocks, and puts off their fall.
    pub(super) fn work(&mut self, now: Moment) {
        self.raise_within(self.model.ramp, now);
    }

    /// The same, where the clocks take so long to rise.
    pub(super) fn raise_within(&mut self, ramp: Duration, now: Moment) {
        let up_at = match self.clocks {
            Clocks::Low => now + ramp,
            Clocks::Rising(at) => at.min(now + ramp),
            Clocks::High => now,
        };
        if up_at > now {
            self.clocks = Clocks::Rising(up_at);
        } else {
            self.clocks = Clocks::High;
        }
        self.falls_at = if self.drive.is_some() {
            None
        } else {
            Some(up_at + self.next_hold())
        };
    }

    pub(super) fn drive(&self) -> Option<Drive> {
        if self.is_dark() {
            return None;
        }
        if self.around.driven {
            return Some(Drive::Work);
        }
        let context = self.ours.has_live_context() || self.around.contexts_boost;
        let mizer = self.ours.held == Some(Strategy::PowerMizer)
            && self.model.power_mizer == PowerMizer::Works;
        let boost = self.boost.until.is_some() && self.model.boost == Boost::Holds;
        let held = mizer || boost || (self.model.context_holds && context);
        held.then_some(Drive::Hold)
    }

    /// The next hold time, with its jitter.
    fn next_hold(&mut self) -> Duration {
        let share = self.draw() * 2.0 - 1.0;
        if self.model.hold_jitter == 0.0 {
            return self.model.hold;
        }
        self.model
            .hold
            .mul_f64(1.0 + self.model.hold_jitter * share)
    }

    /// A time within that range.
    pub(super) fn between(&mut self, (least, most): (Duration, Duration)) -> Duration {
        least + most.saturating_sub(least).mul_f64(self.draw())
    }

    /// From 0 to 1: SplitMix64 of the seed and how many there were.
    fn draw(&mut self) -> f64 {
        self.draws += 1;
        let mut x = self
            .seed
            .wrapping_add(self.draws.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^= x >> 31;
        x as f64 / u64::MAX as f64
    }
}
