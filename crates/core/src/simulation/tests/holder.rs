//! The `hold` process of a card: what it senses, raises and releases, and when.

mod boost;
mod faults;
mod requests;
mod time;

use super::*;
use crate::gpu::holder::{
    HolderAction, HolderCommand, HolderReply, HolderReport, ReleaseReason, Renewal, SensedProcess,
    Sensing, UnwatchedReason,
};
use crate::host::StartTime;

const PID: u32 = 500;
const STARTED: u64 = 77;
const MS: Duration = Duration::from_millis(1);
/// The processor time that a program uses once a second.
const REST: Duration = Duration::from_micros(40);

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
        started: StartTime(STARTED),
        threshold: Duration::from_micros(300),
    }
}

fn arm(processes: &[SensedProcess]) -> HolderAction {
    HolderAction::Arm(Sensing {
        processes: processes.to_vec(),
        ..Sensing::default()
    })
}

/// Holds, as a keeper does that requests the boost again in time.
fn hold_on(machine: &mut SimulatedMachine, from: f64, to: f64) {
    let mut now = from;
    while now < to {
        ask(machine, HOLD, now).unwrap();
        now += 15.0;
    }
}

fn command(machine: &mut SimulatedMachine, action: HolderAction, s: f64) {
    machine.hold(0, HolderCommand { id: 1, action }, at(s));
}

/// Everything that it reports until then, with the moment at which it can be read.
fn reports(machine: &mut SimulatedMachine, until: f64) -> Vec<(Moment, HolderReport)> {
    let (mut all, mut now) = (Vec::new(), Moment::ORIGIN);
    loop {
        while let Some(report) = machine.take_holder_report(0) {
            all.push((now, report));
        }
        let next = [machine.next_holder_step(), machine.upcoming()];
        match next
            .into_iter()
            .flatten()
            .min()
            .filter(|next| *next <= at(until))
        {
            Some(next) => now = next,
            None => break,
        }
        machine.advance(now);
    }
    machine.advance(at(until));
    all
}

/// Commands it and returns what it answers.
fn ask(
    machine: &mut SimulatedMachine,
    action: HolderAction,
    s: f64,
) -> Result<HolderReply, GpuErrorKind> {
    reports(machine, s);
    command(machine, action, s);
    let all = reports(machine, s + 0.05);
    let answer = all.into_iter().find_map(|(_, report)| match report {
        HolderReport::Reply { result, .. } => Some(result),
        _ => None,
    });
    let answer = answer.expect("an answer");
    answer.map_err(|error| error.kind)
}

fn names(reports: &[(Moment, HolderReport)]) -> Vec<String> {
    let name = |(at, report): &(Moment, HolderReport)| match report {
        HolderReport::Reply { .. } => format!("{at} answer"),
        HolderReport::Raised(raised) => format!("{at} raised for {}", raised.cause.pid),
        HolderReport::Released(released) => format!("{at} released, {:?}", released.reason),
        HolderReport::Refused(refused) => format!("{at} refused, {:?}", refused.error.kind),
        HolderReport::Gone { at, pid } => format!("{at} gone {pid}"),
    };
    reports.iter().map(name).collect()
}

const HOLD: HolderAction = HolderAction::Hold(Renewal {
    lasting: Duration::from_secs(30),
    every: Duration::from_secs(15),
});

/// The SM clock, whatever NVML shows.
fn clock(machine: &mut SimulatedMachine, s: f64) -> u32 {
    machine.sm_clock(0, at(s)).unwrap().0
}
