//! Other programs, power, sleep, runtime D3 and what a driver leaves unsaid.

use super::*;
use crate::{
    gpu::{ClocksEventReasons, PowerSource},
    host::RuntimePm,
    units::{Bytes, Percent},
};

#[test]
fn another_program_s_work_raises_the_clocks_and_takes_vram() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"rtx-4090\"\n\
         [[events]]\nkind = \"program\"\nprogram = \"llama-server\"\npid = 77\nat_s = 10\nfor_s = 60\n\
         utilization_percent = 90\nvram_mib = 8000",
    );
    let free = sample(&mut machine, 0.0).vram_free.unwrap();
    let busy = sample(&mut machine, 60.0);
    assert_eq!(busy.pstate.unwrap().number(), 2);
    assert_eq!(busy.other_utilization, Some(Percent(90)));
    assert_eq!(free.0 - busy.vram_free.unwrap().0, Bytes::from_mib(8000).0);
    let processes = busy.compute_processes.unwrap();
    assert_eq!(processes.len(), 1);
    assert_eq!(processes[0].pid, 77);
    assert_eq!(level(&mut machine, 87.9).0, 2, "held for 18 s more");
    assert_eq!(level(&mut machine, 88.1).0, 8);
}

#[test]
fn a_partly_offloaded_model_computes_with_fallen_clocks_unless_they_are_held() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"rtx-4090\"\n\
         [[events]]\nkind = \"program\"\nprogram = \"ollama runner\"\nat_s = 1\n\
         utilization_percent = 20\nholds_clocks = false",
    );
    assert_eq!(level(&mut machine, 10.0), (2, 2610), "while it loads");
    assert_eq!(level(&mut machine, 30.0), (3, 1044));
    assert!(!machine.is_ready(0, at(30.0)));
    done(&mut machine, PULSE, 30.0).unwrap();
    assert_eq!(level(&mut machine, 31.0), (2, 2610));
    assert!(machine.is_ready(0, at(31.0)));
}

#[test]
fn a_context_of_any_process_holds_an_h200() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"h200\"\n\
         [[events]]\nkind = \"program\"\nprogram = \"vllm\"\nat_s = 1\nfor_s = 100",
    );
    assert_eq!(level(&mut machine, 101.2).1, 1980);
    assert_eq!(level(&mut machine, 102.1).1, 345);
}

#[test]
fn a_service_that_only_waits_does_not_touch_the_gpu() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"rtx-3070-laptop\"\n\
         [[events]]\nkind = \"program\"\nprogram = \"ollama serve\"\ngpu_open = false",
    );
    let host = machine.host(&[], at(100.0));
    assert_eq!(host.runtime_pm[0].1, RuntimePm::Suspended);
}

#[test]
fn a_laptop_gpu_suspends_6_s_after_the_last_close() {
    let mut machine = preset("rtx-3070-laptop");
    let state = |machine: &mut SimulatedMachine, s: f64| {
        let host = machine.host(&[], at(s));
        host.runtime_pm[0].1
    };
    assert_eq!(state(&mut machine, 0.0), RuntimePm::Suspended);
    machine.discover(at(1.0)).unwrap();
    assert_eq!(state(&mut machine, 6.9), RuntimePm::Active);
    assert_eq!(state(&mut machine, 7.1), RuntimePm::Suspended);
    done(&mut machine, PULSE, 10.0).unwrap();
    done(&mut machine, Action::Release, 20.0).unwrap();
    let _ = sample(&mut machine, 25.0);
    assert_eq!(
        state(&mut machine, 100.0),
        RuntimePm::Active,
        "NVML is open"
    );
    done(&mut machine, Action::Close, 100.0).unwrap();
    assert_eq!(state(&mut machine, 105.9), RuntimePm::Active);
    assert_eq!(state(&mut machine, 106.1), RuntimePm::Suspended);
    let energy = |machine: &mut SimulatedMachine, s| machine.counters(0, at(s)).unwrap().energy;
    assert_eq!(energy(&mut machine, 107.0), energy(&mut machine, 9e5));
}

#[test]
fn a_desktop_gpu_does_not_suspend() {
    let mut machine = preset("rtx-4090");
    let gpu = machine.discover(at(0.0)).unwrap().gpus[0].pci_bus_id;
    let host = machine.host(&[], at(100.0));
    assert_eq!(host.runtime_pm(gpu), RuntimePm::Unsupported);
}

#[test]
fn battery_and_a_small_adapter_cap_the_clocks() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"rtx-3070-laptop\"\n\
         [[events]]\nkind = \"battery\"\nat_s = 10\nfor_s = 10\n\
         [[events]]\nkind = \"undersized_adapter\"\nat_s = 15\nfor_s = 10",
    );
    machine.set_load(0, Percent(100), at(0.0));
    use PowerSource::*;
    for (s, source, clock) in [
        (5.0, Ac, 1785),
        (12.0, Battery, 1200),
        (17.0, Battery, 1200),
        (22.0, UndersizedAdapter, 1200),
        (27.0, Ac, 1785),
    ] {
        let sample = sample(&mut machine, s);
        assert_eq!(machine.host(&[], at(s)).power_source, source, "{s} s");
        assert_eq!(sample.power_source, Some(source), "{s} s");
        assert_eq!(sample.sm_clock.unwrap().0, clock, "{s} s");
        let capped = sample
            .clocks_event_reasons
            .unwrap()
            .intersects(ClocksEventReasons::SW_POWER_CAP);
        assert_eq!(capped, source != Ac, "{s} s");
        assert!(machine.is_ready(0, at(s)), "lower only for power");
    }
}

#[test]
fn contexts_are_dead_after_the_machine_slept() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"rtx-4090\"\n[[events]]\nkind = \"suspend\"\nat_s = 10\nfor_s = 3600",
    );
    done(&mut machine, PULSE, 1.0).unwrap();
    assert!(!machine.is_suspended());
    assert!(!machine.is_ready(0, at(60.0)));
    assert!(machine.is_suspended());
    let error = done(&mut machine, Action::Sample, 60.0).unwrap_err();
    assert_eq!(error, GpuErrorKind::Other);
    let error = done(&mut machine, Action::Pulse, 3620.0).unwrap_err();
    assert_eq!(error, GpuErrorKind::ContextLost);
    done(&mut machine, PULSE, 3621.0).unwrap();
    done(&mut machine, Action::Pulse, 3622.0).unwrap();
}

#[test]
fn values_that_the_driver_does_not_report_are_none() {
    let all: Vec<_> = model::METRICS.iter().map(|(name, _)| *name).collect();
    let text = format!("[[gpus]]\nlike = \"rtx-4090\"\nunsupported = {all:?}");
    let mut machine = machine(&text);
    let nothing = Sample {
        first: true,
        ..Sample::default()
    };
    assert_eq!(sample(&mut machine, 1.0), nothing);
    let info = &machine.discover(at(1.0)).unwrap().gpus[0];
    assert_eq!(info.sm_clock_max, None);
    assert_eq!(info.compute_capability, None);
    assert_eq!(info.slowdown_temperature, None);
    assert!(
        machine.perform(0, PULSE, at(2.0))
            == Performed::Done(Ok(Outcome::Held(Default::default())))
    );
    assert!(machine.is_ready(0, at(3.0)), "the truth needs no driver");
}

#[test]
fn each_metric_can_be_switched_off_alone() {
    for (metric, _) in model::METRICS {
        let text = format!("[[gpus]]\nlike = \"rtx-4090\"\nunsupported = [\"{metric}\"]");
        let mut machine = machine(&text);
        let reported = |machine: &mut SimulatedMachine| {
            let info = &machine.discover(at(1.0)).unwrap().gpus[0];
            let reported = (
                serde_json::to_value(info),
                serde_json::to_value(sample(machine, 1.0)),
            );
            (reported.0.unwrap(), reported.1.unwrap())
        };
        let (info, sample) = reported(&mut machine);
        let nulls: Vec<_> = [&info, &sample]
            .into_iter()
            .flat_map(|reported| reported.as_object().unwrap())
            .filter(|(_, value)| value.is_null())
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(nulls, [metric]);
    }
}

#[test]
fn unknown_reasons_are_passed_on() {
    let mut machine = machine("[[gpus]]\nlike = \"rtx-4090\"\nextra_reasons = 0x1000_0000");
    let reasons = sample(&mut machine, 1.0).clocks_event_reasons.unwrap();
    assert_eq!(reasons.names(), ["gpu_idle", "unknown_0x10000000"]);
}
