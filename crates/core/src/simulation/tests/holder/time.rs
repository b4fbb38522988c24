//! Time passes the same however it is cut, and a day costs little.

use proptest::{
    prelude::{ProptestConfig, any, prop, prop_assert_eq, prop_oneof, proptest},
    strategy::Strategy as Generator,
};

use super::*;
use crate::units::Percent;

/// Two servers that are asked and polled, on a machine that sleeps, hangs, refuses and loses its GPU.
const BUSY: &str = r#"
[[gpus]]
like = "h200"

[[events]]
kind = "program"
program = "llama-server"
pid = 500
started = 77
boosts = false
poll_every_s = 3.3
until_s = 190

[[events]]
kind = "program"
program = "vllm"
pid = 501
started = 78
boosts = false
at_s = 20
for_s = 40
repeat_every_s = 70
processor_busy_percent = 250

[[events]]
kind = "request"
pid = 500
at_s = 7
for_s = 2.5
repeat_every_s = 13
lead_ms = 30

[[events]]
kind = "request"
pid = 501
at_s = 31
for_s = 0.02
repeat_every_s = 9

[[events]]
kind = "suspend"
at_s = 100
for_s = 7

[[events]]
kind = "hang"
gpu = 0
at_s = 120
for_s = 3

[[events]]
kind = "boost_refused"
at_s = 140
for_s = 15

[[events]]
kind = "fault"
error = "gpu_lost"
gpu = 0
at_s = 170
for_s = 6
"#;

fn action() -> impl Generator<Value = HolderAction> {
    let second = |process: bool| SensedProcess {
        pid: 501,
        started: StartTime(78),
        threshold: if process { MS } else { 20 * MS },
    };
    prop_oneof![
        (0usize..3, any::<bool>())
            .prop_map(move |(many, other)| { arm(&[server(), second(other)][..many]) }),
        prop_oneof![
            (0u64..20_000).prop_map(|ms| HolderAction::Raise {
                lasting: Duration::from_millis(ms)
            }),
            (0u64..20_000).prop_map(|ms| HolderAction::Stay {
                lasting: Duration::from_millis(ms)
            }),
            any::<bool>().prop_map(|false_wake| HolderAction::Release { false_wake }),
        ],
        prop_oneof![
            proptest::prelude::Just(HolderAction::Report),
            proptest::prelude::Just(HOLD),
            proptest::prelude::Just(HolderAction::Disarm),
        ],
    ]
}

/// Sends every command in its time; in between `cuts` steps, whose number must not matter.
fn live(commands: &[(u64, HolderAction)], cuts: u64) -> Vec<String> {
    let mut machine = machine(BUSY);
    let mut now = Moment::ORIGIN;
    let mut seen = Vec::new();
    for (id, (after_ms, action)) in (0..).zip(commands) {
        let next = now + Duration::from_millis(*after_ms);
        for cut in 0..cuts {
            let step = Duration::from_nanos(after_ms * 1_000_000 * cut / cuts);
            machine.advance(now + step);
            machine.holder_step(0);
            machine.counters(0, now + step);
        }
        now = next;
        let action = action.clone();
        machine.hold(0, HolderCommand { id, action }, now);
        let counters = machine.counters(0, now);
        while let Some(report) = machine.take_holder_report(0) {
            seen.push(format!("{report:?}"));
        }
        seen.push(format!("{now} {counters:?}"));
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn one_jump_equals_many_steps(
        commands in prop::collection::vec((0u64..25_000, action()), 1..20),
        cuts in 2u64..30,
    ) {
        prop_assert_eq!(live(&commands, 0), live(&commands, cuts));
    }
}

#[test]
fn a_check_that_is_left_out_would_have_found_nothing() {
    // The same server, once with a second process beside it that never rests, so that no check is
    // left out.
    let raised = |beside: bool| {
        let mut text = BUSY.to_owned();
        if beside {
            text += "[[events]]\nkind = \"program\"\nprogram = \"x\"\npid = 502\nstarted = 79\n\
                     gpu_open = false\nprocessor_busy_percent = 0.001\nutilization_percent = 1\n";
        }
        let mut machine = machine(&text);
        let restless = SensedProcess {
            pid: 502,
            started: StartTime(79),
            threshold: Duration::from_secs(1),
        };
        let all = [server(), restless];
        ask(&mut machine, arm(&all[..1 + usize::from(beside)]), 1.0).unwrap();
        // Commanded again and again, as by the keeper.
        let mut seen = Vec::new();
        for s in (2..100).step_by(2) {
            command(&mut machine, HolderAction::Report, f64::from(s) + 0.005);
            let all = reports(&mut machine, f64::from(s) + 1.9);
            seen.extend(names(&all));
        }
        seen
    };
    assert_eq!(raised(false), raised(true));
    assert!(raised(false).iter().any(|line| line.contains("raised")));
}

#[test]
fn a_day_of_standing_by_takes_few_steps() {
    let mut machine = preset("h200-quiet");
    let host = machine.host(&[], at(1.0));
    let sensed = SensedProcess {
        pid: host.ai_programs[0].pid,
        started: host.ai_programs[0].started.unwrap(),
        threshold: Duration::from_micros(300),
    };
    ask(&mut machine, arm(&[sensed]), 1.0).unwrap();
    machine.set_load(0, Percent(0), at(2.0));
    let mut steps = 0;
    // No request comes, so nothing but its own timer is seen, once a second.
    machine.end_program(sensed.pid, at(3.0));
    machine.happen(
        None,
        EventKind::Process(SimulatedProcess {
            pid: 700,
            started: Some(StartTime(7)),
            ..SimulatedProcess::default()
        }),
        None,
        at(3.0),
    );
    let sensed = SensedProcess {
        pid: 700,
        started: StartTime(7),
        ..sensed
    };
    ask(&mut machine, arm(&[sensed]), 4.0).unwrap();
    let day = at(86_400.0);
    while let Some(next) = machine.next_holder_step().filter(|next| *next < day) {
        machine.advance(next);
        while machine.take_holder_report(0).is_some() {}
        steps += 1;
    }
    assert!(steps < 90_000, "{steps}");
}
