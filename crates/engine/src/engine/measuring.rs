//! A measurement of cold against warm that somebody asked for: the GPU is let go of first, a task
//! of its own measures, and only when that has let go as well is the GPU kept warm again.

use gpu_keepalive_core::{
    Moment,
    gpu::GpuUuid,
    policy::thermal_limit,
    proof::{Plan, Proof},
    protocol::{Answer, ApiError, ErrorCode, MeasuringStatus, Reply},
};
use tokio::sync::oneshot;

use super::{Core, lane::Lane, status::seconds, workers::Measured};
use crate::{
    handle::ClientId,
    proof::{Job, KeptProofs, Progress},
};

/// The measurement that is asked for.
pub(super) struct Measurement {
    job: Job,
    /// Who asked; it ends with them.
    client: ClientId,
    answer: oneshot::Sender<Answer>,
    began: Moment,
    stage: Stage,
    progress: Progress,
    told_at: Moment,
    /// Why it was ended before its time.
    ended: Option<String>,
}

enum Stage {
    /// Our own hold is being let go of.
    LettingGo,
    /// Dropping the sender ends it.
    Running { _stop: oneshot::Sender<()> },
    /// What was cut short is being let go of.
    Ending,
}

impl Core {
    /// Answers [`Request::Bench`](gpu_keepalive_core::protocol::Request::Bench) later.
    pub(super) fn bench(
        &mut self,
        client: ClientId,
        gpu: Option<u32>,
        plan: Plan,
        answer: oneshot::Sender<Answer>,
    ) {
        match self.job(gpu, plan) {
            Ok(job) => {
                tracing::info!(gpu = %job.gpu.name, ?plan, "measuring cold against warm");
                let now = self.options.clock.now();
                self.measurement = Some(Measurement {
                    client,
                    answer,
                    began: now,
                    stage: Stage::LettingGo,
                    progress: Progress {
                        text: "letting go of the GPU".to_owned(),
                        left: plan.longest(),
                    },
                    told_at: now,
                    ended: None,
                    job,
                });
            }
            // A client that is gone no longer wants its answer.
            Err(refused) => drop(answer.send(Answer::Error(refused))),
        }
    }

    fn job(&self, gpu: Option<u32>, plan: Plan) -> Result<Job, ApiError> {
        let refused = |message: String| Err(ApiError::new(ErrorCode::NotMeasured, message));
        let wanted = gpu.unwrap_or(0);
        let Some(gpu) = self.found.iter().find(|info| info.index == wanted) else {
            let message = format!("there is no GPU {wanted}; “gpus” lists them");
            return Err(ApiError::new(ErrorCode::InvalidArgument, message));
        };
        if let Some(running) = &self.measurement {
            let name = &running.job.gpu.name;
            return refused(format!(
                "{name} is being measured already; wait until that is done, or cancel it."
            ));
        }
        if let Some(why) = self.lane_of(&gpu.uuid).and_then(Lane::cannot_measure) {
            return refused(why);
        }
        Ok(Job {
            gpu: gpu.clone(),
            simulated: self.options.simulated,
            plan,
            limit: thermal_limit(self.options.settings.settings(), gpu),
        })
    }

    fn lane_of(&self, gpu: &GpuUuid) -> Option<&Lane> {
        self.lanes.iter().find(|lane| lane.info.uuid == *gpu)
    }

    /// The GPU that must be left alone.
    pub(super) fn measured_gpu(&self) -> Option<GpuUuid> {
        Some(self.measurement.as_ref()?.job.gpu.uuid.clone())
    }

    /// Begins the measurement once nothing of ours has the GPU open, and ends it when something
    /// came up that also forbids keeping the GPU warm.
    pub(super) fn advance_measurement(&mut self) {
        let Some(gpu) = self.measured_gpu() else {
            return;
        };
        let lane = self.lane_of(&gpu);
        if let Some(why) = lane.and_then(Lane::cannot_measure) {
            return self.end_measurement(why);
        }
        let is_closed = lane.is_none_or(Lane::is_closed);
        if let Some(measurement) = &mut self.measurement
            && matches!(measurement.stage, Stage::LettingGo)
            && is_closed
        {
            let (stop, stopped) = oneshot::channel();
            measurement.stage = Stage::Running { _stop: stop };
            self.workers.measure(measurement.job.clone(), stopped);
        }
    }

    /// Ends it for that reason; its answer follows when everything is let go of.
    pub(super) fn end_measurement(&mut self, why: String) {
        let Some(measurement) = &mut self.measurement else {
            return;
        };
        measurement.ended.get_or_insert(why);
        match measurement.stage {
            Stage::LettingGo => self.measured(None),
            Stage::Running { .. } => measurement.stage = Stage::Ending,
            Stage::Ending => {}
        }
    }

    /// The client's measurement ends with it.
    pub(super) fn end_measurement_of(&mut self, client: ClientId) {
        if self
            .measurement
            .as_ref()
            .is_some_and(|m| m.client == client)
        {
            self.end_measurement("Whoever asked for the measurement is gone.".to_owned());
        }
    }

    pub(super) fn measuring(&mut self, progress: Progress) {
        let now = self.options.clock.now();
        if let Some(measurement) = &mut self.measurement {
            tracing::debug!(left = ?progress.left, "measuring: {}", progress.text);
            (measurement.progress, measurement.told_at) = (progress, now);
        }
    }

    /// Takes what came of it, with nothing held any more; `None` when it was ended.
    pub(super) fn measured(&mut self, result: Option<Measured>) {
        let Some(measurement) = self.measurement.take() else {
            return;
        };
        // Of the time meanwhile nothing is known.
        self.ledger.interrupt();
        let answer = match (result, measurement.ended) {
            (Some(Ok(proof)), _) => {
                tracing::info!("{}", proof.verdict);
                self.keep(proof.clone());
                Answer::Ok(Reply::Measured(Box::new(proof)))
            }
            (Some(Err(error)), None) => not_measured(format!("Nothing was measured: {error}.")),
            (_, why) => not_measured(why.unwrap_or_else(|| "Nothing was measured.".to_owned())),
        };
        // A client that is gone no longer wants its answer.
        let _ = measurement.answer.send(answer);
    }

    fn keep(&mut self, proof: Proof) {
        let Some(state) = &self.options.state else {
            return self.proofs.insert(proof);
        };
        if let Err(error) = KeptProofs::keep(state.path(), proof) {
            tracing::warn!("the measurement cannot be kept: {error}");
        }
    }

    pub(super) fn measuring_status(&self, now: Moment) -> Option<MeasuringStatus> {
        let measurement = self.measurement.as_ref()?;
        let left = measurement.progress.left;
        Some(MeasuringStatus {
            gpu: measurement.job.gpu.uuid.clone(),
            text: measurement.progress.text.clone(),
            elapsed_s: seconds(now.since(measurement.began)),
            left_s: seconds(left.saturating_sub(now.since(measurement.told_at))),
        })
    }
}

fn not_measured(why: String) -> Answer {
    tracing::info!("{why}");
    Answer::Error(ApiError::new(ErrorCode::NotMeasured, why))
}
