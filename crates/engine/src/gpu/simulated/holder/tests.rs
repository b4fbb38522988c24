use std::time::Duration;

use gpu_keepalive_core::{
    gpu::holder::{HolderReply, RaiseCause, ReleaseReason, Renewal, SensedProcess, Sensing},
    simulation::{EventKind, Scenario},
};

use super::*;
use crate::{clock::Clock, gpu::GpuSource};

/// The server of the preset, which is asked every 20 s.
const SERVER: u32 = 4242;

async fn start(preset: &str) -> (Simulation, SimulatedHolder) {
    let simulation = Simulation::new(Scenario::preset(preset).unwrap(), Clock::tokio());
    let mut source = simulation.source();
    let gpus = source.discover().await.unwrap().gpus;
    let holder = source.holder(&gpus[0]).unwrap();
    (simulation, holder)
}

fn sensing(simulation: &Simulation) -> Sensing {
    let host = simulation.with(|machine, now| machine.host(&[], now));
    let sensed = host.ai_programs.iter().map(|process| SensedProcess {
        pid: process.pid,
        started: process.started.unwrap(),
        threshold: Duration::from_micros(300),
    });
    Sensing {
        processes: sensed.collect(),
        ..Sensing::default()
    }
}

async fn ask(holder: &mut SimulatedHolder, action: HolderAction) -> HolderReply {
    let sent = holder.send(action).await.unwrap();
    match holder.next().await.unwrap() {
        HolderReport::Reply { id, result } if id == sent => result.unwrap(),
        other => panic!("not the answer: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_is_raised_for_in_the_clock_s_time() {
    let (simulation, mut holder) = start("h200-quiet").await;
    let arm = HolderAction::Arm(sensing(&simulation));
    assert!(!ask(&mut holder, arm).await.raised);
    let raised = match holder.next().await.unwrap() {
        HolderReport::Raised(raised) => raised,
        other => panic!("not raised: {other:?}"),
    };
    let RaiseCause { pid, .. } = raised.cause;
    assert_eq!(pid, SERVER);
    // Read as soon as the call has returned, to the millisecond that Tokio's timer counts in.
    let late = simulation.clock.now().since(raised.at);
    assert!(late < Duration::from_millis(2), "{late:?}");
    match holder.next().await.unwrap() {
        HolderReport::Released(released) => assert_eq!(released.reason, ReleaseReason::Idle),
        other => panic!("not released: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_next_loses_nothing() {
    let (simulation, mut holder) = start("h200-quiet").await;
    ask(&mut holder, HolderAction::Arm(sensing(&simulation))).await;
    let mut reports = 0;
    for _ in 0..300 {
        let wait = Duration::from_millis(100);
        reports += usize::from(tokio::time::timeout(wait, holder.next()).await.is_ok());
    }
    // Raised and released.
    assert_eq!(reports, 2);
}

#[tokio::test(start_paused = true)]
async fn a_killed_one_is_reported_and_holds_nothing() {
    let (simulation, mut holder) = start("h200").await;
    let hold = HolderAction::Hold(Renewal::default());
    assert!(ask(&mut holder, hold.clone()).await.raised);
    let kill = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        simulation.kill_hold(0);
    };
    let (report, ()) = tokio::join!(holder.next(), kill);
    assert_eq!(report.unwrap_err().kind, GpuErrorKind::ProcessEnded);
    let counters = |machine: &mut _, now| {
        gpu_keepalive_core::simulation::SimulatedMachine::counters(machine, 0, now).unwrap()
    };
    assert!(!simulation.with(counters).boosted);
    // A new process is started in its place.
    let gpus = simulation.source().discover().await.unwrap().gpus;
    let mut next = simulation.source().holder(&gpus[0]).unwrap();
    assert!(ask(&mut next, hold).await.raised);
    drop(next);
    assert!(!simulation.with(counters).boosted);
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_is_given_up_at_the_deadline() {
    let (simulation, mut holder) = start("h200").await;
    simulation.with(|machine, now| machine.happen(Some(0), EventKind::Hang, None, now));
    let began = simulation.clock.now();
    let hold = HolderAction::Hold(Renewal::default());
    let deadline = hold.deadline();
    holder.send(hold).await.unwrap();
    assert_eq!(
        holder.next().await.unwrap_err().kind,
        GpuErrorKind::TimedOut
    );
    assert_eq!(simulation.clock.now().since(began), deadline);
}
