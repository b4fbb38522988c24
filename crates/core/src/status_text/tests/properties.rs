//! Properties of every text, whatever the values are.

use gpu_keepalive_text::Language;
use proptest::{collection::vec, option, prelude::*};

use crate::{
    gpu::GpuErrorKind,
    protocol::{Cause, Hold, Message, State},
    status_text::{cannot_benchmark, render},
    units::{Bytes, Celsius, Watts},
    variants::variants,
};

/// Names as other programs may give them.
fn name() -> impl Strategy<Value = Option<String>> {
    option::of(prop_oneof![
        Just("ollama".to_owned()),
        Just("comfyui".to_owned()),
        any::<String>(),
        "[\u{0}-\u{20}\u{7f}-\u{9f}\u{200b}\u{202e}a-z.: ]{0,200}",
    ])
}

fn celsius() -> impl Strategy<Value = Celsius> {
    (-300..300).prop_map(Celsius)
}

fn bytes() -> impl Strategy<Value = Bytes> {
    any::<u64>().prop_map(Bytes)
}

fn watts() -> impl Strategy<Value = Option<Watts>> {
    option::of((0.0..10_000.0).prop_map(Watts))
}

fn cause() -> impl Strategy<Value = Cause> {
    let minutes = || any::<u64>();
    prop_oneof![
        Just(Cause::NothingUsesIt),
        minutes().prop_map(|minutes| Cause::NotUsedLately { minutes }),
        Just(Cause::Suspended),
        (name(), any::<Option<u64>>())
            .prop_map(|(program, wake_ms)| Cause::Armed { program, wake_ms }),
        (name(), watts(), watts()).prop_map(|(program, power_w, idle_w)| Cause::HeldByServer {
            program,
            power_w,
            idle_w
        }),
        Just(Cause::StillUp),
        name().prop_map(|program| Cause::Raised { program }),
        name().prop_map(|program| Cause::Lingering { program }),
        minutes().prop_map(|minutes| Cause::UntilUnused { minutes }),
        minutes().prop_map(|minutes| Cause::AsYouAsked { minutes }),
        (any::<String>(), name()).prop_map(|(application, reason)| Cause::HeldFor {
            application,
            reason
        }),
        name().prop_map(|program| Cause::Loaded { program }),
        name().prop_map(|program| Cause::Gaps { program }),
        Just(Cause::RequestsNotSensed),
        any::<u64>().prop_map(|count| Cause::TooManyPrograms { count }),
        any::<(Option<u64>, u64)>()
            .prop_map(|(wake_ms, limit_ms)| Cause::WakesTooSlow { wake_ms, limit_ms }),
        minutes().prop_map(|minutes| Cause::FalseWakes { minutes }),
        name().prop_map(|program| Cause::Computing { program }),
        name().prop_map(|application| Cause::Lease { application }),
        any::<Option<u64>>().prop_map(|minutes| Cause::User { minutes }),
        (
            option::of(celsius()),
            celsius(),
            celsius(),
            any::<(bool, bool)>()
        )
            .prop_map(
                |(now_c, limit_c, resume_c, (own_limit, slowed))| Cause::Hot {
                    now_c,
                    limit_c,
                    resume_c,
                    own_limit,
                    slowed
                }
            ),
        Just(Cause::NoTemperature),
        Just(Cause::OnBattery),
        Just(Cause::WeakAdapter),
        Just(Cause::PowerSaver),
        (option::of(bytes()), bytes(), bytes()).prop_map(|(free, needed, reserve)| {
            Cause::VramReserved {
                free_bytes: free,
                needed_bytes: needed,
                reserve_bytes: reserve,
            }
        }),
        option::of(0.1..100_000.0).prop_map(|budget_wh| Cause::BudgetSpent { budget_wh }),
        Just(Cause::Benchmark),
        proptest::sample::select(variants::<GpuErrorKind>()).prop_map(|kind| Cause::Fault { kind }),
    ]
}

fn state() -> impl Strategy<Value = State> {
    prop_oneof![
        Just(State::Starting),
        Just(State::Off),
        Just(State::Asleep),
        Just(State::Standby),
        any::<bool>().prop_map(|always| State::GettingReady { always }),
        any::<bool>().prop_map(|always| State::Ready { always }),
        Just(State::Busy),
        Just(State::Paused),
        Just(State::Fault),
    ]
}

fn hold() -> impl Strategy<Value = Hold> {
    prop_oneof![
        Just(Hold::Nothing),
        Just(Hold::Standby),
        Just(Hold::Boost),
        Just(Hold::PowerMizer),
        Just(Hold::Context),
        any::<u64>().prop_map(|interval_ms| Hold::Pulse { interval_ms }),
    ]
}

/// Can be shown on one line, by a terminal as by a page.
fn is_clean(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.chars().any(char::is_control)
}

fn language() -> impl Strategy<Value = Language> {
    proptest::sample::select(Language::all().collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn every_text_is_clean_and_ends_properly(
        language in language(),
        state in state(),
        causes in vec(cause(), 0..4),
        hold in hold(),
    ) {
        language.within(|| check(&Message { state, causes }, hold))?;
    }
}

fn check(message: &Message, hold: Hold) -> Result<(), TestCaseError> {
    let text = render(message, hold);
    let line = message.to_string();
    for one in [&text.short, &text.line, &text.headline, &text.hold, &line] {
        prop_assert!(is_clean(one), "{:?}", one);
    }
    prop_assert!(!text.hold.ends_with('.'), "{:?}", text.hold);
    prop_assert!(line.starts_with(&text.headline), "{:?}", line);
    prop_assert_eq!(text.cause.is_some(), !message.causes.is_empty());
    if let Some(cause) = &text.cause {
        prop_assert!(is_clean(cause) && cause.ends_with('.'), "{:?}", cause);
    }
    if message.causes.len() > 1 {
        prop_assert!(line.ends_with('.'), "{:?}", line);
    }
    for cause in &message.causes {
        let text = cannot_benchmark(cause);
        prop_assert!(is_clean(&text) && text.ends_with('.'), "{:?}", text);
    }
    Ok(())
}
