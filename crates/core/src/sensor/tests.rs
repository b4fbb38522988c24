use std::time::Duration;

use super::*;
use crate::{
    gpu::holder::{RaiseCause, ReleaseReason},
    host::StartTime,
    units::Percent,
};

mod judging;
mod limits;
mod properties;
mod races;
mod traces;
mod watch;

fn at(milliseconds: u64) -> Moment {
    Moment::from_origin(Duration::from_millis(milliseconds))
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn us(microseconds: u64) -> Duration {
    Duration::from_micros(microseconds)
}

fn candidate(pid: u32, program: &str) -> Candidate {
    Candidate {
        pid,
        started: StartTime(1),
        program: program.to_owned(),
    }
}

/// A sensor that watches one llama-server, pid 7, since the clock's origin.
fn sensor() -> Sensor {
    let mut sensor = Sensor::new(LearnedThresholds::default(), ReadinessSettings::default());
    sensor.watch(&[candidate(7, "llama-server")]);
    sensor.armed(at(0));
    sensor
}

/// The call returned at that time, 10 ms after so much processor time was seen.
fn raise(sensor: &mut Sensor, milliseconds: u64, used: Duration) {
    let raised = Raised {
        at: at(milliseconds),
        cause: RaiseCause {
            pid: 7,
            used,
            period: ms(20),
        },
        call: ms(9),
        wake: ms(10),
    };
    sensor.raised(&raised, true);
}

fn release(sensor: &mut Sensor, milliseconds: u64) {
    sensor.released(&Released {
        at: at(milliseconds),
        reason: ReleaseReason::Idle,
        raised_for: ms(1),
    });
}

/// Utilisation of the whole GPU, averaged over the second before.
fn gpu(milliseconds: u64, percent: u32) -> GpuWork<'static> {
    GpuWork {
        from: at(milliseconds.saturating_sub(1000)),
        to: at(milliseconds),
        processes: None,
        gpu: Some(Percent(percent)),
    }
}

fn quiet(sensor: &mut Sensor, milliseconds: u64) {
    used(sensor, milliseconds, Duration::ZERO);
}

/// A report of the server's processor time, read then.
fn used(sensor: &mut Sensor, milliseconds: u64, most: Duration) {
    let used = ProcessorUse {
        pid: 7,
        used: most,
        most,
    };
    sensor.used(&[used], at(milliseconds));
}

fn threshold(sensor: &Sensor) -> Duration {
    match sensor.sensed(at(0)) {
        Sensed::Watch(processes) => processes[0].threshold,
        other => panic!("{other:?}"),
    }
}

fn verdicts(sensor: &Sensor) -> Vec<Verdict> {
    sensor.wakes().map(|wake| wake.verdict).collect()
}
