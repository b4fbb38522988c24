use std::fmt;

use gpu_keepalive_text::{decimal, key, text};

use crate::{policy::Attempt, settings::Strategy};

/// The text of an attempt, for the details of a GPU and the log.
impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Refused { strategy, error } => text!(
                "attempt-refused",
                strategy = name(*strategy),
                error = error.to_string()
            ),
            Self::Holds { strategy } => text!("attempt-holds", strategy = name(*strategy)),
            Self::LetFall { strategy, after } => text!(
                "attempt-let-fall",
                strategy = name(*strategy),
                after = seconds(after.as_secs_f64())
            ),
            Self::DoesNotRaise { strategy } => {
                text!("attempt-does-not-raise", strategy = name(*strategy))
            }
            Self::PulseFell { after, next } => text!(
                "attempt-pulse-fell",
                after = seconds(after.as_secs_f64()),
                next = seconds(next.as_secs_f64())
            ),
            Self::BoostFell { next } => {
                text!("attempt-boost-fell", next = seconds(next.as_secs_f64()))
            }
            Self::RaisesLate { strategy, reason } => text!(
                "attempt-raises-late",
                strategy = name(*strategy),
                reason = reason.to_string()
            ),
            Self::StandbyFails { reason } => {
                text!("attempt-standby-fails", reason = reason.to_string())
            }
            Self::PulsesDoNotRaise => text!("attempt-pulses-do-not-raise"),
        })
    }
}

fn name(strategy: Strategy) -> String {
    let key = match strategy {
        Strategy::Standby => key!("strategy-standby"),
        Strategy::Boost => key!("strategy-boost"),
        Strategy::PowerMizer => key!("strategy-power-mizer"),
        Strategy::Context => key!("strategy-context"),
        Strategy::Pulse => key!("strategy-pulse"),
    };
    key.text()
}

fn seconds(seconds: f64) -> String {
    let decimals = if seconds < 10.0 { 1 } else { 0 };
    format!("{} s", decimal(seconds, decimals))
}
