use std::time::Duration;

use super::{GpuHistory, demand::is_busy, governor::Plan};
use crate::{
    Moment,
    gpu::Action,
    host::RuntimePm,
    protocol::{PauseReason, Phase},
    settings::Strategy,
};

/// A sample this old no longer allows a pulse.
const FRESH: Duration = Duration::from_millis(500);
/// Time between samples of a held GPU while something is being tried, and of one whose pulses wait
/// for another process to finish: a fall costs at most this much readiness.
pub(super) const ATTENTIVE: Duration = Duration::from_secs(1);
/// Time between samples while a client is subscribed, of a GPU that another process uses or keeps
/// awake, and of one that was released and has its clocks up still: the time for which it keeps
/// them is being learned.
pub(super) const WATCHED: Duration = Duration::from_secs(2);
/// Time between samples of a held GPU whose hold is confirmed, and of one at rest of which nothing
/// is wanted: for the tray, and for the first sign of demand. Each sample costs the processor more
/// than anything else the keepalive does.
pub(super) const CALM: Duration = Duration::from_secs(5);
/// Time between samples of a sleeping GPU that can suspend but has not, and that no known process
/// uses. It suspends about 6 s after the last file is closed (reported: btop#738), so after 30 s
/// another process keeps it awake.
const LET_IT_SUSPEND: Duration = Duration::from_secs(30);

/// The values that the next action depends on.
pub(super) struct Situation<'a> {
    pub(super) phase: Phase,
    pub(super) reasons: &'a [PauseReason],
    pub(super) hold: Option<Plan>,
    /// The `hold` process senses or holds: how soon after a sample the next is due.
    pub(super) beside: Option<Duration>,
    pub(super) settled: bool,
    pub(super) rests: bool,
    pub(super) history: &'a GpuHistory,
    pub(super) runtime_pm: RuntimePm,
    pub(super) woke: bool,
    /// Another process is known to keep the GPU from suspending.
    pub(super) in_use: bool,
    pub(super) watched: bool,
    pub(super) left_alone: bool,
    pub(super) wanted: bool,
    pub(super) matrix_size: u32,
}

impl Situation<'_> {
    /// Time between samples of a GPU without activity.
    fn calm(&self) -> Duration {
        if self.watched { WATCHED } else { CALM }
    }
}

/// The next action, or when there may be one.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Scheduled {
    pub(super) action: Option<Action>,
    pub(super) wake_at: Option<Moment>,
}

impl Scheduled {
    fn now(action: Action) -> Self {
        Self {
            action: Some(action),
            wake_at: None,
        }
    }

    fn at(moment: Moment) -> Self {
        Self {
            action: None,
            wake_at: Some(moment),
        }
    }

    /// `action` when it is due at `moment`, otherwise a wake-up then.
    fn due(action: Action, moment: Moment, now: Moment) -> Self {
        if now >= moment {
            Self::now(action)
        } else {
            Self::at(moment)
        }
    }
}

/// Decides the next action. In this order: release what must not be held, close NVML where it keeps
/// the GPU from suspending, sample when a sample is due, hold, pulse.
pub(super) fn next(situation: &Situation<'_>, now: Moment) -> Scheduled {
    let history = situation.history;
    if situation.left_alone {
        return close_if_open(history);
    }
    if let Some(fault) = history
        .fault()
        .filter(|fault| fault.blocks(situation.wanted))
    {
        if history.needs_release() {
            let action = if fault.only_holding {
                Action::Release
            } else {
                Action::Close
            };
            return Scheduled::now(action);
        }
        if now < fault.retry_at && !fault.only_holding {
            return Scheduled::at(fault.retry_at);
        }
    }
    if let Some(rest) = situation.beside {
        return next_beside(situation, rest, now);
    }
    match situation.hold {
        Some(plan) => next_while_holding(situation, plan, now),
        None => next_while_not_holding(situation, now),
    }
}

/// Sampling alone, while the `hold` process does the rest; and raising the clocks at once where that
/// is not its part.
fn next_beside(situation: &Situation<'_>, rest: Duration, now: Moment) -> Scheduled {
    let history = situation.history;
    let wanted = situation.hold.map(|plan| plan.strategy);
    if history.needs_release() && history.held() != wanted {
        return Scheduled::now(Action::Release);
    }
    if let Some(strategy) = wanted.filter(|_| history.held().is_none()) {
        let matrix_size = situation.matrix_size;
        return Scheduled::now(Action::Hold {
            strategy,
            matrix_size,
        });
    }
    let next = history.timed_sample().map_or(now, |(at, _)| at + rest);
    // The sample shown is from before the release; the clocks need a moment to fall.
    let after_release = history.unseen_release().map_or(next, |at| at + ATTENTIVE);
    Scheduled::due(Action::Sample, next.min(after_release), now)
}

fn next_while_holding(situation: &Situation<'_>, plan: Plan, now: Moment) -> Scheduled {
    let history = situation.history;
    let Some((sampled_at, _)) = history.timed_sample() else {
        return Scheduled::now(Action::Sample);
    };
    let fresh = now.since(sampled_at) <= FRESH;
    if history.held_as(plan.strategy) != Some(plan.strategy) {
        if history.needs_release() && !climbs(history.held(), plan.strategy) {
            return Scheduled::now(Action::Release);
        }
        let Plan { strategy, .. } = plan;
        let hold = Action::Hold {
            strategy,
            matrix_size: situation.matrix_size,
        };
        return Scheduled::now(if fresh { hold } else { Action::Sample });
    }
    let pulses = plan.strategy == Strategy::Pulse;
    let rest = match situation.phase {
        _ if !situation.settled => ATTENTIVE,
        Phase::Yielding if pulses => ATTENTIVE,
        Phase::Yielding => WATCHED,
        _ => situation.calm(),
    };
    let next_sample = sampled_at + rest;
    if !pulses || situation.phase != Phase::Warm {
        return Scheduled::due(Action::Sample, next_sample, now);
    }
    let pulse_at = history
        .last_pulse()
        .map_or(now, |last| last + plan.interval);
    if now < pulse_at {
        return Scheduled::due(Action::Sample, next_sample.min(pulse_at), now);
    }
    let since_pulse = history.last_pulse().is_none_or(|last| sampled_at > last);
    Scheduled::now(if fresh && since_pulse {
        Action::Pulse
    } else {
        Action::Sample
    })
}

/// Returns true if the new strategy only adds to what is held.
fn climbs(held: Option<Strategy>, wanted: Strategy) -> bool {
    (held, wanted) == (Some(Strategy::Context), Strategy::Pulse)
}

fn next_while_not_holding(situation: &Situation<'_>, now: Moment) -> Scheduled {
    let history = situation.history;
    if history.needs_release() {
        return Scheduled::now(Action::Release);
    }
    let sampled_at = history.timed_sample().map(|(at, _)| at);
    let asleep = situation.phase == Phase::Asleep;
    let hold_fault = situation.phase == Phase::Fault;
    // The processes that keep the GPU busy are known from the second sample on.
    let unclear = history.sample().is_some_and(|sample| {
        sample.first && sample.other_utilization.is_none() && is_busy(sample) == Some(true)
    });
    if situation.runtime_pm == RuntimePm::Unsupported {
        let rest = match situation.phase {
            Phase::Asleep | Phase::Fault if unclear => ATTENTIVE,
            Phase::Asleep | Phase::Fault if !situation.rests => WATCHED,
            Phase::Paused if must_watch(situation.reasons) => ATTENTIVE,
            _ => situation.calm(),
        };
        let next_sample = sampled_at.map_or(now, |at| at + rest);
        // The sample shown is from before the release; the clocks need a moment to fall.
        let after_release = history
            .unseen_release()
            .map_or(next_sample, |at| at + ATTENTIVE);
        return Scheduled::due(Action::Sample, next_sample.min(after_release), now);
    }
    if situation.phase == Phase::Paused && must_watch(situation.reasons) {
        return Scheduled::due(
            Action::Sample,
            sampled_at.map_or(now, |at| at + ATTENTIVE),
            now,
        );
    }
    let active = situation.runtime_pm == RuntimePm::Active;
    if active && situation.in_use && (asleep || hold_fault) {
        let rest = if unclear { ATTENTIVE } else { WATCHED };
        // The result of a sample may have been a reason to close again.
        let last = sampled_at.max(history.closed_at());
        return Scheduled::due(Action::Sample, last.map_or(now, |at| at + rest), now);
    }
    if history.is_open() {
        return Scheduled::now(Action::Close);
    }
    if !(asleep || hold_fault) || !active {
        return Scheduled::default();
    }
    match history.closed_at() {
        Some(closed) if !situation.woke => {
            Scheduled::due(Action::Sample, closed + LET_IT_SUSPEND, now)
        }
        _ => Scheduled::now(Action::Sample),
    }
}

/// Returns true if the end of the reason can only be seen by sampling the GPU.
fn must_watch(reasons: &[PauseReason]) -> bool {
    let watched = [PauseReason::Thermal, PauseReason::Sensor, PauseReason::Vram];
    let others = reasons.iter().any(|reason| !watched.contains(reason));
    !others && !reasons.is_empty()
}

fn close_if_open(history: &GpuHistory) -> Scheduled {
    if history.is_open() {
        Scheduled::now(Action::Close)
    } else {
        Scheduled::default()
    }
}
