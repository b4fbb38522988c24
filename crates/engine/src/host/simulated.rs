//! The machine around simulated GPUs.

use gpu_keepalive_core::{
    gpu::PowerSource,
    host::{HostEvent, HostSample},
    settings::AiProgram,
};

use super::Host;
use crate::gpu::simulated::Simulation;

/// The machine around simulated GPUs.
#[derive(Debug)]
pub struct SimulatedHost {
    simulation: Simulation,
    told: Situation,
}

/// What [`HostEvent`]s are about.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Situation {
    suspended: bool,
    power_source: PowerSource,
}

impl SimulatedHost {
    pub(crate) fn new(simulation: Simulation) -> Self {
        let told = Situation::of(&simulation);
        Self { simulation, told }
    }

    /// The next thing to tell, if there is one already.
    fn news(&mut self) -> Option<HostEvent> {
        let now = Situation::of(&self.simulation);
        if now.suspended != self.told.suspended {
            self.told.suspended = now.suspended;
            return Some(match now.suspended {
                true => HostEvent::Suspending,
                false => HostEvent::Resumed,
            });
        }
        if now.power_source != self.told.power_source {
            self.told.power_source = now.power_source;
            return Some(HostEvent::PowerSourceChanged);
        }
        None
    }
}

impl Situation {
    fn of(simulation: &Simulation) -> Self {
        simulation.look(|machine, _| Self {
            suspended: machine.is_suspended(),
            power_source: machine.power_source(),
        })
    }
}

impl Host for SimulatedHost {
    async fn look(&mut self, ai_programs: &[AiProgram]) -> HostSample {
        self.simulation
            .look(|machine, now| machine.host(ai_programs, now))
    }

    async fn event(&mut self) -> HostEvent {
        loop {
            if let Some(event) = self.news() {
                return event;
            }
            let wait = self
                .simulation
                .look(|machine, now| Some(machine.next_event(now)?.since(now)));
            let next = async {
                match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = next => {}
                () = self.simulation.changed() => {}
            }
        }
    }
}
