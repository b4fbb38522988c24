//! The machine around simulated GPUs.

use gpu_keepalive_core::{
    host::{HostEvent, HostSample},
    settings::AiProgram,
};

use super::Host;
use crate::gpu::simulated::Simulation;

/// The machine around simulated GPUs.
#[derive(Debug)]
pub struct SimulatedHost(Simulation);

impl SimulatedHost {
    pub(crate) fn new(simulation: Simulation) -> Self {
        Self(simulation)
    }
}

impl Host for SimulatedHost {
    async fn sample(&mut self, ai_programs: &[AiProgram]) -> HostSample {
        self.0.look(|machine, now| machine.host(ai_programs, now))
    }

    async fn event(&mut self) -> HostEvent {
        loop {
            if let Some(event) = self.0.look(|machine, _| machine.take_host_event()) {
                return event;
            }
            let wait = self
                .0
                .look(|machine, now| Some(machine.next_event(now)?.since(now)));
            let next = async {
                match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = next => {}
                () = self.0.changed() => {}
            }
        }
    }
}
