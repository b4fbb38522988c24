use super::*;
use crate::{gpu::GpuErrorKind, simulation::EventKind, status_text::cannot_benchmark};

/// The reason why a GPU that is held cannot be benchmarked a while after an event.
fn why_not(preset: &str, provoke: impl FnOnce(&mut Harness)) -> String {
    let mut harness = run(preset, Mode::Always);
    harness.run_for(5 * SECOND);
    provoke(&mut harness);
    harness.run_for(30 * SECOND);
    obstacle(&harness)
}

fn obstacle(harness: &Harness) -> String {
    let obstacle = harness.decision().cannot_measure.as_ref();
    obstacle.map_or_else(|| "A benchmark is possible.".to_owned(), cannot_benchmark)
}

fn event(kind: EventKind) -> impl FnOnce(&mut Harness) {
    |harness| {
        let now = harness.now();
        harness.machine.happen(None, kind, None, now);
    }
}

/// The same once it got too hot.
fn when_hot() -> String {
    let mut harness = run("hot-laptop", Mode::Always);
    for _ in 0..180 {
        harness.run_for(SECOND);
        if harness.phase() == Phase::Paused {
            break;
        }
    }
    obstacle(&harness)
}

/// The same after the day's energy budget was spent.
fn without_budget() -> String {
    let mut harness = run("rtx-4090", Mode::OnDemand);
    harness.run_for(2 * MINUTE);
    harness.change(|settings| settings.energy.daily_budget_wh = Some(0.1));
    harness.request(Request::Warm {
        for_s: Some(7200.0),
    });
    harness.run_for(HOUR);
    obstacle(&harness)
}

#[test]
fn protection_and_use_of_a_gpu_prevent_a_benchmark_and_the_user_does_not() {
    let sentences = [
        why_not("rtx-4090", |_| {}),
        why_not("rtx-4090", |h| h.request(Request::Pause { for_s: None })),
        why_not("rtx-4090", |h| h.request(Request::Off)),
        why_not("rtx-4090", |h| {
            h.request(Request::BeginLease { wait: false })
        }),
        why_not("rtx-4090", |h| h.load(90)),
        without_budget(),
        why_not("rtx-3070-laptop", event(EventKind::Battery)),
        why_not("rtx-4090", event(EventKind::SensorLost)),
        when_hot(),
        why_not("rtx-4090", event(EventKind::Fault(GpuErrorKind::GpuLost))),
    ];
    assert_snapshot!(sentences.join("\n"));
}

#[test]
fn while_it_is_benchmarked_nothing_of_ours_has_it_open() {
    for (preset, _) in crate::simulation::PRESETS {
        // A hot card must not be benchmarked, and a lost one cannot.
        if ["no-driver", "hot-laptop", "gpu-lost"].contains(&preset) {
            continue;
        }
        let mut harness = run(preset, Mode::Always);
        harness.run_for(5 * SECOND);
        harness.request(Request::Bench {
            gpu: None,
            quick: true,
            rounds: None,
        });
        harness.run_for(5 * SECOND);
        harness.run_decided(MINUTE, |seen| {
            assert_eq!(seen.decision().action, None, "{preset}");
            assert!(!seen.policy().history().is_open(), "{preset}");
        });
        assert_eq!(harness.phase(), Phase::Paused, "{preset}");
        assert!(
            harness.decision().reasons.contains(&PauseReason::Measuring),
            "{preset}"
        );
        harness.handle(Input::BenchmarkEnded(None));
        harness.run_for(MINUTE);
        assert_eq!(harness.phase(), Phase::Warm, "{preset}");
    }
}
