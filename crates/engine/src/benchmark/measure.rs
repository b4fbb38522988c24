//! The measurement, step by step.

use std::{future::Future, pin::pin, time::Duration};

use gpu_keepalive_core::{
    benchmark::{
        About, BenchmarkResult, Measurements, Step, Workload, WorkloadAction, WorkloadOutcome,
    },
    gpu::{Action, GpuError, GpuErrorKind, Outcome, Sample},
    policy::somebody_computing,
    settings::Strategy,
    units::Watts,
};
use tokio::time::sleep;

use super::{BenchmarkWorkload, Job, MeasureError, Progress, Workloads};
use crate::{clock::Clock, driver::PerfBoost, gpu::Gpu};

/// As the original tool, and as the governor begins: the most that keeping warm can disturb.
const PULSE_EVERY: Duration = Duration::from_millis(100);
/// Requests before the ones that count as back to back.
const WARM_UP: usize = 2;
/// Requests that count, before every rest.
const BACK_TO_BACK: usize = 3;
/// Between two looks for the clocks to fall.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Looks at the power of a GPU at rest, over one second.
const POWER_LOOKS: usize = 10;
/// Power falls for some seconds longer than the clocks; this many are waited for.
const POWER_SETTLES: usize = 5;
/// For this long after work the driver's utilization may still be that of the work.
const UNSETTLED: Duration = Duration::from_secs(1);
/// How long a busy program is watched, once without and once beside pulses.
const STRETCH: Duration = Duration::from_secs(1);

/// Measures one GPU; `tell` hears of the progress.
///
/// # Errors
/// The first that GPU or program meet, and heat.
pub async fn measure<G: Gpu, P: Workloads>(
    job: &Job,
    gpu: &mut G,
    workloads: &mut P,
    clock: &Clock,
    tell: impl FnMut(Progress),
) -> Result<BenchmarkResult, MeasureError> {
    let mut bench = Bench {
        job,
        gpu,
        clock,
        tell,
        found: Measurements::default(),
    };
    let plan = job.plan;
    bench.asleep().await?;
    let mut program = bench.load_and_watch(workloads).await?;
    let steps = plan.steps(bench.found.hold_time);
    for (at, step) in steps.iter().enumerate() {
        let left: Duration = steps[at..].iter().map(Step::lasts).sum();
        bench.begin(step, left + plan.afterwards());
        bench.step(&mut program, step).await?;
    }
    if plan.pairs() > 0 {
        bench.slowdown(&mut program).await?;
    }
    let found = bench.found;
    gpu.perform(Action::Close).await?;
    program.end().await?;
    Ok(found.benchmark(About {
        gpu: job.gpu.clone(),
        date: clock.today().to_string(),
        simulated: job.simulated,
        plan,
        kept_by: format!("a pulse every {} ms", PULSE_EVERY.as_millis()),
    }))
}

struct Bench<'a, G, F> {
    job: &'a Job,
    gpu: &'a mut G,
    clock: &'a Clock,
    tell: F,
    found: Measurements,
}

impl<G: Gpu, F: FnMut(Progress)> Bench<'_, G, F> {
    async fn asleep(&mut self) -> Result<(), MeasureError> {
        self.tell("waiting until the GPU is idle", self.job.plan.longest());
        // One that somebody else keeps up is measured as it is.
        self.until_cold().await?;
        self.found.asleep_watts = self.settled_power().await?;
        Ok(())
    }

    /// Loads a program whose clocks fall while it is loaded, if there can be one, and learns how
    /// long that takes.
    async fn load_and_watch<P: Workloads>(
        &mut self,
        workloads: &mut P,
    ) -> Result<P::Workload, MeasureError> {
        let mut program = workloads.start(PerfBoost::Allowed)?;
        self.found.hold_time = self.watch(&mut program).await?;
        if self.found.hold_time.is_some() {
            return Ok(program);
        }
        program.end().await?;
        // Said where it happens: the wait that follows tells how long it takes.
        let text = "an open program holds the clocks, so one that may not is tried";
        self.tell(text, self.watch_and_steps());
        let mut program = workloads.start(PerfBoost::Disabled)?;
        self.found.boost_disabled = true;
        self.found.hold_time = self.watch(&mut program).await?;
        Ok(program)
    }

    async fn watch(
        &mut self,
        program: &mut impl BenchmarkWorkload,
    ) -> Result<Option<Duration>, MeasureError> {
        let seconds = self.job.plan.hold_watch().as_secs();
        let text = format!("waiting up to {seconds} s for the clocks to fall");
        self.tell(text, self.watch_and_steps());
        program.perform(WorkloadAction::Load).await?;
        for workload in Workload::ALL {
            self.back_to_back(program, workload).await?;
        }
        let fell_after = self.until_cold().await?;
        if fell_after.is_some() {
            self.found.cold_watts = self.settled_power().await?;
        }
        Ok(fell_after)
    }

    /// The looks of the first second in which the power fell no more, or of the last one waited for.
    async fn settled_power(&mut self) -> Result<Vec<Watts>, MeasureError> {
        let sum = |looks: &[Watts]| looks.iter().map(|watts| watts.0).sum::<f64>();
        let mut looks = self.power().await?;
        for _ in 0..POWER_SETTLES {
            let earlier = std::mem::replace(&mut looks, self.power().await?);
            if sum(&looks) >= 0.98 * sum(&earlier) {
                break;
            }
        }
        Ok(looks)
    }

    /// A second of looks at the power.
    async fn power(&mut self) -> Result<Vec<Watts>, MeasureError> {
        let mut watts = Vec::new();
        for _ in 0..POWER_LOOKS {
            sleep(LOOK_EVERY).await;
            watts.extend(self.sample().await?.power);
        }
        Ok(watts)
    }

    /// How long it took until the clocks were down; `None` when they stayed up.
    async fn until_cold(&mut self) -> Result<Option<Duration>, MeasureError> {
        let began = self.clock.now();
        loop {
            let waited = self.clock.now().since(began);
            let sample = self.sample().await?;
            if !self.is_ready(&sample) {
                return Ok(Some(waited));
            }
            if waited >= self.job.plan.hold_watch() {
                return Ok(None);
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// The time of a watch and of everything that comes after it, at most.
    fn watch_and_steps(&self) -> Duration {
        let plan = self.job.plan;
        plan.longest() - 2 * plan.hold_watch()
    }

    fn begin(&mut self, step: &Step, left: Duration) {
        let Step {
            round,
            workload,
            rest_s,
            kept_warm,
        } = step;
        let how = if *kept_warm { "ready" } else { "cold" };
        let what = workload.in_words();
        let text = match self.job.plan.rounds {
            1 => format!("{what} after a rest of {rest_s} s, {how}"),
            rounds => {
                format!("round {round} of {rounds}: {what} after a rest of {rest_s} s, {how}")
            }
        };
        self.tell(text, left);
    }

    async fn step(
        &mut self,
        program: &mut impl BenchmarkWorkload,
        step: &Step,
    ) -> Result<(), MeasureError> {
        let of = (step.workload, step.rest_s);
        if step.kept_warm {
            self.hold().await?;
            self.back_to_back(program, step.workload).await?;
            let sample = self.rest(step).await?;
            self.found.warm_watts.extend(sample.power);
            let first = request(program, step.workload).await?;
            self.found.warm.entry(of).or_default().push(first);
            self.gpu.perform(Action::Release).await?;
        } else {
            self.back_to_back(program, step.workload).await?;
            let sample = self.rest(step).await?;
            if !self.is_ready(&sample) {
                self.found.cold_watts.extend(sample.power);
            }
            let first = request(program, step.workload).await?;
            self.found.cold.entry(of).or_default().push(first);
        }
        Ok(())
    }

    /// Rests, and looks at the GPU at the end of it.
    async fn rest(&mut self, step: &Step) -> Result<Sample, MeasureError> {
        let rest = Duration::from_secs(step.rest_s.into());
        self.wait(rest, step.kept_warm).await?;
        let sample = self.sample().await?;
        // What the driver tells by process is a mean since some earlier look, and so would count
        // our own program's work before the rest.
        let disturbed = rest > UNSETTLED && somebody_computing(&sample) == Some(true);
        self.found.disturbed |= disturbed;
        Ok(sample)
    }

    async fn wait(&mut self, time: Duration, kept_warm: bool) -> Result<(), MeasureError> {
        if kept_warm {
            pulsing(self.gpu, sleep(time)).await?;
        } else {
            sleep(time).await;
        }
        Ok(())
    }

    async fn slowdown(&mut self, program: &mut impl BenchmarkWorkload) -> Result<(), MeasureError> {
        let text = "measuring a busy program with and without pulses beside it";
        self.tell(text, self.job.plan.afterwards());
        self.hold().await?;
        for workload in Workload::ALL {
            let busy = WorkloadAction::Repeat {
                workload,
                lasting: STRETCH,
            };
            for _ in 0..self.job.plan.pairs() {
                let alone = rate(program.perform(busy).await?)?;
                let beside = pulsing(self.gpu, program.perform(busy)).await?;
                self.found.rates.push([alone, rate(beside?)?]);
            }
        }
        Ok(())
    }

    async fn hold(&mut self) -> Result<(), MeasureError> {
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
        program: &mut impl BenchmarkWorkload,
        workload: Workload,
    ) -> Result<(), MeasureError> {
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

    async fn sample(&mut self) -> Result<Sample, MeasureError> {
        let sample = match self.gpu.perform(Action::Sample).await? {
            Outcome::Sampled(sample) => *sample,
            other => return Err(unexpected(&other).into()),
        };
        match (sample.temperature, self.job.limit) {
            (Some(now), Some(limit)) if now >= limit => Err(MeasureError::Hot { now, limit }),
            _ => Ok(sample),
        }
    }

    /// A driver that tells neither P-state nor clocks leaves only the latencies to compare.
    fn is_ready(&self, sample: &Sample) -> bool {
        sample.ready(self.job.gpu.sm_clock_max).unwrap_or(true)
    }

    fn tell(&mut self, text: impl Into<String>, left: Duration) {
        let text = text.into();
        (self.tell)(Progress { text, left });
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

async fn request(
    program: &mut impl BenchmarkWorkload,
    workload: Workload,
) -> Result<Duration, GpuError> {
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
