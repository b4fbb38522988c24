use std::time::Duration;

use gpu_keepalive_core::{
    gpu::Sample,
    host::HostEvent,
    settings::{AiProgram, Strategy},
    simulation::EventKind,
};
use tokio::time::sleep;

use super::*;
use crate::host::Host;

const PULSE: Action = Action::Hold {
    strategy: Strategy::Pulse,
    matrix_size: 256,
};

fn start(text: &str) -> Simulation {
    let scenario = Scenario::parse("test.toml", text).unwrap();
    Simulation::new(scenario, Clock::tokio())
}

async fn first_gpu(simulation: &Simulation) -> SimulatedGpu {
    let mut source = simulation.source();
    let gpus = source.discover().await.unwrap().gpus;
    source.open(&gpus[0])
}

async fn sample(gpu: &mut SimulatedGpu) -> Result<Sample, GpuError> {
    match gpu.perform(Action::Sample).await? {
        Outcome::Sampled(sample) => Ok(*sample),
        other => panic!("not a sample: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn tokio_s_paused_clock_drives_the_machine() {
    let simulation = start("[[gpus]]\nlike = \"rtx-3070-laptop\"");
    let mut gpu = first_gpu(&simulation).await;
    assert_eq!(sample(&mut gpu).await.unwrap().pstate.unwrap().number(), 8);
    gpu.perform(PULSE).await.unwrap();
    for (wait, expected) in [(0.05, 0), (17.9, 0), (0.2, 8)] {
        sleep(Duration::from_secs_f64(wait)).await;
        let pstate = sample(&mut gpu).await.unwrap().pstate.unwrap();
        assert_eq!(pstate.number(), expected, "{wait} s later");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hung_call_is_given_up_at_its_deadline_and_its_process_killed() {
    let simulation = start("[[gpus]]\nlike = \"rtx-4090\"");
    let mut gpu = first_gpu(&simulation).await;
    gpu.perform(PULSE).await.unwrap();
    simulation.with(|machine, now| {
        let lasts = Some(Duration::from_secs(30));
        machine.happen(Some(0), EventKind::Hang, lasts, now);
    });
    let before = simulation.clock.now();
    let error = gpu.perform(Action::Pulse).await.unwrap_err();
    assert_eq!(error.kind, GpuErrorKind::TimedOut);
    assert_eq!(
        simulation.clock.now().since(before),
        Action::Pulse.deadline()
    );
    let counters = simulation.with(|machine, now| machine.counters(0, now).unwrap());
    assert_eq!((counters.held, counters.nvml_open), (None, false));
    sleep(Duration::from_secs(30)).await;
    assert!(sample(&mut gpu).await.is_ok(), "it comes back");
}

#[tokio::test(start_paused = true)]
async fn an_abandoned_call_kills_its_process_too() {
    let simulation = start("[[gpus]]\nlike = \"rtx-4090\"");
    let mut gpu = first_gpu(&simulation).await;
    gpu.perform(PULSE).await.unwrap();
    simulation.with(|machine, now| machine.happen(None, EventKind::Hang, None, now));
    let limit = Duration::from_millis(10);
    let answer = tokio::time::timeout(limit, gpu.perform(Action::Sample)).await;
    assert!(answer.is_err(), "{answer:?}");
    let counters = simulation.with(|machine, now| machine.counters(0, now).unwrap());
    assert_eq!((counters.held, counters.context_open), (None, false));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_gpu_holds_nothing() {
    let simulation = start("[[gpus]]\nlike = \"h200\"");
    let mut gpu = first_gpu(&simulation).await;
    gpu.perform(PULSE).await.unwrap();
    drop(gpu);
    let counters = simulation.with(|machine, now| machine.counters(0, now).unwrap());
    assert_eq!((counters.held, counters.nvml_open), (None, false));
}

#[tokio::test(start_paused = true)]
async fn the_host_reports_power_and_sleep_when_they_occur() {
    let simulation = start(
        "[[events]]\nkind = \"battery\"\nat_s = 10\nfor_s = 50\n\
         [[events]]\nkind = \"suspend\"\nat_s = 20\nfor_s = 3600",
    );
    let mut host = simulation.host();
    let mut seen = Vec::new();
    for _ in 0..4 {
        let event = host.event().await;
        seen.push((simulation.clock.now().since_origin().as_secs(), event));
    }
    use HostEvent::*;
    let expected = [
        (10, PowerSourceChanged),
        (20, Suspending),
        (60, PowerSourceChanged),
        (3620, Resumed),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test(start_paused = true)]
async fn the_host_reports_the_events_of_a_test() {
    let simulation = start("[[gpus]]\nlike = \"rtx-4090\"");
    let mut host = simulation.host();
    let unplugged = async {
        sleep(Duration::from_secs(1)).await;
        simulation.with(|machine, now| machine.happen(None, EventKind::Battery, None, now));
    };
    let (event, ()) = tokio::join!(host.event(), unplugged);
    assert_eq!(event, HostEvent::PowerSourceChanged);
}

#[tokio::test(start_paused = true)]
async fn only_programs_of_the_list_are_ai_programs() {
    let simulation = start(
        "[[gpus]]\nlike = \"rtx-4090\"\n\
         [[events]]\nkind = \"program\"\nprogram = \"/usr/bin/ollama runner\"\n\
         [[events]]\nkind = \"program\"\nprogram = \"blender\"",
    );
    let list = [AiProgram {
        name: "ollama".to_owned(),
        argument: Some("runner".to_owned()),
    }];
    let processes = simulation.host().sample(&list).await.ai_programs;
    let names: Vec<_> = processes.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["ollama"]);
}

#[test]
fn an_unknown_preset_lists_the_presets() {
    let error = load_scenario("rtx-9999").unwrap_err().to_string();
    insta::assert_snapshot!(error, @"there is no simulated machine “rtx-9999”; use one of rtx-3070-laptop, rtx-4090, h200, h200-quiet, hot-laptop, two-gpus, gpu-lost, no-driver, or the path of a .toml file");
}

#[test]
fn a_scenario_file_is_read_and_its_error_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    let path = path.to_str().unwrap();
    assert!(matches!(
        load_scenario(path),
        Err(LoadScenarioError::Unreadable { .. })
    ));
    std::fs::write(path, "[[gpus]]\nlike = \"h200\"\n").unwrap();
    assert_eq!(load_scenario(path).unwrap().cards.len(), 1);
    std::fs::write(path, "[[gpus]]\nlike = \"h200\"\nhold = 1\n").unwrap();
    let error = load_scenario(path).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("{path}, line 3: “gpus.hold” is not known")),
        "{error}"
    );
}
