use std::fmt;

use crate::{policy::Attempt, settings::Strategy};

/// The text of an attempt, for the details of a GPU and the log.
impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { strategy, error } => {
                write!(f, "{} is not possible here: {error}.", name(*strategy))
            }
            Self::Holds { strategy } => write!(f, "{} holds the clocks.", name(*strategy)),
            Self::LetFall { strategy, after } => write!(
                f,
                "{} let the clocks fall after {}. The next strategy is tried.",
                name(*strategy),
                seconds(after.as_secs_f64())
            ),
            Self::DoesNotRaise { strategy } => write!(
                f,
                "{} does not raise the clocks. The next strategy is tried.",
                name(*strategy)
            ),
            Self::PulseFell { after, next } => write!(
                f,
                "The clocks fell {} after a pulse. One is now sent every {}.",
                seconds(after.as_secs_f64()),
                seconds(next.as_secs_f64())
            ),
            Self::BoostFell { next } => write!(
                f,
                "The clocks fell before the boost was renewed. It is now renewed every {}.",
                seconds(next.as_secs_f64())
            ),
            Self::RaisesLate { strategy, reason } => write!(
                f,
                "{} is not used to wake on request: {reason}. The next strategy is tried.",
                name(*strategy)
            ),
            Self::StandbyFails { reason } => {
                write!(f, "Waking on request is not used: {reason}.")
            }
            Self::PulsesDoNotRaise => f.write_str(
                "Pulses do not raise the clocks of this GPU. One is still sent every second.",
            ),
        }
    }
}

fn name(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Standby => "Waking on request",
        Strategy::Boost => "The driver's boost request",
        Strategy::PowerMizer => "The driver's performance mode",
        Strategy::Context => "An open CUDA context alone",
        Strategy::Pulse => "Sending pulses",
    }
}

fn seconds(seconds: f64) -> String {
    if seconds < 10.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{seconds:.0} s")
    }
}
