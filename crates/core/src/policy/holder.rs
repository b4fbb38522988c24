//! The `hold` process as the policy sees it: its duty, its commands, and its answers.

use std::{collections::VecDeque, time::Duration};

use crate::{
    Moment,
    gpu::{
        GpuError,
        holder::{HolderAction, HolderCommand, HolderReply, Renewal, SensedProcess, Sensing},
    },
    settings::Strategy,
};

/// First wait after the process failed, doubled up to [`SLOWEST_RETRY`].
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// Longest wait after such a failure.
const SLOWEST_RETRY: Duration = Duration::from_secs(60);

/// The purpose of the `hold` process at present.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Duty {
    /// Nothing: it has nothing open, or does not run.
    #[default]
    Rest,
    /// Sense the requests of these processes.
    Sense {
        processes: Vec<SensedProcess>,
        /// The strategy that raises the clocks for them: by itself with the boost request.
        with: Strategy,
    },
    /// Hold the boost.
    Boost(Renewal),
}

/// The `hold` process of one GPU.
#[derive(Clone, Debug, Default)]
pub(super) struct Holder {
    duty: Duty,
    duty_since: Option<Moment>,
    /// The time of the last boost request.
    boosted_at: Option<Moment>,
    ordered: Option<HolderCommand>,
    errands: VecDeque<HolderAction>,
    last_id: u64,
    raised_at: Option<Moment>,
    failures: u32,
    retry_at: Option<Moment>,
}

impl Holder {
    /// Its duty, as it confirmed.
    pub(super) fn duty(&self) -> &Duty {
        &self.duty
    }

    /// Returns true if it makes the boost request by itself.
    pub(super) fn boosts(&self) -> bool {
        let senses_only = matches!(self.duty, Duty::Sense { with, .. } if with != Strategy::Boost);
        !senses_only
    }

    /// Since when it holds the boost.
    pub(super) fn boosting_since(&self) -> Option<Moment> {
        self.duty_since
            .filter(|_| matches!(self.duty, Duty::Boost(_)))
    }

    /// Since when the clocks are raised for a request or a lease.
    pub(super) fn raised_at(&self) -> Option<Moment> {
        self.raised_at
    }

    /// Returns true if it has nothing open and no command is under way.
    pub(super) fn is_closed(&self) -> bool {
        self.duty == Duty::Rest && self.ordered.is_none()
    }

    /// The time when it may be asked again after a failure.
    pub(super) fn retry_at(&self) -> Option<Moment> {
        self.retry_at
    }

    /// The time when the boost has to be requested again: no other process does.
    pub(super) fn renews_at(&self) -> Option<Moment> {
        let renewal = self.renewal().filter(|_| self.ordered.is_none())?;
        Some(self.boosted_at? + renewal.every)
    }

    fn renewal(&self) -> Option<Renewal> {
        match &self.duty {
            Duty::Boost(renewal) => Some(*renewal),
            Duty::Rest | Duty::Sense { .. } => None,
        }
    }

    /// Something beside its duty, done only while it senses; the newest of a kind counts.
    pub(super) fn run(&mut self, errand: HolderAction) {
        let kind = std::mem::discriminant(&errand);
        self.errands
            .retain(|waiting| std::mem::discriminant(waiting) != kind);
        self.errands.push_back(errand);
    }

    /// The next command, one at a time.
    pub(super) fn command(
        &mut self,
        wanted: &Duty,
        linger: Duration,
        now: Moment,
    ) -> Option<HolderCommand> {
        if self.ordered.is_some() {
            return None;
        }
        let waits = self.retry_at.is_some_and(|at| now < at);
        let action = if self.duty != *wanted {
            self.errands.clear();
            match wanted {
                Duty::Rest => HolderAction::Disarm,
                _ if waits => return None,
                Duty::Sense { processes, with } => HolderAction::Arm(Sensing {
                    processes: processes.clone(),
                    boosts: *with == Strategy::Boost,
                    linger,
                    ..Sensing::default()
                }),
                Duty::Boost(renewal) => HolderAction::Hold(*renewal),
            }
        } else if matches!(self.duty, Duty::Sense { .. }) {
            self.errands.pop_front()?
        } else {
            let due = self.renews_at().is_some_and(|at| now >= at);
            HolderAction::Hold(due.then_some(self.renewal()?)?)
        };
        self.last_id += 1;
        let command = HolderCommand {
            id: self.last_id,
            action,
        };
        self.ordered = Some(command.clone());
        Some(command)
    }

    /// Takes in the answer of a command. Returns the command and its result, if it is the one that
    /// is waited for.
    pub(super) fn answered(
        &mut self,
        id: u64,
        result: Result<HolderReply, GpuError>,
        now: Moment,
    ) -> Option<(HolderAction, Result<HolderReply, GpuError>)> {
        let command = self.ordered.take_if(|command| command.id == id)?;
        match &result {
            Ok(answer) => {
                self.failures = 0;
                self.retry_at = None;
                self.succeeded(&command.action, answer, now);
            }
            Err(_) => self.failed(now),
        }
        Some((command.action, result))
    }

    fn succeeded(&mut self, action: &HolderAction, answer: &HolderReply, now: Moment) {
        match action {
            HolderAction::Arm(sensing) => {
                let with = match sensing.boosts {
                    true => Strategy::Boost,
                    false => Strategy::PowerMizer,
                };
                let processes = sensing.processes.clone();
                self.take_up(Duty::Sense { processes, with }, now);
            }
            HolderAction::Hold(renewal) => {
                self.take_up(Duty::Boost(*renewal), now);
                self.boosted_at = Some(now);
            }
            HolderAction::Disarm => self.take_up(Duty::Rest, now),
            HolderAction::Raise { .. } => {
                self.raised_at.get_or_insert(now);
            }
            HolderAction::Release { .. } | HolderAction::Stay { .. } | HolderAction::Report => {}
        }
        if !matches!(self.duty, Duty::Sense { .. }) || !answer.raised {
            self.raised_at = None;
        }
    }

    fn take_up(&mut self, duty: Duty, now: Moment) {
        let same = std::mem::discriminant(&self.duty) == std::mem::discriminant(&duty);
        if !same {
            self.duty_since = Some(now);
        }
        self.duty = duty;
    }

    /// It ended, refused or hung: nothing is held.
    pub(super) fn failed(&mut self, now: Moment) {
        self.duty = Duty::Rest;
        self.ordered = None;
        self.errands.clear();
        self.raised_at = None;
        let wait = FIRST_RETRY.saturating_mul(1 << self.failures.min(16));
        self.failures += 1;
        self.retry_at = Some(now + wait.min(SLOWEST_RETRY));
    }

    /// Failures in a row.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    pub(super) fn raised(&mut self, at: Moment) {
        self.raised_at = Some(at);
    }

    pub(super) fn released(&mut self) {
        self.raised_at = None;
        // A boost that ended because it was not requested again; the process closed everything.
        if self.renewal().is_some() {
            self.duty = Duty::Rest;
        }
    }

    /// A process that was sensed has ended.
    pub(super) fn gone(&mut self, pid: u32) {
        if let Duty::Sense { processes, .. } = &mut self.duty {
            processes.retain(|process| process.pid != pid);
        }
    }
}
