//! The text about the strategies.

use gpu_keepalive_core::benchmark::{Obstacle, StrategyResult, words};
use gpu_keepalive_text::{decimal, text};

use super::{Comparison, WhyNot};

/// The benefit and cost of a strategy, or why it is not used.
pub(super) fn strategy(result: &StrategyResult, comparison: &Comparison) -> String {
    if let Some(why_not) = &result.why_not {
        return text!("benchmark-not-here", why = why_not);
    }
    let watts = match comparison.more_watts(result.watts_at_rest) {
        Some(more) => text!("benchmark-more-watts", power = decimal(more, 0)),
        None => text!("benchmark-no-watts"),
    };
    let first = comparison
        .later_ms(result.first_ms)
        .map(words::first_answer);
    format!("{watts}, {}", first.unwrap_or_default())
}

/// The benefit and cost of leaving the GPU alone.
pub(super) fn alone(later_ms: Option<f64>) -> String {
    let first = match later_ms {
        Some(later_ms) => words::first_answer(later_ms),
        None => text!("benchmark-first-not-measured"),
    };
    format!("{}, {first}", text!("benchmark-nothing-held"))
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
    match (why, Obstacle::from(why)) {
        (WhyNot::Refused(error), Obstacle::Refused) => {
            text!("why-not-refused", error = error.to_string())
        }
        (_, obstacle) => words::obstacle(obstacle),
    }
}
