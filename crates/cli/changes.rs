//! The changes from one status to the next, in lines for people.

use std::{collections::BTreeMap, sync::Arc};

use gpu_keepalive_core::{
    gpu::GpuUuid,
    protocol::{GpuStatus, Phase, Status},
    settings::Strategy,
};

use crate::text::{hold, short_name};

/// An interval is shown again when it has become so many times as long or as short: the law that
/// finds it changes it by half at a time, and a line for each step would be noise.
const INTERVAL_FACTOR: u64 = 4;

/// Describes one status after the other.
#[derive(Debug)]
pub(crate) struct ChangeLines {
    shown: Arc<Status>,
    /// The pulse interval in the newest line about a GPU.
    intervals_ms: BTreeMap<GpuUuid, u64>,
}

impl ChangeLines {
    /// Begins with a status and its lines.
    pub(crate) fn new(status: Arc<Status>) -> (Self, Vec<String>) {
        let engine = &status.engine;
        let simulated = if engine.simulated {
            ", with simulated GPUs"
        } else {
            ""
        };
        let mut lines = vec![format!(
            "GPU Keepalive {}, mode {}{simulated}. Ctrl-C ends it.",
            engine.version, engine.mode
        )];
        let notices = status.notices.iter().map(|notice| notice.message.clone());
        lines.extend(notices);
        let gpus = status.gpus.iter().map(|gpu| gpu_line(None, gpu, &status));
        lines.extend(gpus);
        let intervals = status.gpus.iter().filter_map(interval_ms);
        let changes = Self {
            intervals_ms: intervals.collect(),
            shown: status,
        };
        (changes, lines)
    }

    /// The lines for what changed; none when nothing did that people care about.
    pub(crate) fn lines(&mut self, new: Arc<Status>) -> Vec<String> {
        let old = std::mem::replace(&mut self.shown, new.clone());
        let mut lines = engine_lines(&old, &new);
        for gpu in &new.gpus {
            let before = old.gpus.iter().find(|before| before.uuid == gpu.uuid);
            if let Some(before) = before
                && before.attempts != gpu.attempts
                && let Some(attempt) = gpu.attempts.last()
            {
                lines.push(format!("{}  {attempt}", short_name(gpu, &new)));
            }
            let due = before.is_none_or(|before| differs(before, gpu));
            if due || self.interval_changed(gpu) {
                lines.push(gpu_line(before, gpu, &new));
                self.intervals_ms.extend(interval_ms(gpu));
            }
        }
        for gone in &old.gpus {
            if !new.gpus.iter().any(|gpu| gpu.uuid == gone.uuid) {
                lines.push(format!("{}  No longer kept ready", short_name(gone, &old)));
            }
        }
        lines
    }

    fn interval_changed(&self, gpu: &GpuStatus) -> bool {
        let (Some(shown), Some(now)) = (self.intervals_ms.get(&gpu.uuid), gpu.pulse_interval_ms)
        else {
            return gpu.pulse_interval_ms.is_some();
        };
        now >= shown * INTERVAL_FACTOR || now * INTERVAL_FACTOR <= *shown
    }
}

fn interval_ms(gpu: &GpuStatus) -> Option<(GpuUuid, u64)> {
    Some((gpu.uuid.clone(), gpu.pulse_interval_ms?))
}

fn engine_lines(old: &Status, new: &Status) -> Vec<String> {
    let mut lines = Vec::new();
    if old.engine.enabled != new.engine.enabled {
        let switched = if new.engine.enabled { "on" } else { "off" };
        lines.push(format!("Switched {switched}"));
    }
    if old.engine.mode != new.engine.mode {
        lines.push(format!("Mode {} → {}", old.engine.mode, new.engine.mode));
    }
    let added = new.notices.iter();
    let added = added.filter(|notice| !old.notices.contains(notice));
    lines.extend(added.map(|notice| notice.message.clone()));
    lines
}

/// Returns true if a new line is due. Clocks, temperature and power change all the time, and so may
/// the numbers in the sentence about the phase: those alone are no change. Nor is a hold that is
/// replaced by another, or a GPU that is no longer sampled because nothing is wanted of it.
fn differs(old: &GpuStatus, new: &GpuStatus) -> bool {
    let fault = |gpu: &GpuStatus| {
        let fault = gpu.fault.as_ref()?;
        Some((fault.kind, fault.message.clone()))
    };
    let compared = |gpu: &GpuStatus| (gpu.phase, gpu.reasons.clone(), fault(gpu));
    let other_hold = held(new).is_some() && held(old) != held(new);
    let other_speed = new.pstate.is_some() && (old.pstate, old.ready) != (new.pstate, new.ready);
    compared(old) != compared(new) || other_hold || other_speed
}

/// The strategy that is held, where holding is wanted.
fn held(gpu: &GpuStatus) -> Option<Strategy> {
    gpu.strategy
        .filter(|_| matches!(gpu.phase, Phase::Warm | Phase::Yielding))
}

/// `RTX 3070 Laptop  P8 → P0 · 1785 MHz · Ready (always on) · A tiny pulse of work every 4 s`.
fn gpu_line(old: Option<&GpuStatus>, gpu: &GpuStatus, status: &Status) -> String {
    let was = old.and_then(|old| old.pstate);
    let pstate = gpu.pstate.map(|is| match was {
        Some(was) if was != is => format!("{was} → {is}"),
        _ => is.to_string(),
    });
    let clock = gpu.sm_clock_mhz.map(|clock| clock.to_string());
    let hold = held(gpu).and_then(|_| hold(gpu)).map(str::to_owned);
    let parts = [pstate, clock, Some(state(gpu)), hold];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    format!("{}  {}", short_name(gpu, status), parts.join(" · "))
}

/// The state as text; of a fault also the advice and the driver's message.
fn state(gpu: &GpuStatus) -> String {
    let text = &gpu.phase_text;
    match &gpu.fault {
        Some(fault) if gpu.phase == Phase::Fault => {
            format!("{text}. {} ({})", fault.advice, fault.message)
        }
        _ => text.clone(),
    }
}

#[cfg(test)]
mod tests;
