//! The users of the GPU: the driver's lists, and the files that AI processes have open.

mod windows;

use super::*;
use crate::{
    Moment,
    ai_processes::ProcessKind,
    gpu::{ComputeProcess, GpuInfo, Outcome, ProcessLoad, Sample},
    host::{AiProcess, GpuUse, HostSample},
    policy::{Decision, DemandReason, GpuPolicy, Observations, Switches},
    settings::Settings,
    simulation::SimulatedMachine,
};

fn process(pid: u32, kind: ProcessKind, gpu: GpuUse) -> AiProcess {
    AiProcess {
        pid,
        started: None,
        parent: None,
        name: "llama-server".to_owned(),
        label: "llama.cpp".to_owned(),
        kind,
        gpu,
        quiet: None,
    }
}

fn worker(pid: u32, gpu: GpuUse) -> AiProcess {
    process(pid, ProcessKind::Worker, gpu)
}

fn load(pid: u32, percent: u32) -> ProcessLoad {
    ProcessLoad {
        pid,
        percent: Percent(percent),
    }
}

/// One policy of an RTX 4090 that is shown samples made by hand.
struct Shown {
    policy: GpuPolicy,
    settings: Settings,
    info: GpuInfo,
    host: HostSample,
    now: Moment,
}

impl Shown {
    fn new(ai: Vec<AiProcess>) -> Self {
        let mut machine = SimulatedMachine::new(
            Scenario::preset("rtx-4090").expect("it is one"),
            Moment::ORIGIN,
        );
        Self {
            policy: GpuPolicy::new([], Default::default()),
            settings: Settings {
                strategy_exclude: vec![Strategy::Standby],
                ..Settings::default()
            },
            info: machine
                .discover(Moment::ORIGIN)
                .expect("a GPU")
                .gpus
                .remove(0),
            host: HostSample {
                ai_programs: ai,
                ..HostSample::default()
            },
            now: Moment::ORIGIN,
        }
    }

    fn demand(&mut self, mode: Mode) -> Option<DemandReason> {
        self.decide(mode).demand
    }

    fn decide(&mut self, mode: Mode) -> Decision {
        let seen = Observations {
            gpu: &self.info,
            settings: &self.settings,
            switches: Switches {
                enabled: true,
                mode,
                pause: crate::policy::Pause::No,
            },
            leases: 0,
            lease_ended: None,
            warm_until: None,
            held_for: None,
            host: &self.host,
            suspended: false,
            budget_spent: false,
            watched: false,
            measuring: false,
        };
        self.policy.step(&seen, self.now).decision
    }

    /// The demand once that sample was taken.
    fn after(&mut self, sample: Sample, mode: Mode) -> Option<DemandReason> {
        self.now = self.now + SECOND;
        let sampled = Ok(Outcome::Sampled(Box::new(sample)));
        self.policy.done(Action::Sample, sampled, self.now);
        self.demand(mode)
    }
}

fn busy(percent: u32) -> Sample {
    Sample {
        utilization: Some(Percent(percent)),
        temperature: Some(crate::units::Celsius(40)),
        ..Sample::default()
    }
}

fn listed(pids: impl IntoIterator<Item = u32>) -> Option<Vec<ComputeProcess>> {
    let process = |pid| ComputeProcess { pid, vram: None };
    Some(pids.into_iter().map(process).collect())
}

/// The lists of NVML on a Windows desktop: everything that has a window, as compute and graphics at
/// once (nvidia-docker#1458, ollama#10393 and #11039 show the programs).
fn windows_desktop() -> Sample {
    let desktop = 4_000..4_030;
    Sample {
        compute_processes: listed(desktop.clone()),
        drawing: desktop.collect(),
        names_processes: true,
        ..busy(45)
    }
}

#[test]
fn a_busy_gpu_without_a_named_process_is_computing() {
    let cases = [
        (
            "a container: empty lists",
            listed([]),
            95,
            Some(DemandReason::Computing),
        ),
        ("WSL2: no list", None, 95, Some(DemandReason::Computing)),
        ("a container at rest", listed([]), 0, None),
        ("our own pulses in a container", listed([]), 3, None),
    ];
    for (what, compute_processes, percent, expected) in cases {
        let mut shown = Shown::new(vec![]);
        let sample = Sample {
            compute_processes,
            ..busy(percent)
        };
        assert_eq!(shown.after(sample, Mode::OnDemand), expected, "{what}");
    }
}

#[test]
fn the_first_sample_is_not_taken_for_a_model() {
    let mut shown = Shown::new(vec![]);
    let sample = Sample {
        compute_processes: listed([]),
        ..busy(95)
    };
    let first = Sample {
        first: true,
        ..sample.clone()
    };
    assert_eq!(shown.after(first, Mode::OnDemand), None);
    assert_eq!(
        shown.after(sample, Mode::OnDemand),
        Some(DemandReason::Computing)
    );
}

#[test]
fn a_game_is_not_demand_whether_or_not_the_driver_reports_by_process() {
    for other_utilization in [Some(Percent(0)), None] {
        let mut shown = Shown::new(vec![]);
        let game = Sample {
            compute_processes: listed([]),
            drawing: vec![7],
            names_processes: true,
            other_utilization,
            ..busy(97)
        };
        assert_eq!(shown.after(game, Mode::OnDemand), None);
    }
}

#[test]
fn thirty_desktop_programs_of_windows_are_not_demand() {
    for mode in [Mode::OnDemand, Mode::WhileLoaded] {
        let mut shown = Shown::new(vec![]);
        assert_eq!(shown.after(windows_desktop(), mode), None, "{mode:?}");
        let by_process = Sample {
            other_utilization: Some(Percent(0)),
            process_utilization: Some(vec![load(4_007, 45)]),
            ..windows_desktop()
        };
        assert_eq!(shown.after(by_process, mode), None, "{mode:?}");
    }
}

#[test]
fn an_ai_process_among_them_is() {
    let mut shown = Shown::new(vec![worker(4_007, GpuUse::Unknown)]);
    let demand = shown.after(windows_desktop(), Mode::WhileLoaded);
    assert_eq!(
        demand,
        Some(DemandReason::Computing),
        "the whole GPU's utilization may be its"
    );
    let at_rest = Sample {
        utilization: Some(Percent(0)),
        ..windows_desktop()
    };
    assert_eq!(
        shown.after(at_rest, Mode::WhileLoaded),
        Some(DemandReason::Loaded)
    );
    let names: Vec<u32> = shown.policy.clients(&shown.host).map(|p| p.pid).collect();
    assert_eq!(names, [4_007]);

    // A window that computes in its own process draws all day, and so may a script.
    for kind in [ProcessKind::Window, ProcessKind::Ordinary] {
        let mut shown = Shown::new(vec![process(4_007, kind, GpuUse::Unknown)]);
        assert_eq!(
            shown.after(windows_desktop(), Mode::WhileLoaded),
            None,
            "{kind:?}"
        );
    }
}

#[test]
fn a_compute_process_that_does_not_draw_counts_under_windows_as_well() {
    let mut shown = Shown::new(vec![]);
    let python = Sample {
        compute_processes: listed((4_000..4_030).chain([9_000])),
        utilization: Some(Percent(0)),
        ..windows_desktop()
    };
    assert_eq!(
        shown.after(python.clone(), Mode::WhileLoaded),
        Some(DemandReason::Loaded)
    );
    let computes = Sample {
        utilization: Some(Percent(45)),
        ..python
    };
    assert_eq!(
        shown.after(computes, Mode::OnDemand),
        Some(DemandReason::Computing)
    );
}

#[test]
fn the_process_table_has_what_a_blind_driver_does_not() {
    let here = Shown::new(vec![]).info.pci_bus_id;
    let elsewhere = "0000:99:00.0".parse().expect("an address");
    let cases = [
        (GpuUse::Context(vec![here]), true),
        (GpuUse::Context(vec![]), true),
        (GpuUse::Context(vec![elsewhere]), false),
        (GpuUse::Device(vec![here]), false),
        (GpuUse::Graphics, false),
        (GpuUse::Nothing, false),
        (GpuUse::Unknown, false),
    ];
    for (gpu, loaded) in cases {
        let mut shown = Shown::new(vec![worker(5, gpu.clone())]);
        let blind = Sample {
            compute_processes: listed([]),
            ..busy(0)
        };
        let demand = shown.after(blind, Mode::WhileLoaded);
        assert_eq!(demand == Some(DemandReason::Loaded), loaded, "{gpu:?}");
    }
}

#[test]
fn a_model_on_the_processor_gives_one_sign_and_not_one_each_time_the_driver_is_closed() {
    let mut shown = Shown::new(vec![]);
    let here = shown.info.pci_bus_id;
    // Without a list it may be about to load a model.
    shown.host.ai_programs = vec![worker(5, GpuUse::Device(vec![here]))];
    assert_eq!(shown.demand(Mode::OnDemand), Some(DemandReason::Window));
    let unused = Sample {
        compute_processes: listed([6]),
        names_processes: true,
        other_utilization: Some(Percent(0)),
        ..busy(0)
    };
    for _ in 0..3 {
        shown.now = shown.now + 16 * MINUTE;
        assert_eq!(shown.after(unused.clone(), Mode::OnDemand), None);
        shown
            .policy
            .done(Action::Close, Ok(Outcome::Closed), shown.now);
        assert_eq!(shown.demand(Mode::OnDemand), None);
        assert_eq!(shown.demand(Mode::WhileLoaded), None);
    }
    // A context is another matter.
    shown.host.ai_programs = vec![worker(5, GpuUse::Context(vec![here]))];
    assert_eq!(shown.demand(Mode::WhileLoaded), Some(DemandReason::Loaded));
}

#[test]
fn the_one_that_answers_is_known_by_name() {
    let context = GpuUse::Context(vec![]);
    let loads = |loads: &[(u32, u32)]| Some(loads.iter().map(|(pid, p)| load(*pid, *p)).collect());
    let cases = [
        (
            "the busiest",
            2,
            loads(&[(1, 30), (2, 60), (9, 90)]),
            95,
            Some(2),
        ),
        ("no process is busy", 2, loads(&[(1, 0), (2, 0)]), 95, None),
        ("one of two, in a container", 2, None, 95, None),
        (
            "the only one, in a container",
            1,
            loads(&[(609, 91)]),
            95,
            Some(1),
        ),
        ("the only one at rest", 1, None, 3, None),
        ("none", 0, loads(&[(9, 90)]), 95, None),
    ];
    for (what, count, process_utilization, percent, expected) in cases {
        let clients = (1..=count).map(|pid| worker(pid, context.clone()));
        let mut shown = Shown::new(clients.collect());
        let sample = Sample {
            compute_processes: listed([]),
            process_utilization,
            ..busy(percent)
        };
        shown.after(sample, Mode::OnDemand);
        let answering = shown
            .policy
            .answering(&shown.host)
            .map(|process| process.pid);
        assert_eq!(answering, expected, "{what}");
    }
}

#[test]
fn a_model_that_another_user_loads_again_is_a_sign_again() {
    let mut shown = Shown::new(vec![worker(5, GpuUse::Unknown)]);
    let lists = |pids: &[u32]| Sample {
        compute_processes: listed(pids.iter().copied().chain([6])),
        names_processes: true,
        other_utilization: Some(Percent(0)),
        ..busy(0)
    };
    for _ in 0..2 {
        assert_eq!(shown.after(lists(&[]), Mode::OnDemand), None);
        assert_eq!(
            shown.after(lists(&[5]), Mode::OnDemand),
            Some(DemandReason::Window)
        );
        // Not while it stays loaded, whether or not the driver is asked.
        shown.now = shown.now + 16 * MINUTE;
        assert_eq!(shown.after(lists(&[5]), Mode::OnDemand), None);
        shown
            .policy
            .done(Action::Close, Ok(Outcome::Closed), shown.now);
        assert_eq!(shown.demand(Mode::OnDemand), None);
        assert_eq!(shown.after(lists(&[5]), Mode::OnDemand), None);
    }
}
