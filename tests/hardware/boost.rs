//! The boost request on a real driver: the `hold` process alone, without an engine.

use std::{fs, time::Duration};

use gpu_keepalive_core::{
    benchmark::{Workload, WorkloadAction, WorkloadOutcome},
    gpu::holder::{
        HolderAction, HolderReply, HolderReport, Raised, Released, Renewal, SensedProcess, Sensing,
    },
    units::Bytes,
};
use gpu_keepalive_engine::{
    clock::Clock,
    driver::{HoldProcess, PerfBoost, WorkloadProcess, process_started},
    gpu::Holder,
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use tokio::time::timeout;

use super::card::{
    Card, Observer, RISES_WITHIN, Settling, device_files, has_mapped, note, pause, until, work,
};

/// The most that the process may have resident.
const RESIDENT: Bytes = Bytes::from_mib(4);
/// The time after the death of the process until the clocks have to be down.
const DOWN_WITHIN_S: f64 = 2.0;

fn start(card: &Card) -> HoldProcess {
    HoldProcess::start(&card.program, card.info.pci_bus_id).expect("it starts")
}

async fn next(hold: &mut HoldProcess) -> HolderReport {
    let report = timeout(RISES_WITHIN, hold.next()).await;
    report.expect("in time").expect("it lives")
}

/// Sends a command; reports of what happens meanwhile are dropped.
async fn order(hold: &mut HoldProcess, action: HolderAction) -> HolderReply {
    let sent = hold.send(action).await.expect("it reads");
    loop {
        if let HolderReport::Reply { id, result } = next(hold).await
            && id == sent
        {
            return result.expect("not refused");
        }
    }
}

async fn raised(hold: &mut HoldProcess) -> Raised {
    loop {
        if let HolderReport::Raised(raised) = next(hold).await {
            return raised;
        }
    }
}

async fn released(hold: &mut HoldProcess) -> Released {
    loop {
        if let HolderReport::Released(released) = next(hold).await {
            return released;
        }
    }
}

/// Waits until the clocks are down and stay down. A raise meanwhile has no request before it: the
/// engine would find it false, so it is released at once; they are returned.
///
/// A fixed wait is not enough: the threshold learns nothing here, so whatever the program does by
/// itself may raise the clocks for the time of the linger.
async fn until_at_rest(hold: &mut HoldProcess, observer: &mut Observer<'_>) -> Vec<Raised> {
    let (mut false_wakes, mut settling) = (Vec::new(), Settling::begin());
    while !settling.is_over(observer).await {
        match timeout(Duration::from_millis(20), hold.next()).await {
            Ok(Ok(HolderReport::Raised(raised))) => {
                note("false_wake", &raised);
                false_wakes.push(raised);
                let release = HolderAction::Release { false_wake: true };
                hold.send(release).await.expect("it reads");
            }
            Ok(Err(error)) => panic!("{error}"),
            Ok(Ok(_)) | Err(_) => {}
        }
    }
    false_wakes
}

fn pid(hold: &HoldProcess) -> u32 {
    hold.pid().expect("it lives")
}

fn signal(hold: &HoldProcess, signal: Signal) {
    let pid = Pid::from_raw(pid(hold).cast_signed()).expect("a pid");
    kill_process(pid, signal).expect("a signal");
}

fn resident(pid: u32) -> Bytes {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("it lives");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Bytes(kib.and_then(|kib| kib.parse::<u64>().ok()).expect("a size") << 10)
}

/// Nanoseconds on a processor since its start.
fn processor_ns(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/schedstat")).expect("it lives");
    let first = text.split(' ').next().and_then(|ns| ns.parse().ok());
    first.expect("nanoseconds")
}

#[tokio::test]
#[ignore = "needs a GPU"]
async fn a_boost_raises_the_clocks_and_takes_nothing_else() {
    let card = Card::find().await;
    let mut observer = card.observer();
    observer.at_rest().await;
    let before = observer.sample().await;

    let mut hold = start(&card);
    let holder = pid(&hold);
    let answer = order(&mut hold, HolderAction::Hold(Renewal::default())).await;
    let seen_up_s = observer.until_ready(true).await;
    pause(Duration::from_secs(2)).await;
    let held = observer.sample().await;
    let mut others = held.compute_processes.iter().flatten();
    note("before", &before);
    note("held", &held);
    note("answer", &answer);
    note("seen_up_s", seen_up_s);
    note("device_files", device_files(holder));
    note("resident", resident(holder));
    assert!(others.all(|process| process.pid != holder), "it is listed");
    assert!(held.vram_free >= before.vram_free, "it takes VRAM");
    for library in ["libcuda", "libnvidia-ml"] {
        assert!(!has_mapped(holder, library), "{library} is loaded");
    }
    assert!(resident(holder) <= RESIDENT, "{}", resident(holder));

    let answer = order(&mut hold, HolderAction::Disarm).await;
    let down_s = observer.until_ready(false).await;
    note("disarmed", &answer);
    note("down_after_s", down_s);
    note("after", observer.sample().await);
    assert_eq!(device_files(holder), json!({}), "nothing is open");
    hold.end().await.expect("it ends");
}

#[tokio::test]
#[ignore = "needs a GPU"]
async fn a_renewed_boost_outlasts_its_duration() {
    let card = Card::find().await;
    let mut observer = card.observer();
    observer.at_rest().await;
    let mut hold = start(&card);
    let renewal = Renewal {
        lasting: Duration::from_secs(4),
        every: Duration::from_secs(2),
    };
    order(&mut hold, HolderAction::Hold(renewal)).await;
    let mut ordered = Clock::Boot.now();
    observer.until_ready(true).await;
    let began = Clock::Boot.now();
    let mut down = 0;
    while Clock::Boot.now().since(began) < Duration::from_secs(14) {
        // As the keeper does: the process renews nothing by itself.
        if Clock::Boot.now().since(ordered) >= renewal.every {
            order(&mut hold, HolderAction::Hold(renewal)).await;
            ordered = Clock::Boot.now();
        }
        down += u32::from(!observer.is_ready().await);
        pause(Duration::from_millis(50)).await;
    }
    note("looks_with_clocks_down", down);
    // GeForce cards are not known to hold: there this is the finding.
    hold.end().await.expect("it ends");
    note("down_after_s", observer.until_ready(false).await);
}

#[tokio::test]
#[ignore = "needs a GPU"]
async fn a_boost_ends_with_its_process_however_that_ends() {
    let card = Card::find().await;
    let mut observer = card.observer();
    observer.at_rest().await;
    let mut hold = start(&card);
    order(&mut hold, HolderAction::Hold(Renewal::default())).await;
    observer.until_ready(true).await;
    signal(&hold, Signal::KILL);
    let down_s = observer.until_ready(false).await;
    note("down_after_sigkill_s", down_s);
    assert!(hold.next().await.is_err(), "its death is noticed");
    assert!(down_s <= DOWN_WITHIN_S, "{down_s} s");

    let mut hung = start(&card);
    let watched = Renewal {
        lasting: Duration::from_secs(6),
        every: Duration::from_secs(3),
    };
    order(&mut hung, HolderAction::Hold(watched)).await;
    observer.until_ready(true).await;
    signal(&hung, Signal::STOP);
    note(
        "down_after_sigstop_with_6_s_left_s",
        observer.until_ready(false).await,
    );
}

#[tokio::test]
#[ignore = "needs a GPU"]
async fn a_request_is_sensed_and_the_clocks_are_raised_for_it() {
    const REQUESTS: u32 = 6;
    let card = Card::find().await;
    let mut observer = card.observer();
    let mut program = card.workload(PerfBoost::Disabled);
    work(&mut program, WorkloadAction::Load).await;
    let warm_ms = back_to_back(&mut program).await;
    observer.at_rest().await;
    let cold_ms = run(&mut program).await;
    observer.at_rest().await;

    let mut hold = start(&card);
    let holder = pid(&hold);
    let served = program.pid().expect("it lives");
    let sensed = SensedProcess {
        pid: served,
        started: process_started(served).expect("it lives"),
        threshold: Duration::from_micros(300),
    };
    let sensing = Sensing {
        processes: vec![sensed],
        ..Sensing::default()
    };
    let armed = order(&mut hold, HolderAction::Arm(sensing)).await;
    assert!(armed.unwatched.is_empty() && !armed.raised, "{armed:?}");

    let (mut requests, mut false_wakes) = (Vec::new(), Vec::new());
    for _ in 0..REQUESTS {
        false_wakes.extend(until_at_rest(&mut hold, &mut observer).await);
        let resting = order(&mut hold, HolderAction::Report).await;
        let first_ms = run(&mut program).await;
        let raised = raised(&mut hold).await;
        // Without a word of ours it would soon stop to raise.
        order(&mut hold, HolderAction::Report).await;
        let released = released(&mut hold).await;
        requests.push(json!({
            "first_ms": first_ms,
            "call_ms": raised.call.as_secs_f64() * 1e3,
            "wake_ms": raised.wake.as_secs_f64() * 1e3,
            "processor_us": raised.cause.used.as_micros(),
            "raised_for_s": released.raised_for.as_secs_f64(),
            "most_at_rest_us": resting.processes[0].most.as_micros(),
        }));
    }
    note("warm_ms", warm_ms);
    note("cold_ms", cold_ms);
    note("on_request", requests);
    note("false_wakes", false_wakes.len());

    until_at_rest(&mut hold, &mut observer).await;
    let before_ns = processor_ns(holder);
    pause(Duration::from_secs(10)).await;
    let standing_by = observer.sample().await;
    note("standing_by", &standing_by);
    note(
        "processor_us_per_s",
        (processor_ns(holder) - before_ns) / 10_000,
    );
    note("resident", resident(holder));
    assert!(resident(holder) <= RESIDENT, "{}", resident(holder));

    // The server's end is the end of what it was watched for.
    program.end().await.expect("it ends");
    until("the process is gone", || process_started(served).is_none()).await;
    while !matches!(next(&mut hold).await, HolderReport::Gone { pid, .. } if pid == served) {}
    hold.end().await.expect("it ends");
}

async fn run(program: &mut WorkloadProcess) -> f64 {
    match work(program, WorkloadAction::Run(Workload::Decode)).await {
        WorkloadOutcome::Ran { elapsed, .. } => elapsed.as_secs_f64() * 1e3,
        other => panic!("{other:?} is no run"),
    }
}

/// The median of several, in milliseconds.
async fn back_to_back(program: &mut WorkloadProcess) -> f64 {
    let mut times = Vec::new();
    for _ in 0..15 {
        times.push(run(program).await);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
