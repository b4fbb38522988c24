//! The content of a message, which asks what the decision asks.

use super::*;
use crate::{
    Moment,
    gpu::{Action, ComputeProcess, GpuInfo, Outcome, PState, PowerSource, Sample},
    host::{AiProcess, HostSample, RuntimePm},
    policy::{Decision, GpuPolicy, HeldFor, Observations, Pause, Switches},
    protocol::Cause,
    settings::Settings,
};

/// One GPU at one moment.
struct Case {
    gpu: GpuInfo,
    sample: Sample,
    host: HostSample,
    settings: Settings,
    mode: Mode,
    warm_until: Option<Moment>,
    held_for: Option<HeldFor>,
}

impl Case {
    fn new(mode: Mode) -> Self {
        let mut harness = run("rtx-3070-laptop", mode);
        harness.run_for(SECOND);
        Self {
            gpu: harness.gpu().0.clone(),
            sample: Sample {
                pstate: PState::new(8),
                ..Sample::default()
            },
            host: HostSample::default(),
            settings: Settings {
                strategy_exclude: vec![Strategy::Standby],
                ..Settings::default()
            },
            mode,
            warm_until: None,
            held_for: None,
        }
    }

    /// Ollama runs with the GPU open, and computes if so.
    fn with_ollama(mut self, pids: &[u32], utilization: u32) -> Self {
        self.host.ai_programs = vec![AiProcess {
            pid: 7,
            name: "ollama".to_owned(),
            started: None,
            parent: None,
            label: "Ollama".to_owned(),
            kind: crate::ai_processes::ProcessKind::Worker,
            gpu: crate::host::GpuUse::Device(Vec::new()),
            quiet: None,
        }];
        let process = |pid: &u32| ComputeProcess {
            pid: *pid,
            vram: None,
        };
        self.sample.compute_processes = Some(pids.iter().map(process).collect());
        self.sample.other_utilization = Some(Percent(utilization));
        self.sample.pstate = PState::new(0);
        self
    }

    fn decided(&self) -> Decision {
        self.decided_after(Duration::ZERO)
    }

    /// The decision of a policy that saw the same so long ago.
    fn decided_after(&self, time: Duration) -> Decision {
        let mut policy = GpuPolicy::new([], Default::default());
        self.step(&mut policy, Moment::ORIGIN);
        self.step(&mut policy, Moment::ORIGIN + time)
    }

    fn step(&self, policy: &mut GpuPolicy, now: Moment) -> Decision {
        let sampled = Outcome::Sampled(Box::new(self.sample.clone()));
        policy.done(Action::Sample, Ok(sampled), now);
        let seen = Observations {
            gpu: &self.gpu,
            settings: &self.settings,
            switches: Switches {
                enabled: true,
                mode: self.mode,
                pause: Pause::No,
            },
            leases: 0,
            lease_ended: None,
            warm_until: self.warm_until,
            held_for: self.held_for.as_ref(),
            host: &self.host,
            suspended: false,
            budget_spent: false,
            watched: false,
            measuring: false,
        };
        policy.step(&seen, now).decision
    }

    fn message(&self) -> String {
        self.decided().message.to_string()
    }
}

#[test]
fn the_sentence_and_the_decision_ask_the_same_about_the_power_source() {
    use PowerSource::{Ac, Battery, UndersizedAdapter};
    for (machine, driver, expected) in [
        (Ac, Some(UndersizedAdapter), Cause::WeakAdapter),
        (UndersizedAdapter, Some(Ac), Cause::WeakAdapter),
        (UndersizedAdapter, None, Cause::WeakAdapter),
        (Ac, Some(Battery), Cause::OnBattery),
        (UndersizedAdapter, Some(Battery), Cause::OnBattery),
        (Battery, Some(UndersizedAdapter), Cause::OnBattery),
    ] {
        let mut case = Case::new(Mode::Always);
        case.host.power_source = machine;
        case.sample.power_source = driver;
        let decision = case.decided();
        assert_eq!(decision.reasons, [PauseReason::Battery]);
        assert_eq!(
            decision.message.causes,
            std::slice::from_ref(&expected),
            "{machine:?}, {driver:?}"
        );
        assert_eq!(decision.cannot_measure, Some(expected));
    }
}

#[test]
fn a_program_is_named_where_it_is_the_only_one_that_can_be_meant() {
    let case = |pids: &[u32], utilization| {
        Case::new(Mode::WhileLoaded)
            .with_ollama(pids, utilization)
            .message()
    };
    assert_eq!(case(&[7], 90), "Busy: Ollama is answering");
    assert_eq!(case(&[7, 8], 90), "Busy: another program is using the GPU");
    assert_eq!(case(&[8], 90), "Busy: another program is using the GPU");
    assert_eq!(case(&[7], 0), "Getting ready: Ollama has a model loaded");
    assert_eq!(case(&[8], 0), "Getting ready: a program has the GPU open");
    let mut unlisted = Case::new(Mode::WhileLoaded).with_ollama(&[], 90);
    unlisted.sample.compute_processes = None;
    let message = unlisted.message();
    assert_eq!(message, "Busy: another program is using the GPU");
}

#[test]
fn a_gpu_sleeps_for_a_reason() {
    let unused = Case::new(Mode::OnDemand);
    assert_eq!(unused.message(), "Asleep: no AI program is using this GPU");

    let mut suspended = Case::new(Mode::OnDemand);
    let id = suspended.gpu.pci_bus_id;
    suspended.host.runtime_pm = vec![(id, RuntimePm::Suspended)];
    assert_eq!(
        suspended.message(),
        "Asleep: this GPU is switched off to save power"
    );

    let used = Case::new(Mode::OnDemand).with_ollama(&[7], 0);
    let message = |minutes| used.decided_after(minutes * MINUTE).message.to_string();
    assert_eq!(
        message(0),
        "Getting ready: sleeps in 15 min unless your AI is used"
    );
    assert_eq!(
        message(12),
        "Getting ready: sleeps in 3 min unless your AI is used"
    );
    assert_eq!(message(15), "Asleep: your AI has not been used for 15 min");
}

#[test]
fn a_program_that_holds_is_named() {
    let mut case = Case::new(Mode::OnDemand);
    case.held_for = Some(HeldFor {
        application: "train.py".to_owned(),
        reason: None,
    });
    let causes = case.decided_after(SECOND).message.causes;
    let named = Cause::HeldFor {
        application: "train.py".to_owned(),
        reason: None,
    };
    assert_eq!(causes, [named]);
}

#[test]
fn a_wish_of_the_user_ends_when_it_is_over() {
    let mut case = Case::new(Mode::OnDemand);
    case.warm_until = Some(Moment::ORIGIN + 15 * MINUTE);
    let message = |seconds| case.decided_after(seconds * SECOND).message.to_string();
    assert_eq!(message(0), "Getting ready: for 15 min, as you asked");
    assert_eq!(message(30), "Getting ready: for 15 min, as you asked");
    assert_eq!(message(899), "Getting ready: for 1 min, as you asked");
}
