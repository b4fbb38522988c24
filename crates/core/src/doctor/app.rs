//! The application itself: its settings, its engine, its place on the desktop.

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
                Some(line) => format!("line {line}: {message}"),
                None => message.to_owned(),
            }
        })
        .collect();
    let newer = problems
        .iter()
        .any(|problem| problem.severity == Severity::Error && problem.key == "version");
    let title = match severity {
        Severity::Error if newer => "The settings file is of a newer GPU Keepalive",
        Severity::Error => "The settings file cannot be used",
        Severity::Warning => "Some settings are wrong, and their defaults apply",
        Severity::Info | Severity::Ok => "Unknown keys in the settings file",
    };
    let advice = match severity {
        Severity::Error if newer => "Update GPU Keepalive.",
        Severity::Error => "Correct it; “gpu-keepalive settings path” prints where it is.",
        _ => "Correct these lines; “gpu-keepalive settings path” prints where the file is.",
    };
    finding(
        "settings-defaulted",
        severity,
        title,
        lines.join("; "),
        advice,
    )
}

pub(super) fn engine_not_running(seen: &Evidence) -> Option<Finding> {
    if seen.engine.is_some() || seen.simulated {
        return None;
    }
    finding(
        "not-running",
        Severity::Info,
        "GPU Keepalive is not running, so no GPU is kept ready",
        "no answer on the control socket",
        "Open the GPU Keepalive app, or start “gpu-keepalive run”.",
    )
}

pub(super) fn switched_off(seen: &Evidence) -> Option<Finding> {
    if seen.engine?.enabled {
        return None;
    }
    finding(
        "switched-off",
        Severity::Info,
        "GPU Keepalive is switched off",
        "the GPUs are left alone",
        "Switch it on in the tray, or with “gpu-keepalive on”.",
    )
}

pub(super) fn paused(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    if gpu.phase != Some(Phase::Paused) {
        return None;
    }
    let text = render(&gpu.message, Hold::Nothing);
    finding(
        "paused",
        Severity::Info,
        "This GPU is paused",
        text.cause.unwrap_or_default(),
        "It resumes by itself when none of this applies any more. “gpu-keepalive resume” ends a \
         pause of your own.",
    )
}

pub(super) fn no_tray_host(seen: &Evidence) -> Option<Finding> {
    if seen.app.tray_host != Some(false) {
        return None;
    }
    finding(
        "no-tray-host",
        Severity::Warning,
        "This desktop shows no tray icons",
        "no program on the session bus shows status notifier items",
        "On GNOME install the extension “AppIndicator and KStatusNotifierItem Support”; on other \
         desktops add a system tray to the panel. Everything also works in the window and with \
         “gpu-keepalive status”.",
    )
}

pub(super) fn login_entry_broken(seen: &Evidence) -> Option<Finding> {
    let entry = &seen.app.login_entry;
    let evidence = match (entry.state?, &entry.broken) {
        (LoginEntryState::Broken, Some(why)) => why.clone(),
        (LoginEntryState::Broken, None) => "its entry does not start it".to_owned(),
        (LoginEntryState::Absent, _) if entry.wanted => {
            "“app.start_at_login” is on, and there is no entry for it".to_owned()
        }
        _ => return None,
    };
    finding(
        "login-entry-broken",
        Severity::Warning,
        "GPU Keepalive does not start at login",
        evidence,
        "Switch “Start at login” off and on again in the tray or in the settings.",
    )
}

pub(super) fn simulated(seen: &Evidence) -> Option<Finding> {
    seen.simulated.then_some(())?;
    finding(
        "simulated",
        Severity::Info,
        "These GPUs are simulated",
        "the option --simulate or the variable GPU_KEEPALIVE_SIMULATE is set",
        "Leave out “--simulate” to examine the real one.",
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
            format!(
                "the environment of {} (process {})",
                program.name, program.pid
            )
        })
        .collect();
    for gpu in seen.gpus.iter().filter(|gpu| gpu.fault.is_none()) {
        if gpu.sample.is_none() && gpu.device.runtime_pm != RuntimePm::Suspended {
            missing.push(format!(
                "the clocks of {}, which is left alone",
                gpu.info.name
            ));
        }
    }
    if machine.is_laptop.is_none() {
        missing.push("batteries and power profiles".to_owned());
    }
    if missing.is_empty() {
        return None;
    }
    finding(
        "not-checked",
        Severity::Info,
        "Some things could not be checked",
        missing.join("; "),
        "Processes of other users and a GPU that is asleep cannot be examined.",
    )
}
