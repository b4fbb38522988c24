//! The list of GPUs, and the choice of those that are kept.

use std::time::Duration;

use super::{Action, GpuId, Keeper, lane::Lane};
use crate::{
    Moment,
    gpu::{GpuError, GpuInfo, GpuList, LeftOutGpu},
    settings::GpuSelector,
};

/// A missing driver is searched for this often, and a GPU that was left out is at first.
const REDISCOVER: Duration = Duration::from_secs(30);
/// A GPU that stays left out is searched for this often in the end; the time doubles up to it.
const SELDOM: Duration = Duration::from_secs(30 * 60);

/// The state of the list of GPUs.
#[derive(Clone, Debug, Default)]
pub(super) struct Discovery {
    state: State,
    /// The reason why there is no GPU, until there is one.
    error: Option<GpuError>,
    left_out: Vec<LeftOutGpu>,
    /// Number of times in a row that a GPU was left out.
    incomplete: u32,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Asked for at the next step.
    #[default]
    Due,
    Running,
    Waiting {
        retry_at: Moment,
    },
    Done,
}

impl Discovery {
    pub(super) fn error(&self) -> Option<&GpuError> {
        self.error.as_ref()
    }

    /// GPUs that are listed and not used.
    pub(super) fn left_out(&self) -> &[LeftOutGpu] {
        &self.left_out
    }

    pub(super) fn retry_at(&self) -> Option<Moment> {
        match self.state {
            State::Waiting { retry_at } => Some(retry_at),
            State::Due | State::Running | State::Done => None,
        }
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self.state, State::Running)
    }

    fn wait(&mut self, time: Duration, now: Moment) {
        let retry_at = now + time;
        self.state = State::Waiting { retry_at };
    }

    /// The time until a GPU that was left out is searched for again.
    fn patience(&self) -> Duration {
        let doubled = self.incomplete.saturating_sub(1).min(16);
        REDISCOVER.saturating_mul(1 << doubled).min(SELDOM)
    }
}

impl Keeper {
    /// Asks for the GPUs where that is due. A suspended GPU is not woken to find another.
    pub(super) fn discover(&mut self, now: Moment) {
        let due = match self.discovery.state {
            State::Due => true,
            State::Waiting { retry_at } => now >= retry_at,
            State::Running | State::Done => false,
        };
        if !due || self.suspend.is_on() {
            return;
        }
        if !self.found.is_empty() && self.host.any_gpu_suspended() {
            self.discovery.wait(REDISCOVER, now);
            return;
        }
        self.discovery.state = State::Running;
        self.outbox.push_back(Action::Discover);
    }

    pub(super) fn discovered(&mut self, result: Result<GpuList, GpuError>, now: Moment) {
        match result.and_then(GpuList::usable) {
            Ok(list) => self.listed(list, now),
            Err(error) if self.found.is_empty() => {
                self.warn(format!("no GPU: {error}"));
                self.discovery.error = Some(error);
                self.discovery.wait(REDISCOVER, now);
            }
            Err(error) => {
                self.debug(format!("the GPUs cannot be listed again: {error}"));
                self.wait_for_left_out(now);
            }
        }
    }

    fn listed(&mut self, GpuList { mut gpus, left_out }: GpuList, now: Moment) {
        // One that is in use and cannot be distinguished from others now stays in use.
        let is_left_out = |gpu: &GpuInfo| {
            let listed = gpus.iter().any(|listed| listed.uuid == gpu.uuid);
            !listed && left_out.iter().any(|other| other.index == gpu.index)
        };
        let known: Vec<_> = self
            .found
            .iter()
            .filter(|gpu| is_left_out(gpu))
            .cloned()
            .collect();
        let left_out: Vec<_> = left_out
            .into_iter()
            .filter(|gpu| known.iter().all(|known| known.index != gpu.index))
            .collect();
        gpus.extend(known);
        gpus.sort_by_key(|gpu| gpu.index);
        for gpu in &left_out {
            if !self.discovery.left_out.contains(gpu) {
                self.warn(format!("GPU {} is left out: {}", gpu.index, gpu.error));
            }
        }
        self.discovery.error = None;
        self.discovery.left_out = left_out;
        if self.discovery.left_out.is_empty() {
            self.discovery.state = State::Done;
            self.discovery.incomplete = 0;
        } else {
            self.wait_for_left_out(now);
        }
        if self.kept.gpus != gpus {
            self.kept.gpus.clone_from(&gpus);
            self.save();
        }
        self.found = gpus;
        self.choose_gpus(now);
    }

    fn wait_for_left_out(&mut self, now: Moment) {
        self.discovery.incomplete = self.discovery.incomplete.saturating_add(1);
        self.discovery.wait(self.discovery.patience(), now);
    }

    /// Keeps a lane for every GPU the user chose, and drops the others.
    pub(super) fn choose_gpus(&mut self, now: Moment) {
        let chosen = self.settings().gpus.clone();
        let is_chosen = |gpu: &GpuInfo| {
            chosen
                .as_ref()
                .is_none_or(|chosen| chosen.iter().any(|s| s.matches(gpu)))
        };
        let mut before = std::mem::take(&mut self.gpus);
        for info in self.found.clone().into_iter().filter(is_chosen) {
            let driver = &info.driver_version;
            self.kept.ledger.set_driver(&info.uuid, driver);
            let same = |lane: &Lane| {
                let place = (&lane.info.uuid, lane.info.index, lane.info.pci_bus_id);
                place == (&info.uuid, info.index, info.pci_bus_id)
            };
            let lane = match before.iter().position(same) {
                Some(at) => before.swap_remove(at).described_as(info),
                None => {
                    let id = self.next_id(info.index);
                    let learned = self.kept.learned(&info);
                    self.outbox
                        .push_back(Action::Open(id, Box::new(info.clone())));
                    Lane::new(id, info, learned, now)
                }
            };
            self.gpus.push(lane);
        }
        for lane in before {
            self.kept.remember(&lane);
            self.outbox.push_back(Action::Drop(lane.id));
        }
    }

    /// A worker ended: its GPU is taken in hand anew, under another generation.
    pub(super) fn reopen(&mut self, gpu: GpuId) {
        let fresh = self.next_id(gpu.index);
        if let Some(lane) = self.gpus.iter_mut().find(|lane| lane.id == gpu) {
            lane.id = fresh;
            let info = Box::new(GpuInfo::clone(&lane.info));
            self.outbox.push_back(Action::Drop(gpu));
            self.outbox.push_back(Action::Open(fresh, info));
        }
    }

    fn next_id(&mut self, index: u32) -> GpuId {
        self.generations += 1;
        GpuId {
            index,
            generation: self.generations,
        }
    }

    /// Selectors in the settings that match no GPU.
    pub(super) fn unmatched_selectors(&self) -> impl Iterator<Item = &GpuSelector> {
        let chosen = self.settings().gpus.as_deref().unwrap_or_default();
        chosen
            .iter()
            .filter(|selector| !self.found.iter().any(|gpu| selector.matches(gpu)))
    }
}
