use gpu_keepalive_text::text;
use std::time::Duration;

use super::{Action, Keeper, Ticket, lane::Lane};
use crate::{Moment, host::HostEvent};

/// Time after a resume in which the driver is not to be trusted (`ollama#5464`: contexts are dead
/// and calls fail for about two seconds).
const RESUME_SETTLE: Duration = Duration::from_secs(2);

/// The latest that a running engine is called after it asked for it. No scheduler leaves a process
/// that wants to run waiting for as long as the pause between two samples of a held GPU.
const LATEST: Duration = Duration::from_secs(5);

/// The progress of a suspend of the machine.
#[derive(Clone, Debug, Default)]
pub(super) enum Suspend {
    #[default]
    No,
    /// Everything is being released; the ticket lets the machine sleep.
    Suspending(Option<Ticket>),
    /// Back, but not to be trusted before that moment.
    Settling(Moment),
}

impl Suspend {
    /// Returns true if every GPU has to be left alone.
    pub(super) fn is_on(&self) -> bool {
        !matches!(self, Self::No)
    }

    pub(super) fn ends_at(&self) -> Option<Moment> {
        match self {
            Self::Settling(until) => Some(*until),
            Self::No | Self::Suspending(_) => None,
        }
    }

    /// Ends the time after a resume. Returns whether it ended now.
    pub(super) fn settle(&mut self, now: Moment) -> bool {
        let ended = self.ends_at().is_some_and(|until| now >= until);
        if ended {
            *self = Self::No;
        }
        ended
    }
}

impl Keeper {
    /// Detects that the engine did not run for a while: stopped by a signal or a debugger, or with
    /// a machine that slept or stood still without announcing it.
    ///
    /// Nothing of that time is counted, and what was held before is not to be trusted any more than
    /// after a resume.
    pub(super) fn notice_a_stop(&mut self, now: Moment) {
        let answers = self.gpus.iter().filter_map(Lane::answers_by);
        let expected = answers.fold(self.wake_at, Moment::min);
        let late = now.since(expected);
        if late <= LATEST {
            return;
        }
        self.kept.ledger.interrupt();
        if self.stopping || !matches!(self.suspend, Suspend::No | Suspend::Settling(_)) {
            return;
        }
        self.info(format!(
            "not run for {} s; the GPUs are released and held anew",
            late.as_secs()
        ));
        self.stop_benchmark(text!("measure-stopped"));
        self.suspend = Suspend::Settling(now + RESUME_SETTLE);
        self.host_sample_at = now;
    }

    pub(super) fn host_event(&mut self, event: HostEvent, ticket: Ticket, now: Moment) {
        self.debug(format!("host event: {event:?}"));
        match event {
            HostEvent::Suspending => {
                self.kept.ledger.interrupt();
                self.save();
                self.stop_benchmark(text!("measure-slept"));
                self.suspend = Suspend::Suspending(Some(ticket));
                // Acknowledged once everything is released.
                return;
            }
            HostEvent::Resumed => {
                self.kept.ledger.interrupt();
                self.suspend = Suspend::Settling(now + RESUME_SETTLE);
                self.host_sample_at = now;
            }
            HostEvent::PowerSourceChanged => self.host_sample_at = now,
        }
        self.outbox.push_back(Action::HostEventHandled(ticket));
    }

    /// Acknowledges a suspend once nothing of ours is open any more.
    pub(super) fn let_the_machine_sleep(&mut self) {
        if !self.everything_is_closed() {
            return;
        }
        if let Suspend::Suspending(ticket) = &mut self.suspend
            && let Some(ticket) = ticket.take()
        {
            self.outbox.push_back(Action::HostEventHandled(ticket));
        }
    }

    /// Returns true if nothing of ours has a GPU open and nothing is under way.
    pub(super) fn everything_is_closed(&self) -> bool {
        self.benchmark.is_none() && self.gpus.iter().all(super::lane::Lane::is_closed)
    }
}
