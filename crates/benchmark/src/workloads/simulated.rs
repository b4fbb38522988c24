use std::time::Duration;

use gpu_keepalive_core::{
    benchmark::{Workload, WorkloadAction, WorkloadOutcome},
    gpu::{GpuError, GpuInfo},
    host::StartTime,
    simulation::{Guest, SimulatedMachine},
    units::{Bytes, Megahertz, Percent},
};
use gpu_keepalive_engine::{driver::PerfBoost, gpu::simulated::Simulation};
use tokio::time::sleep;

use super::{BenchmarkWorkload, Workloads};

/// The memory of the simulated program: the context of an ordinary program and its weights.
const VRAM: Bytes = Bytes::from_mib(512);
/// A request is this many cycles of the SM clock, so that its latency follows from the clocks:
/// 20 ms at 1785 MHz.
const CYCLES: [(Workload, f64); 2] = [(Workload::Decode, 35.7e6), (Workload::Prefill, 28.6e6)];
/// The clocks are constant for so long.
const STEP: Duration = Duration::from_millis(1);

/// Workloads on simulated GPUs.
#[derive(Clone, Debug)]
pub struct SimulatedWorkloads {
    /// The machine.
    pub simulation: Simulation,
}

impl Workloads for SimulatedWorkloads {
    type Workload = SimulatedWorkload;

    fn start(&self, gpu: &GpuInfo, boost: PerfBoost) -> Result<SimulatedWorkload, GpuError> {
        Ok(SimulatedWorkload {
            simulation: self.simulation.clone(),
            index: gpu.index,
            boosts: boost == PerfBoost::Allowed,
        })
    }
}

/// One of them. Dropping it ends it.
#[derive(Debug)]
pub struct SimulatedWorkload {
    simulation: Simulation,
    index: u32,
    boosts: bool,
}

impl BenchmarkWorkload for SimulatedWorkload {
    async fn perform(&mut self, action: WorkloadAction) -> Result<WorkloadOutcome, GpuError> {
        Ok(match action {
            WorkloadAction::Load => {
                self.be(Some(Percent(0)));
                WorkloadOutcome::Loaded
            }
            WorkloadAction::Unload => {
                self.be(None);
                WorkloadOutcome::Unloaded
            }
            WorkloadAction::Run(workload) => WorkloadOutcome::Ran {
                requests: 1,
                elapsed: self.request(workload).await,
            },
            WorkloadAction::Repeat { workload, lasting } => {
                let (mut requests, mut elapsed) = (0, Duration::ZERO);
                while elapsed < lasting {
                    elapsed += self.request(workload).await;
                    requests += 1;
                }
                WorkloadOutcome::Ran { requests, elapsed }
            }
        })
    }

    fn process(&self) -> Option<(u32, StartTime)> {
        Some((SimulatedMachine::guest_pid(self.index), StartTime(0)))
    }

    async fn end(self) -> Result<(), GpuError> {
        Ok(())
    }
}

impl SimulatedWorkload {
    /// Works off a request's cycles; pulses of ours that run meanwhile take their time from it.
    async fn request(&self, workload: Workload) -> Duration {
        let cycles = CYCLES.iter().find(|(of, _)| *of == workload);
        let mut left = cycles.map_or(0.0, |(_, cycles)| *cycles);
        let mut elapsed = Duration::ZERO;
        let pulses_before = self.pulses();
        self.be(Some(Percent(100)));
        while left > 0.0 {
            let Megahertz(clock) = self.clock();
            let needed = Duration::from_secs_f64(left / (f64::from(clock.max(1)) * 1e6));
            let step = needed.min(STEP).max(Duration::from_micros(1));
            sleep(step).await;
            left -= f64::from(clock.max(1)) * 1e6 * step.as_secs_f64();
            elapsed += step;
        }
        self.be(Some(Percent(0)));
        let (pulses, pulse) = self.pulses();
        elapsed + pulse * u32::try_from(pulses - pulses_before.0).unwrap_or(u32::MAX)
    }

    /// Runs, as busy as that; `None` when it has no context.
    fn be(&self, utilization: Option<Percent>) {
        let guest = utilization.map(|utilization| Guest {
            vram: VRAM,
            utilization,
            boosts: self.boosts,
        });
        self.simulation
            .with(|machine, now| machine.set_guest(self.index, guest, now));
    }

    fn clock(&self) -> Megahertz {
        self.simulation
            .access(|machine, now| machine.sm_clock(self.index, now))
            .unwrap_or_default()
    }

    /// The number of our pulses that ran, and the time that one takes.
    fn pulses(&self) -> (u64, Duration) {
        self.simulation.access(|machine, now| {
            let pulses = machine.counters(self.index, now).map_or(0, |c| c.pulses);
            (
                pulses,
                machine.pulse_duration(self.index).unwrap_or_default(),
            )
        })
    }
}

impl Drop for SimulatedWorkload {
    fn drop(&mut self) {
        self.be(None);
    }
}
