//! Which GPUs there are, and which of them are looked after.

use std::time::Duration;

use gpu_keepalive_core::{
    gpu::{GpuError, GpuErrorKind, GpuInfo},
    host::RuntimePm,
    settings::GpuSelector,
};

use super::{Core, Discovery, lane::Lane, workers::Found};

/// A missing driver is looked for this often.
const REDISCOVER: Duration = Duration::from_secs(30);

impl Core {
    pub(super) fn discovered(&mut self, result: Found) {
        let now = self.options.clock.now();
        match result {
            Ok(gpus) if !gpus.is_empty() => {
                self.discovery = Discovery::Done;
                self.found = gpus;
                if let Some(state) = &self.options.state {
                    state.remember_gpus(&self.found);
                }
                self.choose_lanes();
            }
            result => {
                let error = result.err().unwrap_or_else(|| {
                    GpuError::new(GpuErrorKind::NoGpu, "the driver works, and it lists no GPU")
                });
                tracing::warn!(kind = ?error.kind, "no GPU: {error}");
                self.discovery = Discovery::Failed {
                    error,
                    retry_at: now + REDISCOVER,
                };
            }
        }
    }

    /// Keeps a lane for every GPU the user chose; one that is no longer chosen is let go of by
    /// dropping its lane.
    pub(super) fn choose_lanes(&mut self) {
        let chosen = self.options.settings.settings().gpus.clone();
        let wanted = |gpu: &GpuInfo| {
            chosen
                .as_ref()
                .is_none_or(|chosen| chosen.iter().any(|s| s.matches(gpu)))
        };
        let now = self.options.clock.now();
        let mut before = std::mem::take(&mut self.lanes);
        for gpu in self.found.iter().filter(|gpu| wanted(gpu)) {
            let kept = before.iter().position(|lane| lane.info.uuid == gpu.uuid);
            self.lanes.push(match kept {
                Some(at) => before.swap_remove(at),
                None => {
                    let learned = self.options.state.as_ref().map(|s| s.learned(gpu));
                    Lane::new(gpu.clone(), learned.unwrap_or_default(), now)
                }
            });
        }
        let gpus: Vec<_> = self.lanes.iter().map(|lane| lane.info.clone()).collect();
        self.workers.open(&gpus);
    }

    /// Selectors in the settings that match no GPU.
    pub(super) fn unmatched_selectors(&self) -> Vec<&GpuSelector> {
        let chosen = self
            .options
            .settings
            .settings()
            .gpus
            .as_deref()
            .unwrap_or_default();
        let unmatched = |s: &&GpuSelector| !self.found.iter().any(|gpu| s.matches(gpu));
        chosen.iter().filter(unmatched).collect()
    }

    /// Whether a GPU of ours can suspend by itself.
    pub(super) fn can_suspend(&self) -> bool {
        self.lanes
            .iter()
            .any(|lane| self.host.runtime_pm(lane.info.pci_bus_id) != RuntimePm::Unsupported)
    }
}
