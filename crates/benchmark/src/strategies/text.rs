//! The text about the strategies.

use gpu_keepalive_core::{benchmark::StrategyResult, gpu::GpuErrorKind, settings::Strategy};
use gpu_keepalive_text::{decimal, key, text};

use super::{Comparison, WhyNot};

/// The name of a GPU that nothing is done for.
pub(super) fn alone_label() -> String {
    text!("benchmark-alone")
}

/// The name of a strategy in the comparison.
pub(super) fn label(strategy: Strategy) -> String {
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

/// The benefit and cost of a strategy, or why it is not used.
pub(super) fn strategy(result: &StrategyResult, comparison: &Comparison) -> String {
    if let Some(why_not) = &result.why_not {
        return text!("benchmark-not-here", why = why_not);
    }
    let watts = match comparison.more_watts(result.watts_at_rest) {
        Some(more) => text!("benchmark-more-watts", power = decimal(more, 0)),
        None => text!("benchmark-no-watts"),
    };
    let first = comparison.later_ms(result.first_ms).map(first_answer);
    format!("{watts}, {}", first.unwrap_or_default())
}

/// The benefit and cost of leaving the GPU alone.
pub(super) fn alone(later_ms: Option<f64>) -> String {
    let first = match later_ms {
        Some(later_ms) => first_answer(later_ms),
        None => text!("benchmark-first-not-measured"),
    };
    format!("{}, {first}", text!("benchmark-nothing-held"))
}

/// `first answer 12 ms later`.
fn first_answer(later_ms: f64) -> String {
    if later_ms < 0.5 {
        text!("benchmark-first-at-full-speed")
    } else {
        text!("benchmark-first-later", ms = decimal(later_ms, 0))
    }
}

pub(super) fn slow_wake(ms: f64, limit_ms: f64) -> String {
    text!(
        "why-not-slow-wake",
        ms = decimal(ms, 0),
        limit = decimal(limit_ms, 0)
    )
}

pub(super) fn slow_answer(ms: f64, limit_ms: f64) -> String {
    text!(
        "why-not-slow-answer",
        ms = decimal(ms, 0),
        limit = decimal(limit_ms, 0)
    )
}

/// The reason why a strategy is not used here, as the end of a sentence.
pub(super) fn why_not(why: &WhyNot) -> String {
    match why {
        WhyNot::Excluded => text!("why-not-excluded"),
        WhyNot::NeverCold => text!("why-not-never-cold"),
        WhyNot::Refused(error) => match error.kind {
            GpuErrorKind::NotSupported | GpuErrorKind::DriverTooOld => {
                text!("why-not-offered")
            }
            GpuErrorKind::NoPermission => text!("why-not-permitted"),
            _ => text!("why-not-refused", error = error.to_string()),
        },
        WhyNot::LittleVram => text!("why-not-vram"),
        WhyNot::ClocksDown => text!("why-not-clocks-down"),
        WhyNot::ClocksUp => text!("why-not-clocks-up"),
        WhyNot::NotSensed => text!("why-not-sensed"),
        WhyNot::NotSeenUp => text!("why-not-seen-up"),
    }
}
