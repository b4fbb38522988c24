use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use gpu_keepalive_core::{
    benchmark::{BenchmarkResult, ColdCase, Job, Plan, RestResult, Terms},
    gpu::{Action, Outcome},
    settings::Settings,
    simulation::{Counters, EventKind, Scenario, SimulatedProcess},
    units::{Bytes, Celsius, Percent},
};
use gpu_keepalive_engine::{
    clock::Clock,
    gpu::{Gpu, GpuSource, simulated::Simulation},
};

use crate::{MeasureError, SimulatedWorkloads, measure};

mod strategies;

const QUICK: Plan = Plan {
    quick: true,
    rounds: 1,
};

fn simulate(preset: &str) -> Simulation {
    let scenario = Scenario::preset(preset).expect("a preset");
    Simulation::new(scenario, Clock::tokio())
}

async fn benchmark(simulation: &Simulation, plan: Plan) -> (BenchmarkResult, Vec<String>) {
    let (result, lines) = attempt(simulation, plan, None).await;
    (result.expect("a benchmark"), lines)
}

async fn attempt(
    simulation: &Simulation,
    plan: Plan,
    limit: Option<Celsius>,
) -> (Result<BenchmarkResult, MeasureError>, Vec<String>) {
    let terms = Terms::of(&Settings::default());
    attempt_with(simulation, plan, limit, terms).await
}

async fn attempt_with(
    simulation: &Simulation,
    plan: Plan,
    limit: Option<Celsius>,
    terms: Terms,
) -> (Result<BenchmarkResult, MeasureError>, Vec<String>) {
    let mut source = simulation.source();
    let info = source.discover().await.expect("a GPU").gpus.remove(0);
    let mut gpu = source.open(&info);
    let workloads = SimulatedWorkloads {
        simulation: simulation.clone(),
    };
    let holder = source.holder(&info);
    let mut lines = Vec::new();
    let job = Job {
        gpu: info,
        simulated: true,
        plan,
        limit,
        terms,
    };
    let clock = Clock::tokio();
    let began = clock.now();
    let result = measure(&job, &mut gpu, holder, &workloads, &clock, |progress| {
        // The time left is never more than was promised.
        assert!(
            clock.now().since(began) + progress.left <= plan.longest(),
            "{progress:?}"
        );
        lines.push(progress.text);
    })
    .await;
    (result, lines)
}

fn longest_rest(benchmark: &BenchmarkResult) -> RestResult {
    *benchmark.workloads[0].rests.last().expect("a rest")
}

#[tokio::test(start_paused = true)]
async fn a_laptop_gains_much_after_a_long_rest_and_nothing_after_a_short_one() {
    let simulation = simulate("rtx-3070-laptop");
    let (benchmark, lines) = benchmark(&simulation, Plan::new(false, None)).await;
    let hold = benchmark.hold_time_s.expect("its clocks fall");
    assert!((17.5..18.5).contains(&hold), "{hold}");
    assert_eq!(benchmark.cold_case, ColdCase::Ordinary);
    let long = longest_rest(&benchmark);
    assert_eq!(long.rest_s, 20);
    assert!(long.ratio > Some(1.5), "{long:?}");
    assert!(
        benchmark.workloads[0].rests[0].ratio < Some(1.05),
        "{benchmark:?}"
    );
    assert_eq!(
        (benchmark.watts.cold, benchmark.watts.warm),
        (Some(9.0), Some(31.0))
    );
    let slowdown = benchmark.slowdown_percent.expect("measured");
    // 40 µs every 100 ms.
    assert!((0.0..0.1).contains(&slowdown), "{slowdown}");
    assert!(
        benchmark.verdict.starts_with("Simulated"),
        "{}",
        benchmark.verdict
    );
    assert!(
        benchmark.verdict.contains("would cost 22 W"),
        "{}",
        benchmark.verdict
    );
    assert!(
        lines.iter().any(|line| line.contains("round 2 of 2")),
        "{lines:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_card_whose_context_holds_states_how_its_cold_case_was_made() {
    let simulation = simulate("h200");
    let (benchmark, lines) = benchmark(&simulation, Plan::new(false, Some(1))).await;
    assert_eq!(benchmark.cold_case, ColdCase::BoostDisabled);
    assert!(
        benchmark.hold_time_s < Some(2.0),
        "{:?}",
        benchmark.hold_time_s
    );
    assert!(benchmark.verdict.contains("CUDA_DISABLE_PERF_BOOST=1"));
    assert!(longest_rest(&benchmark).ratio > Some(1.1), "{benchmark:?}");
    assert!(lines.iter().any(|line| line.contains("holds the clocks")));
}

#[tokio::test(start_paused = true)]
async fn a_gpu_that_another_process_keeps_up_does_not_need_it() {
    let simulation = simulate("rtx-4090");
    // Busy with something else all along.
    let busy = EventKind::Process(SimulatedProcess {
        command: "game".to_owned(),
        pid: 7,
        gpu_open: true,
        vram: Bytes(0),
        utilization: Percent(50),
        ..SimulatedProcess::default()
    });
    simulation.with(|machine, now| machine.happen(Some(0), busy, None, now));
    let (benchmark, _) = benchmark(&simulation, QUICK).await;
    assert_eq!(
        (benchmark.cold_case, benchmark.hold_time_s),
        (ColdCase::NeverCold, None)
    );
    assert!(
        benchmark.verdict.contains("does not need"),
        "{}",
        benchmark.verdict
    );
    assert_eq!(benchmark.watts.cold, None, "it never was");
    assert!(benchmark.disturbed, "and it is said that it was not alone");
    assert!(
        benchmark.verdict.contains("Another program"),
        "{}",
        benchmark.verdict
    );
}

#[tokio::test(start_paused = true)]
async fn a_quick_measurement_rests_once_and_shows_the_same() {
    let simulation = simulate("rtx-3070-laptop");
    let (quick, lines) = benchmark(&simulation, QUICK).await;
    let rests: Vec<_> = quick.workloads.iter().map(|w| w.rests.len()).collect();
    assert_eq!(rests, [1, 1], "{quick:?}");
    let rest = longest_rest(&quick);
    assert!((19..=21).contains(&rest.rest_s), "past its 18 s: {rest:?}");
    assert!(rest.ratio > Some(1.5), "{rest:?}");
    assert_eq!((quick.quick, quick.disturbed), (true, false));
    assert_eq!(quick.slowdown_percent, None, "left out");
    assert!(
        lines
            .iter()
            .any(|line| line.ends_with(&format!("a rest of {} s, ready", rest.rest_s)))
    );
}

#[tokio::test(start_paused = true)]
async fn a_gpu_that_gets_too_hot_is_released() {
    let simulation = simulate("hot-laptop");
    let limit = Celsius(70);
    let (result, _) = attempt(&simulation, QUICK, Some(limit)).await;
    let error = result.expect_err("it gets hotter than that");
    assert!(
        matches!(error, MeasureError::Hot { now, .. } if now >= limit),
        "{error}"
    );
    assert_free(&simulation).await;
}

#[tokio::test(start_paused = true)]
async fn afterwards_and_after_giving_up_half_way_nothing_is_held() {
    let simulation = simulate("rtx-3070-laptop");
    benchmark(&simulation, QUICK).await;
    assert_free(&simulation).await;

    let mut given_up_while_held = 0;
    for polls in [1, 10, 100].into_iter().chain((200..4000).step_by(200)) {
        {
            let mut measuring = pin!(benchmark(&simulation, QUICK));
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
    assert!(!ours.boost_open && !ours.boosted, "{ours:?}");
    let mut source = simulation.source();
    let info = source.discover().await.expect("a GPU").gpus.remove(0);
    match source.open(&info).perform(Action::Sample).await {
        Ok(Outcome::Sampled(sample)) => assert_eq!(sample.compute_processes, Some(vec![])),
        other => panic!("{other:?} is no sample"),
    }
}
