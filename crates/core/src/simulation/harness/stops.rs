//! The engine is killed or stopped, and the machine lives on.

use std::time::Duration;

use jiff::civil::Date;

use super::Harness;
use crate::{
    Moment,
    keeper::{Keeper, KeeperOptions},
    settings::SettingsFile,
};

impl Harness {
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
