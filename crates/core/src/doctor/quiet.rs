//! Servers that let the GPU rest, and servers that do not.

use super::{Evidence, GpuEvidence, finding};
use crate::{
    host::{AiProcess, GpuUse},
    protocol::{Finding, Severity},
    quiet::VARIABLE,
    units::Watts,
};

/// A quiet server that nothing wakes the GPU for is slower than one without us.
pub(super) fn without_engine(seen: &Evidence) -> Option<Finding> {
    let why = match seen.engine {
        Some(engine) if engine.enabled => return None,
        Some(_) => "GPU Keepalive is switched off",
        // The processes would be simulated, and none of them is slow.
        None if seen.simulated => return None,
        None => "GPU Keepalive is not running",
    };
    let servers: Vec<_> = quiet_servers(seen).map(named).collect();
    if servers.is_empty() {
        return None;
    }
    let wakes = match seen.engine {
        Some(_) => "Switch it on in the tray, or with “gpu-keepalive on”",
        None => "Start the app, or “gpu-keepalive run”",
    };
    finding(
        "quiet-without-engine",
        Severity::Error,
        "Quiet AI servers run, and nothing wakes the GPU for them",
        format!("{why}; {VARIABLE} is set for {}", servers.join(", ")),
        format!(
            "Their first answers are slower than without GPU Keepalive. {wakes}, or start them \
             without the variable: “gpu-keepalive quiet --remove UNIT” for a service of yours."
        ),
    )
}

/// The variable is there for another reason than our own commands.
pub(super) fn perf_boost_disabled(seen: &Evidence) -> Option<Finding> {
    if without_engine(seen).is_some() {
        return None;
    }
    let machine = &seen.machine;
    let programs: Vec<_> = machine
        .ai_programs
        .iter()
        .filter(|program| program.perf_boost_disabled == Some(true))
        .map(|program| format!("{} (process {})", program.name, program.pid))
        .collect();
    let is_woken = seen.engine.is_some_and(|engine| engine.enabled);
    let (severity, places) = match (programs.is_empty(), machine.perf_boost_disabled) {
        (false, _) if is_woken => (Severity::Info, programs.join(", ")),
        (false, _) => (Severity::Warning, programs.join(", ")),
        (true, Some(true)) => (Severity::Info, "GPU Keepalive itself".to_owned()),
        (true, _) => return None,
    };
    let advice = if is_woken && !programs.is_empty() {
        "This lets the GPU rest between requests, and GPU Keepalive wakes it for each. Without GPU \
         Keepalive their first answers are slower."
            .to_owned()
    } else {
        format!(
            "Some Linux distributions set {VARIABLE} for everyone. Remove it from the environment \
             of your AI programs and start them again. GPU Keepalive leaves it out when it holds \
             the clocks."
        )
    };
    finding(
        "perf-boost-disabled",
        severity,
        "CUDA programs are told not to raise the clocks",
        format!("{VARIABLE} is set in the environment of {places}"),
        advice,
    )
}

/// Servers that keep the GPU at full speed by themselves.
pub(super) fn loud_servers(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let loud = gpu.loud.as_ref()?;
    let servers: Vec<_> = loud
        .servers
        .iter()
        .map(|server| format!("{} (process {})", server.name, server.pid))
        .collect();
    let mut evidence = servers.join(", ");
    if let Some(Watts(power)) = loud.power_w {
        evidence += &format!("; {power:.0} W between requests");
    }
    if let Some(Watts(idle)) = loud.idle_w {
        evidence += &format!("; {idle:.0} W at rest");
    }
    finding(
        "clocks-held-by-server",
        match loud.month_kwh {
            Some(_) if loud.possible => Severity::Warning,
            _ => Severity::Info,
        },
        "An AI server keeps this GPU at full speed between requests",
        evidence,
        match &loud.how {
            Some(how) => format!("{} {how}", loud.text),
            None => loud.text.clone(),
        },
    )
}

/// Those that have a GPU open whose driver reads the variable.
fn quiet_servers(seen: &Evidence) -> impl Iterator<Item = &AiProcess> {
    let mut gpus = seen.gpus.iter();
    let is_read = seen.gpus.is_empty() || gpus.any(|gpu| gpu.info.knows_quiet_programs());
    let running = seen.running.iter().filter(move |_| is_read);
    running.filter(|process| {
        let open = matches!(process.gpu, GpuUse::Device(_) | GpuUse::Context(_));
        open && process.quiet == Some(true)
    })
}

fn named(process: &AiProcess) -> String {
    format!("{} (process {})", process.label, process.pid)
}
