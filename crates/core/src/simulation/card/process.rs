//! The actions of our own process on a card.

use super::Card;
use crate::{
    Moment,
    gpu::{Action, GpuError, GpuErrorKind, HoldReport, Inspection, Outcome, PulseReport},
    settings::Strategy,
    simulation::{
        PowerMizer,
        faults::{refused, stops_every_call},
    },
    units::Bytes,
};

/// The result of an action.
#[derive(Clone, Debug, PartialEq)]
pub enum Performed {
    /// The driver answered.
    Done(Result<Outcome, GpuError>),
    /// It never will. The caller ends the process after [`Action::deadline`] with
    /// [`SimulatedMachine::end_process`](crate::simulation::SimulatedMachine::end_process).
    Hangs,
}

/// The resources that our driver process has open; ending it is the default of everything.
#[derive(Clone, Debug, Default)]
pub(super) struct Process {
    pub(super) nvml_open: bool,
    pub(super) held: Option<Strategy>,
    /// VRAM of the open context.
    pub(super) context: Option<Bytes>,
    /// Every call on the context fails.
    pub(super) context_dead: bool,
}

impl Process {
    pub(super) fn is_open(&self) -> bool {
        self.nvml_open || self.context.is_some()
    }

    /// Returns true if a working context is open.
    pub(super) fn has_live_context(&self) -> bool {
        self.context.is_some() && !self.context_dead
    }
}

impl Card {
    /// Does what our process is asked to do.
    pub(in crate::simulation) fn perform(&mut self, action: Action, now: Moment) -> Performed {
        // Releasing CUDA or everything ends the process, which needs no answer from it.
        let ends = match action {
            Action::Close => true,
            Action::Release => self.ours.context.is_some() || !self.ours.is_open(),
            _ => false,
        };
        if self.around.hangs && !ends {
            return Performed::Hangs;
        }
        let result = match action {
            Action::Sample => {
                let first = !self.ours.nvml_open;
                self.open(now).map(|()| {
                    self.counters.samples += 1;
                    Outcome::Sampled(Box::new(self.sample(first, now)))
                })
            }
            // The model knows no set-up: its driver reports nothing of it.
            Action::Inspect => self
                .open(now)
                .map(|()| Outcome::Inspected(Inspection::default())),
            Action::Hold {
                strategy,
                matrix_size,
            } => self.hold(strategy, matrix_size, now),
            Action::Pulse => self.pulse(now),
            Action::Release => {
                self.release();
                Ok(Outcome::Released)
            }
            Action::Close => Ok(Outcome::Closed),
        };
        if ends || result.as_ref().is_err_and(|e| ends_process(e.kind)) {
            self.ours = Process::default();
        }
        self.settle(now);
        Performed::Done(result)
    }

    /// Our process is gone, and all it held with it.
    pub(in crate::simulation) fn end_process(&mut self, now: Moment) {
        self.ours = Process::default();
        self.settle(now);
    }

    /// The fault that every call on this card meets now.
    pub(in crate::simulation) fn fault(&self) -> Option<GpuErrorKind> {
        let mut faults = self.around.faults.iter().copied();
        faults.find(|kind| stops_every_call(*kind))
    }

    /// Opens NVML, which wakes the device, or returns why not.
    fn open(&mut self, now: Moment) -> Result<(), GpuError> {
        if let Some(kind) = self.fault() {
            return Err(refused(kind));
        }
        if self.around.asleep {
            let message = "nvmlInit: the machine is suspended (NVML_ERROR_UNKNOWN)";
            return Err(GpuError::new(GpuErrorKind::Other, message));
        }
        self.ours.nvml_open = true;
        self.wake(now);
        Ok(())
    }

    fn hold(
        &mut self,
        strategy: Strategy,
        matrix_size: u32,
        now: Moment,
    ) -> Result<Outcome, GpuError> {
        self.open(now)?;
        if self.ours.context_dead && strategy.takes_vram() {
            return Err(refused(GpuErrorKind::ContextLost));
        }
        self.release();
        let vram = match strategy {
            Strategy::Standby | Strategy::Boost => {
                return Err(refused(GpuErrorKind::NotSupported));
            }
            Strategy::PowerMizer if self.model.power_mizer == PowerMizer::Unsupported => {
                return Err(refused(GpuErrorKind::NotSupported));
            }
            Strategy::PowerMizer => None,
            Strategy::Context => Some(self.open_context(0, now)?),
            Strategy::Pulse => Some(self.open_context(matrix_size, now)?),
        };
        self.ours.held = Some(strategy);
        let vram = vram.filter(|_| !self.model.unsupported.contains(&"vram_ours"));
        Ok(Outcome::Held(HoldReport { vram }))
    }

    /// Opens a context with room for `matrix_size` squared half-precision values.
    fn open_context(&mut self, matrix_size: u32, now: Moment) -> Result<Bytes, GpuError> {
        use GpuErrorKind::*;
        let needed = Bytes(self.model.context_vram.0 + 2 * u64::from(matrix_size).pow(2));
        let mut refusals = [CudaMissing, ExclusiveMode, OutOfMemory].into_iter();
        if let Some(kind) = refusals.find(|kind| self.has(*kind)) {
            return Err(refused(kind));
        }
        let has_memory = self.model.info.vram_total.is_some_and(|total| total.0 > 0);
        if has_memory && needed > self.vram_free() {
            return Err(refused(OutOfMemory));
        }
        self.ours.context = Some(needed);
        self.counters.contexts += 1;
        // The driver raises the clocks for a new context, whether or not it holds them.
        self.work(now);
        Ok(needed)
    }

    fn pulse(&mut self, now: Moment) -> Result<Outcome, GpuError> {
        if let Some(kind) = self.fault() {
            return Err(refused(kind));
        }
        if self.ours.held != Some(Strategy::Pulse) {
            let message = "nothing is held, so there is nothing to pulse";
            return Err(GpuError::new(GpuErrorKind::Other, message));
        }
        if self.ours.context_dead {
            return Err(refused(GpuErrorKind::ContextLost));
        }
        self.counters.pulses += 1;
        if self.model.pulses_raise {
            self.work(now);
        }
        let elapsed = self.model.pulse;
        Ok(Outcome::Pulsed(PulseReport { elapsed }))
    }

    fn release(&mut self) {
        self.ours = Process {
            nvml_open: self.ours.nvml_open,
            ..Process::default()
        };
    }
}

/// Returns true if a process that met this error is replaced: nothing it has open can be trusted,
/// or a refused context left libcuda loaded for nothing.
fn ends_process(kind: GpuErrorKind) -> bool {
    !matches!(kind, GpuErrorKind::NotSupported | GpuErrorKind::Other)
}
