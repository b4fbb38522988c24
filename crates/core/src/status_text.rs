//! Every sentence about state. The policy yields a typed [`Message`]; [`render`] turns it into the
//! text that tray, notifications, command line and window show, in the language of the process.

use std::{fmt, time::Duration};

use gpu_keepalive_text::{Key, key, text};

use crate::{
    gpu::PowerSource,
    protocol::{
        Badge, Cause, EngineStatus, EngineText, Hold, Message, ModeText, Severity, State, Status,
        StatusText,
    },
    settings::Mode,
    time::{duration_text, whole_minutes},
};

mod alert;
mod attempt;
mod cause;
mod energy;
mod fault;
mod known_process;
mod loud;
#[cfg(test)]
mod tests;

pub use alert::{Alert, mark_text};
pub use energy::{energy, watt_hours};
pub use fault::{driver_failed, left_out};
pub use known_process::program_name;
pub use loud::present_loud;

use cause::Clause;

/// Renders the text of a state, its causes and its hold.
pub fn render(message: &Message, hold: Hold) -> StatusText {
    let headline = headline(message.state);
    let clauses = clauses(message);
    let cause = clauses.iter().map(Clause::sentences).collect::<Vec<_>>();
    StatusText {
        short: short(message.state).text(),
        line: if headline.ends_with('.') {
            headline.clone()
        } else {
            message.to_string()
        },
        headline,
        cause: (!cause.is_empty()).then(|| cause.join(" ")),
        hold: hold_text(hold),
    }
}

/// The state and its causes in one line: `Busy: Ollama is answering`. It ends in a period only
/// where it is more than one sentence.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headline = headline(self.state);
        let clauses = clauses(self);
        let with_cause = |why: &str| text!("state-and-cause", state = &headline, cause = why);
        let (line, rest) = match clauses.split_first() {
            Some((first, rest)) if !headline.ends_with('.') => {
                let line = with_cause(&first.why);
                if rest.is_empty() && first.then.is_none() {
                    (line, rest)
                } else {
                    (
                        text!("sentence", text = line) + &first.then_sentence(),
                        rest,
                    )
                }
            }
            _ => (headline, &clauses[..]),
        };
        f.write_str(&line)?;
        rest.iter()
            .try_for_each(|clause| write!(f, " {}", clause.sentences()))
    }
}

/// Renders every text of a status, and decides its badges.
pub fn present(status: &mut Status) {
    for gpu in &mut status.gpus {
        gpu.hold = Hold::of(gpu.strategy, gpu.pulse_interval_ms);
        gpu.phase_text = gpu.message.to_string();
        gpu.text = render(&gpu.message, gpu.hold);
        gpu.badge = Badge::of(gpu);
    }
    status.engine.text = EngineText {
        switch: switch(&status.engine),
        pause: status.engine.paused.then(|| pause(&status.engine)),
        power: power_source(status.engine.power_source),
        no_gpu: status.gpus.is_empty().then(|| no_gpu(status)),
        modes: modes(),
    };
}

/// Renders the reason why no benchmark can be run.
pub fn cannot_benchmark(cause: &Cause) -> String {
    text!("cannot-benchmark", cause = Clause::of(cause).why)
}

/// Turns the end of a sentence into a sentence of its own, without its period.
pub fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next();
    let upper = first.into_iter().flat_map(char::to_uppercase);
    upper.chain(rest).collect()
}

/// Renders a power source, as the beginning of a sentence.
pub fn power_source(source: PowerSource) -> String {
    let key = match source {
        PowerSource::Ac => key!("power-mains"),
        PowerSource::Battery => key!("power-battery"),
        PowerSource::UndersizedAdapter => key!("power-weak-adapter"),
    };
    key.text()
}

/// Renders the user's pause and its end.
pub fn pause(engine: &EngineStatus) -> String {
    match engine.pause_remaining_s {
        Some(seconds) => {
            let left = Duration::try_from_secs_f64(seconds).unwrap_or_default();
            text!("engine-paused", time = duration(whole_minutes(left)))
        }
        None => text!("engine-paused-endless"),
    }
}

/// The text of a state in one or two words.
pub(crate) fn short(state: State) -> Key {
    match state {
        State::Starting => key!("state-starting"),
        State::Off => key!("state-off"),
        State::Asleep => key!("state-asleep"),
        State::Standby => key!("state-standby"),
        State::GettingReady { .. } => key!("state-getting-ready"),
        State::Ready { .. } => key!("state-ready"),
        State::Busy => key!("state-busy"),
        State::Paused => key!("state-paused"),
        State::Fault => key!("state-fault"),
    }
}

fn headline(state: State) -> String {
    match state {
        State::Off | State::Standby => short(state).attribute("headline"),
        State::GettingReady { always: true } | State::Ready { always: true } => {
            short(state).attribute("always")
        }
        other => short(other).text(),
    }
}

/// Renders the causes. Several reasons to pause are listed without their ends: no single end resumes.
fn clauses(message: &Message) -> Vec<Clause> {
    let several = message.state == State::Paused && message.causes.len() > 1;
    let clause = |cause| {
        let clause = Clause::of(cause);
        if several {
            clause.without_then()
        } else {
            clause
        }
    };
    message.causes.iter().map(clause).collect()
}

fn hold_text(hold: Hold) -> String {
    match hold {
        Hold::Nothing => text!("hold-nothing"),
        Hold::Standby => text!("hold-standby"),
        Hold::Boost => text!("hold-boost"),
        Hold::PowerMizer => text!("hold-power-mizer"),
        Hold::Context => text!("hold-context"),
        Hold::Pulse { interval_ms } => text!(
            "hold-pulse",
            interval = duration_text(Duration::from_millis(interval_ms))
        ),
    }
}

fn switch(engine: &EngineStatus) -> String {
    if engine.enabled {
        engine.mode.title()
    } else {
        text!("engine-off")
    }
}

fn no_gpu(status: &Status) -> String {
    match status.notices.first() {
        Some(worst) if worst.severity == Severity::Error => text!("no-gpu-found"),
        Some(worst) if worst.id.starts_with("unknown-gpu-") => text!("no-gpu-chosen"),
        _ => text!("no-gpu-yet"),
    }
}

fn modes() -> Vec<ModeText> {
    let text = |mode: Mode| ModeText {
        mode,
        title: mode.title(),
        explanation: mode.explanation(),
    };
    Mode::OFFERED.map(text).into()
}

/// `12 min`, `1 h 30 min`.
fn duration(minutes: u64) -> String {
    duration_text(Duration::from_secs(minutes.saturating_mul(60)))
}
