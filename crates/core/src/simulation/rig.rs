use std::time::Duration;

use super::{Performed, Scenario, SimulatedMachine};
use crate::{
    Moment,
    gpu::{Action, GpuError, GpuErrorKind, GpuInfo, Outcome, PowerSource},
    host::HostSample,
    policy::{Decision, GpuPolicy, Learned, Observations, Pause, PolicyEvent, Switches},
    protocol::Phase,
    settings::Settings,
};

/// How often the machine is looked at, as the engine does it.
const HOST_LOOK: Duration = Duration::from_secs(10);
/// The same where a GPU can suspend.
const HOST_LOOK_ALONE: Duration = Duration::from_secs(2);
/// Time after a resume in which the driver is not to be trusted, as in the engine.
const RESUME_SETTLE: Duration = Duration::from_secs(2);

/// One policy and the first GPU of one simulated machine, stepping each other through virtual time.
///
/// For tests and benchmarks of the policy: everything the engine would do, without the engine.
#[derive(Debug)]
pub struct Rig {
    /// The machine; tests may do things to it between runs.
    pub machine: SimulatedMachine,
    /// The policy.
    pub policy: GpuPolicy,
    /// What the user set.
    pub settings: Settings,
    /// What the user switched.
    pub switches: Switches,
    /// Leases held.
    pub leases: u32,
    /// When a lease last ended.
    pub lease_ended: Option<Moment>,
    /// Until when a warm GPU was asked for.
    pub warm_until: Option<Moment>,
    /// The day's energy budget is spent.
    pub budget_spent: bool,
    /// Somebody follows every change.
    pub watched: bool,
    /// The GPU is being measured.
    pub measuring: bool,
    /// What feeds the machine, instead of what the scenario says.
    pub host_override: Option<PowerSource>,
    /// Times the engine would have been woken.
    pub wake_ups: u64,
    /// What the policy told.
    pub events: Vec<(Moment, PolicyEvent)>,
    info: GpuInfo,
    host: HostSample,
    host_looked: Option<Moment>,
    /// Processes that the driver last told of.
    others: Vec<u32>,
    /// When the driver is to be trusted again after a suspend.
    settled_at: Moment,
    now: Moment,
    decision: Option<Decision>,
}

/// What [`Rig::run_watched`] shows of every step.
#[derive(Debug)]
pub struct Seen<'a> {
    /// When.
    pub now: Moment,
    /// What was decided, its action not performed yet.
    pub decision: &'a Decision,
    /// The policy after the step.
    pub policy: &'a GpuPolicy,
}

impl Rig {
    /// A rig at the beginning of a scenario, with default settings.
    ///
    /// # Panics
    /// If the scenario's first GPU cannot be found at its beginning.
    pub fn new(scenario: Scenario) -> Self {
        let now = Moment::ORIGIN;
        let mut machine = SimulatedMachine::new(scenario, now);
        let info = machine
            .discover(now)
            .expect("the scenario begins with a GPU")
            .remove(0);
        let settings = Settings::default();
        let switches = Switches {
            enabled: true,
            mode: settings.mode,
            pause: Pause::No,
        };
        Self {
            machine,
            policy: GpuPolicy::new([]),
            settings,
            switches,
            leases: 0,
            lease_ended: None,
            warm_until: None,
            budget_spent: false,
            watched: false,
            measuring: false,
            host_override: None,
            wake_ups: 0,
            events: Vec::new(),
            info,
            host: HostSample::default(),
            host_looked: None,
            others: Vec::new(),
            settled_at: now,
            now,
            decision: None,
        }
    }

    /// The same with what an earlier run had learned.
    pub fn with_learned(
        mut self,
        learned: impl IntoIterator<Item = (PowerSource, Learned)>,
    ) -> Self {
        self.policy = GpuPolicy::new(learned);
        self
    }

    /// The present.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// The GPU.
    pub fn info(&self) -> &GpuInfo {
        &self.info
    }

    /// The newest decision.
    pub fn decision(&self) -> Option<&Decision> {
        self.decision.as_ref()
    }

    /// The phase of the newest decision.
    pub fn phase(&self) -> Option<Phase> {
        self.decision.as_ref().map(|decision| decision.phase)
    }

    /// Runs for that long.
    pub fn run_for(&mut self, time: Duration) {
        self.run_watched(time, |_| {});
    }

    /// Runs for that long and shows every step.
    pub fn run_watched(&mut self, time: Duration, mut watch: impl FnMut(&Seen<'_>)) {
        let end = self.now + time;
        loop {
            self.look_at_host();
            let (action, wake_at) = self.step(&mut watch);
            if let Some(action) = action {
                self.perform(action);
                continue;
            }
            if self.now >= end {
                return;
            }
            let next = self.next_wake_up(wake_at).min(end);
            // A wake-up in the past would be a busy loop; a real engine would spin as well.
            assert!(next > self.now, "woken for nothing at {}", self.now);
            self.now = next;
            self.machine.advance(next);
            self.wake_ups += 1;
        }
    }

    /// A machine that sleeps wakes nobody before it is back.
    fn next_wake_up(&mut self, wake_at: Option<Moment>) -> Moment {
        if self.machine.is_suspended() {
            let back = self.machine.next_event(self.now);
            return back.unwrap_or(self.now + HOST_LOOK);
        }
        let host_look = self.host_looked.unwrap_or(self.now) + self.between_host_looks();
        let settled = Some(self.settled_at).filter(|at| *at > self.now);
        [wake_at, settled]
            .into_iter()
            .flatten()
            .fold(host_look, Moment::min)
    }

    /// Whether the machine sleeps, or has just woken.
    fn is_suspended(&mut self) -> bool {
        if self.machine.is_suspended() {
            self.settled_at = self.now + RESUME_SETTLE;
        }
        self.now < self.settled_at
    }

    /// Has the machine looked at again at once, as the engine does when it is told of a change.
    pub fn host_changed(&mut self) {
        self.host_looked = None;
    }

    fn between_host_looks(&self) -> Duration {
        if self.host.runtime_pm.is_empty() {
            HOST_LOOK
        } else {
            HOST_LOOK_ALONE
        }
    }

    fn look_at_host(&mut self) {
        let every = self.between_host_looks();
        if self
            .host_looked
            .is_none_or(|at| self.now.since(at) >= every)
        {
            self.host = self.machine.host(&self.settings.ai_programs, self.now);
            if let Some(power_source) = self.host_override {
                self.host.power_source = power_source;
            }
            self.host_looked = Some(self.now);
        }
    }

    fn step(&mut self, watch: &mut impl FnMut(&Seen<'_>)) -> (Option<Action>, Option<Moment>) {
        let suspended = self.is_suspended();
        let seen = Observations {
            gpu: &self.info,
            settings: &self.settings,
            switches: self.switches,
            leases: self.leases,
            lease_ended: self.lease_ended,
            warm_until: self.warm_until,
            host: &self.host,
            suspended,
            budget_spent: self.budget_spent,
            watched: self.watched,
            measuring: self.measuring,
        };
        let step = self.policy.step(&seen, self.now);
        watch(&Seen {
            now: self.now,
            decision: &step.decision,
            policy: &self.policy,
        });
        self.events
            .extend(step.events.into_iter().map(|event| (self.now, event)));
        let action = step.decision.action;
        self.decision = Some(step.decision);
        (action, step.wake_at)
    }

    fn perform(&mut self, action: Action) {
        let result = match self.machine.perform(self.info.index, action, self.now) {
            Performed::Done(result) => result,
            Performed::Hangs => {
                self.now = self.now + action.deadline();
                self.machine.end_process(self.info.index, self.now);
                Err(GpuError::new(
                    GpuErrorKind::TimedOut,
                    "no answer from the driver in time",
                ))
            }
        };
        if let Ok(Outcome::Sampled(sample)) = &result
            && let Some(told) = sample.compute_pids()
            && std::mem::replace(&mut self.others, told) != self.others
        {
            self.host_changed();
        }
        self.policy.done(action, result, self.now);
    }
}
