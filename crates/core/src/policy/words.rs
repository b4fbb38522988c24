use std::time::Duration;

use super::{DemandReason, GpuRecord, Observations, Pause, inhibitor::ThermalLimits};
use crate::{
    Moment,
    gpu::PowerSource,
    protocol::{PauseReason, Phase},
};

/// What a sentence about a phase is made of.
pub(super) struct Context<'a> {
    pub(super) phase: Phase,
    pub(super) reasons: &'a [PauseReason],
    pub(super) demand: Option<DemandReason>,
    pub(super) seen: &'a Observations<'a>,
    pub(super) record: &'a GpuRecord,
    pub(super) demand_ends: Option<Moment>,
    pub(super) thermal: ThermalLimits,
    pub(super) now: Moment,
}

/// The phase and its cause in a sentence for people.
pub(super) fn phase_text(context: &Context<'_>) -> String {
    match context.phase {
        Phase::Off => "Switched off".to_owned(),
        Phase::Asleep => "Asleep: nothing asks for this GPU".to_owned(),
        Phase::Warm => warm(context),
        Phase::Yielding if context.seen.leases > 0 => {
            "In use: no pulses while a program runs inference".to_owned()
        }
        Phase::Yielding => "In use: no pulses while another program computes".to_owned(),
        Phase::Paused => {
            let causes: Vec<_> = context
                .reasons
                .iter()
                .map(|reason| cause(*reason, context))
                .collect();
            format!("Paused: {}", causes.join("; "))
        }
        Phase::Fault => {
            let message = context
                .record
                .fault()
                .map_or("", |fault| &fault.error.message);
            format!("Not possible now: {message}")
        }
    }
}

fn warm(context: &Context<'_>) -> String {
    let ready = context
        .record
        .sample()
        .and_then(|sample| sample.ready(context.seen.gpu.sm_clock_max));
    let begin = if ready == Some(false) || context.record.held().is_none() {
        "Warming up"
    } else {
        "Warm"
    };
    let left = context
        .demand_ends
        .map(|end| for_another(end.since(context.now)));
    let left = left.unwrap_or_default();
    let why = match context.demand {
        Some(DemandReason::Window) => format!("ready for the next request{left}"),
        Some(DemandReason::WarmUp) => format!("as you asked{left}"),
        Some(DemandReason::Loaded) => "a program has the GPU open".to_owned(),
        Some(DemandReason::Computing) => {
            "holding the clocks for a program that keeps the GPU waiting".to_owned()
        }
        Some(DemandReason::Always | DemandReason::Lease) | None => {
            "kept ready all the time".to_owned()
        }
    };
    format!("{begin}: {why}")
}

pub(super) fn cause(reason: PauseReason, context: &Context<'_>) -> String {
    let sample = context.record.sample();
    match reason {
        PauseReason::User => match context.seen.switches.pause {
            Pause::Until(end) => format!("by you{}", for_another(end.since(context.now))),
            Pause::Indefinitely | Pause::No => "by you, until you resume".to_owned(),
        },
        PauseReason::Thermal => {
            let ThermalLimits { pause, resume } = context.thermal;
            match sample.and_then(|sample| sample.temperature) {
                Some(now) => format!("{now}, the limit is {pause}; goes on at {resume}"),
                None => format!("too hot; goes on at {resume}"),
            }
        }
        PauseReason::Sensor => "the temperature cannot be read".to_owned(),
        PauseReason::Battery => match context.seen.host.power_source {
            PowerSource::UndersizedAdapter => {
                "the power adapter is too small for this GPU".to_owned()
            }
            PowerSource::Battery | PowerSource::Ac => "on battery".to_owned(),
        },
        PauseReason::Vram => {
            let reserve = context.seen.settings.vram_reserve.mib();
            match sample.and_then(|sample| sample.vram_free) {
                Some(free) => format!(
                    "only {} MiB of VRAM are free, and {reserve} MiB are reserved for your models",
                    free.mib()
                ),
                None => format!("{reserve} MiB of VRAM are reserved for your models"),
            }
        }
        PauseReason::Budget => "the energy budget of today is spent".to_owned(),
        PauseReason::Measuring => "cold against warm is being measured".to_owned(),
    }
}

/// `, for another 12 min`, in whole units so that the sentence stays calm.
fn for_another(left: Duration) -> String {
    let seconds = left.as_secs_f64().ceil() as u64;
    match seconds {
        0..60 => ", for less than a minute".to_owned(),
        60..7200 => format!(", for another {} min", seconds.div_ceil(60)),
        _ => format!(", for another {} h", seconds.div_ceil(3600)),
    }
}
