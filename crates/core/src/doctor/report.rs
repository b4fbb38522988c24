//! The report to copy into an issue: what helps, and nothing private.

use std::fmt::Write;

use crate::protocol::{Doctor, Finding, GpuStatus, SettingsProblem, Severity, Status};

mod redact;

pub use redact::redact;

/// The private values that must not be in a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Private {
    /// The user's home folder, written as `~` instead.
    pub home: Option<String>,
    /// The user's name.
    pub user: Option<String>,
    /// The machine's name.
    pub host: Option<String>,
    /// Programs that run.
    pub programs: Vec<String>,
}

/// Findings whose evidence names programs, files or what the user wrote.
const EVIDENCE_IS_PRIVATE: [&str; 8] = [
    "quiet-without-engine",
    "clocks-held-by-server",
    "perf-boost-disabled",
    "clock-tool-running",
    "gpu-kept-awake",
    "not-checked",
    "login-entry-broken",
    "settings-defaulted",
];

/// The text of a report.
///
/// It names no program, no folder but by `~`, and neither user, host nor serial number; of the
/// settings only where they are wrong, and of the log no debugging lines, which may name programs.
pub fn report(
    status: &Status,
    doctor: &Doctor,
    problems: &[SettingsProblem],
    log: &[String],
    private: &Private,
) -> String {
    let blocks = [
        header(status),
        status.gpus.iter().map(gpu).collect(),
        doctor.findings.iter().map(finding).collect(),
        settings(problems),
        log_tail(log),
    ];
    let blocks: Vec<_> = blocks
        .into_iter()
        .filter(|block| !block.is_empty())
        .collect();
    redact(&blocks.join("\n"), private)
}

fn header(status: &Status) -> String {
    let engine = &status.engine;
    format!(
        "GPU Keepalive {}{}\nMode {}, switched {}, running for {:.0} s, power: {:?}, leases: {}\n",
        engine.version,
        if engine.simulated {
            ", simulated GPUs"
        } else {
            ""
        },
        engine.mode,
        if engine.enabled { "on" } else { "off" },
        engine.uptime_s,
        engine.power_source,
        engine.leases,
    )
}

fn gpu(gpu: &GpuStatus) -> String {
    let mut text = format!("GPU {}: {}\n  {}\n", gpu.index, gpu.name, gpu.phase_text);
    let facts = [
        ("P-state", gpu.pstate.map(|v| v.to_string())),
        ("SM clock", gpu.sm_clock_mhz.map(|v| v.to_string())),
        ("maximum", gpu.sm_clock_max_mhz.map(|v| v.to_string())),
        ("temperature", gpu.temperature_c.map(|v| v.to_string())),
        ("power", gpu.power_w.map(|v| v.to_string())),
        (
            "utilization",
            gpu.utilization_percent.map(|v| v.to_string()),
        ),
        (
            "free VRAM",
            gpu.vram.free_bytes.map(|v| format!("{} MiB", v.mib())),
        ),
        (
            "all VRAM",
            gpu.vram.total_bytes.map(|v| format!("{} MiB", v.mib())),
        ),
        ("held by", gpu.strategy.map(|v| format!("{v:?}"))),
        ("interval", gpu.pulse_interval_ms.map(|v| format!("{v} ms"))),
        ("ready", gpu.ready.map(|v| v.to_string())),
    ];
    let known = facts
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name} {}", value?)));
    let mut known: Vec<_> = known.collect();
    known.extend(gpu.clocks_event_reasons.iter().cloned());
    _ = writeln!(text, "  {}", known.join(", "));
    for attempt in &gpu.attempts {
        _ = writeln!(text, "  tried: {attempt}");
    }
    if let Some(fault) = &gpu.fault {
        _ = writeln!(text, "  fault: {:?}: {}", fault.kind, fault.message);
    }
    text
}

fn finding(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Ok => "ok",
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let evidence = match EVIDENCE_IS_PRIVATE.contains(&finding.id.as_str()) {
        true => "(left out of reports)",
        false => &finding.evidence,
    };
    format!(
        "{severity} {}: {}\n  {evidence}\n",
        finding.id, finding.title
    )
}

fn settings(problems: &[SettingsProblem]) -> String {
    let place = |problem: &SettingsProblem| {
        let line = problem.line.map(|line| format!(", line {line}"));
        let key = match problem.severity {
            // The value of an unknown key may be anything.
            Severity::Info => "unknown key",
            _ if problem.key.is_empty() => "the whole file",
            _ => &problem.key,
        };
        format!("settings{}: {key}\n", line.unwrap_or_default())
    };
    problems.iter().map(place).collect()
}

fn log_tail(log: &[String]) -> String {
    let level = |line: &str, level: &str| line.split_whitespace().take(2).any(|w| w == level);
    let kept = log
        .iter()
        .filter(|line| !level(line, "DEBUG") && !level(line, "TRACE"));
    kept.map(|line| format!("log: {line}\n")).collect()
}
