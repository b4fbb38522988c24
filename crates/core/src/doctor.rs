//! Explains why a GPU is slow, or does not hold: findings from the evidence, each with advice.
//!
//! Pure: [`Evidence`] is everything that was read, [`examine`] judges it. A value that could not be
//! read is `None` and brings no finding, except the one that lists what could not be checked.

use std::cmp::Reverse;

use gpu_keepalive_text::{Key, text};

use crate::protocol::{Doctor, Finding, Severity};

mod app;
mod clocks;
mod device;
mod driver;
mod evidence;
mod machine;
mod quiet;
mod report;
#[cfg(test)]
mod tests;
mod windows;

pub use evidence::{
    AiProgramEvidence, AppEvidence, DeviceEvidence, Engine, Evidence, GpuEvidence, LoginEntry,
    MachineEvidence, PcieLink, PowerDaemon, RuntimeD3,
};
pub use report::{Private, redact, report};
pub use windows::{PowerMode, WindowsEvidence};

/// Judges what was read, worst first.
pub fn examine(evidence: &Evidence) -> Doctor {
    let mut findings: Vec<Finding> = OF_THE_MACHINE
        .iter()
        .filter_map(|check| check(evidence))
        .collect();
    for gpu in &evidence.gpus {
        let found = OF_EACH_GPU.iter().filter_map(|check| check(gpu, evidence));
        findings.extend(found.map(|finding| match evidence.gpus.len() {
            1 => finding,
            _ => Finding {
                evidence: text!(
                    "finding-of-gpu",
                    index = gpu.info.index,
                    name = &gpu.info.name,
                    evidence = finding.evidence
                ),
                ..finding
            },
        }));
    }
    if evidence.machine.windows.is_some() {
        findings = findings.into_iter().map(windows::with_advice).collect();
    }
    findings.sort_by_key(|finding| Reverse(finding.severity));
    Doctor { findings }
}

/// Checks of the whole machine. Among equals the order here is the order shown.
const OF_THE_MACHINE: [fn(&Evidence) -> Option<Finding>; 21] = [
    driver::discovery_failed,
    driver::gpus_left_out,
    quiet::without_engine,
    app::settings_defaulted,
    machine::on_battery,
    machine::undersized_adapter,
    machine::power_saving_profile,
    windows::power_saving,
    quiet::perf_boost_disabled,
    clocks::other_clock_tools,
    app::login_entry_broken,
    app::no_tray_host,
    windows::no_web_view,
    app::engine_not_running,
    app::switched_off,
    machine::powerd_not_running,
    machine::left_asleep,
    app::not_checked,
    app::simulated,
    driver::driver_works,
    windows::gpu_scheduling,
];

/// Checks of one GPU.
const OF_EACH_GPU: [fn(&GpuEvidence, &Evidence) -> Option<Finding>; 23] = [
    driver::gpu_failed,
    driver::driver_too_old,
    clocks::held_down_by_heat,
    clocks::held_down_by_power_brake,
    clocks::held_down_by_hardware,
    clocks::held_down_by_power_cap,
    clocks::clocks_locked,
    clocks::clocks_not_held,
    quiet::loud_servers,
    device::vram_nearly_full,
    device::model_partly_on_cpu,
    device::processes_not_reported,
    device::pcie_link_reduced,
    device::persistence_mode_off,
    device::runtime_d3_off,
    device::kept_awake,
    app::paused,
    clocks::cuda_p2_cap,
    device::runtime_d3_on,
    clocks::gpu_ready,
    clocks::gpu_busy,
    clocks::gpu_at_rest,
    windows::driver_model,
];

/// A finding whose title and advice are one text and its attribute.
fn finding(severity: Severity, text: Key, evidence: impl Into<String>) -> Option<Finding> {
    advised(severity, text, evidence, text.attribute("advice"))
}

/// A finding with an advice of its own; empty where there is nothing to do. Its id, which programs
/// rely on, is the text's key without `finding-`.
fn advised(
    severity: Severity,
    title: Key,
    evidence: impl Into<String>,
    advice: impl Into<String>,
) -> Option<Finding> {
    Some(Finding {
        id: title.name().trim_start_matches("finding-").to_owned(),
        severity,
        title: title.text(),
        evidence: evidence.into(),
        advice: advice.into(),
    })
}
