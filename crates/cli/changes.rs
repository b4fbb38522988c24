//! What changed from one status to the next, in lines for people.

use std::{collections::BTreeMap, sync::Arc};

use gpu_keepalive_core::{
    gpu::GpuUuid,
    protocol::{GpuStatus, Phase, Status},
    settings::Strategy,
};

use crate::text::{hold, short_name};

/// An interval is told again when it has become so many times as long or as short: the law that
/// finds it changes it by half at a time, and a line for each step would tell nobody anything.
const WORTH_TELLING: u64 = 4;

/// Tells one status after the other.
#[derive(Debug)]
pub(crate) struct Teller {
    told: Arc<Status>,
    /// The pulse interval in the newest line about a GPU.
    intervals_ms: BTreeMap<GpuUuid, u64>,
}

impl Teller {
    /// Begins with a status and its lines.
    pub(crate) fn new(status: Arc<Status>) -> (Self, Vec<String>) {
        let engine = &status.engine;
        let simulated = if engine.simulated {
            ", with simulated GPUs"
        } else {
            ""
        };
        let mut lines = vec![format!(
            "GPU Keepalive {}, mode {}{simulated}; Ctrl-C ends it",
            engine.version, engine.mode
        )];
        let notices = status.notices.iter().map(|notice| notice.message.clone());
        lines.extend(notices);
        let gpus = status.gpus.iter().map(|gpu| gpu_line(None, gpu, &status));
        lines.extend(gpus);
        let intervals = status.gpus.iter().filter_map(interval_ms);
        let teller = Self {
            intervals_ms: intervals.collect(),
            told: status,
        };
        (teller, lines)
    }

    /// The lines for what changed; none when nothing did that people care about.
    pub(crate) fn tell(&mut self, new: Arc<Status>) -> Vec<String> {
        let old = std::mem::replace(&mut self.told, new.clone());
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
            if due || self.interval_is_news(gpu) {
                lines.push(gpu_line(before, gpu, &new));
                self.intervals_ms.extend(interval_ms(gpu));
            }
        }
        for gone in &old.gpus {
            if !new.gpus.iter().any(|gpu| gpu.uuid == gone.uuid) {
                lines.push(format!(
                    "{}  no longer looked after",
                    short_name(gone, &old)
                ));
            }
        }
        lines
    }

    fn interval_is_news(&self, gpu: &GpuStatus) -> bool {
        let (Some(told), Some(now)) = (self.intervals_ms.get(&gpu.uuid), gpu.pulse_interval_ms)
        else {
            return gpu.pulse_interval_ms.is_some();
        };
        now >= told * WORTH_TELLING || now * WORTH_TELLING <= *told
    }
}

fn interval_ms(gpu: &GpuStatus) -> Option<(GpuUuid, u64)> {
    Some((gpu.uuid.clone(), gpu.pulse_interval_ms?))
}

fn engine_lines(old: &Status, new: &Status) -> Vec<String> {
    let mut lines = Vec::new();
    if old.engine.enabled != new.engine.enabled {
        let switched = if new.engine.enabled { "on" } else { "off" };
        lines.push(format!("the keepalive was switched {switched}"));
    }
    if old.engine.mode != new.engine.mode {
        lines.push(format!("mode {} → {}", old.engine.mode, new.engine.mode));
    }
    let news = new.notices.iter();
    let news = news.filter(|notice| !old.notices.contains(notice));
    lines.extend(news.map(|notice| notice.message.clone()));
    lines
}

/// Whether a new line is due. Clocks, temperature and power change all the time, and so may the
/// numbers in the sentence about the phase: those alone are no news. Nor is a hold that is left
/// for another, or a GPU that is no longer looked at because nothing is wanted of it.
fn differs(old: &GpuStatus, new: &GpuStatus) -> bool {
    let news = |gpu: &GpuStatus| {
        (
            gpu.phase,
            gpu.reasons.clone(),
            gpu.fault
                .as_ref()
                .map(|fault| (fault.kind, fault.message.clone())),
        )
    };
    let other_hold = held(new).is_some() && held(old) != held(new);
    let other_speed = new.pstate.is_some() && (old.pstate, old.ready) != (new.pstate, new.ready);
    news(old) != news(new) || other_hold || other_speed
}

/// What is held, where holding is what is wanted.
fn held(gpu: &GpuStatus) -> Option<Strategy> {
    gpu.strategy
        .filter(|_| matches!(gpu.phase, Phase::Warm | Phase::Yielding))
}

/// `RTX 3070 Laptop  P8 → P0, 1785 MHz: Warm: kept ready all the time; a pulse every 4 s`.
fn gpu_line(old: Option<&GpuStatus>, gpu: &GpuStatus, status: &Status) -> String {
    let was = old.and_then(|old| old.pstate);
    let pstate = match (was, gpu.pstate) {
        (Some(was), Some(is)) if was != is => Some(format!("{was} → {is}")),
        (_, Some(is)) => Some(is.to_string()),
        (_, None) => None,
    };
    let clock = gpu.sm_clock_mhz.map(|clock| clock.to_string());
    let speed: Vec<_> = [pstate, clock].into_iter().flatten().collect();
    let speed = match speed.is_empty() {
        true => String::new(),
        false => format!("{}: ", speed.join(", ")),
    };
    let hold = held(gpu).and_then(|_| hold(gpu));
    let hold = hold.map(|hold| format!("; {hold}")).unwrap_or_default();
    // The sentence about the phase has the driver's words already.
    let advice = gpu.fault.as_ref().filter(|_| gpu.phase == Phase::Fault);
    let advice = advice.map(|fault| format!(". {}", fault.advice));
    format!(
        "{}  {speed}{}{hold}{}",
        short_name(gpu, status),
        gpu.phase_text,
        advice.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests;
