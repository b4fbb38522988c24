//! Every sentence about state. The policy yields a typed [`Message`]; [`render`] turns it into the
//! text that tray, notifications, command line and window show.

use std::{fmt, time::Duration};

use crate::{
    gpu::PowerSource,
    protocol::{
        Badge, Cause, EngineStatus, EngineText, Hold, Message, ModeText, Severity, State, Status,
        StatusText,
    },
    settings::Mode,
    time::whole_minutes,
};

mod alert;
mod attempt;
mod badge;
mod cause;
mod energy;
mod fault;
mod known_process;
mod loud;
mod mark;
#[cfg(test)]
mod tests;

pub use alert::Alert;
pub use energy::{energy, watt_hours};
pub use fault::{driver_failed, left_out};
pub use known_process::program_name;
pub use loud::present_loud;
pub use mark::mark_text;

use cause::Clause;

/// Renders the text of a state, its causes and its hold.
pub fn render(message: &Message, hold: Hold) -> StatusText {
    let headline = headline(message.state);
    let clauses = clauses(message);
    let cause = clauses.iter().map(Clause::sentences).collect::<Vec<_>>();
    StatusText {
        short: short(message.state).to_owned(),
        line: if headline.ends_with('.') {
            headline.to_owned()
        } else {
            message.to_string()
        },
        headline: headline.to_owned(),
        cause: (!cause.is_empty()).then(|| cause.join(" ")),
        hold: hold_text(hold),
    }
}

/// The state and its causes in one line: `Busy: Ollama is answering`. It ends in a period only
/// where it is more than one sentence.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headline = headline(self.state);
        f.write_str(headline)?;
        let clauses = clauses(self);
        let rest = match clauses.split_first() {
            Some((only, [])) if only.then.is_none() && !headline.ends_with('.') => {
                return write!(f, ": {}", only.why);
            }
            Some((first, rest)) if !headline.ends_with('.') => {
                write!(f, ": {}.{}", first.why, first.then_sentence())?;
                rest
            }
            _ => &clauses,
        };
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
        switch: switch(&status.engine).to_owned(),
        pause: status.engine.paused.then(|| pause(&status.engine)),
        power: power_source(status.engine.power_source).to_owned(),
        no_gpu: status.gpus.is_empty().then(|| no_gpu(status).to_owned()),
        modes: modes(),
    };
}

/// Renders the reason why no benchmark can be run.
pub fn cannot_benchmark(cause: &Cause) -> String {
    let Clause { why, .. } = Clause::of(cause);
    format!("A benchmark is not possible now: {why}.")
}

/// Turns the end of a sentence into a sentence of its own, without its period.
pub fn capitalised(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// Renders a power source, as the beginning of a sentence.
pub fn power_source(source: PowerSource) -> &'static str {
    match source {
        PowerSource::Ac => "Mains power",
        PowerSource::Battery => "On battery",
        PowerSource::UndersizedAdapter => "On a power adapter that is too weak",
    }
}

/// Renders the user's pause and its end.
pub fn pause(engine: &EngineStatus) -> String {
    match engine.pause_remaining_s {
        Some(seconds) => {
            let left = Duration::try_from_secs_f64(seconds).unwrap_or_default();
            format!("Paused. Resumes in {}.", duration(whole_minutes(left)))
        }
        None => "Paused until you resume".to_owned(),
    }
}

pub(crate) fn short(state: State) -> &'static str {
    match state {
        State::Starting => "Starting",
        State::Off => "Off",
        State::Asleep => "Asleep",
        State::Standby => "Resting",
        State::GettingReady { .. } => "Getting ready",
        State::Ready { .. } => "Ready",
        State::Busy => "Busy",
        State::Paused => "Paused",
        State::Fault => "Not working",
    }
}

fn headline(state: State) -> &'static str {
    match state {
        State::Off => "Switched off",
        State::Standby => "Resting. Full speed on the next request.",
        State::GettingReady { always: true } => "Getting ready (always on)",
        State::Ready { always: true } => "Ready (always on)",
        other => short(other),
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
        Hold::Nothing => "Nothing is held".to_owned(),
        Hold::Standby => "Nothing is held; requests are watched for".to_owned(),
        Hold::Boost => "A boost request to the driver".to_owned(),
        Hold::PowerMizer => "The driver's performance mode".to_owned(),
        Hold::Context => "An open connection to the GPU".to_owned(),
        Hold::Pulse { interval_ms } => {
            format!("A tiny pulse of work every {}", interval(interval_ms))
        }
    }
}

fn switch(engine: &EngineStatus) -> &'static str {
    if engine.enabled {
        engine.mode.title()
    } else {
        "Off. Your GPU is left alone."
    }
}

fn no_gpu(status: &Status) -> &'static str {
    match status.notices.first() {
        Some(worst) if worst.severity == Severity::Error => "No GPU was found",
        Some(worst) if worst.id.starts_with("unknown-gpu-") => "The chosen GPUs do not exist",
        _ => "Looking for GPUs",
    }
}

fn modes() -> Vec<ModeText> {
    let text = |mode: Mode| ModeText {
        mode,
        title: mode.title().to_owned(),
        explanation: mode.explanation().to_owned(),
    };
    Mode::OFFERED.map(text).into()
}

/// `12 min`, and hours from two on.
fn duration(minutes: u64) -> String {
    match minutes {
        0..120 => format!("{minutes} min"),
        _ => format!("{} h", minutes.div_ceil(60)),
    }
}

/// `506 ms`, `1.5 s`, `4 s`.
fn interval(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        _ if ms.is_multiple_of(1000) => format!("{} s", ms / 1000),
        _ => format!("{:.1} s", ms as f64 / 1000.0),
    }
}
