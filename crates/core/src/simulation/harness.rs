use std::{collections::BTreeMap, time::Duration};

use jiff::civil::{Date, date};

use super::{Scenario, SimulatedMachine};
use crate::{
    Moment,
    keeper::{GpuId, Input, Keeper, KeeperOptions, Kept, LogLine, Ticket},
    protocol::{ApiError, Reply},
    settings::{Settings, SettingsFile},
};

mod perform;

/// The engine's [`Keeper`] and a simulated machine in virtual time: for tests and benchmarks.
///
/// It performs what the keeper asks for and decides nothing.
#[derive(Clone, Debug)]
pub struct Harness {
    /// The machine; tests may let things happen to it between runs.
    pub machine: SimulatedMachine,
    /// The state machine under test.
    pub keeper: Keeper,
    /// Times that the engine would have been woken.
    pub wake_ups: u64,
    /// The log lines, with their moments.
    pub log: Vec<(Moment, LogLine)>,
    /// The replies to requests, with their moments.
    pub replies: Vec<(Moment, Result<Reply, ApiError>)>,
    /// What was written last.
    pub saved: Option<Kept>,
    /// Why the store writes nothing; it works while this is `None`.
    pub store_error: Option<String>,
    holders: BTreeMap<u32, GpuId>,
    now: Moment,
}

impl Harness {
    /// A scenario's beginning, with these settings and what an earlier run kept.
    pub fn new(scenario: Scenario, settings: &Settings, kept: Kept) -> Self {
        let now = Moment::ORIGIN;
        let (options, file) = (KeeperOptions::default(), SettingsFile::of(settings));
        Self {
            machine: SimulatedMachine::new(scenario, now),
            keeper: Keeper::new(options, file, kept, date(2026, 11, 28), now),
            wake_ups: 0,
            log: Vec::new(),
            replies: Vec::new(),
            saved: None,
            store_error: None,
            holders: BTreeMap::new(),
            now,
        }
    }

    /// The present.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// Runs for that long and shows the harness after every decision, its actions not performed.
    pub fn run_watched(&mut self, time: Duration, mut watch: impl FnMut(&Self)) {
        let end = self.now + time;
        let (mut due, mut event_due) = (true, true);
        loop {
            while event_due && let Some(event) = self.machine.take_host_event() {
                self.input(Input::HostEvent(event, Ticket(0)), &mut watch);
            }
            while let Some(input) = self.take_holder_report() {
                self.wake_ups += 1;
                self.input(input, &mut watch);
            }
            if due {
                self.input(Input::Woke, &mut watch);
            }
            if self.now >= end {
                return;
            }
            let wake_at = self.keeper.wake_at();
            // A wake-up in the past would be a busy loop; the engine would spin as well.
            assert!(wake_at > self.now, "woken for nothing at {}", self.now);
            let event = self.machine.upcoming().unwrap_or(end);
            let step = self.machine.next_holder_step().unwrap_or(end);
            self.now = wake_at.min(event).min(step).min(end).max(self.now);
            self.machine.advance(self.now);
            (due, event_due) = (self.now >= wake_at, self.now >= event);
            self.wake_ups += u64::from(due);
        }
    }

    /// Runs for that long.
    pub fn run_for(&mut self, time: Duration) {
        self.run_watched(time, |_| {});
    }

    /// The engine is killed, and another starts with what was written and the same settings.
    pub fn restart(&mut self, today: Date) {
        for index in std::mem::take(&mut self.holders).into_keys() {
            self.machine.end_hold(index, self.now);
        }
        for gpu in self.keeper.gpu_ids() {
            self.machine.end_process(gpu.index, self.now);
        }
        let file = SettingsFile::of(self.keeper.settings());
        let kept = self.saved.clone().unwrap_or_default();
        self.keeper = Keeper::new(KeeperOptions::default(), file, kept, today, self.now);
    }

    /// The engine does not run for that long, as when it is stopped by a signal; the machine and
    /// the `hold` processes do.
    pub fn stand_still_for(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            let next = [self.machine.upcoming(), self.machine.next_holder_step()];
            let next = next.into_iter().flatten().filter(|at| *at > self.now);
            self.now = next.fold(end, Moment::min);
            self.machine.advance(self.now);
        }
    }
}
