use std::sync::Arc;

use gpu_keepalive_core::{
    benchmark::Job,
    gpu::{Action, GpuError},
    keeper::Input,
};
use tokio::sync::{mpsc, oneshot};

use super::Report;
use crate::{
    benchmark::Measure,
    clock::Clock,
    gpu::{Gpu, GpuSource},
};

/// Benchmarks until it is done or stopped, and reports when everything is released.
pub(super) async fn run<S: GpuSource>(
    benchmark: Option<Arc<dyn Measure<S>>>,
    mut gpu: S::Gpu,
    holder: Result<S::Holder, GpuError>,
    job: &Job,
    clock: Clock,
    stopped: oneshot::Receiver<()>,
    reports: mpsc::Sender<Report>,
) {
    let report = |progress| {
        // Progress that the loop has no time for is followed by newer.
        let _ = reports.try_send(Report::Input(Input::BenchmarkProgress(progress)));
    };
    let measured = async {
        let Some(benchmark) = benchmark else {
            return Err("GPUs are measured from the app or the command line alone".to_owned());
        };
        let measuring = benchmark.measure(job, &mut gpu, holder, &clock, Box::new(report));
        measuring.await
    };
    let result = tokio::select! {
        result = measured => Some(result),
        _ = stopped => None,
    };
    // After an error and when it was cut short; its program is dead by now.
    if let Err(error) = gpu.perform(Action::Close).await {
        tracing::warn!(gpu = %job.gpu.name, "after the benchmark: {error}");
    }
    drop(gpu);
    let ended = Input::BenchmarkEnded(result);
    let _ = reports.send(Report::Input(ended)).await;
}
