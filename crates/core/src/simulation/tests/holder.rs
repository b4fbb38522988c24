//! The `hold` process of a card: what it senses, raises and releases, and when.

use super::*;
use crate::gpu::holder::{
    HolderAction, HolderAnswer, HolderCommand, HolderReport, ReleaseReason, SensedProcess, Sensing,
};

const PID: u32 = 500;
const STARTED: u64 = 77;

/// A card of that kind, and a server that is asked for 2 s at 10 s, its first kernel after 40 ms.
fn asked(card: &str) -> SimulatedMachine {
    machine(&format!(
        "[[gpus]]\nlike = \"{card}\"\n\
         [[events]]\nkind = \"program\"\nprogram = \"llama-server\"\npid = {PID}\n\
         started = {STARTED}\nboosts = false\nvram_mib = 4096\nuntil_s = 100\n\
         [[events]]\nkind = \"request\"\npid = {PID}\nat_s = 10\nfor_s = 2\nlead_ms = 40\n"
    ))
}

fn server() -> SensedProcess {
    SensedProcess {
        pid: PID,
        started: STARTED,
        threshold: Duration::from_micros(300),
    }
}

fn arm(processes: &[SensedProcess]) -> HolderAction {
    HolderAction::Arm(Sensing {
        processes: processes.to_vec(),
        ..Sensing::default()
    })
}

fn command(machine: &mut SimulatedMachine, action: HolderAction, s: f64) {
    machine.hold(0, HolderCommand { id: 1, action }, at(s));
}

/// Everything that it reports until then, with the moment at which it can be read.
fn reports(machine: &mut SimulatedMachine, until: f64) -> Vec<(Moment, HolderReport)> {
    let mut all = Vec::new();
    while let Some(next) = machine.next_holder_step().filter(|next| *next <= at(until)) {
        machine.advance(next);
        while let Some(report) = machine.take_holder_report(0) {
            all.push((next, report));
        }
    }
    machine.advance(at(until));
    all
}

/// Commands it and returns what it answers.
fn told(
    machine: &mut SimulatedMachine,
    action: HolderAction,
    s: f64,
) -> Result<HolderAnswer, GpuErrorKind> {
    command(machine, action, s);
    let all = reports(machine, s + 0.05);
    let answer = all.into_iter().find_map(|(at, report)| match report {
        HolderReport::Answer { result, .. } => Some((at, result)),
        _ => None,
    });
    let (at, result) = answer.expect("an answer");
    if let Ok(answer) = &result {
        assert_eq!(answer.at, at);
    }
    result.map_err(|error| error.kind)
}

fn names(reports: &[(Moment, HolderReport)]) -> Vec<String> {
    let name = |(at, report): &(Moment, HolderReport)| match report {
        HolderReport::Answer { .. } => format!("{at} answer"),
        HolderReport::Raised(raised) => format!("{at} raised for {}", raised.cause.pid),
        HolderReport::Released(released) => format!("{at} released, {:?}", released.reason),
        HolderReport::Refused(refused) => format!("{at} refused, {:?}", refused.error.kind),
        HolderReport::Gone { pid, .. } => format!("{at} gone {pid}"),
    };
    reports.iter().map(name).collect()
}

#[test]
fn a_request_is_sensed_within_a_period_and_released_after_it() {
    let mut machine = asked("h200");
    told(&mut machine, arm(&[server()]), 1.0).unwrap();
    assert_eq!(level(&mut machine, 9.9).1, 345);
    let all = reports(&mut machine, 30.0);
    let [
        (_, HolderReport::Raised(raised)),
        (_, HolderReport::Released(released)),
    ] = &all[..]
    else {
        panic!("{:?}", names(&all));
    };
    // 40 ms between two looks, and 10 ms for the call.
    assert!(
        raised.at > at(10.01) && raised.at <= at(10.05),
        "{}",
        raised.at
    );
    assert_eq!(raised.cause.pid, PID);
    assert_eq!(raised.cause.period, Duration::from_millis(40));
    assert_eq!(raised.wake, Duration::from_millis(10));
    assert_eq!(released.reason, ReleaseReason::Idle);
    // 3 s after the last use of the processor, at 12 s.
    assert!(
        released.at > at(15.0) && released.at < at(15.06),
        "{}",
        released.at
    );
    assert_eq!(level(&mut machine, 30.0).1, 345);
}
