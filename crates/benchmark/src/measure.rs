//! The measurement, step by step.

mod hold;
mod trial;
mod watch;

use std::{future::Future, pin::pin, time::Duration};

use gpu_keepalive_core::{
    Moment,
    benchmark::{
        BenchmarkResult, ClockSample, Job, Progress, Step, TrialStep, Workload, WorkloadAction,
        WorkloadOutcome, words::means,
    },
    gpu::{Action, GpuError, GpuErrorKind, Outcome, Sample},
    policy::is_busy,
    settings::Strategy,
};
use gpu_keepalive_engine::{
    clock::Clock,
    gpu::{Gpu, Holder},
};
use gpu_keepalive_text::text;
use tokio::time::sleep;

use crate::{
    measurements::{About, Measurements},
    platform,
    strategies::WhyNot,
    workloads::{BenchmarkWorkload, MeasureError, Workloads},
};

use hold::HoldProcess;

/// As the original tool, and as the governor begins: the most that keeping it ready can disturb.
const PULSE_EVERY: Duration = Duration::from_millis(100);
/// Requests before the ones that count as back to back.
const WARM_UP: usize = 2;
/// Requests that count, before every rest.
const BACK_TO_BACK: usize = 3;
/// Time between two samples while the clocks are to fall.
const SAMPLE_EVERY: Duration = Duration::from_millis(100);
/// Samples of the power of a GPU at rest, over one second.
const POWER_SAMPLES: usize = 10;
/// For this long after work the driver's utilization may still be that of the work.
const UNSETTLED: Duration = Duration::from_secs(1);
/// The pulse's working set is this squared values: the default of the settings.
const MATRIX_SIZE: u32 = 256;
/// The time for which a busy program is watched, once without and once beside pulses.
const STRETCH: Duration = Duration::from_secs(1);

/// Measures one GPU; `report` receives the progress. `holder` is its `hold` process, or why there
/// is none.
///
/// # Errors
/// The first that GPU or program meet, and heat. A strategy that is refused is no error.
pub async fn measure<G: Gpu, P: Workloads, H: Holder>(
    job: &Job,
    gpu: &mut G,
    holder: Result<H, GpuError>,
    workloads: &P,
    clock: &Clock,
    report: impl FnMut(Progress),
) -> Result<BenchmarkResult, MeasureError> {
    let mut bench = Bench {
        job,
        gpu,
        hold: HoldProcess::new(holder),
        clock,
        report,
        found: Measurements::default(),
        followed_since: None,
        ready_by: None,
    };
    let plan = job.plan;
    bench.asleep().await?;
    let mut program = bench.load_and_watch(workloads).await?;
    bench.try_strategies(&mut program).await?;
    let steps = plan.steps(bench.found.hold_time);
    for (at, step) in steps.iter().enumerate() {
        let left: Duration = steps[at..].iter().map(Step::lasts).sum();
        bench.begin(step, left + plan.afterwards());
        bench.step(&mut program, step).await?;
    }
    if plan.pairs() > 0 && bench.may_pulse() {
        bench.slowdown(&mut program).await?;
    }
    let Bench {
        found,
        ready_by,
        hold,
        ..
    } = bench;
    gpu.perform(Action::Close).await?;
    hold.end().await?;
    program.end().await?;
    Ok(found.benchmark(About {
        gpu: job.gpu.clone(),
        date: clock.today().to_string(),
        simulated: job.simulated,
        platform: (!job.simulated).then(platform::read),
        plan,
        kept_by: ready_by.map_or_else(|| text!("held-by-nothing"), means),
        max_wake: job.terms.max_wake,
    }))
}

struct Bench<'a, G, H, F> {
    job: &'a Job,
    gpu: &'a mut G,
    hold: HoldProcess<H>,
    clock: &'a Clock,
    report: F,
    found: Measurements,
    /// The end of the work after which the clocks are followed.
    followed_since: Option<Moment>,
    /// The strategy that holds the clocks where the GPU is to be ready; `None` where nothing may.
    ready_by: Option<Strategy>,
}

impl<G: Gpu, H: Holder, F: FnMut(Progress)> Bench<'_, G, H, F> {
    fn begin(&mut self, step: &Step, left: Duration) {
        let Step {
            round,
            workload,
            rest_s,
            kept_warm,
        } = step;
        let workload = workload.label();
        let text = match kept_warm {
            true => text!("measuring-ready", workload = workload, rest = *rest_s),
            false => text!("measuring-cold", workload = workload, rest = *rest_s),
        };
        self.report(self.in_round(*round, text), left);
    }

    async fn step(
        &mut self,
        program: &mut impl BenchmarkWorkload,
        step: &Step,
    ) -> Result<(), MeasureError> {
        let of = (step.workload, step.rest_s);
        let held = match (step.kept_warm, self.ready_by) {
            (true, None) => return Ok(()),
            (true, held) => held,
            (false, _) => None,
        };
        if let Some(strategy) = held {
            let vram = self.hold(strategy).await?;
            self.found.vram = vram.or(self.found.vram);
        }
        self.back_to_back(program, step.workload).await?;
        let sample = self.rest(step, held).await?;
        if held.is_some() {
            self.found.warm_watts.extend(sample.power);
        } else if !self.is_ready(&sample) {
            self.found.cold_watts.extend(sample.power);
        }
        let first = request(program, step.workload).await?;
        let all = match held {
            Some(_) => &mut self.found.warm,
            None => &mut self.found.cold,
        };
        all.entry(of).or_default().push(first);
        if let Some(strategy) = held {
            self.release(strategy).await?;
        }
        Ok(())
    }

    /// Rests, and samples the GPU at the end of it.
    async fn rest(&mut self, step: &Step, held: Option<Strategy>) -> Result<Sample, MeasureError> {
        let rest = Duration::from_secs(step.rest_s.into());
        self.wait(rest, held).await?;
        let sample = self.sample().await?;
        self.note_others(rest, &sample);
        Ok(sample)
    }

    /// Takes note of other processes that computed. The driver's values by process are means since
    /// some earlier sample, and so would count our own program's work before the rest.
    fn note_others(&mut self, rest: Duration, sample: &Sample) {
        let disturbed = rest > UNSETTLED && is_busy(sample) == Some(true);
        self.found.disturbed |= disturbed;
    }

    async fn wait(&mut self, time: Duration, held: Option<Strategy>) -> Result<(), MeasureError> {
        if held == Some(Strategy::Pulse) {
            pulsing(self.gpu, sleep(time)).await?;
        } else {
            sleep(time).await;
        }
        Ok(())
    }

    /// Returns true if pulses may be sent, and were not seen to be useless.
    fn may_pulse(&self) -> bool {
        let trial = self.found.trials.get(&Strategy::Pulse);
        let why_not = trial.and_then(|trial| trial.why_not.as_ref());
        matches!(why_not, None | Some(WhyNot::NeverCold))
    }

    async fn slowdown(&mut self, program: &mut impl BenchmarkWorkload) -> Result<(), MeasureError> {
        let text = text!("measuring-slowdown");
        self.report(text, self.job.plan.afterwards());
        self.hold(Strategy::Pulse).await?;
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
        if let Some(since) = self.followed_since {
            let seconds = self.clock.now().since(since).as_secs_f64();
            let clocks = ClockSample::new(seconds, &sample);
            self.found.after_work.push(clocks);
        }
        match (sample.temperature, self.job.limit) {
            (Some(now), Some(limit)) if now >= limit => Err(MeasureError::Hot { now, limit }),
            _ => Ok(sample),
        }
    }

    /// A driver that reports neither P-state nor clocks leaves only the latencies to compare.
    fn is_ready(&self, sample: &Sample) -> bool {
        sample.ready(self.job.gpu.sm_clock_max).unwrap_or(true)
    }

    /// Returns true if its clocks are known to be up.
    fn is_known_ready(&self, sample: &Sample) -> bool {
        sample.ready(self.job.gpu.sm_clock_max) == Some(true)
    }

    fn begin_trial(&mut self, step: &TrialStep, left: Duration) {
        let TrialStep {
            round,
            strategy,
            rest_s,
        } = step;
        let means = means(*strategy);
        let text = text!("measuring-means", means = means, rest = *rest_s);
        self.report(self.in_round(*round, text), left);
    }

    /// The text of a step, with its round where there are several.
    fn in_round(&self, round: u32, step: String) -> String {
        match self.job.plan.rounds {
            1 => step,
            rounds => text!(
                "measuring-round",
                round = round,
                rounds = rounds,
                step = step
            ),
        }
    }

    fn report(&mut self, text: String, left: Duration) {
        (self.report)(Progress { text, left });
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
