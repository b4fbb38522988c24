//! The status for a bar: a line of JSON as waybar's module `custom` reads it.

use gpu_keepalive_core::protocol::{GpuStatus, Status};
use serde_json::json;

use crate::text::{short_name, speed};

/// One line of JSON about the GPU that needs attention most: `text` and `tooltip` are Pango markup,
/// `alt` chooses an icon by the phase, `class` is for the style sheet, and `percentage` is the SM
/// clock, of the highest that the GPU can reach (waybar-custom(5)).
pub(super) fn line(status: &Status) -> String {
    let gpus: Vec<_> = status.gpus.iter().map(|gpu| about(gpu, status)).collect();
    let (mark, told) = match status.engine.simulated {
        true => ("[simulated] ", "These GPUs are simulated.\n\n"),
        false => ("", ""),
    };
    let line = match status.gpus.iter().rev().max_by_key(|gpu| gpu.badge) {
        Some(gpu) => json!({
            "text": escape(&format!("{mark}{}", in_short(gpu))),
            "alt": gpu.phase,
            "class": [json!(gpu.phase), json!(gpu.badge)],
            "percentage": percentage(gpu),
            "tooltip": escape(&format!("{told}{}", gpus.join("\n\n"))),
        }),
        None => json!({
            "text": escape(&format!("{mark}No GPU")),
            "alt": "no_gpu",
            "class": ["no_gpu"],
            "percentage": null,
            "tooltip": escape(&format!("{told}{}", without_gpu(status))),
        }),
    };
    line.to_string()
}

/// `Resting 12 W`.
fn in_short(gpu: &GpuStatus) -> String {
    match gpu.power_w {
        Some(power) => format!("{} {:.0} W", gpu.text.short, power.0),
        None => gpu.text.short.clone(),
    }
}

/// Its name, its state and its readings, a line each.
fn about(gpu: &GpuStatus, status: &Status) -> String {
    let readings: Vec<_> = speed(gpu)
        .chain(gpu.temperature_c.map(|celsius| celsius.to_string()))
        .chain(gpu.power_w.map(|power| power.to_string()))
        .collect();
    let mut lines = vec![short_name(gpu, status), gpu.text.line.clone()];
    if !readings.is_empty() {
        lines.push(readings.join(" · "));
    }
    lines.join("\n")
}

fn without_gpu(status: &Status) -> String {
    let why = status.engine.text.no_gpu.iter();
    let notices = status.notices.iter().map(|notice| &notice.message);
    let lines: Vec<_> = why.chain(notices).map(String::as_str).collect();
    lines.join("\n")
}

fn percentage(gpu: &GpuStatus) -> Option<u32> {
    let max = gpu.sm_clock_max_mhz.filter(|max| max.0 > 0)?;
    Some((gpu.sm_clock_mhz?.0.saturating_mul(100) / max.0).min(100))
}

/// As Pango's markup wants it; a process or a GPU may have any name.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests;
