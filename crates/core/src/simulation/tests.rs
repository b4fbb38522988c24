use std::time::Duration;

use super::*;
use crate::{
    Moment,
    gpu::{Action, GpuErrorKind, Outcome, Sample},
    settings::Strategy,
};

mod environment;
mod errors;
mod faults;
mod fuzz;
mod holder;
mod physics;
mod reports;
mod time;

const PULSE: Action = hold(Strategy::Pulse);

const fn hold(strategy: Strategy) -> Action {
    Action::Hold {
        strategy,
        matrix_size: 256,
    }
}

fn at(seconds: f64) -> Moment {
    Moment::ORIGIN + Duration::from_secs_f64(seconds)
}

fn preset(name: &str) -> SimulatedMachine {
    SimulatedMachine::new(Scenario::preset(name).unwrap(), Moment::ORIGIN)
}

/// The machine of a scenario file.
fn machine(text: &str) -> SimulatedMachine {
    let scenario = Scenario::parse("test.toml", text).unwrap();
    SimulatedMachine::new(scenario, Moment::ORIGIN)
}

/// Does it to the first GPU, which must answer.
fn done(machine: &mut SimulatedMachine, action: Action, s: f64) -> Result<Outcome, GpuErrorKind> {
    match machine.perform(0, action, at(s)) {
        Performed::Done(result) => result.map_err(|error| error.kind),
        Performed::Hangs => panic!("{action:?} hangs at {s} s"),
    }
}

fn sample(machine: &mut SimulatedMachine, s: f64) -> Sample {
    match done(machine, Action::Sample, s) {
        Ok(Outcome::Sampled(sample)) => *sample,
        other => panic!("no sample at {s} s: {other:?}"),
    }
}

/// P-state and SM clock of the first GPU.
fn level(machine: &mut SimulatedMachine, s: f64) -> (u8, u32) {
    let sample = sample(machine, s);
    (sample.pstate.unwrap().number(), sample.sm_clock.unwrap().0)
}

#[test]
fn every_preset_is_there_and_nothing_else() {
    for (name, _) in PRESETS {
        assert_eq!(Scenario::preset(name).unwrap().name, name);
    }
    assert_eq!(Scenario::preset("rtx-9999"), None);
}

#[test]
fn presets_are_found_by_the_driver_or_not() {
    let found = PRESETS.map(|(name, _)| {
        let found = preset(name).discover(Moment::ORIGIN);
        (
            name,
            found
                .map(|list| list.gpus.len())
                .map_err(|error| error.kind),
        )
    });
    let expected = [
        ("rtx-3070-laptop", Ok(1)),
        ("rtx-4090", Ok(1)),
        ("h200", Ok(1)),
        ("h200-quiet", Ok(1)),
        ("hot-laptop", Ok(1)),
        ("two-gpus", Ok(2)),
        ("gpu-lost", Ok(1)),
        ("no-driver", Err(GpuErrorKind::NvmlMissing)),
    ];
    assert_eq!(found, expected);
}
