//! The commands of the keeper, carried out.

use std::{io, time::Duration};

use gpu_keepalive_core::{
    Moment,
    gpu::{
        GpuError, GpuErrorKind,
        holder::{
            HolderAction, HolderReply, HolderReport, MOST_SENSED, RaiseCause, Refused,
            ReleaseReason, Released, Renewal, Sensing,
        },
    },
    sensor::{Step, Watch},
};

use super::{Boost, Event, Reports, Targets, system::Events};
use crate::clock;

/// Everything of one GPU that is open, and what is done with it.
pub(super) struct Holder<B> {
    boost: B,
    mode: Mode,
    targets: Targets,
    watch: Watch,
}

/// The reason why a wait ended.
pub(super) enum Wakeup {
    /// A command, the end of the input, or the end of a process.
    Event(Event),
    /// The step that the readings of that moment lead to, or that the boost was not requested again
    /// in time.
    Step(Step, Moment),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Closed,
    Armed,
    /// Until the boost ends, unless it is requested again.
    Holding {
        since: Moment,
        until: Moment,
    },
}

impl<B: Boost> Holder<B> {
    pub(super) fn new(boost: B, events: Events) -> Self {
        let watch = Watch::new(clock::now());
        Self {
            boost,
            mode: Mode::Closed,
            targets: Targets::new(events),
            watch,
        }
    }

    /// Returns true if it neither senses nor holds.
    pub(super) fn is_closed(&self) -> bool {
        self.mode == Mode::Closed
    }

    /// Waits until something is to be done, and reads the processors' clocks meanwhile.
    ///
    /// All of standing by happens in here: it allocates nothing, and touches little memory.
    #[inline(never)]
    pub(super) fn wait(&mut self) -> io::Result<Wakeup> {
        let mut now = clock::now();
        loop {
            let next = match self.mode {
                Mode::Closed => None,
                Mode::Armed => self.watch.next(),
                Mode::Holding { until, .. } => Some(until),
            };
            let wait = next.map(|at| at.since(now));
            let event = self.targets.events().wait(wait)?;
            now = clock::now();
            // A request comes first; the event is there at the next wait still.
            if next.is_some_and(|at| at <= now)
                && let Some(step) = self.check(now)
            {
                return Ok(Wakeup::Step(step, now));
            }
            if let Some(event) = event {
                return Ok(Wakeup::Event(event));
            }
        }
    }

    #[inline(always)]
    fn check(&mut self, now: Moment) -> Option<Step> {
        if self.mode != Mode::Armed {
            return Some(Step::Release(ReleaseReason::Unconfirmed));
        }
        let targets = &self.targets;
        self.watch.check(now, |index| targets.read(index))
    }

    /// Carries out a command. What happens on the way is reported before the answer.
    pub(super) fn perform(
        &mut self,
        action: HolderAction,
        reports: &mut impl Reports,
    ) -> io::Result<Result<HolderReply, GpuError>> {
        self.watch.confirm(clock::now());
        let mut answer = HolderReply::default();
        let result = match action {
            HolderAction::Arm(sensing) => self.arm(sensing, &mut answer),
            HolderAction::Hold(renewal) => self.hold(renewal, &mut answer),
            HolderAction::Raise { lasting } => self.raise(lasting, &mut answer),
            HolderAction::Stay { lasting } => {
                self.watch.stay(lasting, clock::now());
                Ok(())
            }
            HolderAction::Release { false_wake } => {
                if false_wake {
                    self.watch.take_back_request();
                }
                self.release(ReleaseReason::Asked, &mut answer, reports)?;
                Ok(())
            }
            HolderAction::Disarm => {
                self.release(ReleaseReason::Asked, &mut answer, reports)?;
                self.close();
                Ok(())
            }
            HolderAction::Report => {
                answer.processes = self.watch.report();
                answer.read_at = self.watch.read_at();
                Ok(())
            }
        };
        answer.at = clock::now();
        answer.raised = matches!(self.mode, Mode::Holding { .. }) || self.watch.is_raised();
        Ok(result.map(|()| answer))
    }

    /// Does what [`Holder::wait`] found at that moment. It allocates nothing before the driver's
    /// call.
    pub(super) fn take(
        &mut self,
        step: Step,
        now: Moment,
        reports: &mut impl Reports,
    ) -> io::Result<()> {
        if let Mode::Holding { since, .. } = self.mode {
            self.close();
            return reports.write(&HolderReport::Released(Released {
                at: now,
                reason: ReleaseReason::Unconfirmed,
                raised_for: now.since(since),
            }));
        }
        match step {
            Step::Raise(cause) => self.raise_for(cause, now, reports),
            Step::Renew => self.renew(reports),
            Step::Release(reason) => self.release(reason, &mut HolderReply::default(), reports),
        }
    }

    /// A process ended.
    pub(super) fn ended(&mut self, pid: u32, reports: &mut impl Reports) -> io::Result<()> {
        let at = clock::now();
        let Some(index) = self.targets.remove(pid) else {
            return Ok(());
        };
        let step = self.watch.gone(index, at);
        reports.write(&HolderReport::Gone { at, pid })?;
        match step {
            Some(step) => self.take(step, at, reports),
            None => Ok(()),
        }
    }

    fn arm(&mut self, sensing: Sensing, answer: &mut HolderReply) -> Result<(), GpuError> {
        let count = sensing.processes.len();
        if count > MOST_SENSED {
            self.close();
            return Err(GpuError::new(
                GpuErrorKind::NotSupported,
                format!("{count} processes to watch for requests; at most {MOST_SENSED} are"),
            ));
        }
        if matches!(self.mode, Mode::Holding { .. }) {
            answer.call = Some(self.boost.clear());
        }
        self.mode = Mode::Armed;
        self.boost.use_driver(sensing.boosts);
        if let Err(error) = self.open(answer) {
            self.close();
            return Err(error);
        }
        let (watched, unwatched) = self.targets.replace(&sensing.processes);
        answer.unwatched = unwatched;
        let (processes, readings): (Vec<_>, Vec<_>) = watched.into_iter().unzip();
        let sensing = Sensing {
            processes,
            ..sensing
        };
        self.watch.arm(sensing, &readings, clock::now());
        Ok(())
    }

    fn hold(&mut self, renewal: Renewal, answer: &mut HolderReply) -> Result<(), GpuError> {
        self.targets.clear();
        self.boost.use_driver(true);
        self.watch = Watch::new(clock::now());
        let boosted = self
            .open(answer)
            .and_then(|()| self.boost.request(renewal.lasting));
        match boosted {
            Ok(call) => {
                answer.call = Some(call);
                let now = clock::now();
                let since = match self.mode {
                    Mode::Holding { since, .. } => since,
                    Mode::Closed | Mode::Armed => now,
                };
                let until = now + renewal.lasting;
                self.mode = Mode::Holding { since, until };
                Ok(())
            }
            Err(error) => {
                self.close();
                Err(error)
            }
        }
    }

    fn raise(&mut self, lasting: Duration, answer: &mut HolderReply) -> Result<(), GpuError> {
        if self.mode != Mode::Armed {
            return Err(GpuError::new(
                GpuErrorKind::Other,
                "nothing is armed, so there is nothing to raise the clocks for",
            ));
        }
        if !self.watch.is_raised() {
            self.open(answer)?;
            answer.call = Some(self.boost.request(self.watch.renewal().lasting)?);
        }
        self.watch.commanded(lasting, clock::now());
        Ok(())
    }

    fn raise_for(
        &mut self,
        cause: RaiseCause,
        sensed: Moment,
        reports: &mut impl Reports,
    ) -> io::Result<()> {
        // The reading is this process's only if it lives still; its end is noticed right after.
        if !self.targets.lives(cause.pid) {
            return Ok(());
        }
        match self.boost.request(self.watch.renewal().lasting) {
            Ok(call) => {
                let raised = self.watch.raised(cause, sensed, call, clock::now());
                reports.write(&HolderReport::Raised(raised))
            }
            Err(error) => self.refused(Some(cause), error, reports),
        }
    }

    fn renew(&mut self, reports: &mut impl Reports) -> io::Result<()> {
        match self.boost.request(self.watch.renewal().lasting) {
            Ok(_) => {
                self.watch.renewed(clock::now());
                Ok(())
            }
            Err(error) => self.refused(None, error, reports),
        }
    }

    fn refused(
        &mut self,
        cause: Option<RaiseCause>,
        error: GpuError,
        reports: &mut impl Reports,
    ) -> io::Result<()> {
        let at = clock::now();
        self.watch.refused(at);
        reports.write(&HolderReport::Refused(Refused { at, cause, error }))
    }

    fn release(
        &mut self,
        reason: ReleaseReason,
        answer: &mut HolderReply,
        reports: &mut impl Reports,
    ) -> io::Result<()> {
        if !self.watch.is_raised() {
            return Ok(());
        }
        answer.call = Some(self.boost.clear());
        match self.watch.released(reason, clock::now()) {
            Some(released) => reports.write(&HolderReport::Released(released)),
            None => Ok(()),
        }
    }

    fn open(&mut self, answer: &mut HolderReply) -> Result<(), GpuError> {
        answer.opening = self.boost.open()?;
        Ok(())
    }

    fn close(&mut self) {
        self.boost.close();
        self.targets.clear();
        self.watch = Watch::new(clock::now());
        self.mode = Mode::Closed;
    }
}
