use gpu_keepalive_core::{
    benchmark::Job,
    gpu::{Action, GpuError, GpuErrorKind},
    keeper::Input,
};
use tokio::sync::{mpsc, oneshot};

use super::Report;
use crate::{
    benchmark::{Workloads, measure},
    clock::Clock,
    gpu::{Gpu, Holder},
};

/// Benchmarks until it is done or stopped, and reports when everything is released.
pub(super) async fn run<G: Gpu, P: Workloads, H: Holder>(
    mut gpu: G,
    holder: Result<H, GpuError>,
    workloads: Option<P>,
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
        let Some(mut workloads) = workloads else {
            let message = "GPUs are measured from the app or the command line alone";
            return Err(GpuError::new(GpuErrorKind::NotSupported, message).into());
        };
        measure(job, &mut gpu, holder, &mut workloads, &clock, report).await
    };
    let result = tokio::select! {
        result = measured => Some(result.map(Box::new).map_err(|error| error.to_string())),
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
