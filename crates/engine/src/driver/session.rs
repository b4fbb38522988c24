//! One GPU in the hands of one thread: does what the engine asks, and holds what is held.

use std::panic::{AssertUnwindSafe, catch_unwind};

use gpu_keepalive_core::{
    gpu::{Action, GpuError, GpuErrorKind, GpuUuid, HoldReport, Outcome, Sample},
    settings::Strategy,
    units::Bytes,
};

use super::{
    cuda::{self, ContextKind, Held},
    nvml::Observed,
};

/// Everything of ours that is open on one GPU. Dropping it closes everything.
pub(super) struct Session {
    uuid: GpuUuid,
    kind: ContextKind,
    // Declared, and so dropped, before NVML: the context goes first.
    cuda: Option<Held>,
    nvml: Option<Observed>,
}

impl Session {
    /// A session that touches nothing until the first action.
    pub(super) fn new(uuid: GpuUuid, kind: ContextKind) -> Self {
        Self {
            uuid,
            kind,
            cuda: None,
            nvml: None,
        }
    }

    /// Does it. A panic of a binding comes back as an error.
    pub(super) fn perform(&mut self, action: Action) -> Result<Outcome, GpuError> {
        let result = catch_unwind(AssertUnwindSafe(|| self.act(action)))
            .unwrap_or_else(|payload| Err(cuda::panicked(&*payload)));
        if let Err(error) = &result
            && needs_fresh_start(error.kind)
        {
            self.close();
        }
        result
    }

    fn act(&mut self, action: Action) -> Result<Outcome, GpuError> {
        match action {
            Action::Sample => Ok(Outcome::Sampled(Box::new(self.sample()?))),
            Action::Inspect => Ok(Outcome::Inspected(self.nvml()?.inspect()?)),
            Action::Hold {
                strategy,
                matrix_size,
            } => match self.hold(strategy, matrix_size) {
                Ok(report) => Ok(Outcome::Held(report)),
                Err(error) => {
                    // Half a strategy is none.
                    self.release();
                    Err(error)
                }
            },
            Action::Pulse => match &self.cuda {
                Some(held) => Ok(Outcome::Pulsed(held.pulse()?)),
                None => Err(GpuError::new(
                    GpuErrorKind::Other,
                    "nothing is held, so there is nothing to pulse",
                )),
            },
            Action::Release => {
                self.release();
                Ok(Outcome::Released)
            }
            Action::Close => {
                self.close();
                Ok(Outcome::Closed)
            }
        }
    }

    fn sample(&mut self) -> Result<Sample, GpuError> {
        let mut sample = self.nvml()?.sample()?;
        if self.cuda.is_none() && self.kind == ContextKind::Own {
            sample.vram_ours = Some(Bytes(0));
        }
        Ok(sample)
    }

    fn hold(&mut self, strategy: Strategy, matrix_size: u32) -> Result<HoldReport, GpuError> {
        if matches!(strategy, Strategy::Standby | Strategy::Boost) {
            let message = format!("the strategy {strategy} is not available in this version");
            return Err(GpuError::new(GpuErrorKind::NotSupported, message));
        }
        if strategy == Strategy::PowerMizer {
            self.cuda = None;
            self.nvml()?.prefer_maximum_performance()?;
            return Ok(HoldReport::default());
        }
        if let Some(nvml) = &mut self.nvml {
            nvml.restore_preference();
        }
        // CUDA can hold without NVML; then the memory it took is unknown. Nor is there anything to
        // compare when the context is there already.
        let before = match self.cuda {
            None => self.nvml().ok().map(|nvml| nvml.occupancy()),
            Some(_) => None,
        };
        let held = match &mut self.cuda {
            Some(held) => held,
            none => none.insert(Held::open(&self.uuid, self.kind)?),
        };
        match strategy {
            Strategy::Pulse => held.prepare_pulse(matrix_size)?,
            _ => held.forget_pulse(),
        }
        let vram = self
            .nvml
            .as_mut()
            .and_then(|nvml| nvml.recognise_ourselves(&before.unwrap_or_default()));
        Ok(HoldReport { vram })
    }

    fn nvml(&mut self) -> Result<&mut Observed, GpuError> {
        match &mut self.nvml {
            Some(open) => Ok(open),
            none => Ok(none.insert(Observed::open(&self.uuid)?)),
        }
    }

    fn release(&mut self) {
        self.cuda = None;
        if let Some(nvml) = &mut self.nvml {
            nvml.restore_preference();
        }
    }

    fn close(&mut self) {
        self.release();
        self.nvml = None;
    }
}

/// Returns true if nothing that is open can be trusted any more after such an error.
pub(super) fn needs_fresh_start(kind: GpuErrorKind) -> bool {
    use GpuErrorKind::*;
    matches!(
        kind,
        GpuLost | ContextLost | VersionMismatch | DriverNotLoaded | Panicked
    )
}
