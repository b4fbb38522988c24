//! Every fault, and that it ends.

use super::*;
use crate::{settings::Strategy::*, units::Bytes};

fn with_fault(error: &str) -> SimulatedMachine {
    machine(&format!(
        "[[gpus]]\nlike = \"rtx-4090\"\n\
         [[events]]\nkind = \"fault\"\nerror = \"{error}\"\nat_s = 10\nuntil_s = 20"
    ))
}

#[test]
fn a_fault_of_the_driver_fails_every_call_and_releases_everything() {
    use GpuErrorKind::*;
    for (name, kind) in [
        ("nvml_missing", NvmlMissing),
        ("driver_too_old", DriverTooOld),
        ("version_mismatch", VersionMismatch),
        ("driver_not_loaded", DriverNotLoaded),
        ("no_gpu", NoGpu),
        ("no_permission", NoPermission),
        ("gpu_lost", GpuLost),
        ("process_ended", ProcessEnded),
        ("panicked", Panicked),
        ("other", Other),
    ] {
        let mut machine = with_fault(name);
        done(&mut machine, PULSE, 1.0).unwrap();
        let counters = machine.counters(0, at(10.0)).unwrap();
        assert_eq!((counters.held, counters.nvml_open), (None, false), "{name}");
        let error = machine.discover(at(11.0)).unwrap_err();
        assert_eq!(error.kind, kind);
        assert!(!error.message.is_empty());
        for action in [Action::Sample, PULSE, Action::Pulse, hold(PowerMizer)] {
            assert_eq!(done(&mut machine, action, 12.0), Err(kind), "{action:?}");
        }
        for action in [Action::Release, Action::Close] {
            assert!(done(&mut machine, action, 13.0).is_ok(), "{action:?}");
        }
        assert_eq!(machine.discover(at(20.0)).unwrap().gpus.len(), 1, "{name}");
        done(&mut machine, PULSE, 20.0).unwrap();
        assert_eq!(level(&mut machine, 21.0).0, 2, "{name}");
    }
}

#[test]
fn a_refused_context_leaves_sampling_alone() {
    use GpuErrorKind::*;
    for (name, kind) in [
        ("cuda_missing", CudaMissing),
        ("out_of_memory", OutOfMemory),
        ("exclusive_mode", ExclusiveMode),
    ] {
        let mut machine = with_fault(name);
        for strategy in [Context, Pulse] {
            assert_eq!(done(&mut machine, hold(strategy), 12.0), Err(kind));
            assert_eq!(machine.counters(0, at(12.0)).unwrap().held, None);
        }
        assert!(done(&mut machine, hold(PowerMizer), 13.0).is_ok(), "{name}");
        let _ = sample(&mut machine, 14.0);
        assert!(machine.discover(at(14.0)).is_ok(), "{name}");
        assert!(done(&mut machine, PULSE, 20.0).is_ok(), "{name}");
    }
}

#[test]
fn a_context_needs_its_vram() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"rtx-4090\"\nvram_mib = 1200\ndesktop_mib = 0\ncontext_mib = 300\n\
         [[events]]\nkind = \"program\"\nprogram = \"x\"\nvram_mib = 900\nat_s = 10\nfor_s = 10",
    );
    assert!(
        done(&mut machine, hold(Context), 11.0).is_ok(),
        "it just fits"
    );
    let error = done(&mut machine, PULSE, 12.0).unwrap_err();
    assert_eq!(error, GpuErrorKind::OutOfMemory, "128 KiB too many");
    assert_eq!(sample(&mut machine, 13.0).vram_ours, Some(Bytes(0)));
    let Ok(Outcome::Held(report)) = done(&mut machine, PULSE, 21.0) else {
        panic!("refused although there is room");
    };
    let needed = Bytes(Bytes::from_mib(300).0 + 128 * 1024);
    assert_eq!(report.vram, Some(needed));
    assert_eq!(sample(&mut machine, 22.0).vram_ours, Some(needed));
    done(&mut machine, Action::Release, 23.0).unwrap();
    let free = sample(&mut machine, 24.0).vram_free;
    assert_eq!(free, Some(Bytes::from_mib(1200)));
}

#[test]
fn a_lost_context_is_replaced_with_its_process() {
    let mut machine = with_fault("context_lost");
    done(&mut machine, PULSE, 1.0).unwrap();
    let error = done(&mut machine, Action::Pulse, 12.0).unwrap_err();
    assert_eq!(error, GpuErrorKind::ContextLost);
    assert!(!machine.counters(0, at(12.0)).unwrap().nvml_open);
    done(&mut machine, PULSE, 13.0).unwrap();
    done(&mut machine, Action::Pulse, 14.0).unwrap();
}

#[test]
fn a_lost_gpu_is_not_listed_and_the_other_is() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"rtx-4090\"\n[[gpus]]\nlike = \"h200\"\n\
         [[events]]\nkind = \"fault\"\nerror = \"gpu_lost\"\ngpu = 0\nat_s = 10\nuntil_s = 20",
    );
    let mut listed = |s| -> Vec<u32> {
        let gpus = machine.discover(at(s)).unwrap();
        gpus.gpus.iter().map(|gpu| gpu.index).collect()
    };
    assert_eq!(listed(9.0), [0, 1]);
    assert_eq!(listed(11.0), [1]);
    assert_eq!(listed(21.0), [0, 1]);
}

#[test]
fn the_preset_loses_its_gpu_at_10_s_and_has_it_back_at_20_s() {
    let mut machine = preset("gpu-lost");
    for (s, answer) in [
        (9.9, Ok(())),
        (10.0, Err(GpuErrorKind::GpuLost)),
        (19.9, Err(GpuErrorKind::GpuLost)),
        (20.0, Ok(())),
    ] {
        let seen = done(&mut machine, Action::Sample, s).map(|_| ());
        assert_eq!(seen, answer, "{s} s");
    }
}

#[test]
fn a_hung_driver_answers_nothing_until_its_process_is_ended() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"rtx-4090\"\n[[events]]\nkind = \"hang\"\nat_s = 10\nuntil_s = 20",
    );
    done(&mut machine, PULSE, 1.0).unwrap();
    for action in [Action::Sample, Action::Pulse, PULSE, hold(PowerMizer)] {
        let performed = machine.perform(0, action, at(11.0));
        assert_eq!(performed, Performed::Hangs, "{action:?}");
    }
    let error = machine.discover(at(11.0)).unwrap_err();
    assert_eq!(error.kind, GpuErrorKind::TimedOut);
    assert_eq!(machine.counters(0, at(12.0)).unwrap().held, Some(Pulse));
    machine.end_process(0, at(12.0));
    assert_eq!(machine.counters(0, at(12.0)).unwrap().held, None);
    assert!(done(&mut machine, Action::Close, 13.0).is_ok());
    let _ = sample(&mut machine, 20.0);
}

#[test]
fn releasing_a_context_needs_no_answer() {
    let mut machine = machine("[[gpus]]\nlike = \"h200\"\n[[events]]\nkind = \"hang\"\nat_s = 10");
    done(&mut machine, hold(Context), 1.0).unwrap();
    assert!(done(&mut machine, Action::Release, 11.0).is_ok());
    assert!(!machine.counters(0, at(11.0)).unwrap().context_open);
}

#[test]
fn the_sensor_is_lost_for_a_time() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"rtx-4090\"\n[[events]]\nkind = \"sensor_lost\"\nat_s = 10\nfor_s = 5",
    );
    let known = [9.0, 10.0, 14.9, 15.0].map(|s| sample(&mut machine, s).temperature.is_some());
    assert_eq!(known, [true, false, false, true]);
}

#[test]
fn a_pulse_needs_to_be_held() {
    let mut machine = preset("rtx-4090");
    for held in [None, Some(hold(Context)), Some(hold(PowerMizer))] {
        if let Some(action) = held {
            done(&mut machine, action, 1.0).unwrap();
        }
        let pulsed = done(&mut machine, Action::Pulse, 2.0);
        assert_eq!(pulsed, Err(GpuErrorKind::Other), "{held:?}");
    }
    done(&mut machine, PULSE, 3.0).unwrap();
    done(&mut machine, Action::Pulse, 4.0).unwrap();
    let counters = machine.counters(0, at(4.0)).unwrap();
    assert_eq!((counters.pulses, counters.contexts), (1, 2));
}

#[test]
fn a_gpu_that_is_not_there_is_not_found() {
    let performed = preset("rtx-4090").perform(7, Action::Sample, at(1.0));
    let Performed::Done(Err(error)) = performed else {
        panic!("{performed:?}");
    };
    assert_eq!(error.kind, GpuErrorKind::GpuNotFound);
}
