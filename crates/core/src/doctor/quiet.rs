//! Servers that let the GPU rest, and servers that do not.

use gpu_keepalive_text::{decimal, key, text};

use super::{Evidence, GpuEvidence, advised};
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
        Some(_) => key!("finding-quiet-switched-off"),
        // The processes would be simulated, and none of them is slow.
        None if seen.simulated => return None,
        None => key!("finding-quiet-not-running"),
    };
    let servers: Vec<_> = quiet_servers(seen)
        .map(|server| process(&server.label, server.pid))
        .collect();
    if servers.is_empty() {
        return None;
    }
    let set = text!(
        "finding-quiet-set-for",
        variable = VARIABLE,
        programs = servers.join(", ")
    );
    advised(
        Severity::Error,
        key!("finding-quiet-without-engine"),
        format!("{}; {set}", why.text()),
        why.attribute("advice"),
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
        .map(|program| process(&program.name, program.pid))
        .collect();
    let is_woken = seen.engine.is_some_and(|engine| engine.enabled);
    let (severity, places) = match (programs.is_empty(), machine.perf_boost_disabled) {
        (false, _) if is_woken => (Severity::Info, programs.join(", ")),
        (false, _) => (Severity::Warning, programs.join(", ")),
        (true, Some(true)) => (Severity::Info, text!("finding-perf-boost-ourselves")),
        (true, _) => return None,
    };
    let advice = if is_woken && !programs.is_empty() {
        text!("finding-perf-boost-woken")
    } else {
        text!("finding-perf-boost-remove", variable = VARIABLE)
    };
    advised(
        severity,
        key!("finding-perf-boost-disabled"),
        text!(
            "finding-perf-boost-disabled-seen",
            variable = VARIABLE,
            places = places
        ),
        advice,
    )
}

/// Servers that keep the GPU at full speed by themselves.
pub(super) fn loud_servers(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let loud = gpu.loud.as_ref()?;
    let servers: Vec<_> = loud
        .servers
        .iter()
        .map(|server| process(&server.name, server.pid))
        .collect();
    let mut evidence = servers.join(", ");
    if let Some(Watts(power)) = loud.power_w {
        let between = text!("finding-watts-between-requests", power = decimal(power, 0));
        evidence += &format!("; {between}");
    }
    if let Some(Watts(idle)) = loud.idle_w {
        let at_rest = text!("finding-watts-at-rest", power = decimal(idle, 0));
        evidence += &format!("; {at_rest}");
    }
    advised(
        match loud.month_kwh {
            Some(_) if loud.possible => Severity::Warning,
            _ => Severity::Info,
        },
        key!("finding-clocks-held-by-server"),
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

fn process(name: &str, pid: u32) -> String {
    text!("process", name = name, pid = pid.to_string())
}
