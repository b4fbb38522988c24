//! Decides when a process's use of the processor means a request, and judges every wake.
//!
//! A server that rests takes no processor time, and one that gets a request does, before its first
//! kernel. How much is a request's and how much a monitor's poll differs by program, so the
//! threshold of each learns: a wake that no GPU work follows was false and raises it, GPU work that
//! no wake preceded was missed and lowers it.
//!
//! [`Watch`] is what the `hold` process decides by itself within milliseconds, [`Sensor`] what the
//! keeper makes of its reports and of the samples of the GPU.

use std::{collections::VecDeque, time::Duration};

use crate::{
    Moment,
    gpu::holder::{MOST_SENSED, ProcessorUse, Raised, Released, SensedProcess},
    settings::ReadinessSettings,
};

mod history;
mod judge;
mod limits;
mod missed;
mod pending;
mod terms;
mod threshold;
mod watch;

#[cfg(test)]
mod tests;

pub use history::{Verdict, Wake, WakeStatistics};
pub use limits::{HoldInstead, SensingPause};
pub use terms::{Advice, Candidate, GpuWork, Sensed};
pub use threshold::LearnedThresholds;
pub use watch::{Step, Watch};

use history::History;
use limits::Limits;
use missed::Unpreceded;
use pending::Pending;

/// The longest period of NVML's utilisation ("may be between 1 second and 1/6 second depending on
/// the product", nvml.h): before it has passed, no work is no sign.
const UTILISATION_PERIOD: Duration = Duration::from_secs(1);

/// The wakes of one GPU.
#[derive(Clone, Debug)]
pub struct Sensor {
    readiness: ReadinessSettings,
    learned: LearnedThresholds,
    processes: Vec<Process>,
    /// Since when requests are sensed without a gap; `None` while they are not.
    sensing_since: Option<Moment>,
    pending: Option<Pending>,
    raised: Option<RaisedFor>,
    released_at: Option<Moment>,
    unpreceded: Unpreceded,
    limits: Limits,
    history: History,
}

/// The reason why the clocks are up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RaisedFor {
    /// A request; the GPU was last seen to work then.
    Request { worked: Moment },
    /// A lease or the like, which decides by itself for how long.
    Other,
}

#[derive(Clone, Debug)]
struct Process {
    candidate: Candidate,
    threshold: Duration,
    /// The last reports of its processor time, newest last: when, and the most in one period.
    reports: VecDeque<(Moment, Duration)>,
}

/// Reports of processor time that are kept: the driver's utilisation lags by a period, so the
/// burst that belongs to it is in one of the last few.
const REPORTS: usize = 4;

impl Sensor {
    /// Begins with what was learned before.
    pub fn new(learned: LearnedThresholds, readiness: ReadinessSettings) -> Self {
        Self {
            readiness,
            learned,
            processes: Vec::new(),
            sensing_since: None,
            pending: None,
            raised: None,
            released_at: None,
            unpreceded: Unpreceded::None,
            limits: Limits::default(),
            history: History::default(),
        }
    }

    /// The learned values to keep between two runs.
    pub fn learned(&self) -> &LearnedThresholds {
        &self.learned
    }

    /// Other settings are in force.
    pub fn set_readiness(&mut self, readiness: ReadinessSettings) {
        self.readiness = readiness;
    }

    /// Replaces the processes that could be watched. One that stays keeps its threshold.
    pub fn watch(&mut self, candidates: &[Candidate]) {
        let before = std::mem::take(&mut self.processes);
        self.processes = candidates
            .iter()
            .map(|candidate| {
                let known = before.iter().find(|p| p.candidate == *candidate);
                known.cloned().unwrap_or_else(|| Process {
                    candidate: candidate.clone(),
                    threshold: self.learned.of(&candidate.program),
                    reports: VecDeque::new(),
                })
            })
            .collect();
    }

    /// The processes to sense now, if any. Level-triggered: compared with what is armed.
    pub fn sensed(&self, now: Moment) -> Sensed {
        if self.processes.len() > MOST_SENSED {
            return Sensed::Hold(HoldInstead::TooManyProcesses(self.processes.len()));
        }
        if let Some(verdict) = self.limits.verdict() {
            return Sensed::Hold(verdict);
        }
        if let Some(pause) = self.limits.pause(now) {
            return Sensed::Pause(pause);
        }
        let sensed = |process: &Process| SensedProcess {
            pid: process.candidate.pid,
            started: process.candidate.started,
            threshold: process.threshold,
        };
        Sensed::Watch(self.processes.iter().map(sensed).collect())
    }

    /// Requests are sensed from now on.
    pub fn armed(&mut self, now: Moment) {
        self.sensing_since.get_or_insert(now);
    }

    /// Requests are no longer sensed, and the clocks are released.
    pub fn disarmed(&mut self, now: Moment) {
        self.sensing_since = None;
        if self.raised.take().is_some() {
            self.released_at = Some(now);
        }
        self.unpreceded = Unpreceded::None;
        self.give_up_pending();
    }

    /// The clocks were raised for a request. `first` is false when they were up already, because
    /// another user's engine was faster: then it is not our wake, and nothing is learned.
    pub fn raised(&mut self, raised: &Raised, first: bool) {
        let pid = raised.cause.pid;
        // Work that was seen before the report is the work of this request; a short one does none
        // after it.
        let was_seen = self.suspects(pid);
        self.raised = Some(RaisedFor::Request { worked: raised.at });
        self.unpreceded = Unpreceded::None;
        self.give_up_pending();
        if !first {
            return;
        }
        let program = self.program(pid);
        let (took, used) = (raised.wake, raised.cause.used);
        let wake = self.history.begin(raised.at, pid, program, took, used);
        let limit = self.readiness.max_wake;
        if raised.wake > limit {
            self.limits.slow(raised.wake, limit);
        }
        self.pending = Some(Pending::new(wake, raised, raised.wake <= limit));
        if was_seen {
            self.decide(Verdict::Useful, raised.at);
        }
    }

    /// The driver refused to raise the clocks for a request, of that process if one was sensed, or
    /// to keep them up.
    pub fn refused(&mut self, now: Moment, pid: Option<u32>) {
        self.give_up_pending();
        if self.raised.take().is_some() {
            self.released_at = Some(now);
        }
        if let Some(pid) = pid {
            let program = self.program(pid);
            self.history.failed(now, pid, program);
        }
        self.limits.refused();
    }

    /// The clocks were raised or are held for another reason than a request.
    pub fn raised_otherwise(&mut self) {
        self.raised = Some(RaisedFor::Other);
        self.unpreceded = Unpreceded::None;
    }

    /// The clocks were released.
    pub fn released(&mut self, released: &Released) {
        self.raised = None;
        self.unpreceded = Unpreceded::None;
        self.released_at = Some(released.at);
        if let Some(pending) = &mut self.pending {
            pending.released(released.at);
            if pending.is_judged {
                self.take_pending();
            }
        }
    }

    /// A sample of the clocks: whether they are up.
    pub fn clocks(&mut self, at: Moment, up: Option<bool>) {
        let Some(pending) = &mut self.pending else {
            return;
        };
        match pending.clocks(at, up) {
            Some(true) => self.limits.good(),
            Some(false) => self.limits.not_seen_up(),
            None => {}
        }
        if pending.is_judged && pending.has_clocks(at) {
            self.limits.useful();
            self.take_pending();
        }
    }

    /// Processor time of the processes, as the `hold` process reports it. Their clocks were last
    /// read at that moment.
    pub fn used(&mut self, uses: &[ProcessorUse], read_at: Moment) {
        for process in &mut self.processes {
            let Some(used) = uses.iter().find(|used| used.pid == process.candidate.pid) else {
                continue;
            };
            if process.reports.len() == REPORTS {
                process.reports.pop_front();
            }
            process.reports.push_back((read_at, used.most));
        }
        if let Some(pending) = &mut self.pending {
            let thresholds = self.processes.iter();
            let quiet = thresholds.clone().all(|process| {
                let used = uses.iter().find(|used| used.pid == process.candidate.pid);
                used.is_none_or(|used| used.most <= process.threshold)
            });
            pending.used(uses.iter().map(|used| used.used).sum(), quiet);
        }
        self.settle_suspicion(read_at);
    }

    /// A process ended. A wake that waits for its judgement ends with it.
    pub fn gone(&mut self, pid: u32) {
        self.processes.retain(|p| p.candidate.pid != pid);
        if self.pending.as_ref().is_some_and(|p| p.pid == pid) {
            self.give_up_pending();
        }
    }

    /// GPU work that the driver reports, or none: judges the wake that waits for it, follows a
    /// request to its end, or suspects a missed one.
    pub fn work(&mut self, work: &GpuWork<'_>) -> Option<Advice> {
        let worked = self.is_work(work);
        if let Some(pending) = self.pending.as_ref().filter(|p| !p.is_judged) {
            let verdict = pending.judge(work, worked)?;
            return self.decide(verdict, work.to);
        }
        let worked = worked?;
        match &mut self.raised {
            None => self.suspect(work, worked),
            Some(RaisedFor::Other) => None,
            Some(RaisedFor::Request { worked: last }) if worked => {
                *last = work.to;
                Some(Advice::Stay)
            }
            Some(RaisedFor::Request { worked: last }) => {
                let rested = work.to.since(*last) >= self.readiness.linger;
                rested.then_some(Advice::Release)
            }
        }
    }

    /// The last wakes, oldest first.
    pub fn wakes(&self) -> impl ExactSizeIterator<Item = &Wake> {
        self.history.wakes()
    }

    /// The counts since the start.
    pub fn statistics(&self) -> WakeStatistics {
        self.history.statistics()
    }

    /// Wakes since the start that GPU work followed.
    pub fn useful_wakes(&self) -> u64 {
        self.history.useful()
    }

    /// Returns true if a wake, or work without one, waits for its judgement, so that samples are to
    /// be taken soon.
    pub fn is_judging(&self) -> bool {
        self.pending.is_some() || self.is_suspecting()
    }

    /// Returns true if a wake on this GPU was useful and in time.
    pub fn has_proved_itself(&self) -> bool {
        self.limits.has_proved_itself()
    }

    /// The clocks are raised with another strategy from now on, which has to prove itself.
    pub fn raised_differently(&mut self) {
        self.limits.start_over();
    }

    /// Forgets a verdict to hold instead, as after the driver or the settings changed.
    pub fn try_again(&mut self) {
        self.limits.try_again();
    }

    fn give_up_pending(&mut self) {
        if let Some(pending) = self.take_pending().filter(|p| !p.is_judged) {
            self.history.judge(pending.wake, Verdict::Undecided);
        }
    }

    fn take_pending(&mut self) -> Option<Pending> {
        let pending = self.pending.take()?;
        if pending.is_unseen() {
            self.limits.unseen();
        }
        Some(pending)
    }

    fn program(&self, pid: u32) -> String {
        let found = self.processes.iter().find(|p| p.candidate.pid == pid);
        found.map_or_else(String::new, |p| p.candidate.program.clone())
    }
}
