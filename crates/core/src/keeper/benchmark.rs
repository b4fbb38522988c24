//! A benchmark that a client asked for: the GPU is released first, a worker of its own measures,
//! and only when that has released it as well is the GPU held again.

use super::{Action, ClientId, Keeper, StoreAction, Ticket, lane::Lane};
use crate::{
    Moment,
    benchmark::{BenchmarkResult, Job, Plan, Progress, Terms},
    gpu::GpuUuid,
    policy::thermal_limit,
    protocol::{ApiError, ErrorCode, MeasuringStatus, Reply},
    units::Watts,
};
use gpu_keepalive_text::text;

/// The benchmark that was asked for.
#[derive(Clone, Debug)]
pub(super) struct Benchmark {
    job: Job,
    /// It ends with this client.
    client: ClientId,
    ticket: Ticket,
    began: Moment,
    stage: Stage,
    progress: Progress,
    progress_at: Moment,
    /// The reason why it was ended early.
    ended: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    /// Our own hold is being released.
    Releasing,
    Running,
    /// It was cut short and is releasing the GPU.
    Ending,
}

impl Benchmark {
    /// The GPU that has to be left alone.
    pub(super) fn gpu(&self) -> &GpuUuid {
        &self.job.gpu.uuid
    }
}

impl Keeper {
    pub(super) fn start_benchmark(
        &mut self,
        client: ClientId,
        ticket: Ticket,
        gpu: Option<u32>,
        plan: Plan,
        now: Moment,
    ) {
        match self.job(gpu, plan) {
            Ok(job) => {
                self.info(format!("benchmark of {} begins: {plan:?}", job.gpu.name));
                self.benchmark = Some(Benchmark {
                    job,
                    client,
                    ticket,
                    began: now,
                    stage: Stage::Releasing,
                    progress: Progress {
                        text: "releasing the GPU".to_owned(),
                        left: plan.longest(),
                    },
                    progress_at: now,
                    ended: None,
                });
            }
            Err(refused) => self.reply(ticket, Err(refused)),
        }
    }

    fn job(&self, gpu: Option<u32>, plan: Plan) -> Result<Job, ApiError> {
        let refused = |message: String| Err(ApiError::new(ErrorCode::NotMeasured, message));
        let wanted = gpu.unwrap_or(0);
        let Some(gpu) = self.found.iter().find(|info| info.index == wanted) else {
            let message = format!("there is no GPU {wanted}; “gpus” lists them");
            return Err(ApiError::new(ErrorCode::InvalidArgument, message));
        };
        if let Some(running) = &self.benchmark {
            let name = &running.job.gpu.name;
            return refused(text!("measure-running", gpu = name));
        }
        if let Some(why) = self.lane_of(&gpu.uuid).and_then(Lane::cannot_measure) {
            return refused(why);
        }
        Ok(Job {
            gpu: gpu.clone(),
            simulated: self.options.simulated,
            plan,
            limit: thermal_limit(self.settings(), gpu),
            terms: Terms::of(self.settings()),
        })
    }

    fn lane_of(&self, gpu: &GpuUuid) -> Option<&Lane> {
        self.gpus.iter().find(|lane| lane.info.uuid == *gpu)
    }

    /// Begins the benchmark once nothing of ours has the GPU open, and ends it when a reason came
    /// up that also forbids holding.
    pub(super) fn advance_benchmark(&mut self) {
        let Some(gpu) = self.benchmark.as_ref().map(Benchmark::gpu) else {
            return;
        };
        let lane = self.lane_of(gpu);
        if let Some(why) = lane.and_then(Lane::cannot_measure) {
            return self.stop_benchmark(why);
        }
        let is_closed = lane.is_none_or(Lane::is_closed);
        if let Some(benchmark) = &mut self.benchmark
            && benchmark.stage == Stage::Releasing
            && is_closed
        {
            benchmark.stage = Stage::Running;
            let job = Box::new(benchmark.job.clone());
            self.outbox.push_back(Action::Benchmark(job));
        }
    }

    /// Ends it for that reason; its reply follows when everything is released.
    pub(super) fn stop_benchmark(&mut self, why: String) {
        let Some(benchmark) = &mut self.benchmark else {
            return;
        };
        benchmark.ended.get_or_insert(why);
        match benchmark.stage {
            Stage::Releasing => self.benchmark_ended(None),
            Stage::Running => {
                benchmark.stage = Stage::Ending;
                self.outbox.push_back(Action::StopBenchmark);
            }
            Stage::Ending => {}
        }
    }

    /// A client's benchmark ends with it.
    pub(super) fn stop_benchmark_of(&mut self, client: ClientId) {
        if self.benchmark.as_ref().is_some_and(|b| b.client == client) {
            self.stop_benchmark(text!("measure-asker-gone"));
        }
    }

    pub(super) fn benchmark_progress(&mut self, progress: Progress, now: Moment) {
        if let Some(benchmark) = &mut self.benchmark {
            (benchmark.progress, benchmark.progress_at) = (progress, now);
        }
    }

    /// Takes its result, with nothing held any more; `None` when it was ended.
    pub(super) fn benchmark_ended(&mut self, result: Option<Result<Box<BenchmarkResult>, String>>) {
        let Some(benchmark) = self.benchmark.take() else {
            return;
        };
        // Of the time meanwhile nothing is known.
        self.kept.ledger.interrupt();
        let reply = match (result, benchmark.ended) {
            (Some(Ok(benchmark)), _) => {
                self.info(benchmark.verdict.clone());
                self.learn_power(&benchmark);
                let keep = StoreAction::KeepBenchmark(benchmark.clone());
                self.outbox.push_back(Action::Store(keep));
                Ok(Reply::Measured(benchmark))
            }
            (Some(Err(error)), None) => Err(text!("measure-failed", error = error.to_string())),
            (_, why) => Err(why.unwrap_or_else(|| text!("measure-nothing"))),
        };
        let reply = reply.map_err(|why| ApiError::new(ErrorCode::NotMeasured, why));
        if let Err(error) = &reply {
            self.info(error.message.clone());
        }
        self.reply(benchmark.ticket, reply);
    }

    /// The power that the GPU drew held and at rest, from which savings are counted.
    fn learn_power(&mut self, benchmark: &BenchmarkResult) {
        if benchmark.disturbed {
            return;
        }
        let (held, resting) = (benchmark.watts.warm, benchmark.watts.cold);
        let (uuid, source) = (&benchmark.uuid, self.host.power_source);
        let ledger = &mut self.kept.ledger;
        ledger.take_benchmark(uuid, source, held.map(Watts), resting.map(Watts));
    }

    pub(super) fn measuring_status(&self, now: Moment) -> Option<MeasuringStatus> {
        let benchmark = self.benchmark.as_ref()?;
        let left = benchmark.progress.left;
        Some(MeasuringStatus {
            gpu: benchmark.job.gpu.uuid.clone(),
            text: benchmark.progress.text.clone(),
            elapsed_s: super::status::seconds(now.since(benchmark.began)),
            left_s: super::status::seconds(left.saturating_sub(now.since(benchmark.progress_at))),
        })
    }
}
