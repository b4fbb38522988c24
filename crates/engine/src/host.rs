//! The seam to the machine around the GPUs.

use std::future::Future;

use gpu_keepalive_core::{
    host::{HostEvent, HostSample, Served},
    settings::AiProgram,
};

pub mod simulated;
#[cfg(unix)]
pub mod stoppable;

/// The machine, real or simulated.
pub trait Host: Send + 'static {
    /// Samples power source, AI programs and runtime power management. Touches no GPU.
    fn sample(&mut self, ai_programs: &[AiProgram]) -> impl Future<Output = HostSample> + Send;

    /// From now on the samples follow these process trees as well, and confirm it in
    /// [`HostSample::served_round`]. A host that does not is never waited for.
    fn follow(&mut self, served: &Served) {
        let _ = served;
    }

    /// Waits for the next host event; pending for ever where the machine reports none.
    ///
    /// Calling it again confirms that the last event has been handled: after
    /// [`HostEvent::Suspending`] the machine is kept awake until then, for a few seconds at most.
    /// Cancel safe.
    fn event(&mut self) -> impl Future<Output = HostEvent> + Send;
}
