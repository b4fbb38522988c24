use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use gpu_keepalive_core::{
    gpu::{Action, Outcome},
    proof::{ColdCase, Proof, RestProof},
    simulation::{Counters, EventKind, Program, Scenario},
    units::{Bytes, Percent},
};

use super::{KeptProofs, Plan, SimulatedPrograms, measure};
use crate::{
    clock::Clock,
    gpu::{Gpu, GpuSource, simulated::Simulation},
};

fn simulate(preset: &str) -> Simulation {
    let scenario = Scenario::preset(preset).expect("a preset");
    Simulation::new(scenario, Clock::tokio())
}

async fn proof(simulation: &Simulation, plan: &Plan) -> (Proof, Vec<String>) {
    let mut source = simulation.source();
    let info = source.discover().await.expect("a GPU").remove(0);
    let mut gpu = source.open(&info);
    let mut programs = SimulatedPrograms {
        simulation: simulation.clone(),
        index: 0,
    };
    let mut told = Vec::new();
    let clock = Clock::tokio();
    let proof = measure(&info, &mut gpu, &mut programs, plan, &clock, true, |what| {
        told.push(what.to_owned());
    });
    (proof.await.expect("a proof"), told)
}

fn longest_rest(proof: &Proof) -> RestProof {
    *proof.workloads[0].rests.last().expect("a rest")
}

#[tokio::test(start_paused = true)]
async fn a_laptop_gains_much_after_a_long_rest_and_nothing_after_a_short_one() {
    let simulation = simulate("rtx-3070-laptop");
    let (proof, told) = proof(&simulation, &Plan::thorough(2)).await;
    let hold = proof.hold_time_s.expect("its clocks fall");
    assert!((17.5..18.5).contains(&hold), "{hold}");
    assert_eq!(proof.cold_case, ColdCase::Ordinary);
    let long = longest_rest(&proof);
    assert_eq!(long.rest_s, 20);
    assert!(long.ratio > Some(1.5), "{long:?}");
    assert!(proof.workloads[0].rests[0].ratio < Some(1.05), "{proof:?}");
    assert_eq!(
        (proof.watts.cold, proof.watts.warm),
        (Some(9.0), Some(31.0))
    );
    let slowdown = proof.slowdown_percent.expect("measured");
    // 40 µs every 100 ms.
    assert!((0.0..0.1).contains(&slowdown), "{slowdown}");
    assert!(proof.verdict.starts_with("Simulated"), "{}", proof.verdict);
    assert!(proof.verdict.contains("22 W more"), "{}", proof.verdict);
    assert!(
        told.iter().any(|line| line.contains("round 2 of 2")),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_card_whose_context_holds_says_how_its_cold_case_was_made() {
    let simulation = simulate("h200");
    let (proof, told) = proof(&simulation, &Plan::thorough(1)).await;
    assert_eq!(proof.cold_case, ColdCase::BoostDisabled);
    assert!(proof.hold_time_s < Some(1.5), "{:?}", proof.hold_time_s);
    assert!(proof.verdict.contains("CUDA_DISABLE_PERF_BOOST=1"));
    assert!(longest_rest(&proof).ratio > Some(1.1), "{proof:?}");
    assert!(told.iter().any(|line| line.contains("holds the clocks")));
}

#[tokio::test(start_paused = true)]
async fn a_gpu_that_somebody_else_keeps_up_does_not_need_it() {
    let simulation = simulate("rtx-4090");
    // Busy with something else all along.
    let busy = EventKind::Program(Program {
        command: "game".to_owned(),
        pid: 7,
        gpu_open: true,
        vram: Bytes(0),
        utilization: Percent(50),
        holds_clocks: true,
    });
    simulation.with(|machine, now| machine.happen(Some(0), busy, None, now));
    let (proof, _) = proof(&simulation, &Plan::quick(1)).await;
    assert_eq!(
        (proof.cold_case, proof.hold_time_s),
        (ColdCase::NeverCold, None)
    );
    assert!(proof.verdict.contains("does not need"), "{}", proof.verdict);
    assert_eq!(proof.watts.cold, None, "it never was");
}

#[tokio::test(start_paused = true)]
async fn afterwards_and_after_giving_up_half_way_nothing_is_held() {
    let simulation = simulate("rtx-3070-laptop");
    let plan = Plan::quick(1);
    proof(&simulation, &plan).await;
    assert_free(&simulation).await;

    let mut given_up_while_held = 0;
    for polls in [1, 10, 100, 1000, 3000, 4000] {
        {
            let mut measuring = pin!(proof(&simulation, &plan));
            let mut left = polls;
            poll_fn(|context| {
                left -= 1;
                match measuring.as_mut().poll(context) {
                    Poll::Pending if left > 0 => Poll::Pending,
                    _ => Poll::Ready(()),
                }
            })
            .await;
            given_up_while_held += u32::from(counters(&simulation).context_open);
        }
        assert_free(&simulation).await;
    }
    assert!(given_up_while_held > 0, "none was given up while warm");
}

fn counters(simulation: &Simulation) -> Counters {
    simulation.with(|machine, now| machine.counters(0, now).expect("a card"))
}

/// Neither we nor the program have anything open.
async fn assert_free(simulation: &Simulation) {
    let ours = counters(simulation);
    assert!(!ours.context_open && !ours.nvml_open, "{ours:?}");
    let mut source = simulation.source();
    let info = source.discover().await.expect("a GPU").remove(0);
    match source.open(&info).perform(Action::Sample).await {
        Ok(Outcome::Sampled(sample)) => assert_eq!(sample.compute_processes, Some(vec![])),
        other => panic!("{other:?} is no sample"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_newest_proof_of_a_gpu_and_driver_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let simulation = simulate("rtx-4090");
    let (first, _) = proof(&simulation, &Plan::quick(1)).await;
    let mut gpu = simulation
        .source()
        .discover()
        .await
        .expect("a GPU")
        .remove(0);
    assert_eq!(KeptProofs::load(folder.path()).of(&gpu), None);
    let newer = Proof {
        date: "2030-01-01".to_owned(),
        ..first.clone()
    };
    for proof in [first, newer.clone()] {
        let mut kept = KeptProofs::load(folder.path());
        kept.keep(folder.path(), proof).expect("it is written");
    }
    let kept = KeptProofs::load(folder.path());
    assert_eq!(kept.of(&gpu), Some(&newer));
    gpu.driver_version = "999.0".to_owned();
    assert_eq!(kept.of(&gpu), None, "another driver is another matter");
}

#[test]
fn a_plan_says_how_long_it_takes_at_most() {
    for (plan, minutes) in [(Plan::quick(1), 3), (Plan::thorough(2), 8)] {
        assert!(
            plan.longest() < Duration::from_secs(60 * minutes),
            "{plan:?}"
        );
        assert!(plan.longest() > plan.hold_watch);
    }
}
