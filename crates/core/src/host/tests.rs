use super::*;
use crate::{
    Moment,
    gpu::ComputeProcess,
    simulation::{Scenario, SimulatedMachine},
    units::{Bytes, Percent},
};

fn gpu() -> GpuInfo {
    let preset = Scenario::preset("rtx-4090").expect("it is one");
    let mut machine = SimulatedMachine::new(preset, Moment::ORIGIN);
    machine
        .discover(Moment::ORIGIN)
        .expect("a GPU")
        .gpus
        .remove(0)
}

/// An idle card of 24 GiB that reports everything.
fn idle() -> Sample {
    Sample {
        utilization: Some(Percent(0)),
        compute_processes: Some(vec![]),
        vram_free: Some(Bytes::from_mib(24 * 1024 - 450)),
        ..Sample::default()
    }
}

#[test]
fn a_driver_that_names_no_process_for_the_work_does_not_report_the_users_of_the_gpu() {
    let cases: [(&str, Sample, bool); 9] = [
        ("an idle card without a desktop", idle(), true),
        (
            "no list: WSL2, MIG",
            Sample {
                compute_processes: None,
                ..idle()
            },
            false,
        ),
        (
            "busy in a container",
            Sample {
                utilization: Some(Percent(95)),
                ..idle()
            },
            false,
        ),
        (
            "a model at rest in a container",
            Sample {
                vram_free: Some(Bytes::from_mib(16 * 1024)),
                ..idle()
            },
            false,
        ),
        (
            "a part of a GPU, whose utilization is not reported",
            Sample {
                utilization: None,
                ..idle()
            },
            false,
        ),
        (
            "our own pulses in a container",
            Sample {
                utilization: Some(Percent(2)),
                ..idle()
            },
            true,
        ),
        (
            "a machine whose memory is the GPU's",
            Sample {
                vram_free: None,
                ..idle()
            },
            true,
        ),
        (
            "a model that is listed",
            Sample {
                utilization: Some(Percent(95)),
                compute_processes: Some(vec![ComputeProcess { pid: 7, vram: None }]),
                names_processes: true,
                vram_free: Some(Bytes(0)),
                ..Sample::default()
            },
            true,
        ),
        (
            "a game",
            Sample {
                utilization: Some(Percent(95)),
                drawing: vec![7],
                names_processes: true,
                ..idle()
            },
            true,
        ),
    ];
    for (what, sample, reported) in cases {
        assert_eq!(sample.reports_processes(&gpu()), reported, "{what}");
    }
}

#[test]
fn the_machine_is_sampled_often_where_nothing_else_reports_demand() {
    let gpu = gpu();
    let blind = Sample {
        compute_processes: None,
        ..idle()
    };
    let (host, idle) = (HostSample::default(), idle());
    let rarely = Duration::from_secs(30);
    let often = Duration::from_secs(2);
    assert_eq!(host.sample_again_after([]), rarely);
    assert_eq!(host.sample_again_after([(&gpu, &idle)]), rarely);
    assert_eq!(
        host.sample_again_after([(&gpu, &idle), (&gpu, &blind)]),
        often
    );
    let laptop = HostSample {
        runtime_pm: vec![(gpu.pci_bus_id, RuntimePm::Suspended)],
        ..HostSample::default()
    };
    assert_eq!(laptop.sample_again_after([]), often);
}

#[test]
fn a_use_of_unknown_gpus_may_be_of_each() {
    let (here, there) = (
        gpu().pci_bus_id,
        "0000:09:00.0".parse().expect("an address"),
    );
    let cases = [
        (GpuUse::Unknown, false, false),
        (GpuUse::Nothing, false, false),
        (GpuUse::Graphics, false, false),
        (GpuUse::Device(vec![here]), false, true),
        (GpuUse::Device(vec![there]), false, false),
        (GpuUse::Device(vec![]), false, true),
        (GpuUse::Context(vec![there, here]), true, true),
        (GpuUse::Context(vec![there]), false, false),
        (GpuUse::Context(vec![]), true, true),
    ];
    for (gpu, context, open) in cases {
        assert_eq!(
            (gpu.has_context_on(here), gpu.has_open(here)),
            (context, open),
            "{gpu:?}"
        );
    }
}
