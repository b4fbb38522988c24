//! Which GPUs there are, and which of them are looked after.

use std::time::Duration;

use super::{Action, GpuId, Keeper, lane::Lane};
use crate::{
    Moment,
    gpu::{GpuError, GpuErrorKind, GpuInfo},
    settings::GpuSelector,
};

/// A missing driver is looked for this often.
const REDISCOVER: Duration = Duration::from_secs(30);

/// How far the list of GPUs is.
#[derive(Clone, Debug)]
pub(super) enum Discovery {
    /// Asked for at the next step.
    Due,
    Running,
    Failed {
        error: GpuError,
        retry_at: Moment,
    },
    Done,
}

impl Discovery {
    pub(super) fn error(&self) -> Option<&GpuError> {
        match self {
            Self::Failed { error, .. } => Some(error),
            Self::Due | Self::Running | Self::Done => None,
        }
    }

    pub(super) fn retry_at(&self) -> Option<Moment> {
        match self {
            Self::Failed { retry_at, .. } => Some(*retry_at),
            Self::Due | Self::Running | Self::Done => None,
        }
    }
}

impl Keeper {
    /// Asks for the GPUs where that is due.
    pub(super) fn discover(&mut self, now: Moment) {
        let due = match &self.discovery {
            Discovery::Due => true,
            Discovery::Failed { retry_at, .. } => now >= *retry_at,
            Discovery::Running | Discovery::Done => false,
        };
        if due && !self.suspend.is_on() {
            self.discovery = Discovery::Running;
            self.outbox.push_back(Action::Discover);
        }
    }

    pub(super) fn discovered(&mut self, result: Result<Vec<GpuInfo>, GpuError>, now: Moment) {
        match result {
            Ok(gpus) if !gpus.is_empty() => {
                self.discovery = Discovery::Done;
                if self.kept.gpus != gpus {
                    self.kept.gpus.clone_from(&gpus);
                    self.save();
                }
                self.found = gpus;
                self.choose_gpus(now);
            }
            result => {
                let error = result.err().unwrap_or_else(none_listed);
                self.warn(format!("no GPU: {error}"));
                self.discovery = Discovery::Failed {
                    error,
                    retry_at: now + REDISCOVER,
                };
            }
        }
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
            let kept = before.iter().position(|lane| lane.info.uuid == info.uuid);
            let lane = match kept {
                Some(at) => before.swap_remove(at),
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

/// The error of a driver that works and lists nothing.
pub fn none_listed() -> GpuError {
    GpuError::new(GpuErrorKind::NoGpu, "the driver works, and it lists no GPU")
}
