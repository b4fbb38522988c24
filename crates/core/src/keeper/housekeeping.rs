//! Periodic work that does not depend on the GPUs.

use std::{sync::Arc, time::Duration};

use super::{Action, Keeper, StoreAction};
use crate::{Moment, policy::Pause};

/// Time between host samples while the machine sleeps, for a resume that it does not announce.
const HOST_SAMPLE: Duration = Duration::from_secs(30);
/// The settings file is read this often where the system does not announce changes of files.
pub(super) const SETTINGS_POLL: Duration = Duration::from_secs(60);

impl Keeper {
    /// Does the periodic work that does not depend on the GPUs. Returns the time when it is due
    /// next.
    pub(super) fn keep_house(&mut self, changed: &mut bool, now: Moment) -> Moment {
        // First: what waited for it is due now, and a time to be called at that is over would look like another stop.
        *changed |= self.suspend.settle(now);
        self.discover(now);
        if now >= self.settings_poll_at {
            let reload = StoreAction::ReloadSettings;
            self.outbox.push_back(Action::Store(reload));
            self.settings_poll_at = now + SETTINGS_POLL;
        }
        if now >= self.host_sample_at {
            let ai_programs = Arc::clone(&self.ai_programs);
            let served = self.served.wanted();
            self.outbox
                .push_back(Action::SampleHost(ai_programs, served));
            self.host_sample_at = now + self.until_host_sample();
        }
        if self.warm.is_some_and(|warm| now >= warm.until) {
            self.warm = None;
            *changed = true;
        }
        if self.switches.pause != Pause::No && !self.switches.pause.is_on(now) {
            self.switches.pause = Pause::No;
            *changed = true;
        }
        self.save_if_due(now);
        let due = self.host_sample_at.min(self.settings_poll_at);
        [
            self.discovery.retry_at().filter(|_| !self.suspend.is_on()),
            self.suspend.ends_at(),
            self.warm.map(|warm| warm.until),
            self.served.waits_until(),
        ]
        .into_iter()
        .flatten()
        .fold(due, Moment::min)
    }

    /// The time until the machine is sampled again: nothing can be loaded while it sleeps.
    fn until_host_sample(&self) -> Duration {
        if self.suspend.is_on() {
            return HOST_SAMPLE;
        }
        let samples = self.gpus.iter().filter_map(|lane| {
            let sample = lane.policy.history().sample()?;
            Some((&*lane.info, sample))
        });
        self.host.sample_again_after(samples)
    }
}
