//! The text about the strategies.

use super::{Comparison, StrategyResult, WhyNot};
use crate::{gpu::GpuErrorKind, settings::Strategy};

/// The name of a GPU that nothing is done for.
pub(super) const ALONE: &str = "Left alone";

/// The name of a strategy in the comparison.
pub(super) fn label(strategy: Strategy) -> String {
    match strategy {
        Strategy::Standby => "On request".to_owned(),
        held => format!("Held by {}", means(held)),
    }
}

/// The means that hold the clocks, as a part of a sentence.
pub fn means(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Standby => "waking on request",
        Strategy::Boost => "a boost request",
        Strategy::PowerMizer => "the driver's performance mode",
        Strategy::Context => "an open connection",
        Strategy::Pulse => "a pulse every 100 ms",
    }
}

/// The benefit and cost of a strategy, or why it is not used.
pub(super) fn strategy(result: &StrategyResult, comparison: &Comparison) -> String {
    if let Some(why_not) = &result.why_not {
        return format!("not here, because {why_not}");
    }
    let watts = match comparison.more_watts(result.watts_at_rest) {
        Some(more) => format!("{more:.0} W more at rest"),
        None => "power not reported".to_owned(),
    };
    let first = comparison.later_ms(result.first_ms).map(first_answer);
    format!("{watts}, {}", first.unwrap_or_default())
}

/// The benefit and cost of leaving the GPU alone.
pub(super) fn alone(later_ms: Option<f64>) -> String {
    let first = later_ms.map_or_else(|| "first answer not measured".to_owned(), first_answer);
    format!("nothing is held, {first}")
}

/// `first answer 12 ms later`.
fn first_answer(later_ms: f64) -> String {
    if later_ms < 0.5 {
        "first answer at full speed".to_owned()
    } else {
        format!("first answer {later_ms:.0} ms later")
    }
}

pub(super) fn slow(what: &str, ms: f64, limit_ms: f64) -> String {
    let later = if what.ends_with("comes") {
        " later"
    } else {
        ""
    };
    format!("{what} {ms:.0} ms{later}, and the limit is {limit_ms:.0} ms")
}

/// The end of a sentence that begins with “not here, because”.
pub(super) fn why_not(why: &WhyNot) -> String {
    match why {
        WhyNot::Excluded => "the settings exclude it (strategy_exclude)".to_owned(),
        WhyNot::NeverCold => "the clocks of this GPU stayed up by themselves".to_owned(),
        WhyNot::Refused(error) => match error.kind {
            GpuErrorKind::NotSupported | GpuErrorKind::DriverTooOld => {
                "the driver does not offer it here".to_owned()
            }
            GpuErrorKind::NoPermission => "this user may not do it".to_owned(),
            _ => format!("the driver refused it ({error})"),
        },
        WhyNot::LittleVram => "too little VRAM is free beside your reserve".to_owned(),
        WhyNot::ClocksDown => "the clocks fell although they were held".to_owned(),
        WhyNot::ClocksUp => "the clocks did not fall while nothing was held".to_owned(),
        WhyNot::NotSensed => "a request was not noticed".to_owned(),
        WhyNot::NotSeenUp => "the clocks were not up 250 ms after the wake".to_owned(),
    }
}
