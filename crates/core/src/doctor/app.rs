//! The application itself: its settings, its engine, its place on the desktop.

use gpu_keepalive_text::{key, text};

use super::{Evidence, GpuEvidence, finding};
use crate::{
    host::RuntimePm,
    protocol::{Finding, Hold, LoginEntryState, Phase, Severity},
    status_text::render,
};

pub(super) fn settings_defaulted(seen: &Evidence) -> Option<Finding> {
    let problems = &seen.app.settings_problems;
    let severity = problems.iter().map(|problem| problem.severity).max()?;
    let lines: Vec<_> = problems
        .iter()
        .map(|problem| {
            let message = problem.message.trim_end_matches('.');
            match problem.line {
                Some(line) => text!("finding-settings-line", line = line, problem = message),
                None => message.to_owned(),
            }
        })
        .collect();
    let newer = problems
        .iter()
        .any(|problem| problem.severity == Severity::Error && problem.key == "version");
    let text = match severity {
        Severity::Error if newer => key!("finding-settings-newer"),
        Severity::Error => key!("finding-settings-unusable"),
        Severity::Warning => key!("finding-settings-wrong"),
        Severity::Info | Severity::Ok => key!("finding-settings-unknown"),
    };
    let defaulted = finding(severity, text, lines.join("; "))?;
    Some(Finding {
        id: "settings-defaulted".to_owned(),
        ..defaulted
    })
}

pub(super) fn engine_not_running(seen: &Evidence) -> Option<Finding> {
    if seen.engine.is_some() || seen.simulated {
        return None;
    }
    finding(
        Severity::Info,
        key!("finding-not-running"),
        text!("finding-not-running-seen"),
    )
}

pub(super) fn switched_off(seen: &Evidence) -> Option<Finding> {
    if seen.engine?.enabled {
        return None;
    }
    finding(
        Severity::Info,
        key!("finding-switched-off"),
        text!("finding-switched-off-seen"),
    )
}

pub(super) fn paused(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    if gpu.phase != Some(Phase::Paused) {
        return None;
    }
    let text = render(&gpu.message, Hold::Nothing);
    finding(
        Severity::Info,
        key!("finding-paused"),
        text.cause.unwrap_or_default(),
    )
}

pub(super) fn no_tray_host(seen: &Evidence) -> Option<Finding> {
    if seen.app.tray_host != Some(false) {
        return None;
    }
    finding(
        Severity::Warning,
        key!("finding-no-tray-host"),
        text!("finding-no-tray-host-seen"),
    )
}

pub(super) fn login_entry_broken(seen: &Evidence) -> Option<Finding> {
    let entry = &seen.app.login_entry;
    let evidence = match (entry.state?, &entry.broken) {
        (LoginEntryState::Broken, Some(why)) => why.clone(),
        (LoginEntryState::Broken, None) => text!("finding-login-entry-unknown"),
        (LoginEntryState::Absent, _) if entry.wanted => text!("finding-login-entry-absent"),
        _ => return None,
    };
    finding(
        Severity::Warning,
        key!("finding-login-entry-broken"),
        evidence,
    )
}

pub(super) fn simulated(seen: &Evidence) -> Option<Finding> {
    seen.simulated.then_some(())?;
    finding(
        Severity::Info,
        key!("finding-simulated"),
        text!("finding-simulated-seen"),
    )
}

pub(super) fn not_checked(seen: &Evidence) -> Option<Finding> {
    if seen.simulated {
        return None;
    }
    let machine = &seen.machine;
    let unreadable = machine
        .ai_programs
        .iter()
        .filter(|program| program.perf_boost_disabled.is_none());
    let mut missing: Vec<_> = unreadable
        .map(|program| {
            text!(
                "finding-not-checked-environment",
                program = &program.name,
                pid = program.pid.to_string()
            )
        })
        .collect();
    for gpu in seen.gpus.iter().filter(|gpu| gpu.fault.is_none()) {
        if gpu.sample.is_none() && gpu.device.runtime_pm != RuntimePm::Suspended {
            missing.push(text!("finding-not-checked-clocks", gpu = &gpu.info.name));
        }
    }
    if machine.is_laptop.is_none() {
        missing.push(text!("finding-not-checked-power"));
    }
    if missing.is_empty() {
        return None;
    }
    finding(
        Severity::Info,
        key!("finding-not-checked"),
        missing.join("; "),
    )
}
