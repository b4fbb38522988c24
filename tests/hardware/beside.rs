//! Side by side: no keeper, a minimal PyTorch loop, and GPU Keepalive, each keeping the same GPU
//! for the same program, in one run and taking turns.
//!
//! The program has its boost switched off, so that its own context does not hold the clocks and a
//! keeper makes a difference on a data-centre card as well.

mod keeper;
mod record;

use std::{env, time::Duration};

use gpu_keepalive_core::{
    benchmark::{Workload, WorkloadAction, WorkloadOutcome},
    gpu::Sample,
};
use gpu_keepalive_engine::{
    clock::Clock,
    driver::{PerfBoost, WorkloadProcess},
};

use super::card::{Card, Observer, note, pause, work};
use keeper::{Keeper, Kind};
use record::Record;

/// The rest of the bar for the first request.
const REST: Duration = Duration::from_secs(20);
/// Time between two samples during a rest.
const SAMPLE_EVERY: Duration = Duration::from_millis(250);
/// Requests before the ones that count as back to back.
const WARM_UP: usize = 5;
const BACK_TO_BACK: usize = 15;
/// Pairs of a stretch without and one with the keeper running.
const PAIRS: usize = 4;
const STRETCH: Duration = Duration::from_millis(1500);

#[tokio::test]
#[ignore = "needs a GPU; takes about 100 s a round"]
async fn side_by_side() {
    let rounds = env::var("HARDWARE_ROUNDS").ok();
    let rounds: usize = rounds.and_then(|text| text.parse().ok()).unwrap_or(2);
    let card = Card::find().await;
    let mut record = Record::default();
    let mut kinds = vec![Kind::Unheld, Kind::Engine];
    match keeper::has_torch().await {
        Ok(()) => kinds.insert(1, Kind::Loop),
        Err(why) => note("without PyTorch", why),
    }
    for round in 0..rounds {
        let workload = Workload::ALL[round % Workload::ALL.len()];
        for kind in &kinds {
            eprintln!("round {} of {rounds}, {kind}, {workload}", round + 1);
            measure(&card, *kind, workload, &mut record).await;
        }
        // Of two notes the later counts; the earlier is there should the next round fail.
        note("beside", record.to_json());
        note("table", record.table());
        note("bars", record.bars());
    }
}

async fn measure(card: &Card, kind: Kind, workload: Workload, record: &mut Record) {
    let mut observer = card.observer();
    let mut program = card.workload(PerfBoost::Disabled);
    work(&mut program, WorkloadAction::Load).await;
    if observer.wait_for_ready(false).await.is_none() {
        note("never cold", "the clocks stay up with the program loaded");
    }
    let free = free_mib(&observer.sample().await);

    let keeper = Keeper::start(kind, card).await;
    // The keeper has had time to settle.
    pause(Duration::from_secs(2)).await;
    let mut add = |what: &'static str, value: f64| record.add(kind, what, value);
    add("vram_mib", free - free_mib(&observer.sample().await));

    let back_to_back = back_to_back(&mut program, workload).await;
    let rested = rest(&mut observer, &keeper).await;
    let first = milliseconds(run(&mut program, workload).await);
    add("resident_mib", keeper.resident_mib());
    add("cpu_percent", rested.cpu_percent);
    add("watts", rested.watts);
    add("ready_percent", rested.ready_percent);
    let [back_to_back_ms, first_ms] = match workload {
        Workload::Decode => ["decode_back_to_back_ms", "decode_first_ms"],
        Workload::Prefill => ["prefill_back_to_back_ms", "prefill_first_ms"],
    };
    add(back_to_back_ms, back_to_back);
    add(first_ms, first);
    add("first_ratio", first / back_to_back);

    for workload in Workload::ALL {
        for _ in 0..PAIRS {
            add(
                "slowdown_percent",
                slowdown(&mut program, workload, &keeper).await,
            );
        }
    }
    if let Some(engine) = keeper.engine() {
        engine.switch(&["pause"]).await;
        observer.wait_for_ready(false).await;
        add("vram_asleep_mib", free - free_mib(&observer.sample().await));
    }
    keeper.stop().await;
    program.end().await.expect("it ends");
}

struct Rested {
    watts: f64,
    ready_percent: f64,
    cpu_percent: f64,
}

async fn rest(observer: &mut Observer<'_>, keeper: &Keeper) -> Rested {
    let began = Clock::Boot.now();
    let cpu_before = keeper.cpu_seconds();
    let (mut watts, mut ready) = (Vec::new(), Vec::new());
    while Clock::Boot.now().since(began) < REST {
        pause(SAMPLE_EVERY).await;
        watts.extend(observer.sample().await.power.map(|power| power.0));
        ready.push(if observer.is_ready().await {
            100.0
        } else {
            0.0
        });
    }
    let elapsed = Clock::Boot.now().since(began).as_secs_f64();
    Rested {
        watts: mean(&watts),
        ready_percent: mean(&ready),
        cpu_percent: 100.0 * (keeper.cpu_seconds() - cpu_before) / elapsed,
    }
}

/// Requests one after the other: the median of one, in milliseconds.
async fn back_to_back(program: &mut WorkloadProcess, workload: Workload) -> f64 {
    let mut millis = Vec::new();
    for _ in 0..WARM_UP + BACK_TO_BACK {
        millis.push(milliseconds(run(program, workload).await));
    }
    record::median(&millis[WARM_UP..])
}

/// The throughput that the program loses beside the keeper, compared with while that one is
/// stopped, in percent. A stopped one keeps its context and its memory, but does nothing.
async fn slowdown(program: &mut WorkloadProcess, workload: Workload, keeper: &Keeper) -> f64 {
    let repeat = WorkloadAction::Repeat {
        workload,
        lasting: STRETCH,
    };
    keeper.freeze();
    let alone = rate(work(program, repeat).await);
    keeper.thaw();
    let beside = rate(work(program, repeat).await);
    100.0 * (1.0 - beside / alone)
}

async fn run(program: &mut WorkloadProcess, workload: Workload) -> Duration {
    match work(program, WorkloadAction::Run(workload)).await {
        WorkloadOutcome::Ran { elapsed, .. } => elapsed,
        other => panic!("{other:?} is no run"),
    }
}

fn rate(outcome: WorkloadOutcome) -> f64 {
    match outcome {
        WorkloadOutcome::Ran { requests, elapsed } => f64::from(requests) / elapsed.as_secs_f64(),
        other => panic!("{other:?} is no run"),
    }
}

fn free_mib(sample: &Sample) -> f64 {
    sample.vram_free.expect("free VRAM").0 as f64 / f64::from(1 << 20)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
