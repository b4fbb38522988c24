//! Simulated GPUs behind the same seams as real ones.

#![allow(
    clippy::disallowed_methods,
    reason = "a scenario is loaded before there is an engine"
)]

use std::{
    path::{MAIN_SEPARATOR, PathBuf},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
};

use gpu_keepalive_core::{
    Moment,
    gpu::{Action, GpuError, GpuErrorKind, GpuInfo, GpuList, Outcome},
    simulation::{
        CONTEXT_RESIDENT, PRESETS, Performed, Scenario, ScenarioError, SimulatedMachine,
        late_answer,
    },
    units::Bytes,
};
use thiserror::Error;
use tokio::sync::Notify;

use super::{Gpu, GpuSource};
use crate::{clock::Clock, host::simulated::SimulatedHost};

mod holder;

pub use holder::SimulatedHolder;

/// A simulated machine in the time of a [`Clock`], whose GPUs and host may be used apart.
///
/// Cheap to clone: every clone is the same machine.
#[derive(Clone, Debug)]
pub struct Simulation {
    machine: Arc<Mutex<SimulatedMachine>>,
    clock: Clock,
    changed: Arc<Notify>,
    killed: Arc<Notify>,
    /// Wakes every `hold` process.
    stirred: Arc<Notify>,
}

impl Simulation {
    /// Starts the scenario now.
    pub fn new(scenario: Scenario, clock: Clock) -> Self {
        let machine = SimulatedMachine::new(scenario, clock.now());
        Self {
            machine: Arc::new(Mutex::new(machine)),
            clock,
            changed: Arc::default(),
            killed: Arc::default(),
            stirred: Arc::default(),
        }
    }

    /// Its GPUs.
    pub fn source(&self) -> SimulatedSource {
        SimulatedSource(self.clone())
    }

    /// The machine around them.
    pub fn host(&self) -> SimulatedHost {
        SimulatedHost::new(self.clone())
    }

    /// Asks the machine something, or lets something happen to it, at the present moment.
    pub fn with<T>(&self, f: impl FnOnce(&mut SimulatedMachine, Moment) -> T) -> T {
        let result = self.access(f);
        self.changed.notify_one();
        self.stirred.notify_waiters();
        result
    }

    /// Kills the driver process of that GPU, as an administrator's `kill` would.
    pub fn kill_process(&self, index: u32) {
        self.access(|machine, now| machine.kill_process(index, now));
        self.killed.notify_waiters();
    }

    /// Kills the `hold` process of that GPU.
    pub fn kill_hold(&self, index: u32) {
        self.access(|machine, now| machine.kill_hold(index, now));
        self.stirred.notify_waiters();
    }

    /// As [`Self::with`], for what cannot change the course of events.
    pub fn access<T>(&self, f: impl FnOnce(&mut SimulatedMachine, Moment) -> T) -> T {
        let mut machine = self.machine.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        machine.advance(now);
        f(&mut machine, now)
    }

    /// Waits until something was made to happen.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }
}

/// The GPUs and the host of a simulated machine whose scenario starts now.
pub fn simulated(scenario: Scenario, clock: Clock) -> (SimulatedSource, SimulatedHost) {
    let simulation = Simulation::new(scenario, clock);
    (simulation.source(), simulation.host())
}

/// The GPUs of a simulated machine.
#[derive(Clone, Debug)]
pub struct SimulatedSource(Simulation);

impl GpuSource for SimulatedSource {
    type Gpu = SimulatedGpu;
    type Holder = SimulatedHolder;

    async fn discover(&mut self) -> Result<GpuList, GpuError> {
        self.0.access(SimulatedMachine::discover)
    }

    fn open(&mut self, gpu: &GpuInfo) -> SimulatedGpu {
        SimulatedGpu {
            simulation: self.0.clone(),
            index: gpu.index,
        }
    }

    fn holder(&self, gpu: &GpuInfo) -> Result<SimulatedHolder, GpuError> {
        Ok(SimulatedHolder::new(self.0.clone(), gpu.index))
    }
}

/// One simulated GPU. Dropping it ends its simulated driver process.
#[derive(Debug)]
pub struct SimulatedGpu {
    simulation: Simulation,
    index: u32,
}

impl Gpu for SimulatedGpu {
    async fn perform(&mut self, action: Action) -> Result<Outcome, GpuError> {
        let (performed, time) = self.simulation.access(|machine, now| {
            let time = machine.call_time(self.index, action);
            (machine.perform(self.index, action, now), time)
        });
        if !time.is_zero() {
            tokio::time::sleep(time).await;
        }
        match performed {
            Performed::Done(result) => result,
            Performed::Hangs => {
                // Its process is killed when the caller no longer waits for the answer, too.
                let _killed = EndProcess(self);
                tokio::time::sleep(action.deadline()).await;
                Err(late_answer(action))
            }
        }
    }

    async fn ended(&mut self) -> GpuError {
        let killed = Arc::clone(&self.simulation.killed);
        loop {
            let mut next = pin!(killed.notified());
            // Registered before the check, so that no kill between the two is missed.
            next.as_mut().enable();
            if self.was_killed() {
                break;
            }
            next.await;
        }
        GpuError::new(GpuErrorKind::ProcessEnded, "the driver process was killed")
    }

    /// The model knows that of a process with a context alone.
    fn resident(&self) -> Option<Bytes> {
        let counters = self
            .simulation
            .access(|machine, now| machine.counters(self.index, now))?;
        counters.context_open.then_some(CONTEXT_RESIDENT)
    }
}

impl SimulatedGpu {
    fn was_killed(&self) -> bool {
        self.simulation
            .access(|machine, _| machine.take_killed(self.index))
    }

    fn end_process(&self) {
        self.simulation
            .access(|machine, now| machine.end_process(self.index, now));
    }
}

impl Drop for SimulatedGpu {
    fn drop(&mut self) {
        self.end_process();
    }
}

/// Ends the process of a GPU when it is dropped.
struct EndProcess<'a>(&'a SimulatedGpu);

impl Drop for EndProcess<'_> {
    fn drop(&mut self) {
        self.0.end_process();
    }
}

/// The reason why there is no such scenario.
#[derive(Debug, Error)]
pub enum LoadScenarioError {
    /// It is no preset, and its form is not that of a path.
    #[error("there is no simulated machine “{0}”; use one of {presets}, or the path of a .toml file", presets = presets())]
    UnknownPreset(String),
    /// The file cannot be read.
    #[error("cannot read the scenario {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The mistakes in the file.
    #[error(transparent)]
    Wrong(#[from] ScenarioError),
}

/// The scenario of `--simulate`: a preset's name, or the path of a file, which ends in `.toml` or
/// names a folder.
pub fn load_scenario(preset_or_path: &str) -> Result<Scenario, LoadScenarioError> {
    if let Some(scenario) = Scenario::preset(preset_or_path) {
        return Ok(scenario);
    }
    if !preset_or_path.ends_with(".toml") && !preset_or_path.contains(['/', MAIN_SEPARATOR]) {
        return Err(LoadScenarioError::UnknownPreset(preset_or_path.to_owned()));
    }
    let text = std::fs::read_to_string(preset_or_path).map_err(|source| {
        let path = PathBuf::from(preset_or_path);
        LoadScenarioError::Unreadable { path, source }
    })?;
    Ok(Scenario::parse(preset_or_path, &text)?)
}

fn presets() -> String {
    PRESETS.map(|(name, _)| name).join(", ")
}

#[cfg(test)]
mod tests;
