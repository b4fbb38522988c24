//! Time passes the same however it is cut, and never back.

use proptest::{
    prelude::{Just, ProptestConfig, prop, prop_assert, prop_assert_eq, prop_oneof, proptest},
    strategy::Strategy as Generator,
};

use super::*;
use crate::units::Percent;

/// Everything at once: hot, jittery, other programs, battery, sleep and a lost GPU.
const BUSY: &str = r#"
seed = 7

[[gpus]]
like = "hot-laptop"
hold_jitter_percent = 30
slowdown_c = 70

[[events]]
kind = "program"
program = "llama-server"
at_s = 5
for_s = 20
repeat_every_s = 47
utilization_percent = 80
vram_mib = 2000

[[events]]
kind = "battery"
at_s = 30
for_s = 10
repeat_every_s = 61

[[events]]
kind = "suspend"
at_s = 150
for_s = 13

[[events]]
kind = "fault"
error = "gpu_lost"
gpu = 0
at_s = 200
until_s = 210

[[events]]
kind = "heat"
ambient_c = 45
at_s = 90
for_s = 60
"#;

#[derive(Clone, Copy, Debug)]
enum Deed {
    Do(Action),
    Load(u32),
    EndProcess,
}

fn deed() -> impl Generator<Value = Deed> {
    prop_oneof![
        Just(Deed::Do(Action::Sample)),
        Just(Deed::Do(Action::Pulse)),
        Just(Deed::Do(PULSE)),
        Just(Deed::Do(hold(Strategy::Context))),
        Just(Deed::Do(Action::Release)),
        Just(Deed::Do(Action::Close)),
        (0..=100u32).prop_map(Deed::Load),
        Just(Deed::EndProcess),
    ]
}

/// Does every deed at its moment; in between `cuts` steps, whose number must not matter.
fn live(deeds: &[(u64, Deed)], cuts: u64) -> Vec<String> {
    let mut machine = machine(BUSY);
    let mut now = Moment::ORIGIN;
    let mut seen = Vec::new();
    for (after_ms, deed) in deeds {
        let next = now + Duration::from_millis(*after_ms);
        for cut in 0..cuts {
            let step = Duration::from_nanos(after_ms * 1_000_000 * cut / cuts);
            machine.advance(now + step);
            machine.counters(0, now + step);
        }
        now = next;
        let answer = match *deed {
            Deed::Do(action) => format!("{:?}", machine.perform(0, action, now)),
            Deed::Load(percent) => {
                machine.set_load(0, Percent(percent), now);
                String::new()
            }
            Deed::EndProcess => {
                machine.end_process(0, now);
                String::new()
            }
        };
        seen.push(format!(
            "{now} {answer} {:?} {:?}",
            machine.counters(0, now),
            machine.host(&[], now)
        ));
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn one_jump_equals_many_steps(
        deeds in prop::collection::vec((0u64..40_000, deed()), 1..20),
        cuts in 2u64..30,
    ) {
        prop_assert_eq!(live(&deeds, 0), live(&deeds, cuts));
    }

    #[test]
    fn energy_and_ready_time_never_go_back(
        deeds in prop::collection::vec((0u64..40_000, deed()), 1..20),
    ) {
        let mut machine = machine(BUSY);
        let mut now = Moment::ORIGIN;
        let mut before = machine.counters(0, now).unwrap();
        for (after_ms, deed) in deeds {
            let wait = Duration::from_millis(after_ms);
            now = now + wait;
            match deed {
                Deed::Do(action) => drop(machine.perform(0, action, now)),
                Deed::Load(percent) => machine.set_load(0, Percent(percent), now),
                Deed::EndProcess => machine.end_process(0, now),
            }
            let after = machine.counters(0, now).unwrap();
            prop_assert!(after.energy >= before.energy);
            prop_assert!(after.ready >= before.ready);
            prop_assert!(after.ready - before.ready <= wait);
            before = after;
        }
    }
}

#[test]
fn an_earlier_moment_counts_as_the_latest() {
    let mut machine = preset("rtx-4090");
    machine.advance(at(100.0));
    let energy = sample(&mut machine, 50.0).energy;
    assert_eq!(energy, sample(&mut machine, 100.0).energy);
}

#[test]
fn jitter_is_decided_by_the_seed() {
    let holds = |seed: u32| {
        let mut machine = machine(&format!(
            "seed = {seed}\n[[gpus]]\nlike = \"rtx-4090\"\nhold_s = 10\nhold_jitter_percent = 20"
        ));
        let mut holds = Vec::new();
        for round in 0..20 {
            let begin = f64::from(round) * 100.0;
            let _ = done(&mut machine, PULSE, begin);
            let ready = |machine: &mut SimulatedMachine| {
                machine.counters(0, at(begin + 99.0)).unwrap().ready
            };
            holds.push(ready(&mut machine));
            done(&mut machine, Action::Release, begin + 99.0).unwrap();
        }
        holds
    };
    assert_eq!(holds(1), holds(1));
    assert_ne!(holds(1), holds(2));
    let mut before = Duration::ZERO;
    for ready in holds(1) {
        let hold = (ready - before).as_secs_f64();
        assert!((8.0..=12.0).contains(&hold), "{hold}");
        before = ready;
    }
}

#[test]
fn a_year_of_working_days_passes_at_once() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"rtx-3070-laptop\"\n\
         [[events]]\nkind = \"program\"\nprogram = \"x\"\nutilization_percent = 40\n\
         at_s = 32400\nfor_s = 3600\nrepeat_every_s = 86400",
    );
    let year = 365.0 * 86_400.0;
    let counters = machine.counters(0, at(year)).unwrap();
    // An hour a day, less the ramp of 30 ms, and 6 s until the device suspends.
    let expected = 365.0 * (3600.0 - 0.03 + 6.0);
    assert!((counters.ready.as_secs_f64() - expected).abs() < 1e-3);
}

#[test]
fn events_are_reported_in_time_and_only_ahead() {
    let machine = machine(BUSY);
    let mut now = Moment::ORIGIN;
    let mut moments = Vec::new();
    for _ in 0..8 {
        let next = machine.next_event(now).unwrap();
        assert!(next > now);
        now = next;
        moments.push(now.since_origin().as_secs());
    }
    assert_eq!(moments, [5, 25, 30, 40, 52, 72, 90, 91]);
    assert_eq!(preset("rtx-4090").next_event(Moment::ORIGIN), None);
    assert_eq!(preset("gpu-lost").next_event(at(10.0)), Some(at(20.0)));
    assert_eq!(preset("gpu-lost").next_event(at(20.0)), None);
}
