use super::{
    capitalised, duration,
    known_process::{KnownProcess, Work, clean},
};
use crate::{
    protocol::Cause,
    units::{Bytes, Celsius, Watts},
};

/// The text of a cause.
pub(super) struct Clause {
    /// The cause, as the end of a sentence.
    pub(super) why: String,
    /// Its consequence or its end, as a sentence without its period.
    pub(super) then: Option<String>,
    /// `why` begins with a name, which is written as it is.
    named: bool,
}

impl Clause {
    pub(super) fn of(cause: &Cause) -> Self {
        match cause {
            Cause::NothingUsesIt => plain("no AI program is using this GPU"),
            Cause::NotUsedLately { minutes } => plain(format!(
                "your AI has not been used for {}",
                duration(*minutes)
            )),
            Cause::Suspended => plain("this GPU is switched off to save power"),
            Cause::Armed { program, wake_ms } => {
                let wakes = |ms| format!("The GPU wakes in {ms} ms when you ask");
                loaded(program.as_deref()).then(wake_ms.map(wakes))
            }
            Cause::HeldByServer {
                program,
                power_w,
                idle_w,
            } => held_by_server(program.as_deref(), *power_w, *idle_w),
            Cause::Raised { program } => match known(program.as_deref()) {
                Some(KnownProcess { name, work }) => match work {
                    Work::Answers => named(format!("{name} was asked")),
                    Work::Other => named(format!("{name} has begun to work")),
                },
                None => plain("a request has begun"),
            },
            Cause::Lingering { program } => match known(program.as_deref()) {
                Some(KnownProcess { name, work }) => match work {
                    Work::Answers => named(format!("{name} has just answered")),
                    Work::Other => named(format!("{name} has just finished")),
                },
                None => plain("a request has just ended"),
            },
            Cause::UntilUnused { minutes } => plain(format!(
                "sleeps in {} unless your AI is used",
                duration(*minutes)
            )),
            Cause::AsYouAsked { minutes } => {
                plain(format!("for {}, as you asked", duration(*minutes)))
            }
            Cause::HeldFor {
                application,
                reason,
            } => held_for(application, reason.as_deref()),
            Cause::Loaded { program } => loaded(program.as_deref()),
            Cause::Gaps { program } => subject(
                program.as_deref(),
                "another program",
                "pauses between steps, and full speed is held meanwhile",
            ),
            Cause::RequestsNotSensed => {
                plain("full speed is held, because requests cannot be noticed early enough here")
            }
            Cause::TooManyPrograms { count } => plain(format!(
                "full speed is held, because {count} programs are too many to watch"
            )),
            Cause::WakesTooSlow { wake_ms, limit_ms } => plain(match wake_ms {
                Some(ms) => format!(
                    "full speed is held, because waking took {ms} ms and your limit is {limit_ms} ms"
                ),
                None => "full speed is held, because waking did not work".to_owned(),
            }),
            Cause::FalseWakes { minutes } => plain(format!(
                "requests are not watched for {}, because too many were false alarms",
                duration(*minutes)
            )),
            Cause::Computing { program } => match known(program.as_deref()) {
                Some(KnownProcess {
                    name,
                    work: Work::Answers,
                }) => named(format!("{name} is answering")),
                Some(KnownProcess { name, .. }) => named(format!("{name} is using the GPU")),
                None => plain("another program is using the GPU"),
            },
            Cause::Lease { application } => match application.as_deref().map(clean) {
                Some(name) if !name.is_empty() => named(format!("{name} {ASKED}")),
                _ => plain(format!("a program {ASKED}")),
            },
            Cause::User { minutes } => match minutes {
                Some(minutes) => {
                    plain("you paused it").then(Some(format!("Resumes in {}", duration(*minutes))))
                }
                None => plain("you paused it until you resume"),
            },
            Cause::Hot {
                now_c,
                limit_c,
                resume_c,
                own_limit,
                slowed,
            } => {
                let limit = if *own_limit {
                    format!("your limit of {limit_c}")
                } else {
                    format!("this GPU's safe limit of {limit_c}")
                };
                let cooled = now_c.is_some_and(|now| now <= *resume_c) && !slowed;
                plain(hot(*now_c, *limit_c, &limit, *slowed)).then(Some(if cooled {
                    "Resumes in a few seconds".to_owned()
                } else {
                    format!("Resumes at {resume_c}")
                }))
            }
            Cause::NoTemperature => plain("the temperature of the GPU cannot be read"),
            Cause::OnBattery => plain("the computer is running on battery")
                .then(Some("Resumes when it is plugged in".to_owned())),
            Cause::WeakAdapter => plain("the power adapter is too weak for this GPU")
                .then(Some("Resumes with a stronger one".to_owned())),
            Cause::VramReserved {
                free_bytes,
                needed_bytes,
                ..
            } => vram(*free_bytes, *needed_bytes),
            Cause::BudgetSpent { budget_wh } => plain(match budget_wh {
                Some(wh) => format!("today's energy budget of {wh} Wh is used up"),
                None => "today's energy budget is used up".to_owned(),
            })
            .then(Some("Resumes tomorrow".to_owned())),
            Cause::Benchmark => plain("a benchmark is running on this GPU"),
            Cause::Fault { kind } => plain(kind.meaning()),
        }
    }

    pub(super) fn without_then(self) -> Self {
        self.then(None)
    }

    /// Both as sentences of their own.
    pub(super) fn sentences(&self) -> String {
        let why = if self.named {
            self.why.clone()
        } else {
            capitalised(&self.why)
        };
        format!("{why}.{}", self.then_sentence())
    }

    /// The consequence, with the space before it.
    pub(super) fn then_sentence(&self) -> String {
        let then = self.then.as_ref();
        then.map_or_else(String::new, |then| format!(" {then}."))
    }

    fn then(self, then: Option<String>) -> Self {
        Self { then, ..self }
    }
}

const ASKED: &str = "asked for full speed while it works";

fn plain(why: impl Into<String>) -> Clause {
    Clause {
        why: why.into(),
        then: None,
        named: false,
    }
}

fn named(why: String) -> Clause {
    Clause {
        named: true,
        ..plain(why)
    }
}

fn known(program: Option<&str>) -> Option<KnownProcess> {
    KnownProcess::of(program?)
}

/// The program and what it does, or `unknown` in its place.
fn subject(program: Option<&str>, unknown: &str, does: &str) -> Clause {
    match known(program) {
        Some(program) => named(format!("{} {does}", program.name)),
        None => plain(format!("{unknown} {does}")),
    }
}

fn loaded(program: Option<&str>) -> Clause {
    match known(program) {
        Some(program) => named(format!("{} has a model loaded", program.name)),
        None => plain("a program has the GPU open"),
    }
}

fn held_by_server(program: Option<&str>, now: Option<Watts>, idle: Option<Watts>) -> Clause {
    let at = now.map_or_else(String::new, |watts| format!(", at {:.0} W", watts.0));
    let keeps = format!("keeps this GPU at full speed by itself{at}");
    let idle = idle.filter(|idle| now.is_none_or(|now| idle.0.round() < now.0.round()));
    subject(program, "a program", &keeps)
        .then(idle.map(|watts| format!("It could rest at {:.0} W and answer as fast", watts.0)))
}

fn held_for(application: &str, reason: Option<&str>) -> Clause {
    let reason = reason.map(clean).filter(|reason| !reason.is_empty());
    let reason = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
    match clean(application) {
        name if name.is_empty() => plain(format!("an application asked for it{reason}")),
        name => named(format!("{name} asked for it{reason}")),
    }
}

/// A thermal pause lasts below the limit too, until the GPU has cooled down.
fn hot(now: Option<Celsius>, limit_c: Celsius, limit: &str, slowed: bool) -> String {
    match now {
        Some(now) if now > limit_c => format!("{now} is above {limit}"),
        Some(now) if now == limit_c => format!("the GPU reached {limit}"),
        Some(now) if slowed => format!("the GPU slows itself down because of heat, at {now}"),
        Some(now) => format!("the GPU reached {limit} and is now at {now}"),
        None if slowed => "the GPU slows itself down because of heat".to_owned(),
        None => format!("the GPU reached {limit}"),
    }
}

fn vram(free: Option<Bytes>, needed: Bytes) -> Clause {
    let why = match free {
        Some(free) => format!("only {} MiB of GPU memory is free", free.mib()),
        None => "too little GPU memory is free".to_owned(),
    };
    plain(why).then(Some(format!("Resumes at {} MiB", needed.mib())))
}
