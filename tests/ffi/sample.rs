//! Sampling without CUDA.

use gpu_keepalive_core::{
    gpu::{
        Action, ClocksEventReasons, ComputeCapability, ComputeProcess, GpuErrorKind, Inspection,
        Outcome, PState, PcieLink, PowerSource, Sample,
    },
    units::{Bytes, Celsius, Joules, Megahertz, Percent, Watts},
};
use gpu_keepalive_engine::gpu::GpuSource;

use super::driver::{FakeDriver, done, has_mapped, refused, sample};

#[tokio::test]
async fn gpus_are_listed_and_nothing_stays_open() {
    let driver = FakeDriver::new();
    driver.change("gpus=2");
    let gpus = driver.list().await.expect("a list");
    let addresses: Vec<_> = gpus.iter().map(|gpu| gpu.pci_bus_id.to_string()).collect();
    assert_eq!(addresses, ["0000:01:00.0", "0000:02:00.0"]);
    let first = &gpus[0];
    assert_eq!(first.uuid.0, "GPU-0fa4e000-0000-4000-8000-000000000000");
    assert_eq!((first.index, first.name.as_str()), (0, "Fake GPU"));
    assert_eq!(first.vram_total, Some(Bytes::from_mib(8192)));
    assert_eq!(first.driver_version, "580.159.04");
    let capability = ComputeCapability { major: 8, minor: 6 };
    assert_eq!(first.compute_capability, Some(capability));
    assert_eq!(first.sm_clock_max, Some(Megahertz(1980)));
    assert_eq!(first.slowdown_temperature, Some(Celsius(93)));
    // 7001 MHz x 2 x 256 bits / 8
    assert_eq!(first.memory_bandwidth_gbps, Some(448));
    assert_eq!(driver.left_open(), []);
    assert_eq!(driver.living_processes(), [0; 0]);
    assert_eq!(driver.events("env"), [""; 0], "CUDA was not loaded");
}

#[tokio::test]
async fn a_list_without_a_gpu_is_reported() {
    let driver = FakeDriver::new();
    driver.change("gpus=0");
    let error = driver.list().await.expect_err("no GPU");
    assert_eq!(error.kind, GpuErrorKind::NoGpu);
}

#[tokio::test]
async fn every_reading_arrives_in_its_unit() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    let seen = sample(&mut gpu).await;
    let expected = Sample {
        pstate: PState::new(8),
        sm_clock: Some(Megahertz(210)),
        memory_clock: Some(Megahertz(405)),
        temperature: Some(Celsius(41)),
        power: Some(Watts(11.5)),
        energy: Some(Joules(123.456)),
        utilization: Some(Percent(3)),
        // No process is named for it, so its owner is not known.
        other_utilization: None,
        process_utilization: None,
        compute_processes: Some(vec![]),
        drawing: vec![],
        names_processes: false,
        first: true,
        clocks_event_reasons: Some(ClocksEventReasons::GPU_IDLE),
        vram_free: Some(Bytes::from_mib(7168)),
        vram_ours: Some(Bytes(0)),
        power_source: Some(PowerSource::Ac),
    };
    assert_eq!(seen, expected);
    assert!(!has_mapped(driver.latest_process(), "libcuda"));
}

#[tokio::test]
async fn what_the_driver_does_not_support_is_none() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    driver.set_values("");
    let nothing = Sample {
        // Known without the driver: no context of ours is open.
        vram_ours: Some(Bytes(0)),
        first: true,
        ..Sample::default()
    };
    assert_eq!(sample(&mut gpu).await, nothing);
}

#[tokio::test]
async fn one_reading_that_fails_spoils_no_other() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    // Not supported, no permission, no data, unknown error.
    for code in [3, 4, 21, 999] {
        driver.fail("nvmlDeviceGetTemperature", code);
        let seen = sample(&mut gpu).await;
        assert_eq!(seen.temperature, None, "after {code}");
        assert_eq!(seen.sm_clock, Some(Megahertz(210)), "after {code}");
    }
    driver.without_function("libnvidia-ml.so.1", "nvmlDeviceGetPowerSource");
    let mut gpu = driver.gpu().await;
    let seen = sample(&mut gpu).await;
    assert_eq!((seen.power_source, seen.pstate), (None, PState::new(8)));
}

#[tokio::test]
async fn unusual_values_are_understood() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    // A P-state of 32 is NVML's unknown.
    driver.change("pstate=32\nreasons=81985529216486895\npower_source=2");
    let seen = sample(&mut gpu).await;
    assert_eq!(seen.pstate, None);
    let reasons = Some(ClocksEventReasons(0x0123_4567_89ab_cdef));
    assert_eq!(seen.clocks_event_reasons, reasons, "unknown bits are kept");
    assert_eq!(seen.power_source, Some(PowerSource::UndersizedAdapter));
    driver.change("power_source=1");
    let source = sample(&mut gpu).await.power_source;
    assert_eq!(source, seen.power_source, "not asked again so soon");
    let mut gpu = driver.gpu().await;
    assert_eq!(
        sample(&mut gpu).await.power_source,
        Some(PowerSource::Battery)
    );
}

#[tokio::test]
async fn other_processes_are_reported_with_their_memory() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    driver.change("compute=4242:104857600,4343:");
    let process = |pid, vram| ComputeProcess { pid, vram };
    assert_eq!(
        sample(&mut gpu).await.compute_processes,
        Some(vec![
            process(4242, Some(Bytes::from_mib(100))),
            process(4343, None)
        ])
    );
}

#[tokio::test]
async fn only_work_of_others_since_the_last_sample_counts() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    driver.change("process_utilization=4242:90@1000");
    let steps = [
        ("of unknown age at the first look", "4242:90@1000", None),
        ("nothing new", "4242:90@1000", Some(0)),
        ("new", "4242:35@2000,4343:50@2000", Some(50)),
        (
            "ours and a compositor's",
            "self:80@3000,77:60@3000",
            Some(0),
        ),
        (
            "another's besides",
            "self:80@4000,77:60@4000,4242:20@4000",
            Some(20),
        ),
    ];
    for (step, utilization, expected) in steps {
        driver.change(&format!(
            "process_utilization={utilization}\ncompute=4242:\ngraphics=77:"
        ));
        let seen = sample(&mut gpu).await.other_utilization;
        assert_eq!(seen, expected.map(Percent), "{step}");
    }
}

#[tokio::test]
async fn drawing_processes_are_distinguished_from_those_that_only_compute() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    // As under Windows: everything that has a window is in both lists.
    let desktop: Vec<u32> = (4000..4030).collect();
    let listed: String = desktop.iter().map(|pid| format!("{pid}:,")).collect();
    let busy = |readings: &str| {
        driver.change(&format!(
            "utilization=45\ncompute={listed}9000:\ngraphics={listed}4500:\n\
             process_utilization={readings}"
        ));
    };
    busy("4007:60@1000");
    let first = sample(&mut gpu).await;
    assert!(first.first && first.names_processes);
    assert_eq!(first.process_utilization, None, "of unknown age");
    busy("4007:60@2000,4500:30@2000,9000:20@2000");
    let seen = sample(&mut gpu).await;
    assert!(!seen.first);
    assert_eq!(seen.compute_pids().map(|pids| pids.len()), Some(31));
    assert_eq!(seen.drawing.len(), 31);
    assert!(seen.draws(4007) && seen.computes(4007), "in both lists");
    assert!(seen.draws(4500) && !seen.computes(4500));
    assert!(!seen.draws(9000) && seen.computes(9000));
    assert_eq!(
        seen.other_utilization,
        Some(Percent(20)),
        "a drawing process is left out"
    );
    let single: Vec<_> = seen
        .process_utilization
        .expect("told")
        .iter()
        .map(|one| (one.pid, one.percent.0))
        .collect();
    assert_eq!(single, [(4007, 60), (4500, 30), (9000, 20)]);
}

#[tokio::test]
async fn in_a_container_an_empty_list_is_not_taken_for_rest() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    // Seen in a process namespace of its own on an H200: no process in either list, and the
    // utilization of processes by the machine's numbers.
    driver.change("utilization=95\ncompute=\ngraphics=\nprocess_utilization=609:91@1000");
    for _ in 0..2 {
        let seen = sample(&mut gpu).await;
        assert_eq!(seen.compute_processes, Some(vec![]));
        assert_eq!(
            (seen.other_utilization, seen.names_processes),
            (None, false)
        );
    }
    driver.change("utilization=0");
    assert_eq!(sample(&mut gpu).await.other_utilization, Some(Percent(0)));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn another_users_keepalive_is_no_other_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("gpu-keepalive-app");
    std::fs::copy("/bin/sleep", &program).expect("a copy");
    let mut running = tokio::process::Command::new(&program)
        .arg("1000")
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let pid = running.id().expect("it runs");
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    let busy = |others: &str, time: u32| {
        driver.change(&format!(
            "utilization=5\ncompute={pid}:104857600{others}\nprocess_utilization={pid}:5@{time}"
        ));
    };
    busy(",4242:", 1000);
    sample(&mut gpu).await;
    busy(",4242:", 2000);
    let seen = sample(&mut gpu).await;
    assert_eq!(seen.compute_pids(), Some(vec![4242]));
    assert_eq!(seen.other_utilization, Some(Percent(0)));
    busy("", 3000);
    let seen = sample(&mut gpu).await;
    assert_eq!(seen.compute_pids(), Some(vec![]));
    assert!(seen.names_processes, "so the list is to be trusted");
    assert_eq!(seen.other_utilization, Some(Percent(0)));
    running.kill().await.expect("it ends");
}

#[tokio::test]
async fn while_the_gpu_does_nothing_no_process_is_asked_for_and_nothing_is_missed() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    let steps = [
        (3, "4242:90@1000", None),
        (0, "4242:70@2000", Some(0)),
        (1, "4242:70@2000", Some(70)),
        (0, "4242:80@3000", Some(0)),
    ];
    for (all, theirs, expected) in steps {
        driver.change(&format!(
            "utilization={all}\nprocess_utilization={theirs}\ncompute=4242:"
        ));
        let seen = sample(&mut gpu).await.other_utilization;
        assert_eq!(seen, expected.map(Percent), "{all} % in all, {theirs}");
    }
}

#[tokio::test]
async fn closing_leaves_no_process() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    sample(&mut gpu).await;
    let observer = driver.latest_process();
    assert!(has_mapped(observer, "libnvidia-ml"));
    done(&mut gpu, Action::Release).await;
    assert_eq!(
        driver.living_processes(),
        [observer],
        "it may go on looking"
    );
    done(&mut gpu, Action::Close).await;
    assert_eq!(driver.living_processes(), [0; 0]);
    assert_eq!(driver.left_open(), []);
    // Nothing to close: no process is started for it.
    let before = driver.log().len();
    done(&mut gpu, Action::Close).await;
    done(&mut gpu, Action::Release).await;
    assert_eq!(driver.log().len(), before);
}

#[tokio::test]
async fn a_gpu_that_is_not_there_is_not_found() {
    let driver = FakeDriver::new();
    let mut absent = driver.list().await.expect("a list").remove(0);
    absent.uuid.0 = "GPU-none".to_owned();
    let mut gpu = driver.source().open(&absent);
    let (kind, message) = refused(&mut gpu, Action::Sample).await;
    assert_eq!(kind, GpuErrorKind::GpuNotFound);
    assert!(message.contains("GPU-none"), "{message}");
}

#[tokio::test]
async fn how_a_gpu_is_set_up_is_read_without_cuda() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    driver.change(
        "persistence_mode=0\napplications_clock=1200\ndefault_applications_clock=1980\n\
         power_limit_mw=250000\ndefault_power_limit_mw=350000\nvbios=94.02.71.40.29\n\
         pcie_generation=3\npcie_width=8\npcie_generation_max=4\npcie_width_max=16",
    );
    let expected = Inspection {
        persistence_mode: Some(false),
        applications_clock: Some(Megahertz(1200)),
        default_applications_clock: Some(Megahertz(1980)),
        power_limit: Some(Watts(250.0)),
        default_power_limit: Some(Watts(350.0)),
        vbios: Some("94.02.71.40.29".to_owned()),
        pcie: PcieLink {
            generation: Some(3),
            width: Some(8),
            max_generation: Some(4),
            max_width: Some(16),
        },
        driver_model: None,
    };
    let inspected = done(&mut gpu, Action::Inspect).await;
    assert_eq!(inspected, Outcome::Inspected(expected));
    assert!(!has_mapped(driver.latest_process(), "libcuda"));

    // Older cards and consumer ones refuse most of it.
    driver.set_values("");
    let inspected = done(&mut gpu, Action::Inspect).await;
    assert_eq!(inspected, Outcome::Inspected(Inspection::default()));
}
