//! Real processes on a simulated GPU, so that standing by can be tried without one.

use std::{path::Path, time::Duration};

use gpu_keepalive_core::{
    Moment,
    host::{AiProcess, GpuUse, Served, StartTime},
    simulation::{EventKind, ProcessorTimes, SimulatedProcess},
    units::Percent,
};
use tokio::{
    sync::watch,
    task::AbortHandle,
    time::{MissedTickBehavior, interval},
};

use crate::{
    driver::processor_time,
    gpu::simulated::Simulation,
    processes::{Processes, process_runs},
};

/// The GPU that they have open.
const GPU: u32 = 0;
/// The most processes that are attached; a build may start thousands.
const MOST: usize = 16;
/// Between two readings of their processor time, as in the `hold` process.
const PERIOD: Duration = Duration::from_millis(20);
/// Between two checks whether they still run, in periods.
const CHECK_EVERY: u32 = 10;
/// Processor time in one period that stands for a request.
const REQUEST: Duration = Duration::from_micros(300);
/// A request is taken for GPU work from so long after its start until so long after its end. Both
/// are made up: a real server's kernels are not to be had here.
const LEAD: Duration = Duration::from_millis(100);
const LASTS: Duration = Duration::from_millis(600);
const UTILIZATION: Percent = Percent(60);

/// A real process on the simulated GPU.
#[derive(Clone, Debug, PartialEq)]
struct Target {
    process: AiProcess,
    started: StartTime,
}

/// The processes that `gpu-keepalive serve` announced, attached to a simulated GPU.
#[derive(Debug)]
pub(super) struct Attached {
    simulation: Simulation,
    processes: Processes,
    targets: watch::Sender<Vec<Target>>,
    feeding: AbortHandle,
}

impl Attached {
    /// Attaches none yet. Must be called within a tokio runtime.
    pub(super) fn new(simulation: Simulation) -> Self {
        let (targets, attached) = watch::channel(Vec::new());
        let feeding = tokio::spawn(feed(simulation.clone(), attached));
        Self {
            simulation,
            processes: Processes::new(Path::new("/")),
            targets,
            feeding: feeding.abort_handle(),
        }
    }

    /// Attaches those that run now, and detaches those that ended.
    pub(super) fn refresh(&mut self, served: &Served) -> impl Iterator<Item = AiProcess> {
        self.processes.serve(served.clone());
        let gpu = self.simulation.access(|machine, _| machine.pci_bus_id(GPU));
        let found = self.processes.read_served().into_iter().take(MOST);
        let targets: Vec<Target> = found
            .filter_map(|process| {
                let started = process.started?;
                if !process_runs(process.pid, started) {
                    return None;
                }
                let process = AiProcess {
                    gpu: GpuUse::Context(gpu.into_iter().collect()),
                    ..process
                };
                Some(Target { process, started })
            })
            .collect();
        let before = self.targets.borrow().clone();
        for gone in before.iter().filter(|target| !targets.contains(target)) {
            let pid = gone.process.pid;
            self.simulation
                .with(|machine, now| machine.end_program(pid, now));
        }
        for new in targets.iter().filter(|target| !before.contains(target)) {
            attach(&self.simulation, new);
        }
        self.targets.send_if_modified(|attached| {
            let changed = *attached != targets;
            attached.clone_from(&targets);
            changed
        });
        targets.into_iter().map(|target| target.process)
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        self.feeding.abort();
    }
}

fn attach(simulation: &Simulation, target: &Target) {
    let pid = target.process.pid;
    let program = SimulatedProcess {
        pid,
        boosts: target.process.quiet != Some(true),
        started: Some(target.started),
        // Its real use of the processor comes from outside.
        processor: ProcessorTimes {
            rest: Duration::ZERO,
            poll_every: None,
            poll: Duration::ZERO,
            busy_cores: 0.0,
        },
        ..SimulatedProcess::default()
    };
    simulation.with(|machine, now| {
        machine.happen(Some(GPU), EventKind::Process(program), None, now);
        if let Some(used) = processor_time(pid) {
            machine.set_processor_time(pid, used, now);
        }
    });
}

/// Hands the processor time of the attached processes over while there are any.
async fn feed(simulation: Simulation, mut targets: watch::Receiver<Vec<Target>>) {
    let mut fed: Vec<Fed> = Vec::new();
    let mut periods = 0u32;
    let mut period = interval(PERIOD);
    period.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            changed = targets.changed() => {
                if changed.is_err() {
                    return;
                }
                let now = targets.borrow_and_update().clone();
                fed.retain(|fed| now.iter().any(|target| fed.is(target)));
                let new = now.iter().filter(|target| !fed.iter().any(|fed| fed.is(target)));
                let new: Vec<_> = new.map(Fed::new).collect();
                fed.extend(new);
            }
            _ = period.tick(), if !fed.is_empty() => {
                periods = periods.wrapping_add(1);
                fed.retain_mut(|one| {
                    if periods.is_multiple_of(CHECK_EVERY) && !one.runs() {
                        // The `hold` process notices, and the machine is sampled again.
                        simulation.with(|machine, now| machine.end_program(one.pid, now));
                        return false;
                    }
                    one.feed(&simulation);
                    true
                });
            }
        }
    }
}

/// The processor time that was passed on of one process.
struct Fed {
    pid: u32,
    started: StartTime,
    used: Option<Duration>,
    request: Option<(Moment, Moment)>,
    busy: bool,
}

impl Fed {
    fn new(target: &Target) -> Self {
        let pid = target.process.pid;
        Self {
            pid,
            started: target.started,
            used: processor_time(pid),
            request: None,
            busy: false,
        }
    }

    fn is(&self, target: &Target) -> bool {
        (self.pid, self.started) == (target.process.pid, target.started)
    }

    fn runs(&self) -> bool {
        process_runs(self.pid, self.started)
    }

    fn feed(&mut self, simulation: &Simulation) {
        let Some(used) = processor_time(self.pid) else {
            return;
        };
        let before = self.used.replace(used).unwrap_or(used);
        let now = simulation.access(|_, now| now);
        if used.saturating_sub(before) > REQUEST {
            let began = self.request.map_or(now, |(began, _)| began);
            self.request = Some((began, now + LASTS));
        }
        self.request = self.request.filter(|(_, until)| now < *until);
        let busy = self
            .request
            .is_some_and(|(began, _)| now.since(began) >= LEAD);
        let turned = busy != std::mem::replace(&mut self.busy, busy);
        if !turned && used == before {
            return;
        }
        let pid = self.pid;
        simulation.with(|machine, now| {
            machine.set_processor_time(pid, used, now);
            if turned {
                let utilization = if busy { UTILIZATION } else { Percent(0) };
                machine.set_program_utilization(pid, utilization, now);
            }
        });
    }
}
