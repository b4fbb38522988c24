use super::{
    DemandReason, GpuHistory, Observations, Pause,
    demand::{Demand, computing},
    inhibitor::{Inhibitor, ThermalLimits},
    standby::{Situation, Standby},
};
use crate::{
    Moment,
    gpu::{ClocksEventReasons, PowerSource},
    host::RuntimePm,
    protocol::{Cause, Message, PauseReason, Phase, State},
    settings::Mode,
    time::whole_minutes,
};

/// Everything that a message is made of.
pub(super) struct Context<'a> {
    pub(super) phase: Phase,
    pub(super) reasons: &'a [PauseReason],
    pub(super) demand: Option<DemandReason>,
    pub(super) seen: &'a Observations<'a>,
    /// The worse of what the machine and the driver report, as for the decision.
    pub(super) source: PowerSource,
    pub(super) history: &'a GpuHistory,
    pub(super) demand_signs: &'a Demand,
    pub(super) inhibitor: &'a Inhibitor,
    pub(super) standby: &'a Standby,
    /// A server was seen to keep the clocks up by itself.
    pub(super) loud: bool,
    /// Something of ours holds or raises the clocks.
    pub(super) held: bool,
    pub(super) clocks_up: Option<bool>,
    /// The AI process that computes, as far as the driver and its open files show.
    pub(super) answering: Option<String>,
    pub(super) now: Moment,
}

/// The state of the phase and its causes.
pub(super) fn of(context: &Context<'_>) -> Message {
    let (state, causes) = match context.phase {
        Phase::Off => (State::Off, Vec::new()),
        Phase::Asleep => (State::Asleep, vec![asleep(context)]),
        Phase::Standby => standby(context),
        Phase::Warm => (warm(context), wanted(context).into_iter().collect()),
        Phase::Yielding => (State::Busy, vec![busy(context)]),
        Phase::Paused => {
            let causes = context.reasons.iter();
            let causes = causes.map(|reason| pause(*reason, context)).collect();
            (State::Paused, causes)
        }
        Phase::Fault => {
            let fault = context.history.fault();
            let cause = fault.map(|fault| Cause::Fault {
                kind: fault.error.kind,
            });
            (State::Fault, cause.into_iter().collect())
        }
    };
    Message { state, causes }
}

fn asleep(context: &Context<'_>) -> Cause {
    let Observations {
        gpu,
        host,
        settings,
        switches,
        ..
    } = context.seen;
    if context.demand_signs.is_loaded() && switches.mode == Mode::OnDemand {
        return Cause::NotUsedLately {
            minutes: whole_minutes(settings.warm_window),
        };
    }
    match host.runtime_pm(gpu.pci_bus_id) {
        RuntimePm::Suspended => Cause::Suspended,
        RuntimePm::Active | RuntimePm::Unsupported => Cause::NothingUsesIt,
    }
}

fn standby(context: &Context<'_>) -> (State, Vec<Cause>) {
    let program = context.demand_signs.loaded_process(context.seen);
    match context.standby.situation {
        Situation::UpWithoutUs if !context.loud => {
            (State::Ready { always: false }, vec![Cause::StillUp])
        }
        Situation::UpWithoutUs => {
            let sample = context.history.sample();
            let cause = Cause::HeldByServer {
                program,
                power_w: sample.and_then(|sample| sample.power),
                idle_w: None,
            };
            (State::Ready { always: false }, vec![cause])
        }
        Situation::Paused(pause) => {
            let minutes = whole_minutes(pause.until.since(context.now));
            (State::Standby, vec![Cause::FalseWakes { minutes }])
        }
        Situation::Sensing | Situation::Not => {
            let median = context.standby.sensor.statistics().median_ms;
            let wake_ms = median.map(|ms| ms.round() as u64);
            (State::Standby, vec![Cause::Armed { program, wake_ms }])
        }
    }
}

fn warm(context: &Context<'_>) -> State {
    let always = context.demand == Some(DemandReason::Always);
    if context.clocks_up == Some(false) || !context.held {
        State::GettingReady { always }
    } else {
        State::Ready { always }
    }
}

fn wanted(context: &Context<'_>) -> Option<Cause> {
    if context.standby.is_raised() && context.demand != Some(DemandReason::Lease) {
        let program = context.demand_signs.loaded_process(context.seen);
        let standby = context.standby;
        return Some(
            if standby.sensor.is_judging() || standby.raising.is_waiting() {
                Cause::Raised { program }
            } else {
                Cause::Lingering { program }
            },
        );
    }
    let signs = context.demand_signs;
    let ends = signs.expires(context.seen, context.now);
    let left = ends.map(|end| whole_minutes(end.since(context.now)));
    match context.demand? {
        DemandReason::Window => left.map(|minutes| Cause::UntilUnused { minutes }),
        DemandReason::Held => context.seen.held_for.map(|held| Cause::HeldFor {
            application: held.application.clone(),
            reason: held.reason.clone(),
        }),
        DemandReason::WarmUp => left.map(|minutes| Cause::AsYouAsked { minutes }),
        DemandReason::Loaded => Some(Cause::Loaded {
            program: signs.loaded_process(context.seen),
        }),
        DemandReason::Computing => Some(Cause::Gaps {
            program: computing_process(context),
        }),
        DemandReason::Always | DemandReason::Lease => None,
    }
}

/// The use that another process makes of the GPU.
pub(super) fn busy(context: &Context<'_>) -> Cause {
    if context.seen.leases > 0 {
        return Cause::Lease { application: None };
    }
    Cause::Computing {
        program: computing_process(context),
    }
}

/// The AI program that computes, where every process of the driver's list is that program's, those
/// left out that draw and are no AI processes.
fn computing_process(context: &Context<'_>) -> Option<String> {
    let sample = context.history.sample()?;
    let listed = sample.compute_processes.iter().flatten().map(|one| one.pid);
    let label = |pid| {
        let processes = &context.seen.host.ai_programs;
        let process = processes.iter().find(|process| process.pid == pid)?;
        Some(process.label.as_str())
    };
    let mut labels = listed
        .map(|pid| (pid, label(pid)))
        .filter(|(pid, label)| label.is_some() || !sample.draws(*pid))
        .map(|(_, label)| label);
    match labels.next() {
        Some(first) => {
            let first = first?;
            labels
                .all(|label| label == Some(first))
                .then(|| first.to_owned())
        }
        // In a container the lists are empty; then the only one that can be meant is.
        None => context.answering.clone(),
    }
}

/// The cause behind a reason to pause.
pub(super) fn pause(reason: PauseReason, context: &Context<'_>) -> Cause {
    let Observations {
        settings, switches, ..
    } = context.seen;
    let sample = context.history.sample();
    match reason {
        PauseReason::User => Cause::User {
            minutes: match switches.pause {
                Pause::Until(end) => Some(whole_minutes(end.since(context.now))),
                Pause::Indefinitely | Pause::No => None,
            },
        },
        PauseReason::Thermal => {
            let ThermalLimits { pause, resume } = context.inhibitor.thermal_limits(context.seen);
            let slows = ClocksEventReasons::HW_THERMAL_SLOWDOWN;
            let reasons = sample.and_then(|sample| sample.clocks_event_reasons);
            Cause::Hot {
                now_c: sample.and_then(|sample| sample.temperature),
                limit_c: pause,
                resume_c: resume,
                own_limit: pause == settings.thermal.max_temperature,
                slowed: reasons.is_some_and(|reasons| reasons.intersects(slows)),
            }
        }
        PauseReason::Sensor => Cause::NoTemperature,
        PauseReason::Battery => match context.source {
            PowerSource::UndersizedAdapter => Cause::WeakAdapter,
            PowerSource::Battery | PowerSource::Ac => Cause::OnBattery,
        },
        PauseReason::PowerSaver => Cause::PowerSaver,
        PauseReason::Vram => Cause::VramReserved {
            free_bytes: sample.and_then(|sample| sample.vram_free),
            needed_bytes: context.inhibitor.vram_needed(context.seen, context.history),
            reserve_bytes: settings.vram_reserve,
        },
        PauseReason::Budget => Cause::BudgetSpent {
            budget_wh: settings.energy.daily_budget_wh,
        },
        PauseReason::Measuring => Cause::Benchmark,
    }
}

/// The reason why no benchmark can be run now: a fault, a reason to pause, or another user of the GPU.
/// A pause by the user is none: a benchmark is a wish, too.
pub(super) fn obstacle(context: &Context<'_>) -> Option<Cause> {
    let own = [PauseReason::User, PauseReason::Measuring];
    let reason = context.reasons.iter().find(|reason| !own.contains(reason));
    let sample = context.history.sample();
    let computes = sample.and_then(|sample| computing(sample, context.seen));
    if let Some(fault) = context.history.fault() {
        let kind = fault.error.kind;
        return Some(Cause::Fault { kind });
    }
    if let Some(reason) = reason {
        return Some(pause(*reason, context));
    }
    let used = context.seen.leases > 0 || computes == Some(true);
    used.then(|| busy(context))
}
