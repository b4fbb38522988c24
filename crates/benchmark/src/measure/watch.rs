//! The GPU at rest and with a program loaded, with nothing held.

use std::time::Duration;

use gpu_keepalive_core::{
    benchmark::{Progress, Workload, WorkloadAction},
    gpu::{Action, Outcome},
    units::Watts,
};
use gpu_keepalive_engine::{
    driver::PerfBoost,
    gpu::{Gpu, Holder},
};
use gpu_keepalive_text::text;
use tokio::time::sleep;

use super::{Bench, POWER_SAMPLES, SAMPLE_EVERY, unexpected};
use crate::workloads::{BenchmarkWorkload, MeasureError, Workloads};

/// Power falls for some seconds longer than the clocks; this many are waited for.
const POWER_SETTLES: usize = 5;

impl<G: Gpu, H: Holder, F: FnMut(Progress)> Bench<'_, G, H, F> {
    pub(super) async fn asleep(&mut self) -> Result<(), MeasureError> {
        self.report(text!("measuring-idle"), self.job.plan.longest());
        // One that another process keeps up is measured as it is.
        self.until_cold().await?;
        self.found.asleep_watts = self.settled_power().await?;
        Ok(())
    }

    /// Loads a program whose clocks fall while it is loaded, if there can be one, and learns how
    /// long that takes.
    pub(super) async fn load_and_watch<P: Workloads>(
        &mut self,
        workloads: &P,
    ) -> Result<P::Workload, MeasureError> {
        let mut program = workloads.start(&self.job.gpu, PerfBoost::Allowed)?;
        self.found.hold_time = self.watch(&mut program).await?;
        if self.found.hold_time.is_some() {
            return Ok(program);
        }
        program.end().await?;
        // Reported where it happens: the wait that follows determines how long it takes.
        let text = text!("measuring-boost-disabled");
        self.report(text, self.watch_and_steps());
        let mut program = workloads.start(&self.job.gpu, PerfBoost::Disabled)?;
        self.found.boost_disabled = true;
        self.found.hold_time = self.watch(&mut program).await?;
        Ok(program)
    }

    async fn watch(
        &mut self,
        program: &mut impl BenchmarkWorkload,
    ) -> Result<Option<Duration>, MeasureError> {
        let seconds = self.job.plan.hold_watch().as_secs();
        let text = text!("measuring-fall", seconds = seconds);
        self.report(text, self.watch_and_steps());
        program.perform(WorkloadAction::Load).await?;
        for workload in Workload::ALL {
            self.inspect().await?;
            self.back_to_back(program, workload).await?;
        }
        self.found.after_work.clear();
        self.followed_since = Some(self.clock.now());
        let fell_after = self.until_cold().await?;
        if fell_after.is_some() {
            self.found.cold_watts = self.settled_power().await?;
        }
        self.followed_since = None;
        Ok(fell_after)
    }

    /// Reads the card's set-up: before the last requests, so that its time does not count as rest.
    async fn inspect(&mut self) -> Result<(), MeasureError> {
        match self.gpu.perform(Action::Inspect).await? {
            Outcome::Inspected(inspection) => self.found.inspection = inspection,
            other => return Err(unexpected(&other).into()),
        }
        Ok(())
    }

    /// The samples of the first second in which the power fell no more, or of the last one waited
    /// for.
    async fn settled_power(&mut self) -> Result<Vec<Watts>, MeasureError> {
        let sum = |powers: &[Watts]| powers.iter().map(|watts| watts.0).sum::<f64>();
        let mut powers = self.power().await?;
        for _ in 0..POWER_SETTLES {
            let earlier = std::mem::replace(&mut powers, self.power().await?);
            if sum(&powers) >= 0.98 * sum(&earlier) {
                break;
            }
        }
        Ok(powers)
    }

    /// A second of samples of the power.
    async fn power(&mut self) -> Result<Vec<Watts>, MeasureError> {
        let mut watts = Vec::new();
        for _ in 0..POWER_SAMPLES {
            sleep(SAMPLE_EVERY).await;
            watts.extend(self.sample().await?.power);
        }
        Ok(watts)
    }

    /// The time until the clocks were down; `None` when they stayed up.
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
            sleep(SAMPLE_EVERY).await;
        }
    }

    /// The time of a watch and of everything that comes after it, at most.
    fn watch_and_steps(&self) -> Duration {
        let plan = self.job.plan;
        plan.longest() - 2 * plan.hold_watch()
    }
}
