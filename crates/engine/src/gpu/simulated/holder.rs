//! The `hold` process of a simulated GPU.

use std::{collections::VecDeque, pin::pin, sync::Arc};

use gpu_keepalive_core::{
    gpu::{
        GpuError, GpuErrorKind,
        holder::{HolderAction, HolderCommand, HolderReport},
    },
    simulation::HOLD_RESIDENT,
    units::Bytes,
};
use tokio::time::{Instant, sleep, sleep_until};

use super::Simulation;
use crate::gpu::Holder;

/// The process that asks for one simulated GPU's boost and senses requests, with the behaviour of
/// [`HoldProcess`](crate::driver::HoldProcess). Dropping it ends the process and its boost.
#[derive(Debug)]
pub struct SimulatedHolder {
    simulation: Simulation,
    index: u32,
    last_id: u64,
    /// Commands that wait for their answer, oldest first.
    waiting: VecDeque<(u64, Instant)>,
}

impl SimulatedHolder {
    pub(super) fn new(simulation: Simulation, index: u32) -> Self {
        // An earlier process has ended.
        simulation.access(|machine, now| {
            machine.end_hold(index, now);
            machine.take_killed_hold(index)
        });
        Self {
            simulation,
            index,
            last_id: 0,
            waiting: VecDeque::new(),
        }
    }

    fn was_killed(&self) -> bool {
        self.simulation
            .access(|machine, _| machine.take_killed_hold(self.index))
    }

    fn take_report(&mut self) -> Option<HolderReport> {
        let report = self
            .simulation
            .access(|machine, _| machine.take_holder_report(self.index))?;
        if let HolderReport::Reply { id, .. } = &report {
            self.waiting.retain(|(waiting, _)| waiting > id);
        }
        Some(report)
    }

    /// Time until it may have something to report.
    fn next_step(&self) -> Option<std::time::Duration> {
        self.simulation.access(|machine, now| {
            let steps = [machine.holder_step(self.index), machine.next_event(now)];
            Some(steps.into_iter().flatten().min()?.since(now))
        })
    }

    fn end_process(&mut self) {
        self.waiting.clear();
        self.simulation
            .access(|machine, now| machine.end_hold(self.index, now));
    }
}

impl Holder for SimulatedHolder {
    /// # Errors
    /// None: a process that has ended is reported by [`Self::next`].
    async fn send(&mut self, action: HolderAction) -> Result<u64, GpuError> {
        self.last_id += 1;
        let id = self.last_id;
        let deadline = Instant::now() + action.deadline();
        self.waiting.push_back((id, deadline));
        let command = HolderCommand { id, action };
        self.simulation
            .access(|machine, now| machine.hold(self.index, command, now));
        Ok(id)
    }

    /// # Errors
    /// [`GpuErrorKind::ProcessEnded`] as soon as it was killed, [`GpuErrorKind::TimedOut`] when it
    /// leaves a command unanswered. After either of them nothing is held.
    async fn next(&mut self) -> Result<HolderReport, GpuError> {
        let stirred = Arc::clone(&self.simulation.stirred);
        loop {
            let mut next = pin!(stirred.notified());
            // Registered before the check, so that nothing between the two is missed.
            next.as_mut().enable();
            if self.was_killed() {
                let message = "the hold process was killed";
                return Err(GpuError::new(GpuErrorKind::ProcessEnded, message));
            }
            if let Some(report) = self.take_report() {
                return Ok(report);
            }
            let step = self.next_step();
            let step = async {
                match step {
                    Some(wait) => sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            let unanswered = self.waiting.front().map(|(_, deadline)| *deadline);
            let late = async {
                match unanswered {
                    Some(deadline) => sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = step => {}
                () = next => {}
                () = late => {
                    self.end_process();
                    let message = "the hold process left a command unanswered";
                    return Err(GpuError::new(GpuErrorKind::TimedOut, message));
                }
            }
        }
    }

    async fn end(self) -> Result<(), GpuError> {
        Ok(())
    }

    fn resident(&self) -> Option<Bytes> {
        Some(HOLD_RESIDENT)
    }
}

impl Drop for SimulatedHolder {
    fn drop(&mut self) {
        self.end_process();
    }
}

#[cfg(test)]
mod tests;
