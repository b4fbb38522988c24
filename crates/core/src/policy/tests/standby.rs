//! Standing by: each situation of the product's table, and what ends it.

use super::*;
use crate::{
    gpu::{ProcessLoad, Sample},
    protocol::Cause,
};

/// The situations of a standing-by GPU, one line per change.
pub(super) fn situations(harness: &mut Harness, time: Duration) -> String {
    let mut lines = String::new();
    let mut last = String::new();
    harness.run_decided(time, |seen| {
        let policy = seen.policy();
        let state = format!(
            "{:?} ready {:?} strategy {:?} raises with {:?}: {}",
            seen.phase(),
            seen.ready(),
            policy.strategy(),
            policy.raises_with(),
            seen.decision().message,
        );
        if state != last {
            let at = seen.now().since_origin().as_secs_f64();
            writeln!(lines, "{at:7.2} s  {state}").expect("to a string");
            last = state;
        }
    });
    lines
}

#[test]
fn a_quiet_server_is_woken_for_each_request_and_rests_between() {
    let mut harness = run("h200-quiet", Mode::OnDemand);
    let lines = situations(&mut harness, 70 * SECOND);
    assert_snapshot!(lines);
}

/// A server that is loaded from the start and asked every 20 s, with more keys for its card and
/// itself.
fn server(card: &str, keys: &str) -> Scenario {
    server_asked_from(120.0, card, keys)
}

fn server_asked_from(at_s: f64, card: &str, keys: &str) -> Scenario {
    scenario(&format!(
        "[[gpus]]\nlike = \"{card}\"\nruntime_d3 = false\n\n[[events]]\nkind = \"program\"\n\
         program = \"llama-server\"\npid = 4242\nvram_mib = 4096\nutilization_percent = 0\n{keys}\n\
         [[events]]\nkind = \"request\"\npid = 4242\nat_s = {at_s}\nfor_s = 1\nrepeat_every_s = 20\n\
         lead_ms = 5\nutilization_percent = 90\n",
    ))
}

fn quiet() -> Scenario {
    server("h200", "boosts = false\n")
}

/// Standing by with the clocks down, before the first request.
fn armed() -> Harness {
    let mut harness = run_scenario(quiet(), Mode::OnDemand);
    harness.run_for(MINUTE);
    assert_eq!(harness.phase(), Phase::Standby);
    assert_eq!(harness.policy().raises_with(), Some(Strategy::Boost));
    harness
}

/// The same with the clocks raised for a request.
fn raised() -> Harness {
    let mut harness = armed();
    harness.run_for(MINUTE + SECOND / 2);
    assert!(harness.policy().is_raised());
    harness
}

#[test]
fn ready_is_unknown_before_the_first_good_wake_and_true_after_it() {
    let mut harness = armed();
    assert_eq!(harness.ready(), None);
    harness.run_for(2 * MINUTE);
    while harness.phase() != Phase::Standby {
        harness.run_for(SECOND);
    }
    harness.run_for(3 * SECOND);
    assert_eq!(harness.ready(), Some(true));
    let wakes = harness.policy().sensor().statistics();
    assert!(wakes.sensed > 0 && wakes.missed == 0, "{wakes:?}");
    assert_eq!(wakes.false_wakes, 0);
}

/// The keeper samples a GPU at rest every few seconds: some of these samples fall between the start
/// of the request and the report of its wake.
#[test]
fn no_request_is_missed_whenever_the_gpu_is_sampled() {
    for milliseconds in (20_000..25_000).step_by(7) {
        let at_s = f64::from(milliseconds) / 1000.0;
        let quiet = server_asked_from(at_s, "h200", "boosts = false\n");
        let mut harness = run_scenario(quiet, Mode::OnDemand);
        harness.run_for(30 * SECOND);
        let wakes = harness.policy().sensor().statistics();
        assert_eq!((wakes.sensed, wakes.missed), (1, 0), "asked at {at_s} s");
    }
}

#[test]
fn a_resting_server_costs_no_watts() {
    let watts = |enabled: bool| {
        let mut harness = run_scenario(quiet(), Mode::OnDemand);
        if !enabled {
            harness.request(Request::Off);
        }
        harness.run_for(MINUTE);
        let before = harness.counters().energy.0;
        harness.run_for(MINUTE / 2);
        harness.counters().energy.0 - before
    };
    assert!((watts(true) - watts(false)).abs() < 1.0, "joules in 30 s");
}

#[test]
fn a_lease_raises_the_clocks_and_its_end_releases_them() {
    let mut harness = armed();
    harness.request(Request::BeginLease { wait: true });
    harness.run_for(SECOND);
    assert_eq!(harness.phase(), Phase::Yielding);
    assert_eq!(harness.ready(), Some(true));
    assert_eq!(harness.policy().strategy(), Some(Strategy::Standby));
    harness.request(Request::EndLease);
    harness.run_for(10 * SECOND);
    assert_eq!(harness.phase(), Phase::Standby);
    assert!(!harness.policy().is_raised());
}

#[test]
fn a_program_that_asks_for_it_has_the_clocks_held_instead() {
    let mut harness = armed();
    harness.request(held());
    harness.run_for(5 * SECOND);
    assert_eq!(harness.ready(), Some(true));
    assert_ne!(harness.policy().strategy(), Some(Strategy::Standby));
    harness.request(Request::Release);
    harness.run_for(10 * SECOND);
    assert_eq!(harness.phase(), Phase::Standby);
}

/// The time that a lease waited for its answer, and the error's code if it was one.
fn waited(harness: &mut Harness) -> (Duration, Option<ErrorCode>) {
    harness.replies.clear();
    let asked = harness.now();
    harness.request(Request::BeginLease { wait: true });
    harness.run_for(2 * SECOND);
    harness.request(Request::EndLease);
    let (at, answer) = harness.replies.first().cloned().expect("an answer");
    (at.since(asked), answer.err().map(|error| error.code))
}

#[test]
fn a_lease_that_waits_is_answered_when_the_clocks_are_raised() {
    let (took, error) = waited(&mut armed());
    assert_eq!(error, None);
    assert!(took <= SECOND / 50, "{took:?}");
}

#[test]
fn a_lease_that_nothing_can_be_raised_for_is_answered_at_once() {
    let pause = Request::Pause { for_s: None };
    for forbid in [pause, Request::Off] {
        let mut harness = armed();
        harness.request(forbid.clone());
        harness.run_for(SECOND);
        let answer = waited(&mut harness);
        assert_eq!(
            answer,
            (Duration::ZERO, Some(ErrorCode::NotRaised)),
            "{forbid:?}"
        );
    }
}

#[test]
fn a_lease_waits_no_longer_than_it_was_promised() {
    // Its clocks need a second to rise.
    let slow = "h200\"\nboost_call_ms = 1000\n#";
    let mut harness = run_scenario(server(slow, "boosts = false\n"), Mode::OnDemand);
    harness.run_for(MINUTE);
    let (took, error) = waited(&mut harness);
    assert_eq!(error, Some(ErrorCode::NotRaised));
    assert_eq!(took, SECOND * 3 / 10, "max_wake_ms and 250 ms");
}

#[test]
fn a_server_that_holds_the_clocks_itself_is_left_to_it() {
    let mut harness = run_scenario(server("h200", "boosts = true\n"), Mode::OnDemand);
    harness.run_for(MINUTE);
    assert_eq!(harness.phase(), Phase::Standby);
    assert_eq!(harness.ready(), Some(true));
    assert_eq!(harness.policy().strategy(), Some(Strategy::Standby));
    assert_eq!(harness.policy().raises_with(), None, "nothing is sensed");
    assert!(harness.policy().holder_is_closed());
}

#[test]
fn a_warm_up_and_mode_always_hold() {
    let mut harness = armed();
    harness.request(Request::Warm { for_s: Some(60.0) });
    harness.run_for(10 * SECOND);
    assert_eq!(harness.phase(), Phase::Warm);
    assert_eq!(harness.policy().strategy(), Some(Strategy::Boost));
    harness.run_for(45 * SECOND);
    let mut always = run_scenario(quiet(), Mode::Always);
    always.run_for(MINUTE);
    assert_eq!(always.policy().strategy(), Some(Strategy::Boost));
    assert_eq!(always.policy().raises_with(), None);
}

#[test]
fn it_ends_with_the_last_process_that_could_ask() {
    let text = "[[gpus]]\nlike = \"h200\"\n[[events]]\nfor_s = 60\nkind = \"program\"\n\
                program = \"llama-server\"\npid = 7\nboosts = false\nutilization_percent = 0\n";
    let mut harness = run_scenario(scenario(text), Mode::OnDemand);
    harness.run_for(50 * SECOND);
    assert_eq!(harness.phase(), Phase::Standby);
    harness.run_for(45 * SECOND);
    assert_eq!(harness.phase(), Phase::Asleep);
    assert!(harness.policy().holder_is_closed());
}

#[test]
fn every_reason_to_pause_disarms_at_once() {
    let now = |harness: &Harness| harness.now();
    let provocations: [fn(&mut Harness); 4] = [
        |harness| harness.request(Request::Pause { for_s: None }),
        |harness| harness.request(Request::Off),
        |harness| {
            let at = harness.now();
            let battery = crate::simulation::EventKind::Battery;
            harness.machine.happen(None, battery, None, at);
        },
        |harness| {
            let at = harness.now();
            let minute = Some(MINUTE);
            let suspend = crate::simulation::EventKind::Suspend;
            harness.machine.happen(None, suspend, minute, at);
        },
    ];
    for (case, provoke) in provocations.into_iter().enumerate() {
        for mut harness in [armed(), raised()] {
            provoke(&mut harness);
            let from = now(&harness);
            harness.run_for(SECOND / 10);
            assert!(harness.policy().holder_is_closed(), "case {case} at {from}");
            assert!(!harness.policy().is_raised(), "case {case}");
        }
    }
}

#[test]
fn a_killed_hold_process_is_replaced_and_the_next_request_is_sensed() {
    let mut harness = raised();
    let gpu = harness.keeper.gpu_ids().next().expect("a GPU");
    let now = harness.now();
    harness.machine.end_hold(0, now);
    let error = crate::gpu::GpuError::new(crate::gpu::GpuErrorKind::ProcessEnded, "killed");
    harness.handle(Input::HolderEnded(gpu, error));
    assert!(!harness.policy().is_raised());
    let sensed = harness.policy().sensor().statistics().sensed;
    harness.run_for(MINUTE);
    assert!(harness.policy().sensor().statistics().sensed >= sensed + 2);
}

#[test]
fn more_processes_than_can_be_watched_are_held_for() {
    let mut text = "[[gpus]]\nlike = \"h200\"\n".to_owned();
    for pid in 100..133 {
        writeln!(
            text,
            "[[events]]\nkind = \"program\"\nprogram = \"llama-server\"\npid = {pid}\n\
             boosts = false\nutilization_percent = 0"
        )
        .expect("to a string");
    }
    let mut harness = run_scenario(scenario(&text), Mode::WhileLoaded);
    harness.run_for(MINUTE);
    assert_eq!(harness.policy().strategy(), Some(Strategy::Boost));
    let attempts = harness.policy().attempts().iter().map(ToString::to_string);
    let attempts: Vec<_> = attempts.collect();
    assert!(attempts[0].contains("33 processes"), "{attempts:?}");
}

#[test]
fn a_monitor_that_polls_does_not_keep_the_gpu_awake() {
    let polled = "boosts = false\npoll_every_s = 1\nprocessor_poll_ms = 0.6\n";
    let mut harness = run_scenario(server("h200", polled), Mode::OnDemand);
    harness.run_for(2 * MINUTE);
    let before = harness.policy().sensor().statistics();
    harness.run_for(5 * MINUTE);
    let after = harness.policy().sensor().statistics();
    assert_eq!(after.false_wakes, before.false_wakes, "{after:?}");
    assert!(after.sensed >= before.sensed + 14, "{before:?} {after:?}");
    assert_eq!(after.missed, 0, "{after:?}");
}

#[test]
fn a_card_that_nothing_raises_is_a_fault_and_not_warming_up_for_ever() {
    let text = "[[gpus]]\nlike = \"h200\"\nboost = \"none\"\ncontext_holds = false\n\
                pulses_raise = false\nramp_ms = 250\n";
    let mut harness = run_scenario(scenario(text), Mode::Always);
    harness.run_for(5 * MINUTE);
    assert_eq!(harness.phase(), Phase::Fault);
    let fault = harness.policy().history().fault().expect("a fault");
    assert_eq!(fault.error.kind, crate::gpu::GpuErrorKind::ClocksDoNotRise);
}

#[test]
fn an_excluded_strategy_is_never_tried() {
    let settings = Settings {
        mode: Mode::Always,
        strategy_exclude: vec![Strategy::Boost, Strategy::PowerMizer],
        ..Settings::default()
    };
    let scenario = Scenario::preset("h200").expect("a preset");
    let mut harness = Harness::new(scenario, &settings, Kept::default());
    harness.run_for(MINUTE);
    assert_eq!(harness.policy().held(), Some(Strategy::Context));
    assert_eq!(harness.policy().attempts(), []);
}

/// Servers, power meanwhile and at rest, and a month's saving.
type Loud = (Vec<u32>, Option<f64>, Option<f64>, Option<f64>);

/// Those that keep the GPU at full speed.
fn loud(harness: &Harness) -> Option<Loud> {
    let status = harness.keeper.status(harness.now());
    let loud = status.gpus[0].loud.clone()?;
    let servers = loud.servers.iter().map(|server| server.pid).collect();
    let watts = |watts: Option<crate::units::Watts>| watts.map(|watts| watts.0.round());
    let month = loud.month_kwh.map(f64::round);
    Some((servers, watts(loud.power_w), watts(loud.idle_w), month))
}

#[test]
fn a_server_that_keeps_the_clocks_up_is_named_with_what_was_measured() {
    let mut harness = run_scenario(server("h200", "at_s = 60"), Mode::OnDemand);
    // Nothing is loaded yet: the GPU is seen at rest.
    harness.run_for(MINUTE - SECOND);
    assert_eq!(loud(&harness), None);
    harness.run_for(MINUTE - SECOND);
    let seen = Some((vec![4242], Some(124.0), Some(80.0), Some(32.0)));
    assert_eq!(loud(&harness), seen);
    // It stays so through a request, which draws more.
    harness.run_for(3 * SECOND);
    assert_eq!(loud(&harness), seen);
    harness.run_for(10 * MINUTE);
    assert_eq!(loud(&harness), seen);
    harness.machine.end_program(4242, harness.now());
    harness.run_for(MINUTE);
    assert_eq!(loud(&harness), None);
}

#[test]
fn a_server_that_was_loaded_during_a_raise_is_named_soon_where_the_clocks_fall_fast() {
    // Seen on an H200: the raise of its first request hid for 75 s that a server holds the clocks.
    let program = "[[events]]\nkind = \"program\"\nprogram = \"llama-server\"\nvram_mib = 4096\n";
    let text = format!(
        "[[gpus]]\nlike = \"h200\"\nruntime_d3 = false\n\n{program}pid = 1\nboosts = false\n\
         [[events]]\nkind = \"request\"\npid = 1\nat_s = 60\nfor_s = 1\nrepeat_every_s = 40\n\
         lead_ms = 5\nutilization_percent = 90\n{program}pid = 2\nat_s = 102\n",
    );
    let mut harness = run_scenario(scenario(&text), Mode::OnDemand);
    harness.run_for(102 * SECOND + SECOND / 2);
    assert!(harness.policy().is_raised(), "the request of 100 s lingers");
    harness.run_for(20 * SECOND);
    assert_eq!(loud(&harness).map(|loud| loud.0), Some(vec![2]));
}

#[test]
fn a_server_is_not_blamed_for_clocks_that_are_slow_to_fall() {
    let asked = server_asked_from(60.0, "rtx-3070-laptop", "boosts = false\nat_s = 10");
    let mut harness = run_scenario(asked, Mode::OnDemand);
    let mut causes = Vec::new();
    for _ in 0..90 {
        harness.run_for(SECOND);
        let status = harness.keeper.status(harness.now());
        assert_eq!(status.gpus[0].loud, None);
        causes.extend(status.gpus[0].message.causes.clone());
    }
    assert!(causes.contains(&Cause::StillUp), "{causes:?}");
    let held = |cause: &Cause| matches!(cause, Cause::HeldByServer { .. });
    assert!(!causes.iter().any(held), "{causes:?}");
}

#[test]
fn what_was_not_measured_is_not_made_up() {
    let mut silent = server("h200", "");
    silent.cards[0].unsupported = vec!["power", "energy"];
    let mut harness = run_scenario(silent, Mode::OnDemand);
    harness.run_for(MINUTE);
    assert_eq!(loud(&harness), Some((vec![4242], None, None, None)));
}

#[test]
fn a_quiet_server_is_never_named() {
    let mut harness = run_scenario(quiet(), Mode::OnDemand);
    for _ in 0..40 {
        harness.run_for(10 * SECOND);
        assert_eq!(loud(&harness), None);
    }
}

#[test]
fn work_that_the_driver_reports_late_is_no_missed_request() {
    // NVML reads the utilisation by process every 10 s while the GPU is idle, so a reading holds
    // the end of a request that was answered before the clocks fell. Seen on an H200.
    let mut harness = raised();
    while harness.policy().is_raised() {
        harness.run_for(SECOND / 10);
    }
    let sample = harness.policy().history().sample().cloned().expect("one");
    let mut sample = Sample {
        utilization: Some(Percent(0)),
        ..sample
    };
    let load = |percent| {
        Some(vec![ProcessLoad {
            pid: 4242,
            percent: Percent(percent),
        }])
    };
    let mut suspects = |read_s: &[u64]| {
        let mut standby = harness.policy().standby.clone();
        for second in 0..=20 {
            sample.process_utilization = None;
            if let Some(nth) = read_s.iter().position(|read| *read == second) {
                sample.process_utilization = load(if nth + 1 == read_s.len() { 40 } else { 0 });
            }
            let at = harness.now() + Duration::from_secs(second);
            standby.take_sample(at, &sample, Some(false));
        }
        standby.sensor.is_judging()
    };
    assert!(!suspects(&[12]), "the request before the release is in it");
    assert!(
        suspects(&[2, 12]),
        "done after the reading that found nothing"
    );
}

#[test]
fn a_refused_strategy_is_no_fault_once_another_holds() {
    let mut harness = run_with(
        "h200",
        Mode::Always,
        StrategyChoice::PowerMizer,
        PulseInterval::Auto,
    );
    harness.run_for(MINUTE);
    assert_eq!(harness.phase(), Phase::Fault);
    harness.change(|settings| settings.strategy = StrategyChoice::Auto);
    harness.run_for(10 * MINUTE);
    assert_eq!(harness.policy().held(), Some(Strategy::Boost));
    assert_eq!(harness.policy().history().fault(), None);
}
