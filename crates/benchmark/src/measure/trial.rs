//! Each strategy after the same rest, side by side.

use std::time::Duration;

use gpu_keepalive_core::{
    Moment,
    benchmark::{LADDER, Progress, TrialStep, Workload},
    gpu::{
        Action, GpuError, Outcome, Sample,
        holder::{HolderAction, Raised, Renewal, SensedProcess, Sensing},
    },
    sensor::LearnedThresholds,
    settings::Strategy,
    units::{Bytes, Watts},
};
use gpu_keepalive_engine::gpu::{Gpu, Holder};
use tokio::time::sleep;

use super::{Bench, MATRIX_SIZE, POWER_SAMPLES, SAMPLE_EVERY, request};
use crate::{
    strategies::{Trial, WhyNot},
    workloads::{BenchmarkWorkload, MeasureError},
};

/// Raised clocks have to be seen up within this time of the call: NVML shows them 20 to 110 ms after
/// it (H200).
const SEEN_WITHIN: Duration = Duration::from_millis(250);

/// The result of trying a strategy once: nothing more than an obstacle, or what was recorded.
type Tried = Result<Result<(), WhyNot>, MeasureError>;

impl<G: Gpu, H: Holder, F: FnMut(Progress)> Bench<'_, G, H, F> {
    /// Tries every strategy that may be tried, and finds the one that the GPU is kept ready with from
    /// then on.
    pub(super) async fn try_strategies(
        &mut self,
        program: &mut impl BenchmarkWorkload,
    ) -> Result<(), MeasureError> {
        let (plan, hold_time) = (self.job.plan, self.found.hold_time);
        for strategy in LADDER {
            let trial = self.trial(strategy);
            if hold_time.is_none() {
                trial.why_not = Some(WhyNot::NeverCold);
            }
            if !self.job.terms.allow(strategy) {
                self.trial(strategy).why_not = Some(WhyNot::Excluded);
            }
        }
        let steps = plan.trials(hold_time, &self.job.terms);
        let everything = plan.after_watching(hold_time, &self.job.terms);
        let mut passed = Duration::ZERO;
        for step in &steps {
            if self.trial(step.strategy).why_not.is_none() {
                self.begin_trial(step, everything - passed);
                if let Err(why) = self.try_once(program, step).await? {
                    tracing::info!(gpu = %self.job.gpu.name, "{}: {why:?}", step.strategy);
                    self.trial(step.strategy).why_not = Some(why);
                }
            }
            passed += step.lasts();
        }
        self.choose_holder();
        Ok(())
    }

    /// The GPU is kept ready by the first strategy that was seen to hold. Where none was, by pulses as
    /// in the original, if these may be sent.
    fn choose_holder(&mut self) {
        let found = self.found.holder(self.job.terms.max_wake);
        let pulses = Some(Strategy::Pulse).filter(|_| self.may_pulse());
        self.ready_by = found.or(pulses);
        let Some(trial) = found.and_then(|strategy| self.found.trials.get(&strategy)) else {
            return;
        };
        self.found.vram = trial.vram;
        if self.job.plan.quick {
            self.found.warm_watts.extend(&trial.watts);
            let rest = self.job.plan.steps(self.found.hold_time);
            let rest_s = rest.first().map_or(0, |step| step.rest_s);
            let first = trial.first.clone();
            self.found.warm.insert((Workload::Decode, rest_s), first);
        }
    }

    fn trial(&mut self, strategy: Strategy) -> &mut Trial {
        self.found.trials.entry(strategy).or_default()
    }

    async fn try_once(&mut self, program: &mut impl BenchmarkWorkload, step: &TrialStep) -> Tried {
        if step.strategy == Strategy::Standby {
            let tried = self.stand_by(program, step).await;
            // An armed process is disarmed, whatever the result.
            let _ = self.hold.ask(HolderAction::Disarm).await;
            return tried;
        }
        if step.strategy.takes_vram() {
            let free = self.sample().await?.vram_free;
            if free.is_some_and(|free| free < self.job.terms.vram_reserve) {
                return Ok(Err(WhyNot::LittleVram));
            }
        }
        match self.hold(step.strategy).await {
            Ok(vram) => self.trial(step.strategy).vram = vram,
            Err(error) => return Ok(Err(WhyNot::Refused(error))),
        }
        let tried = self.try_holding(program, step).await?;
        self.release(step.strategy).await?;
        Ok(tried)
    }

    async fn try_holding(
        &mut self,
        program: &mut impl BenchmarkWorkload,
        step: &TrialStep,
    ) -> Tried {
        let strategy = step.strategy;
        self.back_to_back(program, Workload::Decode).await?;
        let (sample, watts) = self.rest_sampling(step, Some(strategy)).await?;
        if !self.is_ready(&sample) {
            return Ok(Err(WhyNot::ClocksDown));
        }
        let first = request(program, Workload::Decode).await?;
        let resident = match strategy {
            Strategy::Boost => self.hold.resident(),
            _ => self.gpu.resident(),
        };
        let trial = self.trial(strategy);
        trial.watts.extend(watts);
        trial.first.push(first);
        trial.resident = resident;
        Ok(Ok(()))
    }

    /// Stands by for a request of the program, which rests with nothing held.
    async fn stand_by(&mut self, program: &mut impl BenchmarkWorkload, step: &TrialStep) -> Tried {
        let Some((pid, started)) = program.process() else {
            return Ok(Err(WhyNot::NotSensed));
        };
        let sensing = Sensing {
            processes: vec![SensedProcess {
                pid,
                started,
                threshold: LearnedThresholds::default().of(""),
            }],
            linger: self.job.terms.linger,
            ..Sensing::default()
        };
        match self.hold.ask(HolderAction::Arm(sensing)).await {
            Ok(reply) if reply.unwatched.is_empty() => {}
            Ok(_) => return Ok(Err(WhyNot::NotSensed)),
            Err(error) => return Ok(Err(WhyNot::Refused(error))),
        }
        self.back_to_back(program, Workload::Decode).await?;
        let (sample, watts) = self.rest_sampling(step, None).await?;
        if self.is_known_ready(&sample) {
            return Ok(Err(WhyNot::ClocksUp));
        }
        let began = self.clock.now();
        let first = request(program, Workload::Decode).await?;
        let raised = match self.hold.wake_since(began).await {
            Ok(Some(raised)) => raised,
            Ok(None) => return Ok(Err(WhyNot::NotSensed)),
            Err(error) => return Ok(Err(WhyNot::Refused(error))),
        };
        if !self.seen_up(&raised).await? {
            return Ok(Err(WhyNot::NotSeenUp));
        }
        let resident = self.hold.resident();
        let trial = self.trial(Strategy::Standby);
        trial.watts.extend(watts);
        trial.first.push(first);
        trial.wakes.push(raised.wake);
        trial.resident = resident;
        Ok(Ok(()))
    }

    /// Returns whether the clocks are seen up in time after they were raised.
    async fn seen_up(&mut self, raised: &Raised) -> Result<bool, MeasureError> {
        let end: Moment = raised.at + SEEN_WITHIN;
        loop {
            let sample = self.sample().await?;
            if self.is_ready(&sample) {
                return Ok(true);
            }
            if self.clock.now() >= end {
                return Ok(false);
            }
            sleep(SAMPLE_EVERY / 5).await;
        }
    }

    /// Rests, sampling the power in the last second of it.
    async fn rest_sampling(
        &mut self,
        step: &TrialStep,
        held: Option<Strategy>,
    ) -> Result<(Sample, Vec<Watts>), MeasureError> {
        let rest = Duration::from_secs(step.rest_s.into());
        let sampling = SAMPLE_EVERY * POWER_SAMPLES as u32;
        self.wait(rest.saturating_sub(sampling), held).await?;
        let mut watts = Vec::new();
        let mut last = None;
        for _ in 0..POWER_SAMPLES {
            if held == Some(Strategy::Pulse) {
                self.gpu.perform(Action::Pulse).await?;
            }
            sleep(SAMPLE_EVERY).await;
            let sample = self.sample().await?;
            watts.extend(sample.power);
            last = Some(sample);
        }
        let sample = last.expect("there is more than one look");
        self.note_others(rest, &sample);
        Ok((sample, watts))
    }

    /// Holds the clocks by this strategy. Returns the VRAM that it takes, where that is known.
    pub(super) async fn hold(&mut self, strategy: Strategy) -> Result<Option<Bytes>, GpuError> {
        if strategy == Strategy::Boost {
            let hold = HolderAction::Hold(Renewal::default());
            self.hold.ask(hold).await?;
            return Ok(Some(Bytes(0)));
        }
        let hold = Action::Hold {
            strategy,
            matrix_size: MATRIX_SIZE,
        };
        Ok(match self.gpu.perform(hold).await? {
            Outcome::Held(report) if strategy.takes_vram() => report.vram,
            Outcome::Held(_) => Some(Bytes(0)),
            _ => None,
        })
    }

    pub(super) async fn release(&mut self, strategy: Strategy) -> Result<(), GpuError> {
        match strategy {
            Strategy::Boost => self.hold.ask(HolderAction::Disarm).await.map(drop),
            _ => self.gpu.perform(Action::Release).await.map(drop),
        }
    }
}
