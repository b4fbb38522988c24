use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;
use gpu_keepalive_core::{
    host::Served,
    keeper::{Input, Worker},
    settings::AiProgram,
};
use tokio::sync::{mpsc, oneshot};

use super::{Report, panicked};
use crate::host::Host;

/// The processes that a sample is to search for.
pub(super) type Wanted = (Arc<[AiProgram]>, Arc<Served>);

/// Samples the machine when asked, and reports what cannot wait. A panic is reported and survived:
/// the protection against battery and suspend rests on this worker.
pub(super) async fn serve<H: Host>(
    mut host: H,
    mut wanted: mpsc::Receiver<Wanted>,
    reports: mpsc::Sender<Report>,
) {
    loop {
        let served = AssertUnwindSafe(serve_once(&mut host, &mut wanted, &reports)).catch_unwind();
        match served.await {
            Ok(Some(())) => {}
            Ok(None) => return,
            Err(panic) => {
                let ended = Input::WorkerEnded(Worker::Host, panicked(&*panic));
                if reports.send(Report::Input(ended)).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn serve_once<H: Host>(
    host: &mut H,
    wanted: &mut mpsc::Receiver<Wanted>,
    reports: &mpsc::Sender<Report>,
) -> Option<()> {
    tokio::select! {
        wanted = wanted.recv() => {
            let (ai_programs, served) = wanted?;
            host.follow(&served);
            let sample = host.sample(&ai_programs).await;
            reports.send(Report::Input(Input::HostSampled(sample))).await.ok()
        }
        event = host.event() => {
            let (handled, done) = oneshot::channel();
            let sent = reports.send(Report::HostEvent(event, handled)).await;
            // Asking for the next event confirms that this one was handled (see `Host::event`).
            let _ = done.await;
            sent.ok()
        }
    }
}
