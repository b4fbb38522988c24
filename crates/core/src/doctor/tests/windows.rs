//! The findings of Windows, and that none there has advice for Linux.

use super::*;

/// A Windows laptop on which nothing is wrong.
fn healthy_windows() -> Evidence {
    let mut seen = healthy();
    seen.machine = MachineEvidence {
        is_laptop: Some(true),
        perf_boost_disabled: Some(false),
        windows: Some(WindowsEvidence {
            power_mode: Some(PowerMode::Balanced),
            energy_saver: Some(false),
            gpu_scheduling: None,
            web_view: Some("134.0.3124.85".to_owned()),
        }),
        ..MachineEvidence::default()
    };
    seen
}

fn windows(seen: &mut Evidence) -> &mut WindowsEvidence {
    seen.machine.windows.as_mut().expect("it is Windows")
}

const PROVOKED_THERE: [(&str, Severity, Provoke); 9] = {
    use Severity::{Info, Ok, Warning};
    [
        ("power-saving-profile", Warning, |s| {
            windows(s).power_mode = Some(PowerMode::Efficiency);
            windows(s).energy_saver = Some(true);
        }),
        ("no-web-view", Info, |s| windows(s).web_view = None),
        ("gpu-scheduling", Ok, |s| {
            windows(s).gpu_scheduling = Some(true);
        }),
        ("driver-model", Ok, |s| {
            inspection(s).driver_model = Some(crate::gpu::DriverModel::Wddm);
        }),
        ("clocks-not-held", Warning, at_rest),
        ("cuda-p2-cap", Info, |s| {
            s.gpus[0].info.name = "NVIDIA GeForce RTX 4090".to_owned();
            sample(s).pstate = PState::new(2);
        }),
        ("runtime-d3-on", Ok, |s| {
            s.gpus[0].device.runtime_pm = RuntimePm::Active;
        }),
        ("processes-not-told", Info, |s| {
            sample(s).compute_processes = None;
        }),
        ("perf-boost-disabled", Info, |s| {
            s.machine.perf_boost_disabled = Some(true);
        }),
    ]
};

#[test]
fn each_finding_of_windows_is_provoked_by_its_evidence() {
    let healthy = examine(&healthy_windows());
    let ids: Vec<_> = healthy.findings.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(ids, ["driver-works", "gpu-ready"], "{healthy:?}");
    for (id, severity, provoke) in PROVOKED_THERE {
        let mut seen = healthy_windows();
        provoke(&mut seen);
        let finding = found(&seen, id).unwrap_or_else(|| panic!("no {id}"));
        assert_eq!(finding.severity, severity, "{finding:?}");
    }
}

#[test]
fn every_finding_of_windows() {
    assert_in_every_language!("every_finding_of_windows", findings_there());
}

fn findings_there() -> String {
    let mut page = String::new();
    for (id, _, provoke) in PROVOKED_THERE {
        let mut seen = healthy_windows();
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

/// Whatever of all findings can come up there.
#[test]
fn no_advice_on_windows_is_for_linux() {
    let of_linux = [
        "Linux",
        "sudo",
        "systemctl",
        "libcuda1",
        "group",
        "docker",
        "WSL",
        "package",
        "GNOME",
        "kernel",
        "UNIT",
        "/usr",
    ];
    // Findings from evidence that only Linux gives.
    let elsewhere = [
        "quiet-without-engine",
        "persistence-mode-off",
        "runtime-d3-off",
        "nvidia-powerd-not-running",
        "no-tray-host",
    ];
    let provoked = PROVOKED.into_iter().map(|(id, .., provoke)| (id, provoke));
    let there = PROVOKED_THERE.map(|(id, _, provoke)| (id, provoke));
    for (id, provoke) in provoked.chain(there) {
        let mut seen = healthy_windows();
        provoke(&mut seen);
        for error in seen.gpus.iter_mut().filter_map(|gpu| gpu.fault.as_mut()) {
            explain(error);
        }
        seen.discovery_error.as_mut().map(explain);
        for finding in examine(&seen).findings {
            let found = of_linux.iter().find(|word| finding.advice.contains(**word));
            let only_there = elsewhere.contains(&finding.id.as_str());
            assert!(
                found.is_none() || only_there,
                "{id}: {found:?} in {finding:?}"
            );
        }
    }
}

/// As the driver process does it.
fn explain(error: &mut GpuError) {
    let windows = crate::gpu::DriverHost {
        windows: true,
        ..Default::default()
    };
    let message = error.message.replace("cuCtxCreate", "nvmlInit_v2");
    let explained = GpuError::new(error.kind, message).explained(windows);
    *error = explained;
}

#[test]
fn the_power_mode_is_known_by_its_identifiers() {
    const BALANCED_PLAN: &str = "381b4222-f694-41f0-9685-ff5bb260df2e";
    const SAVER_PLAN: &str = "{A1841308-3541-4FAB-BC81-F71556F20B4A}";
    for (plan, overlay, expected) in [
        (
            BALANCED_PLAN,
            "961cc777-2547-4f9d-8174-7d86181b8a7a",
            Some(PowerMode::Efficiency),
        ),
        (
            BALANCED_PLAN,
            "00000000-0000-0000-0000-000000000000",
            Some(PowerMode::Balanced),
        ),
        (
            BALANCED_PLAN,
            "ded574b5-45a0-4f42-8737-46345c09c238",
            Some(PowerMode::Performance),
        ),
        (BALANCED_PLAN, "12345678-0000-0000-0000-000000000000", None),
        (
            SAVER_PLAN,
            "00000000-0000-0000-0000-000000000000",
            Some(PowerMode::Efficiency),
        ),
    ] {
        let mode = PowerMode::of_schemes(Some(plan), Some(overlay));
        assert_eq!(mode, expected, "{plan} {overlay}");
    }
    assert_eq!(PowerMode::of_schemes(None, None), None);
    assert_eq!(PowerMode::of_schemes(Some(BALANCED_PLAN), None), None);
}
