//! Decides which changes of the status are worth a notification, its text, and when it is shown.
//!
//! Of each GPU a user knows the last notification. Whenever its state differs from that, a
//! notification is due; at most one of a kind is delivered in [`QUIET`] per GPU. One that comes
//! earlier is held back and delivered at the end of that time if it still holds, so the last one is
//! always true in the end. Time is an argument, and [`Alerts::wake_at`] is when to ask again
//! although nothing has changed.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    Moment,
    gpu::{GpuErrorKind, GpuUuid},
    protocol::{GpuStatus, PauseReason, Phase, Severity, Status},
    settings::Notifications,
};

mod text;

/// At most one of a kind in this time for each GPU (product specification).
pub const QUIET: Duration = Duration::from_secs(10 * 60);

/// A notification to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Its GPU; `None` when it is about the lack of any.
    pub gpu: Option<GpuUuid>,
    /// Its subject.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// Its text.
    pub body: String,
    /// True if it stays until it was seen, and leads to the diagnosis.
    pub urgent: bool,
}

/// The subject of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A pause for heat began.
    TooHot,
    /// It ended.
    CooledDown,
    /// A fault began, or changed.
    Fault,
    /// It ended.
    Recovered,
    /// There is no GPU.
    NoGpu,
    /// There is one now.
    Found,
    /// Another phase, for those who want to know of every one.
    Phase(Phase),
}

/// The notifications that were shown, and those that are held back.
#[derive(Clone, Debug, Default)]
pub struct Alerts {
    /// By GPU; `None` stands for the machine, which may have none.
    subjects: BTreeMap<Option<GpuUuid>, Subject>,
    wake_at: Option<Moment>,
}

/// The trouble that a GPU or the machine is in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Condition {
    #[default]
    Fine,
    Hot,
    Fault(GpuErrorKind),
    /// For that reason.
    NoGpu(String),
}

/// The user's knowledge of one GPU.
#[derive(Clone, Debug, Default)]
struct Subject {
    /// The condition of the last notification; at first that all is well, which is not shown.
    notified: Condition,
    /// The phase of the last notification, or the first one.
    phase: Option<Phase>,
    /// The time of the last notification of each kind.
    last: BTreeMap<Kind, Moment>,
}

impl Alerts {
    /// Returns the notifications to show now for that status.
    pub fn observe(
        &mut self,
        status: &Status,
        wanted: Notifications,
        now: Moment,
    ) -> Vec<Notification> {
        self.wake_at = None;
        if wanted == Notifications::Off {
            return Vec::new();
        }
        let machine = machine(status).map(|condition| (None, condition, None));
        let gpus = status.gpus.iter();
        let gpus = gpus.map(|gpu| (Some(gpu), Condition::of(gpu), Some(gpu.phase)));
        let mut new = Vec::new();
        for (gpu, condition, phase) in machine.into_iter().chain(gpus) {
            let key = gpu.map(|gpu| gpu.uuid.clone());
            let subject = self.subjects.entry(key).or_default();
            let Some(kind) = subject.due(&condition, phase, wanted) else {
                continue;
            };
            if let Some(until) = subject.quiet_until(kind, now) {
                self.wake_at = self.wake_at.into_iter().chain([until]).min();
                continue;
            }
            subject.notified = condition;
            subject.phase = phase;
            subject.last.insert(kind, now);
            new.push(text::notification(kind, gpu, status));
        }
        new
    }

    /// The time at which a held-back notification may be delivered; `None` when none is held back.
    pub fn wake_at(&self) -> Option<Moment> {
        self.wake_at
    }
}

/// The condition of the machine, by its GPUs; `None` while it is not known.
fn machine(status: &Status) -> Option<Condition> {
    if !status.gpus.is_empty() {
        return Some(Condition::Fine);
    }
    let worst = status.notices.first();
    let notice = worst.filter(|notice| notice.severity == Severity::Error)?;
    Some(Condition::NoGpu(notice.message.clone()))
}

impl Condition {
    fn of(gpu: &GpuStatus) -> Self {
        let hot = gpu.phase == Phase::Paused && gpu.reasons.contains(&PauseReason::Thermal);
        match gpu.phase {
            Phase::Fault => {
                let fault = gpu.fault.as_ref();
                Self::Fault(fault.map_or(GpuErrorKind::Other, |fault| fault.kind))
            }
            _ if hot => Self::Hot,
            _ => Self::Fine,
        }
    }
}

impl Subject {
    /// The kind of the notification that is due, if one is.
    fn due(
        &mut self,
        condition: &Condition,
        phase: Option<Phase>,
        wanted: Notifications,
    ) -> Option<Kind> {
        if *condition != self.notified {
            return Some(match (condition, &self.notified) {
                (Condition::Hot, _) => Kind::TooHot,
                (Condition::Fault(_), _) => Kind::Fault,
                (Condition::NoGpu(_), _) => Kind::NoGpu,
                (Condition::Fine, Condition::Hot) => Kind::CooledDown,
                (Condition::Fine, Condition::NoGpu(_)) => Kind::Found,
                (Condition::Fine, _) => Kind::Recovered,
            });
        }
        let known = self.phase.or(phase);
        let phase_shown = wanted == Notifications::All && *condition == Condition::Fine;
        self.phase = if phase_shown { known } else { phase };
        phase
            .filter(|phase| self.phase != Some(*phase))
            .map(Kind::Phase)
    }

    /// The time until which no other notification of that kind may be delivered, if there is one.
    fn quiet_until(&self, kind: Kind, now: Moment) -> Option<Moment> {
        let until = *self.last.get(&kind)? + QUIET;
        (now < until).then_some(until)
    }
}

#[cfg(test)]
mod tests;
