use std::fmt::Write;

use super::*;
use crate::{
    ai_processes::ProcessKind,
    gpu::{
        ClocksEventReasons, ComputeProcess, GpuError, GpuErrorKind, GpuInfo, GpuUuid, Inspection,
        PState, PciBusId, PowerSource, Sample,
    },
    host::{AiProcess, GpuUse, RuntimePm},
    protocol::{
        Cause, ClientStatus, LoginEntryState, LoudStatus, Message, Phase, SettingsProblem, State,
    },
    settings::Settings,
    units::{Bytes, Celsius, Megahertz, Percent, Watts},
};

mod provoked;
mod report;
mod windows;

use provoked::PROVOKED;

type Provoke = fn(&mut Evidence);

fn bus_id() -> PciBusId {
    "0000:01:00.0".parse().expect("an address")
}

/// A desktop whose GPU is held ready, and where nothing is wrong.
fn healthy() -> Evidence {
    let info = GpuInfo {
        index: 0,
        uuid: GpuUuid("GPU-5e2c1a34-0000-4000-8000-000000000000".to_owned()),
        name: "NVIDIA RTX 6000".to_owned(),
        pci_bus_id: bus_id(),
        vram_total: Some(Bytes(24 * Bytes::GIB)),
        driver_version: "580.159.04".to_owned(),
        compute_capability: None,
        sm_clock_max: Some(Megahertz(2000)),
        slowdown_temperature: None,
        memory_bandwidth_gbps: None,
    };
    let sample = Sample {
        pstate: PState::new(0),
        sm_clock: Some(Megahertz(1900)),
        temperature: Some(Celsius(50)),
        power: Some(Watts(60.0)),
        utilization: Some(Percent(0)),
        other_utilization: Some(Percent(0)),
        compute_processes: Some(Vec::new()),
        names_processes: true,
        clocks_event_reasons: Some(ClocksEventReasons(0)),
        vram_free: Some(Bytes(20 * Bytes::GIB)),
        power_source: Some(PowerSource::Ac),
        ..Sample::default()
    };
    Evidence {
        engine: Some(Engine { enabled: true }),
        nvidia_devices: Some(1),
        gpus: vec![GpuEvidence {
            sample: Some(sample),
            inspection: Some(Inspection {
                persistence_mode: Some(true),
                applications_clock: Some(Megahertz(2000)),
                default_applications_clock: Some(Megahertz(2000)),
                power_limit: Some(Watts(300.0)),
                default_power_limit: Some(Watts(300.0)),
                ..Inspection::default()
            }),
            phase: Some(Phase::Warm),
            device: DeviceEvidence {
                link: Some(link(16.0, 16)),
                opened_by: Some(Vec::new()),
                ..DeviceEvidence::default()
            },
            ..GpuEvidence::new(info)
        }],
        machine: MachineEvidence {
            is_laptop: Some(false),
            has_screen: Some(true),
            platform_profile: Some("balanced".to_owned()),
            power_profile: Some("performance".to_owned()),
            power_daemon: Some(PowerDaemon::Absent),
            perf_boost_disabled: Some(false),
            ai_programs: vec![program(Some(false))],
            ..MachineEvidence::default()
        },
        app: AppEvidence {
            vram_reserve: Bytes::from_mib(512),
            battery_pauses: true,
            tray_host: Some(true),
            login_entry: LoginEntry {
                wanted: true,
                state: Some(LoginEntryState::On),
                broken: None,
            },
            ..AppEvidence::default()
        },
        ..Evidence::default()
    }
}

fn link(speed_gt: f64, width: u32) -> PcieLink {
    PcieLink {
        speed_gt,
        width,
        max_speed_gt: 16.0,
        max_width: 16,
    }
}

fn program(perf_boost_disabled: Option<bool>) -> AiProgramEvidence {
    AiProgramEvidence {
        pid: 4242,
        name: "ollama".to_owned(),
        perf_boost_disabled,
    }
}

fn quiet_server() -> AiProcess {
    AiProcess {
        pid: 4242,
        started: None,
        parent: None,
        name: "ollama".to_owned(),
        label: "Ollama".to_owned(),
        kind: ProcessKind::Worker,
        gpu: GpuUse::Context(Vec::new()),
        quiet: Some(true),
    }
}

fn loud(idle: Option<f64>) -> LoudStatus {
    let server = ClientStatus {
        pid: 4242,
        name: "Ollama".to_owned(),
        quiet: Some(false),
    };
    let gpu = healthy().gpus.remove(0).info;
    let energy = Settings::default().energy;
    let idle = idle.map(Watts);
    crate::quiet::loud(vec![server], Some(Watts(131.0)), idle, &energy, &gpu)
}

#[test]
fn a_quiet_server_is_no_error_where_it_is_woken_or_not_quiet() {
    let cases: [fn(&mut Evidence); 5] = [
        |s| s.engine = Some(Engine { enabled: true }),
        |s| s.running[0].quiet = None,
        |s| s.running[0].gpu = GpuUse::Nothing,
        |s| s.gpus[0].info.driver_version = "570.195.03".to_owned(),
        |s| s.simulated = true,
    ];
    for change in cases {
        let mut seen = healthy();
        seen.engine = None;
        seen.running = vec![quiet_server()];
        change(&mut seen);
        let found = examine(&seen).findings;
        let error = found.iter().find(|one| one.id == "quiet-without-engine");
        assert_eq!(error, None);
    }
}

fn sample(seen: &mut Evidence) -> &mut Sample {
    seen.gpus[0].sample.as_mut().expect("a sample")
}

fn inspection(seen: &mut Evidence) -> &mut Inspection {
    seen.gpus[0].inspection.as_mut().expect("an inspection")
}

fn because(seen: &mut Evidence, reasons: u64) {
    sample(seen).clocks_event_reasons = Some(ClocksEventReasons(reasons));
}

fn at_rest(seen: &mut Evidence) {
    sample(seen).pstate = PState::new(8);
    sample(seen).sm_clock = Some(Megahertz(210));
}

fn model_computes(seen: &mut Evidence, percent: u32) {
    sample(seen).other_utilization = Some(Percent(percent));
    sample(seen).compute_processes = Some(vec![ComputeProcess {
        pid: 4242,
        vram: Some(Bytes(6 * Bytes::GIB)),
    }]);
}

fn on_a_laptop(seen: &mut Evidence, runtime_pm: RuntimePm, control: &str) {
    seen.machine.is_laptop = Some(true);
    seen.gpus[0].device.runtime_pm = runtime_pm;
    seen.gpus[0].device.runtime_d3 = Some(RuntimeD3 {
        control: control.to_owned(),
        driver_status: Some("Disabled by default".to_owned()),
    });
}

fn headless(seen: &mut Evidence) {
    seen.machine.has_screen = Some(false);
    inspection(seen).persistence_mode = Some(false);
}

fn no_gpu(seen: &mut Evidence, kind: GpuErrorKind) {
    seen.gpus.clear();
    seen.discovery_error = Some(GpuError::new(kind, "nvmlInit_v2: said no"));
}

fn fault(seen: &mut Evidence, kind: GpuErrorKind) {
    seen.gpus[0].fault = Some(GpuError::new(kind, "cuCtxCreate: said no"));
}

fn problem(severity: Severity) -> SettingsProblem {
    SettingsProblem {
        severity,
        line: Some(3),
        key: "mode".to_owned(),
        message: "“turbo” is no mode".to_owned(),
    }
}

fn found(seen: &Evidence, id: &str) -> Option<Finding> {
    examine(seen).findings.into_iter().find(|f| f.id == id)
}

#[test]
fn each_finding_is_provoked_by_its_evidence() {
    for (id, severity, evidence, provoke) in PROVOKED {
        let mut seen = healthy();
        assert_eq!(found(&seen, id), None, "a healthy machine has no {id}");
        provoke(&mut seen);
        let doctor = examine(&seen);
        let Some(finding) = doctor.findings.iter().find(|f| f.id == id) else {
            panic!("no {id}: {doctor:?}");
        };
        assert_eq!(finding.severity, severity, "{finding:?}");
        assert!(finding.evidence.contains(evidence), "{finding:?}");
        let needs_advice = severity > Severity::Ok;
        assert!(!needs_advice || !finding.advice.is_empty(), "{finding:?}");
        assert!(!finding.title.ends_with('.'), "{finding:?}");
    }
}

#[test]
fn every_finding() {
    assert_in_every_language!("every_finding", findings());
}

fn findings() -> String {
    let mut page = String::new();
    for (id, _, _, provoke) in PROVOKED {
        let mut seen = healthy();
        provoke(&mut seen);
        let Finding {
            title,
            evidence,
            advice,
            ..
        } = found(&seen, id).expect(id);
        writeln!(page, "{id}: {title}\n    {evidence}\n    {advice}").expect("a string");
    }
    page
}

#[test]
fn similar_input_provokes_nothing() {
    let cases: [(&str, Provoke); 19] = [
        ("held-down-by-hardware", |s| because(s, 0x48)),
        ("held-down-by-heat", |s| because(s, 0x1)),
        ("cuda-p2-cap", |s| sample(s).pstate = PState::new(2)),
        ("pcie-link-reduced", |s| {
            // An idle link is slow on purpose.
            at_rest(s);
            s.gpus[0].device.link = Some(link(2.5, 16));
        }),
        ("pcie-link-reduced", |s| s.gpus[0].device.link = None),
        ("persistence-mode-off", |s| {
            headless(s);
            s.machine.has_screen = Some(true);
        }),
        ("persistence-mode-off", |s| {
            headless(s);
            s.machine.is_laptop = Some(true);
        }),
        ("persistence-mode-off", |s| {
            headless(s);
            s.machine.has_screen = None;
        }),
        ("runtime-d3-off", |s| {
            on_a_laptop(s, RuntimePm::Unsupported, "on");
            s.machine.is_laptop = Some(false);
        }),
        ("gpu-kept-awake", |s| {
            s.gpus[0].device.opened_by = Some(vec!["Xorg".to_owned()]);
        }),
        ("nvidia-powerd-not-running", |s| {
            s.machine.power_daemon = Some(PowerDaemon::Stopped);
        }),
        ("model-partly-on-cpu", |s| model_computes(s, 90)),
        ("processes-not-told", |s| {
            model_computes(s, 90);
            sample(s).utilization = Some(Percent(90));
        }),
        ("gpu-at-rest", |s| {
            // An empty list on a busy GPU, as in a container.
            at_rest(s);
            s.gpus[0].phase = Some(Phase::Asleep);
            sample(s).names_processes = false;
            sample(s).utilization = Some(Percent(95));
        }),
        ("model-partly-on-cpu", |s| model_computes(s, 0)),
        ("clocks-not-held", |s| {
            at_rest(s);
            s.gpus[0].phase = Some(Phase::Asleep);
        }),
        ("login-entry-broken", |s| {
            s.app.login_entry = LoginEntry {
                wanted: false,
                state: Some(LoginEntryState::Absent),
                broken: None,
            };
        }),
        ("no-tray-host", |s| s.app.tray_host = None),
        ("power-saving-profile", |s| {
            s.machine.platform_profile = None;
            s.machine.power_profile = Some("balanced".to_owned());
        }),
    ];
    for (id, provoke) in cases {
        let mut seen = healthy();
        provoke(&mut seen);
        assert_eq!(found(&seen, id), None);
    }
}

#[test]
fn a_healthy_machine_shows_that_it_is() {
    let doctor = examine(&healthy());
    let ids: Vec<_> = doctor.findings.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(ids, ["driver-works", "gpu-ready"], "{doctor:?}");
    assert_eq!(doctor.worst(), Severity::Ok);

    let mut asleep = healthy();
    asleep.gpus[0].phase = Some(Phase::Asleep);
    at_rest(&mut asleep);
    let ids = examine(&asleep).findings.into_iter().map(|f| f.id);
    assert_eq!(ids.collect::<Vec<_>>(), ["driver-works", "gpu-at-rest"]);
}

#[test]
fn a_gpu_that_a_request_wakes_is_not_reported_to_delay_it() {
    let advice = |phase| {
        let mut seen = healthy();
        seen.gpus[0].phase = Some(phase);
        at_rest(&mut seen);
        let found = examine(&seen).findings.into_iter();
        found
            .map(|f| (f.id, f.advice))
            .find(|(id, _)| id == "gpu-at-rest")
    };
    let (_, asleep) = advice(Phase::Asleep).unwrap();
    assert!(asleep.contains("finds its clocks down"), "{asleep}");
    let (_, standby) = advice(Phase::Standby).unwrap();
    assert!(standby.starts_with("Nothing needs to be done"), "{standby}");
}

#[test]
fn what_could_not_be_read_brings_no_finding() {
    let mut seen = healthy();
    seen.gpus = vec![GpuEvidence::new(seen.gpus[0].info.clone())];
    seen.machine = MachineEvidence::default();
    seen.app = AppEvidence::default();
    let doctor = examine(&seen);
    let ids: Vec<_> = doctor.findings.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(ids, ["not-checked", "driver-works"], "{doctor:?}");
}

#[test]
fn the_worst_comes_first_and_each_gpu_has_its_name() {
    let mut seen = healthy();
    let mut second = seen.gpus[0].clone();
    second.info.index = 1;
    second.info.name = "NVIDIA GeForce RTX 3060".to_owned();
    second.fault = Some(GpuError::new(GpuErrorKind::GpuLost, "gone"));
    seen.gpus.push(second);
    because(&mut seen, 0x20);
    let doctor = examine(&seen);
    let severities: Vec<_> = doctor.findings.iter().map(|f| f.severity).collect();
    assert!(severities.is_sorted_by(|a, b| a >= b), "{severities:?}");
    assert_eq!(
        doctor.findings[0].evidence,
        "GPU 1, NVIDIA GeForce RTX 3060: gone"
    );
    assert!(
        doctor.findings[1]
            .evidence
            .starts_with("GPU 0, NVIDIA RTX 6000: 50 °C")
    );
}

#[test]
fn a_machine_without_an_nvidia_gpu_differs_from_one_without_a_driver() {
    let mut seen = healthy();
    no_gpu(&mut seen, GpuErrorKind::NvmlMissing);
    let fitted = found(&seen, "driver-missing").expect("found");
    assert_eq!(fitted.advice, GpuErrorKind::NvmlMissing.advice());
    seen.nvidia_devices = Some(0);
    let absent = found(&seen, "driver-missing").expect("found");
    assert!(absent.advice.contains("needs an NVIDIA GPU"), "{absent:?}");
}

#[test]
fn simulated_gpus_are_marked_as_simulated() {
    let mut seen = healthy();
    seen.simulated = true;
    seen.engine = None;
    let ids = examine(&seen).findings.into_iter().map(|f| f.id);
    assert_eq!(
        ids.collect::<Vec<_>>(),
        ["simulated", "driver-works", "gpu-ready"]
    );
}

#[test]
fn ids_are_words_joined_by_hyphens() {
    for (id, ..) in PROVOKED {
        assert!(
            id.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{id}"
        );
    }
}
