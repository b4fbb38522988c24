//! The words for strategies, in a comparison and for those who have the same card.

use gpu_keepalive_text::{decimal, key, text};

use super::Obstacle;
use crate::settings::Strategy;

/// The name of a GPU that nothing is done for.
pub fn alone_label() -> String {
    text!("benchmark-alone")
}

/// The name of a strategy in the comparison.
pub fn label(strategy: Strategy) -> String {
    match strategy {
        Strategy::Standby => text!("benchmark-on-request"),
        held => text!("benchmark-held-by", means = means(held)),
    }
}

/// The means that hold the clocks, as a part of a sentence.
pub fn means(strategy: Strategy) -> String {
    let key = match strategy {
        Strategy::Standby => key!("means-standby"),
        Strategy::Boost => key!("means-boost"),
        Strategy::PowerMizer => key!("means-power-mizer"),
        Strategy::Context => key!("means-context"),
        Strategy::Pulse => key!("means-pulse"),
    };
    key.text()
}

/// `first answer 12 ms later`.
pub fn first_answer(later_ms: f64) -> String {
    if later_ms < 0.5 {
        text!("benchmark-first-at-full-speed")
    } else {
        text!("benchmark-first-later", ms = decimal(later_ms, 0))
    }
}

/// The reason why a strategy is not used, as the end of a sentence.
pub fn obstacle(obstacle: Obstacle) -> String {
    let key = match obstacle {
        Obstacle::Excluded => key!("why-not-excluded"),
        Obstacle::NeverCold => key!("why-not-never-cold"),
        Obstacle::NotOffered => key!("why-not-offered"),
        Obstacle::NotPermitted => key!("why-not-permitted"),
        Obstacle::Refused => key!("why-not-accepted"),
        Obstacle::LittleVram => key!("why-not-vram"),
        Obstacle::ClocksDown => key!("why-not-clocks-down"),
        Obstacle::ClocksUp => key!("why-not-clocks-up"),
        Obstacle::NotSensed => key!("why-not-sensed"),
        Obstacle::NotSeenUp => key!("why-not-seen-up"),
        Obstacle::SlowWake | Obstacle::SlowAnswer => key!("why-not-within-limit"),
        Obstacle::NotMeasured => key!("why-not-measured"),
    };
    key.text()
}
