//! Every sentence on one page, and what holds for all of them.

use std::fmt::Write;

use super::{Alert, cannot_benchmark, program_name, render};
use crate::{
    gpu::GpuErrorKind,
    protocol::{Cause, Hold, Message, State},
    settings::Settings,
    units::{Bytes, Celsius, Watts},
    variants::variants,
};

mod pages;
mod properties;
mod status;

fn program(name: &str) -> Option<String> {
    Some(name.to_owned())
}

fn hot(now: Option<i32>, own_limit: bool, slowed: bool) -> Cause {
    Cause::Hot {
        now_c: now.map(Celsius),
        limit_c: Celsius(83),
        resume_c: Celsius(78),
        own_limit,
        slowed,
    }
}

fn vram(free_bytes: Option<Bytes>) -> Cause {
    Cause::VramReserved {
        free_bytes,
        needed_bytes: Bytes::from_mib(940),
        reserve_bytes: Bytes::from_mib(512),
    }
}

const READY: State = State::Ready { always: false };

/// The possible activity of each AI program.
fn about(program: Option<String>) -> [(State, Cause); 6] {
    [
        (
            READY,
            Cause::Raised {
                program: program.clone(),
            },
        ),
        (
            READY,
            Cause::Lingering {
                program: program.clone(),
            },
        ),
        (
            READY,
            Cause::Loaded {
                program: program.clone(),
            },
        ),
        (
            READY,
            Cause::Gaps {
                program: program.clone(),
            },
        ),
        (
            State::Busy,
            Cause::Computing {
                program: program.clone(),
            },
        ),
        (
            State::Busy,
            Cause::Lease {
                application: program,
            },
        ),
    ]
}

fn armed(program: Option<String>, wake_ms: Option<u64>) -> Cause {
    Cause::Armed { program, wake_ms }
}

fn server(program: Option<String>, now: Option<f64>, idle: Option<f64>) -> Cause {
    Cause::HeldByServer {
        program,
        power_w: now.map(Watts),
        idle_w: idle.map(Watts),
    }
}

fn held_for(application: &str, reason: Option<&str>) -> Cause {
    Cause::HeldFor {
        application: application.to_owned(),
        reason: reason.map(str::to_owned),
    }
}

fn slow(wake_ms: Option<u64>) -> Cause {
    Cause::WakesTooSlow {
        wake_ms,
        limit_ms: 50,
    }
}

/// Every state with each of its causes.
fn messages() -> Vec<Message> {
    let named = || program("lm-studio");
    let mut all = vec![
        (State::Asleep, Cause::NothingUsesIt),
        (State::Asleep, Cause::NotUsedLately { minutes: 15 }),
        (State::Asleep, Cause::Suspended),
        (State::Standby, armed(None, None)),
        (State::Standby, armed(program("ollama"), None)),
        (State::Standby, armed(program("ollama"), Some(12))),
        (READY, server(None, None, None)),
        (READY, server(named(), Some(31.0), None)),
        (READY, server(named(), Some(31.0), Some(9.0))),
        (
            State::GettingReady { always: false },
            Cause::AsYouAsked { minutes: 15 },
        ),
        (READY, Cause::UntilUnused { minutes: 12 }),
        (READY, Cause::UntilUnused { minutes: 600 }),
        (READY, Cause::AsYouAsked { minutes: 15 }),
        (READY, held_for("Blender", None)),
        (READY, held_for("Blender", Some("rendering"))),
        (READY, held_for("", Some("rendering"))),
    ];
    for name in [
        None,
        program("ollama"),
        program("comfyui"),
        program("my-model"),
    ] {
        all.extend(about(name));
    }
    let pauses = [
        Cause::User { minutes: None },
        Cause::User { minutes: Some(15) },
        hot(Some(84), true, false),
        hot(Some(83), true, false),
        hot(Some(80), true, false),
        hot(Some(78), true, false),
        hot(Some(86), false, false),
        hot(Some(80), true, true),
        hot(None, true, false),
        hot(None, true, true),
        Cause::NoTemperature,
        Cause::OnBattery,
        Cause::WeakAdapter,
        vram(Some(Bytes::from_mib(310))),
        vram(None),
        Cause::BudgetSpent { budget_wh: None },
        Cause::BudgetSpent {
            budget_wh: Some(50.0),
        },
        Cause::Benchmark,
    ];
    all.extend(pauses.map(|cause| (State::Paused, cause)));
    let faults = variants::<GpuErrorKind>();
    all.extend(
        faults
            .into_iter()
            .map(|kind| (State::Fault, Cause::Fault { kind })),
    );

    let alone = [
        State::Starting,
        State::Off,
        State::GettingReady { always: true },
        State::Ready { always: true },
    ];
    let unused = Cause::UntilUnused { minutes: 12 };
    let several = [
        (
            State::Standby,
            vec![armed(None, Some(12)), Cause::FalseWakes { minutes: 9 }],
        ),
        (READY, vec![unused.clone(), Cause::RequestsNotSensed]),
        (
            READY,
            vec![unused.clone(), Cause::TooManyPrograms { count: 40 }],
        ),
        (READY, vec![unused.clone(), slow(Some(80))]),
        (READY, vec![unused, slow(None)]),
        (
            State::Paused,
            vec![
                Cause::User { minutes: Some(15) },
                hot(Some(84), true, false),
                Cause::BudgetSpent {
                    budget_wh: Some(50.0),
                },
            ],
        ),
    ];
    let alone = alone.into_iter().map(|state| (state, Vec::new()));
    let one = all.into_iter().map(|(state, cause)| (state, vec![cause]));
    alone
        .chain(one)
        .chain(several)
        .map(|(state, causes)| Message { state, causes })
        .collect()
}

#[test]
fn every_sentence_about_a_state() {
    assert_in_every_language!("every_sentence_about_a_state", states());
}

fn states() -> String {
    let mut page = String::new();
    for message in messages() {
        let text = render(&message, Hold::Nothing);
        writeln!(page, "{message}").expect("a string");
        let headline = text.headline;
        let cause = text.cause.unwrap_or_default();
        writeln!(page, "    [{}] {headline} | {cause}", text.short).expect("a string");
    }
    page
}

#[test]
fn every_other_sentence() {
    assert_in_every_language!("every_other_sentence", others());
}

fn others() -> String {
    let holds = [
        Hold::Nothing,
        Hold::Standby,
        Hold::Boost,
        Hold::PowerMizer,
        Hold::Context,
        Hold::Pulse { interval_ms: 506 },
        Hold::Pulse { interval_ms: 1500 },
        Hold::Pulse { interval_ms: 4000 },
    ];
    let mut page = String::from("Held by\n");
    for hold in holds {
        let text = render(&Message::default(), hold);
        writeln!(page, "    {}", text.hold).expect("a string");
    }
    page += "Benchmark\n";
    for cause in [
        Cause::Computing { program: None },
        Cause::Lease { application: None },
        hot(Some(84), true, false),
        Cause::Fault {
            kind: GpuErrorKind::GpuLost,
        },
    ] {
        writeln!(page, "    {}", cannot_benchmark(&cause)).expect("a string");
    }
    page += "Notifications\n";
    for alert in [
        Alert::TooHot("RTX 4090"),
        Alert::CooledDown("RTX 4090"),
        Alert::Fault("RTX 4090"),
        Alert::Recovered("RTX 4090"),
        Alert::NoGpu,
        Alert::GpuFound("RTX 4090"),
    ] {
        writeln!(page, "    {alert}").expect("a string");
    }
    page += "What to do about a fault\n";
    for kind in variants::<GpuErrorKind>() {
        writeln!(page, "    {kind:?}: {}", kind.advice()).expect("a string");
    }
    page
}

#[test]
fn what_crosses_the_wire_is_ids_and_values() {
    let message = Message {
        state: State::Paused,
        causes: vec![hot(Some(84), true, false), Cause::OnBattery],
    };
    let json = serde_json::to_value(&message).expect("JSON");
    assert_eq!(
        json,
        serde_json::json!({
            "state": {"id": "paused"},
            "causes": [
                {"id": "hot", "values": {
                    "now_c": 84, "limit_c": 83, "resume_c": 78, "own_limit": true, "slowed": false
                }},
                {"id": "on_battery"},
            ],
        })
    );
    for message in messages() {
        let json = serde_json::to_string(&message).expect("JSON");
        assert_eq!(
            serde_json::from_str::<Message>(&json).ok(),
            Some(message),
            "{json}"
        );
    }
}

#[test]
fn every_default_ai_program_has_a_name() {
    for program in Settings::default().ai_programs {
        let name = program_name(&program.to_string()).expect("a name");
        let own = ["llama-server", "llamafile", "llama-bench"];
        assert!(
            name != program.name || own.contains(&name.as_str()),
            "{name} is the name of the process"
        );
    }
    assert_eq!(program_name("ollama:runner").as_deref(), Some("Ollama"));
    assert_eq!(program_name("my-server").as_deref(), Some("my-server"));
    assert_eq!(program_name(" \u{1b}\u{202e} "), None);
}
