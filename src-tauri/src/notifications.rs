//! Which changes of the status are worth a notification, and in which words.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use gpu_keepalive_core::{
    Moment,
    gpu::GpuUuid,
    protocol::{GpuStatus, PauseReason, Phase, Severity, Status},
    settings::Notifications,
    status_text::Alert,
};

use crate::page::Page;

/// At most one of a kind in this time (product specification).
const QUIET: Duration = Duration::from_secs(10 * 60);

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notification {
    pub(crate) title: String,
    pub(crate) body: String,
    /// Whether it stays until it was seen.
    pub(crate) urgent: bool,
    /// The page that its action opens.
    pub(crate) page: Page,
}

/// What was told, so that nobody is told twice.
#[derive(Debug, Default)]
pub(crate) struct Notifier {
    /// How each GPU was at the last look.
    seen: BTreeMap<GpuUuid, Look>,
    /// Troubles that were told and are not over.
    told: BTreeSet<(Trouble, Option<GpuUuid>)>,
    last: BTreeMap<Kind, Moment>,
}

/// What somebody has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Trouble {
    Hot,
    Fault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Trouble(Trouble),
    Phase(Phase),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    phase: Phase,
    trouble: Option<Trouble>,
}

impl Look {
    fn at(gpu: &GpuStatus) -> Self {
        let hot = gpu.phase == Phase::Paused && gpu.reasons.contains(&PauseReason::Thermal);
        let trouble = match gpu.phase {
            Phase::Fault => Some(Trouble::Fault),
            _ if hot => Some(Trouble::Hot),
            _ => None,
        };
        Self {
            phase: gpu.phase,
            trouble,
        }
    }
}

impl Notifier {
    /// What is new in that status and wanted.
    pub(crate) fn look(
        &mut self,
        status: &Status,
        wanted: Notifications,
        now: Moment,
    ) -> Vec<Notification> {
        let mut new: Vec<_> = self.no_gpu(status, wanted, now).into_iter().collect();
        for gpu in &status.gpus {
            let look = Look::at(gpu);
            let before = self.seen.insert(gpu.uuid.clone(), look);
            if before == Some(look) {
                continue;
            }
            let trouble_before = before.and_then(|before| before.trouble);
            if look.trouble == trouble_before {
                new.extend(self.phase(gpu, before, wanted, now));
                continue;
            }
            let over = trouble_before.and_then(|trouble| self.over(trouble, gpu));
            match look.trouble {
                Some(trouble) => new.extend(self.trouble(trouble, gpu, wanted, now)),
                None => new.extend(over.filter(|_| wanted != Notifications::Off)),
            }
        }
        for notification in &mut new {
            if status.engine.simulated {
                notification.title.insert_str(0, "Simulated: ");
            }
            // A line must not end between the two.
            notification.body = notification.body.replace(" °C", "\u{a0}°C");
        }
        new
    }

    fn trouble(
        &mut self,
        trouble: Trouble,
        gpu: &GpuStatus,
        wanted: Notifications,
        now: Moment,
    ) -> Option<Notification> {
        self.may_tell(Kind::Trouble(trouble), wanted, now)?;
        self.told.insert((trouble, Some(gpu.uuid.clone())));
        let name = gpu.short_name();
        Some(match trouble {
            Trouble::Hot => Notification {
                title: Alert::TooHot(name).to_string(),
                body: gpu.phase_text.clone(),
                urgent: false,
                page: Page::Overview,
            },
            Trouble::Fault => Notification {
                title: Alert::Fault(name).to_string(),
                body: what_to_do(gpu),
                urgent: true,
                page: Page::Diagnostics,
            },
        })
    }

    /// The end of a trouble, if its beginning was told.
    fn over(&mut self, trouble: Trouble, gpu: &GpuStatus) -> Option<Notification> {
        if !self.told.remove(&(trouble, Some(gpu.uuid.clone()))) {
            return None;
        }
        let name = gpu.short_name();
        let alert = match trouble {
            Trouble::Hot => Alert::CooledDown(name),
            Trouble::Fault => Alert::Recovered(name),
        };
        Some(Notification {
            title: alert.to_string(),
            body: gpu.phase_text.clone(),
            urgent: false,
            page: Page::Overview,
        })
    }

    /// A change of phase that is no trouble: for those who want to hear everything.
    fn phase(
        &mut self,
        gpu: &GpuStatus,
        before: Option<Look>,
        wanted: Notifications,
        now: Moment,
    ) -> Option<Notification> {
        // What it was at the start is no change.
        before?;
        if wanted != Notifications::All {
            return None;
        }
        self.may_tell(Kind::Phase(gpu.phase), wanted, now)?;
        Some(Notification {
            title: gpu.short_name().to_owned(),
            body: gpu.phase_text.clone(),
            urgent: false,
            page: Page::Overview,
        })
    }

    /// A machine without a GPU to keep is a fault without a GPU to name.
    fn no_gpu(
        &mut self,
        status: &Status,
        wanted: Notifications,
        now: Moment,
    ) -> Option<Notification> {
        let key = (Trouble::Fault, None);
        if let Some(found) = status.gpus.first() {
            let told = self.told.remove(&key);
            return (told && wanted != Notifications::Off).then(|| Notification {
                title: Alert::GpuFound(found.short_name()).to_string(),
                body: found.phase_text.clone(),
                urgent: false,
                page: Page::Overview,
            });
        }
        let worst = status.notices.first();
        let notice = worst.filter(|notice| notice.severity == Severity::Error)?;
        if self.told.contains(&key) {
            return None;
        }
        self.may_tell(Kind::Trouble(Trouble::Fault), wanted, now)?;
        self.told.insert(key);
        Some(Notification {
            title: Alert::NoGpu.to_string(),
            body: notice.message.clone(),
            urgent: true,
            page: Page::Diagnostics,
        })
    }

    /// Says no when none are wanted, or one of this kind was told not long ago.
    fn may_tell(&mut self, kind: Kind, wanted: Notifications, now: Moment) -> Option<()> {
        if wanted == Notifications::Off {
            return None;
        }
        let last = self.last.get(&kind);
        if last.is_some_and(|last| now.since(*last) < QUIET) {
            return None;
        }
        self.last.insert(kind, now);
        Some(())
    }
}

/// What a fault means and what to do about it; the driver's own words are in the window.
fn what_to_do(gpu: &GpuStatus) -> String {
    let cause = gpu.text.cause.as_deref();
    let advice = gpu.fault.as_ref().map(|fault| fault.advice.as_str());
    let lines: Vec<_> = cause.into_iter().chain(advice).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests;
