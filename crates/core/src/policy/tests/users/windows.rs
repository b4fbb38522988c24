//! A Windows desktop: everything with a window is in both of the driver's lists.

use super::*;
use crate::{
    ai_processes::{self, CommandLine},
    policy::demand::holds_context,
};

const DESKTOP: &str = include_str!("../../../../../../tests/fixtures/windows/desktop.txt");
const LM_STUDIO: &str = include_str!("../../../../../../tests/fixtures/windows/lm-studio.txt");

fn lines(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().filter(|line| !line.starts_with('#'))
}

/// The AI process that a command line is, as the process table has it on Windows.
fn recognised(pid: u32, line: &str) -> Option<AiProcess> {
    let argv: Vec<&str> = line.split('|').collect();
    let started = CommandLine::new(argv[0], &argv, None);
    let found = ai_processes::recognise(&started, &[])?;
    found
        .kind
        .is_ai_process(&GpuUse::Unknown)
        .then(|| AiProcess {
            name: found.name,
            label: ai_processes::label(&started, []),
            ..process(pid, found.kind, GpuUse::Unknown)
        })
}

/// The lists with every program of both files in them.
fn desktop_with_lm_studio(percent: u32) -> (Vec<AiProcess>, Sample) {
    let desktop = lines(DESKTOP).chain(lines(LM_STUDIO).map(|line| &line["window ".len()..]));
    let programs: Vec<(u32, &str)> = (4_000..).zip(desktop).collect();
    let ai = programs
        .iter()
        .filter_map(|(pid, line)| recognised(*pid, line));
    let pids: Vec<u32> = programs.iter().map(|(pid, _)| *pid).collect();
    let sample = Sample {
        compute_processes: listed(pids.clone()),
        drawing: pids,
        names_processes: true,
        ..busy(percent)
    };
    (ai.collect(), sample)
}

#[test]
fn no_program_of_the_desktop_is_an_ai_process() {
    assert!(lines(DESKTOP).count() >= 30);
    for line in lines(DESKTOP) {
        assert_eq!(recognised(1, line), None, "{line}");
    }
}

#[test]
fn the_worker_of_lm_studio_counts_and_its_window_does_not() {
    for line in lines(LM_STUDIO) {
        let (part, line) = line.split_once(' ').expect("a part");
        let kind = recognised(1, line).map(|process| process.kind);
        let expected = (part == "worker").then_some(ProcessKind::Worker);
        assert_eq!(kind, expected, "{line}");
    }
    let (ai, at_rest) = desktop_with_lm_studio(0);
    let mut shown = Shown::new(ai);
    let demand = shown.after(at_rest.clone(), Mode::WhileLoaded);
    assert_eq!(demand, Some(DemandReason::Loaded));
    let clients: Vec<_> = shown.policy.clients(&shown.host).collect();
    assert_eq!(clients.len(), 1, "{clients:?}");
    assert_eq!(clients[0].label, "LM Studio");

    // Without the worker the same desktop is no demand, whatever it draws.
    let mut shown = Shown::new(vec![]);
    for percent in [0, 45] {
        let sample = Sample {
            utilization: Some(Percent(percent)),
            ..at_rest.clone()
        };
        for mode in [Mode::OnDemand, Mode::WhileLoaded] {
            assert_eq!(
                shown.after(sample.clone(), mode),
                None,
                "{percent} {mode:?}"
            );
        }
    }
}

#[test]
fn the_ai_process_among_desktop_programs_is_named() {
    let (ai, busy) = desktop_with_lm_studio(95);
    let mut shown = Shown::new(ai);
    shown.after(busy.clone(), Mode::OnDemand);
    shown.after(busy, Mode::OnDemand);
    let message = shown.decide(Mode::OnDemand).message;
    assert!(format!("{message:?}").contains("LM Studio"), "{message:?}");
}

/// A laptop's GPU sleeps again although desktop programs are listed, and does not while a model is
/// loaded.
#[test]
fn desktop_programs_are_no_reason_to_look_at_a_gpu_that_may_sleep() {
    let (ai, sample) = desktop_with_lm_studio(0);
    for (ai, expected) in [(vec![], false), (ai, true)] {
        let mut shown = Shown::new(ai);
        shown.after(sample.clone(), Mode::OnDemand);
        let gpu = shown.info.pci_bus_id;
        let held = holds_context(&shown.host, gpu, shown.policy.history());
        assert_eq!(held, expected);
    }
}
