//! A status as text. Colours are always written; the output drops them where they do not belong.

use anstyle::{AnsiColor, Style};
use gpu_keepalive_core::{
    gpu::PowerSource,
    protocol::{Badge, FaultStatus, GpuStatus, Notice, Severity, Status},
    status_text::watt_hours,
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
        blocks.extend(engine_text(status).map(|text| format!("{text}.\n")));
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
            let mut parts = vec![paint(style(gpu.badge), &gpu.text.short)];
            parts.extend(speed(gpu));
            parts.extend(gpu.temperature_c.map(|t| t.to_string()));
            parts.extend(gpu.power_w.map(|p| p.to_string()));
            parts.extend(hold(gpu).map(str::to_owned));
            format!("{name}: {}", parts.join(" · "))
        })
        .collect();
    let simulated = if status.engine.simulated {
        "[simulated] "
    } else {
        ""
    };
    let gpus = match engine_text(status) {
        Some(text) => text.to_owned(),
        None => gpus.join(" | "),
    };
    format!("{simulated}{gpus}")
}

/// The reason why there is no GPU to show.
fn engine_text(status: &Status) -> Option<&str> {
    status.engine.text.no_gpu.as_deref()
}

fn header(status: &Status) -> String {
    let engine = &status.engine;
    let simulated = if engine.simulated {
        "These GPUs are simulated.\n"
    } else {
        ""
    };
    let switched = if engine.enabled { "on" } else { "off" };
    let leases = match engine.leases {
        0 => String::new(),
        1 => ", one lease".to_owned(),
        n => format!(", {n} leases"),
    };
    let mut text = format!(
        "{simulated}GPU Keepalive {} is {switched}, mode {}{leases}\n",
        engine.version, engine.mode
    );
    let power = (engine.power_source != PowerSource::Ac).then_some(&engine.text.power);
    for extra in power.into_iter().chain(&engine.text.pause) {
        text += extra.trim_end_matches('.');
        text += ".\n";
    }
    text
}

fn gpu_block(gpu: &GpuStatus) -> String {
    let fault = gpu.fault.as_ref();
    let next_try = |fault: &FaultStatus| format!("in {}", seconds_text(fault.retry_in_s));
    let rows = [
        ("State", Some(paint(style(gpu.badge), &gpu.phase_text))),
        ("Speed", full_speed(gpu)),
        ("Temperature", gpu.temperature_c.map(|t| t.to_string())),
        ("Power", gpu.power_w.map(|p| p.to_string())),
        ("VRAM", vram(gpu)),
        ("Held by", hold(gpu).map(str::to_owned)),
        ("Pulses", (gpu.pulses > 0).then(|| gpu.pulses.to_string())),
        ("What to do", fault.map(|fault| fault.advice.clone())),
        ("Next try", fault.map(next_try)),
        ("Driver says", fault.map(|fault| fault.message.clone())),
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
    let mut text = speed(gpu).collect::<Vec<_>>().join(", ");
    if text.is_empty() {
        return None;
    }
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
        Some(wh) => format!("{wh:.1} Wh above idle"),
        None => "energy is not known yet".to_owned(),
    };
    if let Some(cost) = energy.today_cost {
        text += &format!(", cost {cost:.2}");
    }
    if let Some(wh) = energy.saved_today_wh.filter(|wh| *wh > 0.0) {
        text += &format!(", {} saved by resting", watt_hours(wh));
    }
    match energy.cold_starts_avoided_today {
        0 => text,
        1 => text + ", one cold start avoided",
        n => text + &format!(", {n} cold starts avoided"),
    }
}

fn notice_line(notice: &Notice) -> String {
    let (word, colour) = match notice.severity {
        Severity::Ok | Severity::Info => ("note", AnsiColor::Cyan),
        Severity::Warning => ("warning", AnsiColor::Yellow),
        Severity::Error => ("error", AnsiColor::Red),
    };
    let word = paint(colour.on_default(), word);
    format!("{word}: {}\n", notice.message)
}

/// The badge's colour.
fn style(badge: Badge) -> Style {
    match badge {
        Badge::Full | Badge::Standby => AnsiColor::Green.on_default(),
        Badge::Asleep | Badge::Low | Badge::Paused => AnsiColor::Blue.on_default(),
        Badge::Middling => AnsiColor::Yellow.on_default(),
        Badge::Hot | Badge::Fault => AnsiColor::Red.on_default(),
        Badge::Off => DIM,
    }
}

fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

#[cfg(test)]
mod tests;
