use std::time::Duration;

use super::*;
use crate::{
    Moment,
    gpu::{Action, Outcome, Sample},
    settings::Strategy,
};

fn at(seconds: f64) -> Moment {
    Moment::ORIGIN + Duration::from_secs_f64(seconds)
}

fn machine(preset: &str) -> SimulatedMachine {
    let scenario = Scenario::preset(preset).unwrap();
    SimulatedMachine::new(scenario, Moment::ORIGIN)
}

fn sample(machine: &mut SimulatedMachine, seconds: f64) -> Sample {
    match machine.perform(0, Action::Sample, at(seconds)) {
        Performed::Done(Ok(Outcome::Sampled(sample))) => *sample,
        other => panic!("no sample at {seconds} s: {other:?}"),
    }
}

fn hold(strategy: Strategy) -> Action {
    Action::Hold {
        strategy,
        matrix_size: 256,
    }
}

#[test]
fn every_preset_parses() {
    for (name, _) in PRESETS {
        assert!(Scenario::preset(name).is_some(), "{name}");
    }
}

#[test]
fn the_laptop_falls_18_s_after_the_last_pulse() {
    let mut machine = machine("rtx-3070-laptop");
    assert_eq!(sample(&mut machine, 0.0).pstate.unwrap().number(), 8);
    let held = machine.perform(0, hold(Strategy::Pulse), at(1.0));
    assert!(matches!(held, Performed::Done(Ok(_))), "{held:?}");
    let numbers: Vec<_> = [1.01, 1.04, 19.0, 19.04]
        .map(|t| sample(&mut machine, t).pstate.unwrap().number())
        .into();
    assert_eq!(numbers, [8, 0, 0, 8]);
}
