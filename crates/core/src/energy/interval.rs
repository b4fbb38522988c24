use jiff::civil::Date;

use super::{MAX_GAP, Reading};
use crate::{
    gpu::{PowerSource, plausible::can_have_drawn},
    units::{Joules, Watts},
};

/// The stretch between two readings of one GPU.
pub(super) struct Interval {
    /// Its length.
    pub(super) seconds: f64,
    /// Energy drawn; `None` when it could not be measured.
    pub(super) drawn: Option<Joules>,
    /// Our hold was in force.
    pub(super) held: bool,
    /// The GPU was at rest from one end to the other.
    pub(super) resting: bool,
    /// Another process computed.
    pub(super) others_busy: bool,
    /// It began standing by.
    pub(super) standing_by: bool,
    /// It stood by with the clocks down, and no request was missed.
    pub(super) rested: bool,
    /// The machine's source of power at its start.
    pub(super) power_source: PowerSource,
    /// The day it began and the day it ended.
    pub(super) dates: (Date, Date),
}

impl Interval {
    /// `None` when nothing may be concluded: too long, of no length, or over a counter's restart.
    pub(super) fn between(from: &Reading, to: &Reading) -> Option<Self> {
        let elapsed = to.at.since(from.at);
        let restarted = from.energy.zip(to.energy).is_some_and(|(a, b)| b.0 < a.0);
        if elapsed.is_zero() || elapsed > MAX_GAP || restarted {
            return None;
        }
        let seconds = elapsed.as_secs_f64();
        let others_busy = from.others_busy || to.others_busy;
        Some(Self {
            seconds,
            drawn: drawn(from, to, seconds),
            held: from.held,
            resting: from.resting
                && to.resting
                && !from.held
                && !others_busy
                && from.power_source == to.power_source,
            others_busy,
            standing_by: from.standing_by,
            // Work that no wake preceded began at some unknown time before it was seen.
            rested: from.standing_by
                && from.resting
                && !from.held
                && !from.others_busy
                && (to.held || !to.others_busy),
            power_source: from.power_source,
            dates: (from.date, to.date),
        })
    }

    /// One half of it, to be counted twice.
    pub(super) fn halves(&self) -> Self {
        Self {
            seconds: self.seconds / 2.0,
            drawn: self.drawn.map(|drawn| Joules(drawn.0 / 2.0)),
            ..*self
        }
    }
}

/// The counter's difference, or the integral of power where the counter stood still or jumped.
fn drawn(from: &Reading, to: &Reading, seconds: f64) -> Option<Joules> {
    let counters = from.energy.zip(to.energy);
    let counted = counters.map(|(a, b)| Joules(b.0 - a.0));
    let counted = counted.filter(|counted| can_have_drawn(*counted, seconds));
    let integral = || {
        let (Watts(a), Watts(b)) = from.power.zip(to.power)?;
        Some(Joules((a + b) / 2.0 * seconds))
    };
    counted.or_else(integral)
}
