//! The measurement, step by step.

use std::{future::Future, pin::pin, time::Duration};

use gpu_keepalive_core::{
    gpu::{Action, GpuError, GpuErrorKind, GpuInfo, Outcome, Sample},
    proof::{About, Measurements, Proof, Workload, WorkloadAction, WorkloadOutcome},
    settings::Strategy,
    units::Watts,
};
use tokio::time::sleep;

use super::{Plan, Program, Programs};
use crate::{clock::Clock, driver::PerfBoost, gpu::Gpu};

/// As the original tool, and as the governor begins: the most that keeping warm can disturb.
const PULSE_EVERY: Duration = Duration::from_millis(100);
/// Requests before the ones that count as back to back.
const WARM_UP: usize = 2;
/// Requests that count, before every rest.
const BACK_TO_BACK: usize = 3;
/// Between two looks for the clocks to fall.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Looks at the power of a GPU at rest.
const POWER_LOOKS: usize = 10;
/// Pairs of a stretch without and one with pulses, for each workload.
const PAIRS: usize = 4;
const STRETCH: Duration = Duration::from_secs(1);

/// Measures one GPU; `progress` is told what is being done.
///
/// # Errors
/// The first that GPU or program meet.
pub async fn measure<G: Gpu, P: Programs>(
    info: &GpuInfo,
    gpu: &mut G,
    programs: &mut P,
    plan: &Plan,
    clock: &Clock,
    simulated: bool,
    progress: impl FnMut(&str),
) -> Result<Proof, GpuError> {
    let mut bench = Bench {
        info,
        gpu,
        plan,
        clock,
        progress,
        found: Measurements::default(),
    };
    bench.asleep().await?;
    let mut program = bench.load_and_watch(programs).await?;
    for round in 1..=plan.rounds {
        for rest in &plan.rests_s {
            for workload in Workload::ALL {
                bench.cold(&mut program, workload, *rest, round).await?;
                bench.warm(&mut program, workload, *rest, round).await?;
            }
        }
    }
    bench.slowdown(&mut program).await?;
    let found = bench.found;
    gpu.perform(Action::Close).await?;
    program.end().await?;
    Ok(found.proof(About {
        gpu: info.clone(),
        date: clock.today().to_string(),
        simulated,
        rounds: plan.rounds,
        kept_by: format!("a pulse every {} ms", PULSE_EVERY.as_millis()),
    }))
}

struct Bench<'a, G, F> {
    info: &'a GpuInfo,
    gpu: &'a mut G,
    plan: &'a Plan,
    clock: &'a Clock,
    progress: F,
    found: Measurements,
}

impl<G: Gpu, F: FnMut(&str)> Bench<'_, G, F> {
    async fn asleep(&mut self) -> Result<(), GpuError> {
        (self.progress)("watching the GPU at rest");
        // One that somebody else keeps up is measured as it is.
        self.until_cold().await?;
        self.found.asleep_watts = self.power().await?;
        Ok(())
    }

    /// Loads a program whose clocks fall while it is loaded, if there can be one, and learns how
    /// long that takes.
    async fn load_and_watch<P: Programs>(
        &mut self,
        programs: &mut P,
    ) -> Result<P::Program, GpuError> {
        let mut program = programs.start(PerfBoost::Allowed)?;
        self.found.hold_time = self.watch(&mut program).await?;
        if self.found.hold_time.is_some() {
            return Ok(program);
        }
        program.end().await?;
        (self.progress)("an open program holds the clocks; trying one that may not");
        let mut program = programs.start(PerfBoost::Disabled)?;
        self.found.boost_disabled = true;
        self.found.hold_time = self.watch(&mut program).await?;
        Ok(program)
    }

    async fn watch(&mut self, program: &mut impl Program) -> Result<Option<Duration>, GpuError> {
        let seconds = self.plan.hold_watch.as_secs();
        (self.progress)(&format!("waiting up to {seconds} s for the clocks to fall"));
        program.perform(WorkloadAction::Load).await?;
        for workload in Workload::ALL {
            self.back_to_back(program, workload).await?;
        }
        let fell_after = self.until_cold().await?;
        if fell_after.is_some() {
            self.found.cold_watts = self.power().await?;
        }
        Ok(fell_after)
    }

    /// A few looks at the power.
    async fn power(&mut self) -> Result<Vec<Watts>, GpuError> {
        let mut watts = Vec::new();
        for _ in 0..POWER_LOOKS {
            sleep(LOOK_EVERY).await;
            watts.extend(self.sample().await?.power);
        }
        Ok(watts)
    }

    /// How long it took until the clocks were down; `None` when they stayed up.
    async fn until_cold(&mut self) -> Result<Option<Duration>, GpuError> {
        let began = self.clock.now();
        loop {
            let waited = self.clock.now().since(began);
            let sample = self.sample().await?;
            if !self.is_ready(&sample) {
                return Ok(Some(waited));
            }
            if waited >= self.plan.hold_watch {
                return Ok(None);
            }
            sleep(LOOK_EVERY).await;
        }
    }

    async fn cold(
        &mut self,
        program: &mut impl Program,
        workload: Workload,
        rest: u32,
        round: u32,
    ) -> Result<(), GpuError> {
        self.tell(workload, rest, round, "cold");
        self.back_to_back(program, workload).await?;
        sleep(Duration::from_secs(rest.into())).await;
        let sample = self.sample().await?;
        if !self.is_ready(&sample) {
            self.found.cold_watts.extend(sample.power);
        }
        let first = request(program, workload).await?;
        let all = self.found.cold.entry((workload, rest)).or_default();
        all.push(first);
        Ok(())
    }

    async fn warm(
        &mut self,
        program: &mut impl Program,
        workload: Workload,
        rest: u32,
        round: u32,
    ) -> Result<(), GpuError> {
        self.tell(workload, rest, round, "kept warm");
        self.hold().await?;
        self.back_to_back(program, workload).await?;
        let resting = sleep(Duration::from_secs(rest.into()));
        pulsing(self.gpu, resting).await?;
        let power = self.sample().await?.power;
        self.found.warm_watts.extend(power);
        let first = request(program, workload).await?;
        let all = self.found.warm.entry((workload, rest)).or_default();
        all.push(first);
        self.gpu.perform(Action::Release).await?;
        Ok(())
    }

    async fn slowdown(&mut self, program: &mut impl Program) -> Result<(), GpuError> {
        (self.progress)("measuring a busy program with and without pulses beside it");
        self.hold().await?;
        for workload in Workload::ALL {
            let busy = WorkloadAction::Repeat {
                workload,
                lasting: STRETCH,
            };
            for _ in 0..PAIRS {
                let alone = rate(program.perform(busy).await?)?;
                let beside = pulsing(self.gpu, program.perform(busy)).await?;
                self.found.rates.push([alone, rate(beside?)?]);
            }
        }
        Ok(())
    }

    async fn hold(&mut self) -> Result<(), GpuError> {
        let hold = Action::Hold {
            strategy: Strategy::Pulse,
            matrix_size: 256,
        };
        if let Outcome::Held(report) = self.gpu.perform(hold).await? {
            self.found.vram = report.vram.or(self.found.vram);
        }
        Ok(())
    }

    async fn back_to_back(
        &mut self,
        program: &mut impl Program,
        workload: Workload,
    ) -> Result<(), GpuError> {
        for _ in 0..WARM_UP {
            request(program, workload).await?;
        }
        for _ in 0..BACK_TO_BACK {
            let elapsed = request(program, workload).await?;
            let all = self.found.back_to_back.entry(workload).or_default();
            all.push(elapsed);
        }
        Ok(())
    }

    async fn sample(&mut self) -> Result<Sample, GpuError> {
        match self.gpu.perform(Action::Sample).await? {
            Outcome::Sampled(sample) => Ok(*sample),
            other => Err(unexpected(&other)),
        }
    }

    /// A driver that tells neither P-state nor clocks leaves only the latencies to compare.
    fn is_ready(&self, sample: &Sample) -> bool {
        sample.ready(self.info.sm_clock_max).unwrap_or(true)
    }

    fn tell(&mut self, workload: Workload, rest: u32, round: u32, how: &str) {
        let rounds = self.plan.rounds;
        (self.progress)(&format!(
            "round {round} of {rounds}: {workload} after {rest} s, {how}"
        ));
    }
}

/// Pulses for as long as something else takes.
async fn pulsing<T>(gpu: &mut impl Gpu, during: impl Future<Output = T>) -> Result<T, GpuError> {
    let mut during = pin!(during);
    loop {
        tokio::select! {
            biased;
            result = &mut during => return Ok(result),
            () = sleep(PULSE_EVERY) => {}
        }
        gpu.perform(Action::Pulse).await?;
    }
}

async fn request(program: &mut impl Program, workload: Workload) -> Result<Duration, GpuError> {
    match program.perform(WorkloadAction::Run(workload)).await? {
        WorkloadOutcome::Ran { elapsed, .. } => Ok(elapsed),
        other => Err(unexpected(&other)),
    }
}

/// Requests a second.
fn rate(outcome: WorkloadOutcome) -> Result<f64, GpuError> {
    match outcome {
        WorkloadOutcome::Ran { requests, elapsed } => {
            Ok(f64::from(requests) / elapsed.as_secs_f64())
        }
        other => Err(unexpected(&other)),
    }
}

fn unexpected(outcome: &impl std::fmt::Debug) -> GpuError {
    let message = format!("an answer to another question: {outcome:?}");
    GpuError::new(GpuErrorKind::Other, message)
}
