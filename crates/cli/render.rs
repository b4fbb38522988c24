//! A status as text. Colours are always written; the output drops them where they do not belong.

use anstyle::{AnsiColor, Style};
use gpu_keepalive_core::{
    gpu::PowerSource,
    protocol::{GpuStatus, Phase, Severity, Status},
    units::Bytes,
};

use crate::text::{clock_limit, hold, seconds_text, short_name, speed};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Everything worth knowing, a few lines for each GPU.
pub(crate) fn render(status: &Status) -> String {
    let mut blocks = vec![header(status)];
    blocks.extend(status.gpus.iter().map(gpu_block));
    if status.gpus.is_empty() {
        blocks.push("No GPU is looked after.\n".to_owned());
    }
    blocks.push(row("Today", &energy(status)));
    if !status.notices.is_empty() {
        blocks.push(status.notices.iter().map(notice_line).collect());
    }
    blocks.join("\n")
}

/// The same in one line, for following along.
pub(crate) fn line(status: &Status) -> String {
    let gpus: Vec<_> = status
        .gpus
        .iter()
        .map(|gpu| {
            let name = short_name(gpu, status);
            let mut parts = vec![paint(phase_style(gpu.phase), phase_word(gpu.phase))];
            parts.extend(speed(gpu));
            parts.extend(gpu.temperature_c.map(|t| t.to_string()));
            parts.extend(gpu.power_w.map(|p| p.to_string()));
            parts.extend(hold(gpu));
            format!("{name}: {}", parts.join(", "))
        })
        .collect();
    let simulated = if status.engine.simulated {
        "[simulated] "
    } else {
        ""
    };
    let gpus = if gpus.is_empty() {
        "no GPU".to_owned()
    } else {
        gpus.join(" | ")
    };
    format!("{simulated}{gpus}")
}

fn header(status: &Status) -> String {
    let engine = &status.engine;
    let simulated = if engine.simulated {
        "Simulated GPUs\n"
    } else {
        ""
    };
    let switched = if engine.enabled { "on" } else { "off" };
    let power = match engine.power_source {
        PowerSource::Ac => "",
        PowerSource::Battery => ", on battery",
        PowerSource::UndersizedAdapter => ", on an adapter that is too small",
    };
    let leases = match engine.leases {
        0 => String::new(),
        1 => ", one lease".to_owned(),
        n => format!(", {n} leases"),
    };
    let pause = match engine.pause_remaining_s {
        Some(seconds) => format!(", paused for another {}", seconds_text(seconds)),
        None => String::new(),
    };
    format!(
        "{simulated}GPU Keepalive {} is {switched}, mode {}{power}{leases}{pause}\n",
        engine.version, engine.mode
    )
}

fn gpu_block(gpu: &GpuStatus) -> String {
    let rows = [
        (
            "State",
            Some(paint(phase_style(gpu.phase), &gpu.phase_text)),
        ),
        ("Speed", full_speed(gpu)),
        ("Temperature", gpu.temperature_c.map(|t| t.to_string())),
        ("Power", gpu.power_w.map(|p| p.to_string())),
        ("VRAM", vram(gpu)),
        ("Held by", hold(gpu)),
        ("Pulses", (gpu.pulses > 0).then(|| gpu.pulses.to_string())),
        (
            "Fault",
            // The sentence about the phase has the driver's words already.
            gpu.fault
                .as_ref()
                .filter(|_| gpu.phase != Phase::Fault)
                .map(|fault| fault.message.clone()),
        ),
        (
            "What to do",
            gpu.fault.as_ref().map(|fault| fault.advice.clone()),
        ),
        (
            "Next try",
            gpu.fault
                .as_ref()
                .map(|fault| format!("in {}", seconds_text(fault.retry_in_s))),
        ),
    ];
    let title = format!("{} {}", gpu.index, paint(BOLD, &gpu.name));
    let rows = rows
        .iter()
        .filter_map(|(label, value)| value.as_ref().map(|value| row(label, value)));
    format!("{title}\n{}", rows.collect::<String>())
}

fn row(label: &str, value: &str) -> String {
    format!("  {} {value}\n", paint(DIM, &format!("{label:<12}")))
}

fn full_speed(gpu: &GpuStatus) -> Option<String> {
    let mut text = speed(gpu)?;
    if let (Some(_), Some(max)) = (gpu.sm_clock_mhz, gpu.sm_clock_max_mhz) {
        text += &format!(" of {max}");
    }
    match gpu.ready {
        Some(true) => text += ", ready",
        Some(false) => text += ", not ready",
        None => {}
    }
    let names = gpu.clocks_event_reasons.iter();
    for limit in names.filter_map(|name| clock_limit(name)) {
        text += &format!(", {limit}");
    }
    Some(text)
}

fn vram(gpu: &GpuStatus) -> Option<String> {
    let gib = |bytes: Bytes| format!("{:.1}", bytes.gib());
    let total = gpu.vram.total_bytes?;
    let mut text = match gpu.vram.free_bytes {
        Some(free) => format!("{} of {} GiB free", gib(free), gib(total)),
        None => format!("{} GiB", gib(total)),
    };
    if let Some(ours) = gpu.vram.ours_bytes.filter(|ours| ours.0 > 0) {
        text += &format!(", {} MiB taken to hold the clocks", ours.mib());
    }
    Some(text)
}

fn energy(status: &Status) -> String {
    let energy = &status.energy;
    let mut text = match energy.today_wh {
        Some(wh) => format!("{wh:.1} Wh above rest"),
        None => "energy not known yet".to_owned(),
    };
    if let Some(cost) = energy.today_cost {
        text += &format!(", cost {cost:.2}");
    }
    match energy.cold_starts_avoided_today {
        0 => text,
        1 => text + ", one cold start avoided",
        n => text + &format!(", {n} cold starts avoided"),
    }
}

fn notice_line(notice: &gpu_keepalive_core::protocol::Notice) -> String {
    let (word, colour) = match notice.severity {
        Severity::Ok | Severity::Info => ("note", AnsiColor::Cyan),
        Severity::Warning => ("warning", AnsiColor::Yellow),
        Severity::Error => ("error", AnsiColor::Red),
    };
    let word = paint(colour.on_default(), word);
    format!("{word}: {}\n", notice.message)
}

fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Off => "off",
        Phase::Asleep => "asleep",
        Phase::Warm => "warm",
        Phase::Yielding => "yielding",
        Phase::Paused => "paused",
        Phase::Fault => "fault",
    }
}

/// The tray's colours.
fn phase_style(phase: Phase) -> Style {
    match phase {
        Phase::Warm | Phase::Yielding => AnsiColor::Green.on_default(),
        Phase::Asleep => AnsiColor::Blue.on_default(),
        Phase::Paused => AnsiColor::Yellow.on_default(),
        Phase::Fault => AnsiColor::Red.on_default(),
        Phase::Off => DIM,
    }
}

fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

#[cfg(test)]
mod tests;
