use gpu_keepalive_text::{Key, decimal, key, number, text};

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
            Cause::NothingUsesIt => plain(text!("cause-nothing-uses-it")),
            Cause::NotUsedLately { minutes } => {
                plain(text!("cause-not-used-lately", time = duration(*minutes)))
            }
            Cause::Suspended => plain(text!("cause-suspended")),
            Cause::Armed { program, wake_ms } => {
                let wakes = |ms| text!("cause-armed-wakes", wake_ms = ms);
                loaded(program.as_deref()).then(wake_ms.map(wakes))
            }
            Cause::StillUp => plain(text!("cause-still-up")),
            Cause::HeldByServer {
                program,
                power_w,
                idle_w,
            } => held_by_server(program.as_deref(), *power_w, *idle_w),
            Cause::Raised { program } => match known(program.as_deref()) {
                Some(KnownProcess { name, work }) => named(
                    &name,
                    match work {
                        Work::Answers => text!("cause-raised-answers", program = &name),
                        Work::Other => text!("cause-raised-works", program = &name),
                    },
                ),
                None => plain(text!("cause-raised-unknown")),
            },
            Cause::Lingering { program } => match known(program.as_deref()) {
                Some(KnownProcess { name, work }) => named(
                    &name,
                    match work {
                        Work::Answers => text!("cause-lingering-answers", program = &name),
                        Work::Other => text!("cause-lingering-works", program = &name),
                    },
                ),
                None => plain(text!("cause-lingering-unknown")),
            },
            Cause::UntilUnused { minutes } => {
                plain(text!("cause-until-unused", time = duration(*minutes)))
            }
            Cause::AsYouAsked { minutes } => {
                plain(text!("cause-as-you-asked", time = duration(*minutes)))
            }
            Cause::HeldFor {
                application,
                reason,
            } => held_for(application, reason.as_deref()),
            Cause::Loaded { program } => loaded(program.as_deref()),
            Cause::Gaps { program } => about(program.as_deref(), key!("another-program"), |name| {
                text!("cause-gaps", program = name)
            }),
            Cause::RequestsNotSensed => plain(text!("cause-requests-not-sensed")),
            Cause::TooManyPrograms { count } => {
                plain(text!("cause-too-many-programs", count = *count))
            }
            Cause::WakesTooSlow { wake_ms, limit_ms } => plain(match wake_ms {
                Some(ms) => text!("cause-wakes-too-slow", wake_ms = *ms, limit_ms = *limit_ms),
                None => text!("cause-wakes-failed"),
            }),
            Cause::FalseWakes { minutes } => {
                plain(text!("cause-false-wakes", time = duration(*minutes)))
            }
            Cause::Computing { program } => match known(program.as_deref()) {
                Some(KnownProcess {
                    name,
                    work: Work::Answers,
                }) => named(&name, text!("cause-computing-answers", program = &name)),
                _ => about(program.as_deref(), key!("another-program"), |name| {
                    text!("cause-computing-works", program = name)
                }),
            },
            Cause::Lease { application } => {
                let name = application.as_deref().map(clean);
                calls(name.unwrap_or_default(), key!("a-program"), |name| {
                    text!("cause-lease", program = name)
                })
            }
            Cause::User { minutes } => match minutes {
                Some(minutes) => plain(text!("cause-user"))
                    .then(Some(text!("cause-user-until", time = duration(*minutes)))),
                None => plain(text!("cause-user-endless")),
            },
            Cause::Hot {
                now_c,
                limit_c,
                resume_c,
                own_limit,
                slowed,
            } => {
                let limit = if *own_limit {
                    text!("limit-own", limit = limit_c.to_string())
                } else {
                    text!("limit-of-card", limit = limit_c.to_string())
                };
                let cooled = now_c.is_some_and(|now| now <= *resume_c) && !slowed;
                plain(hot(*now_c, *limit_c, limit, *slowed)).then(Some(if cooled {
                    text!("cause-hot-soon")
                } else {
                    text!("cause-hot-until", resume = resume_c.to_string())
                }))
            }
            Cause::NoTemperature => plain(text!("cause-no-temperature")),
            Cause::OnBattery => with_end(key!("cause-on-battery")),
            Cause::WeakAdapter => with_end(key!("cause-weak-adapter")),
            Cause::PowerSaver => with_end(key!("cause-power-saver")),
            Cause::VramReserved {
                free_bytes,
                needed_bytes,
                ..
            } => vram(*free_bytes, *needed_bytes),
            Cause::BudgetSpent { budget_wh } => {
                let spent = with_end(key!("cause-budget"));
                match budget_wh {
                    Some(wh) => {
                        plain(text!("cause-budget-of", budget = number(*wh))).then(spent.then)
                    }
                    None => spent,
                }
            }
            Cause::Benchmark => plain(text!("cause-benchmark")),
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
        text!("sentence", text = why) + &self.then_sentence()
    }

    /// The consequence, with the space before it.
    pub(super) fn then_sentence(&self) -> String {
        let then = self.then.as_ref();
        let sentence = |then| format!(" {}", text!("sentence", text = then));
        then.map_or_else(String::new, sentence)
    }

    fn then(self, then: Option<String>) -> Self {
        Self { then, ..self }
    }
}

fn plain(why: String) -> Clause {
    Clause {
        why,
        then: None,
        named: false,
    }
}

fn named(name: &str, why: String) -> Clause {
    Clause {
        named: why.starts_with(name),
        ..plain(why)
    }
}

/// A cause that has its end for an attribute.
fn with_end(key: Key) -> Clause {
    plain(key.text()).then(Some(key.attribute("until")))
}

fn known(program: Option<&str>) -> Option<KnownProcess> {
    KnownProcess::of(program?)
}

/// A sentence about a program, or about `unknown`.
fn about(program: Option<&str>, unknown: Key, sentence: impl Fn(&str) -> String) -> Clause {
    let name = known(program).map(|program| program.name);
    calls(name.unwrap_or_default(), unknown, sentence)
}

/// A sentence about that name, or about `unknown` where it is empty.
fn calls(name: String, unknown: Key, sentence: impl Fn(&str) -> String) -> Clause {
    if name.is_empty() {
        plain(sentence(&unknown.text()))
    } else {
        named(&name, sentence(&name))
    }
}

fn loaded(program: Option<&str>) -> Clause {
    match known(program) {
        Some(KnownProcess { name, .. }) => named(&name, text!("cause-loaded", program = &name)),
        None => plain(text!("cause-loaded-unknown")),
    }
}

fn held_by_server(program: Option<&str>, now: Option<Watts>, idle: Option<Watts>) -> Clause {
    let idle = idle.filter(|idle| now.is_none_or(|now| idle.0.round() < now.0.round()));
    about(program, key!("a-program"), |name| match now {
        Some(Watts(now)) => {
            let power = decimal(now, 0);
            text!("cause-held-by-server-at", program = name, power = power)
        }
        None => text!("cause-held-by-server", program = name),
    })
    .then(idle.map(|watts| text!("cause-held-by-server-idle", power = decimal(watts.0, 0))))
}

fn held_for(application: &str, reason: Option<&str>) -> Clause {
    let reason = reason.map(clean).filter(|reason| !reason.is_empty());
    calls(
        clean(application),
        key!("an-application"),
        |name| match &reason {
            Some(reason) => text!("cause-held-for-reason", application = name, reason = reason),
            None => text!("cause-held-for", application = name),
        },
    )
}

/// A thermal pause lasts below the limit too, until the GPU has cooled down.
fn hot(now: Option<Celsius>, limit_c: Celsius, limit: String, slowed: bool) -> String {
    let shown = now.map(|now| now.to_string()).unwrap_or_default();
    match now {
        Some(now) if now > limit_c => text!("cause-hot-above", now = shown, limit = limit),
        Some(now) if now == limit_c => text!("cause-hot-reached", limit = limit),
        Some(_) if slowed => text!("cause-hot-slowed-now", now = shown),
        Some(_) => text!("cause-hot-reached-now", limit = limit, now = shown),
        None if slowed => text!("cause-hot-slowed"),
        None => text!("cause-hot-reached", limit = limit),
    }
}

fn vram(free: Option<Bytes>, needed: Bytes) -> Clause {
    let why = match free {
        Some(free) => text!("cause-vram-free", mib = free.mib()),
        None => text!("cause-vram"),
    };
    plain(why).then(Some(text!("cause-vram-until", mib = needed.mib())))
}
