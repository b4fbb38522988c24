//! The machine around simulated GPUs.

use gpu_keepalive_core::{
    host::{HostEvent, HostSample, Served},
    settings::AiProgram,
};

use super::Host;
use crate::gpu::simulated::Simulation;

#[cfg(target_os = "linux")]
mod served;

/// The machine around simulated GPUs.
#[derive(Debug)]
pub struct SimulatedHost {
    simulation: Simulation,
    served: Served,
    /// Real processes on GPU 0; none before the first was announced.
    #[cfg(target_os = "linux")]
    attached: Option<served::Attached>,
}

impl SimulatedHost {
    pub(crate) fn new(simulation: Simulation) -> Self {
        Self {
            simulation,
            served: Served::default(),
            #[cfg(target_os = "linux")]
            attached: None,
        }
    }

    /// Adds the real processes that are served.
    #[cfg(target_os = "linux")]
    fn add_served(&mut self, sample: &mut HostSample) {
        if self.attached.is_none() && self.served.roots.is_empty() {
            return;
        }
        let simulation = &self.simulation;
        let attached = self
            .attached
            .get_or_insert_with(|| served::Attached::new(simulation.clone()));
        sample.ai_programs.extend(attached.refresh(&self.served));
        sample.ai_programs.sort_by_key(|process| process.pid);
    }

    /// Only Linux reports the processor time of other processes.
    #[cfg(not(target_os = "linux"))]
    fn add_served(&mut self, _sample: &mut HostSample) {}
}

impl Host for SimulatedHost {
    fn follow(&mut self, served: &Served) {
        self.served.clone_from(served);
    }

    async fn sample(&mut self, ai_programs: &[AiProgram]) -> HostSample {
        let simulation = &self.simulation;
        let mut sample = simulation.access(|machine, now| machine.host(ai_programs, now));
        self.add_served(&mut sample);
        sample.served_round = self.served.round;
        sample
    }

    async fn event(&mut self) -> HostEvent {
        let simulation = &self.simulation;
        loop {
            if let Some(event) = simulation.access(|machine, _| machine.take_host_event()) {
                return event;
            }
            let wait = simulation.access(|machine, now| Some(machine.next_event(now)?.since(now)));
            let next = async {
                match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = next => {}
                () = simulation.changed() => {}
            }
        }
    }
}
