//! Tables and transcripts over virtual time, on simulated GPUs.

use std::{fmt::Write, time::Duration};

use insta::assert_snapshot;

use super::{Decision, GpuPolicy};
use crate::{
    gpu::{Action, GpuInfo},
    keeper::{ClientId, Input, Kept, Ticket},
    protocol::{ErrorCode, HoldKind, PauseReason, Phase, Request},
    settings::{Mode, PulseInterval, Settings, Strategy, StrategyChoice},
    simulation::{Counters, Harness, Scenario},
    units::{Bytes, Percent},
};

mod demand;
mod first_minute;
mod fuzz;
mod measuring;
mod message;
mod operations;
mod properties;
mod raising;
mod settling;
mod soak;
mod standby;
mod stopped;
mod users;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// The demand of a program.
fn held() -> Request {
    Request::Hold {
        application: "train.py".to_owned(),
        reason: None,
        gpu: None,
        kind: HoldKind::Program,
    }
}

fn run(preset: &str, mode: Mode) -> Harness {
    run_scenario(Scenario::preset(preset).expect("a preset"), mode)
}

fn run_scenario(scenario: Scenario, mode: Mode) -> Harness {
    let settings = Settings {
        mode,
        ..Settings::default()
    };
    Harness::new(scenario, &settings, Kept::default())
}

/// Without standing by, for the rules of holding.
fn run_holding(scenario: Scenario, mode: Mode) -> Harness {
    let settings = Settings {
        mode,
        strategy_exclude: vec![Strategy::Standby],
        ..Settings::default()
    };
    Harness::new(scenario, &settings, Kept::default())
}

/// With a fixed strategy.
fn run_with(preset: &str, mode: Mode, strategy: StrategyChoice, pulse: PulseInterval) -> Harness {
    let mut settings = Settings {
        mode,
        strategy,
        ..Settings::default()
    };
    settings.pulse.interval = pulse;
    let scenario = Scenario::preset(preset).expect("a preset");
    Harness::new(scenario, &settings, Kept::default())
}

/// The first GPU.
impl Harness {
    fn gpu(&self) -> (&GpuInfo, &GpuPolicy, Option<&Decision>) {
        self.keeper.gpus().next().expect("a GPU")
    }

    fn policy(&self) -> &GpuPolicy {
        self.gpu().1
    }

    fn decision(&self) -> &Decision {
        self.gpu().2.expect("decided")
    }

    fn phase(&self) -> Phase {
        self.decision().phase
    }

    fn ready(&self) -> Option<bool> {
        self.policy().ready(self.gpu().0)
    }

    fn counters(&mut self) -> Counters {
        self.machine.counters(0, self.now()).expect("a card")
    }

    fn handle(&mut self, input: Input) {
        self.input(input, &mut |_| {});
    }

    fn request(&mut self, request: Request) {
        self.handle(Input::Request {
            client: ClientId(1),
            ticket: Ticket(0),
            request,
        });
    }

    fn change(&mut self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.keeper.settings().clone();
        change(&mut settings);
        let file = crate::settings::SettingsFile::of(&settings);
        self.handle(Input::SettingsChanged(Box::new(file)));
    }

    fn load(&mut self, utilization: u32) {
        let now = self.now();
        self.machine.set_load(0, Percent(utilization), now);
    }

    /// Shows the decisions on the first GPU, once it was found.
    fn run_decided(&mut self, time: Duration, mut watch: impl FnMut(&Self)) {
        self.run_watched(time, |seen| {
            if seen
                .keeper
                .gpus()
                .next()
                .is_some_and(|(_, _, d)| d.is_some())
            {
                watch(seen);
            }
        });
    }
}

fn scenario(text: &str) -> Scenario {
    Scenario::parse("test", text).expect("a valid scenario")
}

/// One line per change of phase, strategy or readiness.
fn transcript(harness: &mut Harness, time: Duration) -> String {
    let mut lines = String::new();
    let mut last = String::new();
    harness.run_decided(time, |seen| {
        let decision = seen.decision();
        let state = format!(
            "{:?} {:?} held {:?} ready {:?}",
            decision.phase,
            decision.reasons,
            seen.policy().held(),
            seen.ready(),
        );
        if state != last {
            let at = seen.now().since_origin().as_secs_f64();
            writeln!(lines, "{at:7.1} s  {state}").expect("to a string");
            last = state;
        }
    });
    lines
}

#[test]
fn a_laptop_in_mode_always_climbs_to_pulses_and_stays_ready() {
    let mut harness = run("rtx-3070-laptop", Mode::Always);
    let phases = transcript(&mut harness, 5 * MINUTE);
    let attempts = harness.policy().attempts().iter();
    let attempts: String = attempts.map(|attempt| format!("{attempt}\n")).collect();
    assert_snapshot!(format!("{phases}\n{attempts}"));
}

#[test]
fn an_h200_is_held_by_a_boost_without_a_context_or_a_pulse() {
    let mut harness = run("h200", Mode::Always);
    harness.run_for(HOUR);
    assert_eq!(harness.policy().held(), Some(Strategy::Boost));
    assert_eq!(harness.policy().history().pulses(), 0);
    assert!(!harness.counters().context_open);
    assert_eq!(harness.ready(), Some(true));
}

#[test]
fn a_hot_laptop_pauses_at_its_limit_and_resumes_cooler() {
    let mut harness = run("hot-laptop", Mode::Always);
    let mut paused_at = None;
    let mut resumed_at = None;
    harness.run_decided(3 * MINUTE, |seen| {
        let sample = seen.policy().history().sample();
        let temperature = sample.and_then(|sample| sample.temperature);
        match seen.phase() {
            Phase::Paused => {
                assert_eq!(seen.decision().reasons, [PauseReason::Thermal]);
                paused_at.get_or_insert((seen.now(), temperature));
            }
            Phase::Warm if paused_at.is_some() => {
                resumed_at.get_or_insert((seen.now(), temperature));
            }
            _ => {}
        }
    });
    let (paused, hot) = paused_at.expect("it gets hot");
    let (resumed, cool) = resumed_at.expect("it cools down");
    assert!(hot.expect("read").0 >= 83, "paused at {hot:?}");
    assert!(cool.expect("read").0 <= 78, "resumed at {cool:?}");
    assert!(resumed.since(paused) >= 10 * SECOND);
}

#[test]
fn nothing_is_held_while_paused_by_the_user_and_the_timer_ends_it() {
    let mut harness = run("rtx-4090", Mode::Always);
    harness.run_for(MINUTE);
    harness.request(Request::Pause { for_s: Some(900.0) });
    harness.run_for(SECOND);
    assert_eq!(harness.phase(), Phase::Paused);
    assert_eq!(harness.policy().history().held(), None);
    harness.run_for(15 * MINUTE);
    assert_eq!(harness.phase(), Phase::Warm);
}

#[test]
fn off_means_nothing_held() {
    let mut harness = run("rtx-4090", Mode::Always);
    harness.run_for(MINUTE);
    harness.request(Request::Off);
    harness.run_for(SECOND);
    assert_eq!(harness.phase(), Phase::Off);
    assert_eq!(harness.policy().history().held(), None);
    // The status soon shows the GPU as it is now.
    let released = harness.now();
    harness.run_for(SECOND);
    let (sampled, _) = harness.policy().history().timed_sample().expect("a sample");
    assert!(sampled >= released);
}

#[test]
fn a_lease_stops_the_pulses_and_keeps_the_context() {
    let mut harness = run_with(
        "rtx-4090",
        Mode::Always,
        StrategyChoice::Pulse,
        PulseInterval::Auto,
    );
    harness.run_for(MINUTE);
    harness.request(Request::BeginLease { wait: false });
    harness.run_for(SECOND);
    let before = harness.policy().history().pulses();
    harness.run_for(5 * MINUTE);
    assert_eq!(harness.phase(), Phase::Yielding);
    assert_eq!(harness.policy().history().held(), Some(Strategy::Pulse));
    assert_eq!(harness.policy().history().pulses(), before);
}

fn pulsing_every(interval: Duration, mode: Mode) -> Harness {
    let interval = PulseInterval::Fixed(interval);
    run_with("rtx-4090", mode, StrategyChoice::Pulse, interval)
}

#[test]
fn a_fixed_interval_is_kept_to() {
    let mut harness = pulsing_every(Duration::from_millis(100), Mode::Always);
    harness.run_for(MINUTE);
    let pulses = harness.policy().history().pulses();
    assert!(
        (595..=601).contains(&pulses),
        "{pulses} pulses in a minute at 100 ms"
    );
}

#[test]
fn with_a_fixed_interval_nothing_is_tried_so_the_samples_are_calm() {
    let mut harness = pulsing_every(10 * SECOND, Mode::Always);
    harness.run_for(HOUR);
    // One sample every 5 s at most, every other of them for a pulse.
    let samples = harness.counters().samples;
    assert!(
        (360..=725).contains(&samples),
        "{samples} samples in an hour"
    );
}

#[test]
fn while_a_client_is_subscribed_a_gpu_is_sampled_every_two_seconds() {
    for mode in [Mode::OnDemand, Mode::Always] {
        let mut harness = pulsing_every(10 * SECOND, mode);
        harness.handle(Input::Subscribed(ClientId(1)));
        harness.run_for(HOUR);
        let samples = harness.counters().samples;
        assert!(
            (1790..=1810).contains(&samples),
            "{mode:?}: {samples} samples in an hour"
        );
    }
}

#[test]
fn an_idle_desktop_gpu_is_sampled_every_five_seconds() {
    let mut harness = run("rtx-4090", Mode::OnDemand);
    harness.run_for(HOUR);
    let samples = harness.counters().samples;
    assert!(
        (715..=725).contains(&samples),
        "{samples} samples in an hour"
    );
}

#[test]
fn a_model_that_fills_the_card_gets_our_vram_back() {
    let mut harness = run_with(
        "h200",
        Mode::Always,
        StrategyChoice::Context,
        PulseInterval::Auto,
    );
    harness.run_for(MINUTE);
    assert!(harness.policy().history().holds_context());
    let sample = harness.policy().history().sample().expect("sampled");
    let free = sample.vram_free.expect("reported");
    harness.change(|settings| settings.vram_reserve = Bytes::from_mib(free.mib() + 1));
    harness.run_for(2 * SECOND);
    assert_eq!(harness.decision().reasons, [PauseReason::Vram]);
    assert_eq!(harness.policy().history().held(), None);
    harness.change(|settings| settings.vram_reserve = Bytes::from_mib(512));
    harness.run_for(2 * SECOND);
    assert_eq!(harness.phase(), Phase::Warm);
}

#[test]
fn all_reasons_are_stated_at_once() {
    let mut harness = run("rtx-4090", Mode::OnDemand);
    // The idle power has to be known before anything can be charged.
    harness.run_for(2 * MINUTE);
    harness.change(|settings| settings.energy.daily_budget_wh = Some(0.1));
    harness.request(Request::Warm {
        for_s: Some(7200.0),
    });
    harness.run_for(HOUR);
    harness.request(Request::Pause { for_s: None });
    harness.run_for(SECOND);
    let decision = harness.decision();
    assert_eq!(decision.reasons, [PauseReason::User, PauseReason::Budget]);
    assert_snapshot!(
        decision.message,
        @"Paused: you paused it until you resume. Today's energy budget of 0.1 Wh is used up."
    );
}

#[test]
fn a_lost_gpu_is_a_fault_until_it_is_back() {
    let mut harness = run("gpu-lost", Mode::Always);
    assert_snapshot!(transcript(&mut harness, 40 * SECOND));
    assert_eq!(harness.phase(), Phase::Warm);
}

#[test]
fn a_pulse_needs_a_fresh_sample_and_a_permitted_phase() {
    for (preset, _) in crate::simulation::PRESETS {
        if preset == "no-driver" {
            continue;
        }
        let mut harness = run(preset, Mode::Always);
        harness.run_decided(2 * MINUTE, |seen| {
            if seen.decision().action == Some(Action::Pulse) {
                let history = seen.policy().history();
                let (at, _) = history.timed_sample().expect("a sample");
                assert!(
                    seen.now().since(at) <= Duration::from_millis(500),
                    "{preset}"
                );
                assert_eq!(seen.phase(), Phase::Warm, "{preset}");
            }
        });
    }
}

#[test]
fn the_time_before_a_request_and_readiness_are_logged() {
    let mut harness = run("h200", Mode::Always);
    harness.run_for(MINUTE);
    for _ in 0..2 {
        harness.load(90);
        harness.run_for(5 * SECOND);
        harness.load(0);
        harness.run_for(MINUTE);
    }
    let lines = harness.log.iter().map(|(_, line)| line.text.clone());
    let arrived: Vec<_> = lines.filter(|text| text.starts_with("request")).collect();
    assert_eq!(arrived.len(), 2, "{arrived:?}");
    assert_eq!(arrived[0], "request after 0ns idle, ready");
    let seconds = arrived[1].trim_start_matches("request after ");
    let seconds: f64 = seconds
        .split('s')
        .next()
        .unwrap_or("")
        .parse()
        .expect(&arrived[1]);
    assert!((58.0..=62.0).contains(&seconds), "{arrived:?}");
    assert!(arrived[1].ends_with("idle, ready"), "{arrived:?}");
}
