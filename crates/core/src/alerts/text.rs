use gpu_keepalive_text::text;

use super::{Kind, Notification};
use crate::{
    protocol::{GpuStatus, Status},
    status_text::Alert,
};

/// The text of a notification.
pub(super) fn notification(kind: Kind, gpu: Option<&GpuStatus>, status: &Status) -> Notification {
    let name = gpu.map(|gpu| name(gpu, status)).unwrap_or_default();
    let title = match kind {
        Kind::TooHot => Alert::TooHot(&name).to_string(),
        Kind::CooledDown => Alert::CooledDown(&name).to_string(),
        Kind::Fault => Alert::Fault(&name).to_string(),
        Kind::Recovered => Alert::Recovered(&name).to_string(),
        Kind::NoGpu => Alert::NoGpu.to_string(),
        Kind::Found => Alert::GpuFound(&found(status)).to_string(),
        Kind::Phase(_) => name,
    };
    let body = match (kind, gpu.or(status.gpus.first())) {
        (Kind::NoGpu, _) => status.notices.first().map(|notice| notice.message.clone()),
        (Kind::Fault, Some(gpu)) => Some(what_to_do(gpu)),
        (_, gpu) => gpu.map(|gpu| gpu.phase_text.clone()),
    };
    Notification {
        gpu: gpu.map(|gpu| gpu.uuid.clone()),
        kind,
        title: if status.engine.simulated {
            text!("simulated", text = title)
        } else {
            title
        },
        // A line must not end between the two.
        body: body.unwrap_or_default().replace(" °C", "\u{a0}°C"),
        urgent: matches!(kind, Kind::Fault | Kind::NoGpu),
    }
}

/// Its name for people, with its number where another GPU has the same.
fn name(gpu: &GpuStatus, status: &Status) -> String {
    let name = gpu.short_name();
    let namesakes = status
        .gpus
        .iter()
        .filter(|other| other.short_name() == name);
    match namesakes.count() {
        0 | 1 => name.to_owned(),
        _ => format!("GPU {} ({name})", gpu.index),
    }
}

fn found(status: &Status) -> String {
    let first = status.gpus.first();
    first.map(|gpu| name(gpu, status)).unwrap_or_default()
}

/// The meaning of a fault and the advice; the driver's own message is in the window.
fn what_to_do(gpu: &GpuStatus) -> String {
    let cause = gpu.text.cause.as_deref();
    let advice = gpu.fault.as_ref().map(|fault| fault.advice.as_str());
    let lines: Vec<_> = cause.into_iter().chain(advice).collect();
    lines.join("\n")
}
