//! The time until a laptop whose GPU sleeps notices that it is used, and that it keeps no GPU
//! awake.

use super::*;
use crate::{
    Moment,
    gpu::GpuInfo,
    host::{GpuUse, HostSample, RuntimePm},
    policy::{GpuPolicy, Observations, Switches},
    settings::Settings,
    simulation::{Performed, SimulatedMachine},
};

/// A laptop in virtual time whose processes can be hidden, as another user's are.
struct Laptop {
    machine: SimulatedMachine,
    policy: GpuPolicy,
    settings: Settings,
    info: GpuInfo,
    host: HostSample,
    hide: fn(&mut HostSample),
    mode: Mode,
    budget_spent: bool,
    now: Moment,
    /// The time when demand was first seen, and the samples of the GPU until then.
    noticed: Option<Duration>,
    samples: Vec<Duration>,
    suspended_at: Vec<Duration>,
}

impl Laptop {
    fn with(events: &str, hide: fn(&mut HostSample)) -> Self {
        let text = format!("[[gpus]]\nlike = \"rtx-3070-laptop\"\n{events}");
        let mut machine = SimulatedMachine::new(scenario(&text), Moment::ORIGIN);
        Self {
            info: machine
                .discover(Moment::ORIGIN)
                .expect("a GPU")
                .gpus
                .remove(0),
            machine,
            policy: GpuPolicy::new([], Default::default()),
            settings: Settings {
                strategy_exclude: vec![Strategy::Standby],
                ..Settings::default()
            },
            host: HostSample::default(),
            hide,
            mode: Mode::OnDemand,
            budget_spent: false,
            now: Moment::ORIGIN,
            noticed: None,
            samples: Vec::new(),
            suspended_at: Vec::new(),
        }
    }

    /// Runs until `end`, sampling the machine at `offset`, 1.3 s later, and then every 2 s: so the
    /// GPU, which suspends 6 s after the first sample, does so between two of them.
    fn run(&mut self, offset: Duration, end: Duration) {
        let mut host_at = self.now + offset;
        while self.now.since_origin() < end {
            if self.now >= host_at {
                self.host = self.machine.host(&[], self.now);
                if self.host.runtime_pm(self.info.pci_bus_id) == RuntimePm::Suspended {
                    self.suspended_at.push(self.now.since_origin());
                }
                (self.hide)(&mut self.host);
                let first = host_at.since_origin() == offset;
                host_at = match first {
                    true => self.now + Duration::from_millis(1300),
                    false => self.now + self.host.sample_again_after([]),
                };
            }
            let seen = Observations {
                gpu: &self.info,
                settings: &self.settings,
                switches: Switches {
                    enabled: true,
                    mode: self.mode,
                    pause: crate::policy::Pause::No,
                },
                leases: 0,
                lease_ended: None,
                warm_until: None,
                held_for: None,
                host: &self.host,
                suspended: false,
                budget_spent: self.budget_spent,
                watched: false,
                measuring: false,
            };
            let step = self.policy.step(&seen, self.now);
            if step.decision.demand.is_some() {
                self.noticed.get_or_insert(self.now.since_origin());
            }
            let Some(action) = step.decision.action else {
                let next = step.wake_at.map_or(host_at, |at| at.min(host_at));
                assert!(next > self.now, "woken for nothing at {}", self.now);
                self.now = next;
                continue;
            };
            self.perform(action);
        }
    }

    fn perform(&mut self, action: Action) {
        if action == Action::Sample {
            let state = self
                .machine
                .host(&[], self.now)
                .runtime_pm(self.info.pci_bus_id);
            assert_eq!(state, RuntimePm::Active, "woken by us at {}", self.now);
            self.samples.push(self.now.since_origin());
        }
        let Performed::Done(result) = self.machine.perform(0, action, self.now) else {
            panic!("nothing hangs here");
        };
        self.policy.done(action, result, self.now);
    }

    #[track_caller]
    fn notices_within(&self, event: f64, seconds: f64) {
        let noticed = self.noticed.expect("it is noticed").as_secs_f64();
        let allowed = event..=event + seconds;
        assert!(
            allowed.contains(&noticed),
            "at {noticed} s, not in {allowed:?}"
        );
    }
}

/// A program that loads its model at that time, answers from 4 s to 12 s after, and stays.
fn loads_at(seconds: f64, program: &str) -> String {
    let event = |from: f64, lasts: f64, percent: u32| {
        format!(
            "[[events]]\nat_s = {from:?}\nfor_s = {lasts:?}\nkind = \"program\"\n\
             program = \"{program}\"\npid = 500\nutilization_percent = {percent}\n",
        )
    };
    [
        event(seconds, 4.0, 0),
        event(seconds + 4.0, 8.0, 90),
        event(seconds + 12.0, 600.0, 0),
    ]
    .concat()
}

fn nothing_hidden(_: &mut HostSample) {}

/// Ollama's service runs as a user of its own.
fn of_another_user(host: &mut HostSample) {
    for process in &mut host.ai_programs {
        process.gpu = GpuUse::Unknown;
    }
}

/// The same on a kernel that does not count the users of a module.
fn nothing_reported(host: &mut HostSample) {
    of_another_user(host);
    host.uvm_open = None;
}

const OFFSETS: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_millis(300),
    Duration::from_millis(900),
    Duration::from_millis(1500),
    Duration::from_millis(1999),
];

/// From before the GPU could fall asleep, 6 s after it was released, to long after.
const LOAD_TIMES: [f64; 8] = [0.5, 3.0, 5.5, 6.2, 7.0, 8.0, 8.4, 41.0];

#[test]
fn a_model_loaded_in_the_first_minute_of_a_laptop_is_noticed_within_two_seconds() {
    for hide in [nothing_hidden as fn(&mut HostSample), of_another_user] {
        for (load, offset) in times() {
            let mut laptop = Laptop::with(&loads_at(load, "ollama runner --model m"), hide);
            laptop.run(offset, 60 * SECOND);
            laptop.notices_within(load, 2.0);
        }
    }
}

#[test]
fn without_a_count_of_its_users_a_gpu_that_slept_in_between_is_evidence() {
    for (after, offset) in [0.2, 1.0, 1.9, 5.0]
        .into_iter()
        .flat_map(|after| OFFSETS.map(|o| (after, o)))
    {
        // It is released with the first host sample, and suspends 6 s later.
        let load = offset.as_secs_f64() + 6.0 + after;
        let mut laptop = Laptop::with(&loads_at(load, "ollama runner --model m"), nothing_reported);
        laptop.run(offset, 60 * SECOND);
        laptop.notices_within(load, 2.0);
    }
}

#[test]
fn a_program_that_is_no_ai_process_is_noticed_when_it_computes() {
    for (load, offset) in times() {
        let mut laptop = Laptop::with(&loads_at(load, "my-own-script"), nothing_hidden);
        laptop.run(offset, 60 * SECOND);
        laptop.notices_within(load + 4.0, 2.0);
    }
}

fn times() -> impl Iterator<Item = (f64, Duration)> {
    let offsets = || OFFSETS.into_iter();
    LOAD_TIMES
        .into_iter()
        .flat_map(move |load| offsets().map(move |offset| (load, offset)))
}

#[test]
fn a_request_to_a_model_that_rested_for_long_is_noticed_within_two_seconds() {
    let events = r#"
        [[events]]
        at_s = 3
        kind = "program"
        program = "my-own-script"

        [[events]]
        at_s = 1800
        for_s = 10
        kind = "program"
        program = "my-own-script"
        utilization_percent = 90
    "#;
    for offset in OFFSETS {
        let mut laptop = Laptop::with(events, nothing_hidden);
        laptop.run(offset, 1820 * SECOND);
        laptop.notices_within(1800.0, 2.0);
    }
}

#[test]
fn an_unused_gpu_suspends_as_if_we_were_not_there() {
    // A service that waits, and a model on the processor.
    let events = r#"
        [[events]]
        at_s = 0
        kind = "program"
        program = "ollama serve"
        gpu_open = false

        [[events]]
        at_s = 3
        for_s = 600
        kind = "program"
        program = "ollama runner --model m"
        gpu_open = false
    "#;
    for offset in OFFSETS {
        let mut laptop = Laptop::with(events, nothing_hidden);
        laptop.run(offset, 300 * SECOND);
        assert!(laptop.samples.len() <= 1, "{:?}", laptop.samples);
        let suspended = laptop.suspended_at.first().expect("it suspends");
        assert!(*suspended <= 10 * SECOND, "at {suspended:?}");
        assert_eq!(laptop.noticed, None);
    }
}

#[test]
fn a_gpu_suspends_soon_after_a_program_that_was_no_demand_ends() {
    let events = r#"
        [[events]]
        at_s = 100
        for_s = 60
        kind = "program"
        program = "my-own-script"
    "#;
    for offset in OFFSETS {
        let mut laptop = Laptop::with(events, nothing_hidden);
        laptop.run(offset, 300 * SECOND);
        let mut after = laptop.suspended_at.iter().filter(|at| **at > 110 * SECOND);
        let suspended = after.next().expect("it suspends again");
        // At most one sample at 2 s, the 6 s of the device, and the next host sample.
        assert!(*suspended <= 171 * SECOND, "at {suspended:?}");
        assert_eq!(
            laptop.noticed, None,
            "it had the GPU open and computed nothing"
        );
    }
}

#[test]
fn a_model_that_may_not_be_held_for_is_not_sampled_without_end() {
    // Seen by the driver alone, and no reason to open it once it is closed again.
    let mut laptop = Laptop::with(&loads_at(3.0, "my-own-script"), nothing_hidden);
    laptop.mode = Mode::WhileLoaded;
    laptop.budget_spent = true;
    laptop.run(Duration::ZERO, 40 * SECOND);
    assert!(laptop.samples.len() <= 9, "{:?}", laptop.samples);
}
