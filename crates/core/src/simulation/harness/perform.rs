use super::Harness;
use crate::{
    host::HostSample,
    keeper::{Action, Input, StoreAction},
};

impl Harness {
    /// Hands something in, performs what follows, and shows every decision.
    pub fn input(&mut self, input: Input, watch: &mut impl FnMut(&Self)) {
        self.keeper.handle(input, self.now);
        watch(self);
        let mut actions = 0..200; // far more than any input leads to
        while let Some(action) = self.keeper.next_action() {
            assert!(actions.next().is_some(), "spins: {action:?}");
            if let Some(outcome) = self.perform(action) {
                self.keeper.handle(outcome, self.now);
                watch(self);
            }
        }
    }

    /// Performs an action. Returns its immediate result.
    pub(super) fn perform(&mut self, action: Action) -> Option<Input> {
        match action {
            Action::Discover => Some(Input::Discovered(self.machine.discover(self.now))),
            Action::SampleHost(list, served) => Some(Input::HostSampled(HostSample {
                served_round: served.round,
                ..self.machine.host(&list, self.now)
            })),
            Action::Perform(gpu, action) => {
                let (at, result) = self.machine.perform_in_time(gpu.index, action, self.now);
                self.now = at;
                Some(Input::Performed {
                    gpu,
                    action,
                    result,
                })
            }
            Action::Hold(gpu, command) => {
                self.holders.insert(gpu.index, gpu);
                self.machine.hold(gpu.index, command, self.now);
                None
            }
            Action::Drop(gpu) => {
                self.holders.remove(&gpu.index);
                self.machine.end_hold(gpu.index, self.now);
                self.machine.end_process(gpu.index, self.now);
                None
            }
            Action::Log(line) => {
                self.log.push((self.now, line));
                None
            }
            Action::Reply(_, reply) => {
                self.replies.push((self.now, reply));
                None
            }
            Action::Store(StoreAction::Save(kept)) => {
                let error = self.store_error.clone();
                if error.is_none() {
                    self.saved = Some(*kept);
                }
                Some(Input::Stored {
                    notices: Vec::new(),
                    error,
                })
            }
            // Other files and benchmarks: tests answer these themselves.
            _ => None,
        }
    }

    /// The next report of a `hold` process.
    pub(super) fn take_holder_report(&mut self) -> Option<Input> {
        self.holders.values().find_map(|gpu| {
            let report = self.machine.take_holder_report(gpu.index)?;
            Some(Input::Holder { gpu: *gpu, report })
        })
    }
}
