use std::{collections::VecDeque, sync::Arc};

use gpu_keepalive_core::{
    gpu::{
        GpuError, GpuInfo,
        holder::{HolderAction, HolderCommand, HolderReply, HolderReport},
    },
    keeper::{GpuId, Input},
};
use tokio::sync::{Mutex, mpsc};

use super::Report;
use crate::gpu::{GpuSource, Holder};

/// A command that waits for its answer: its number for the process and for the keeper.
struct Waiting {
    theirs: u64,
    ours: u64,
    ends: bool,
}

/// Passes commands to the `hold` process of one GPU and its reports back. The process runs from the
/// first command until it was ordered to open nothing any more, or until the commands end.
pub(super) async fn serve<S: GpuSource>(
    source: Arc<Mutex<S>>,
    gpu: GpuInfo,
    id: GpuId,
    mut commands: mpsc::Receiver<HolderCommand>,
    reports: mpsc::Sender<Report>,
) {
    let mut running: Option<S::Holder> = None;
    let mut waiting: VecDeque<Waiting> = VecDeque::new();
    loop {
        let input = tokio::select! {
            biased;
            report = next(&mut running) => match report {
                Ok(report) => {
                    let (report, ends) = translated(report, &mut waiting);
                    if ends && let Some(holder) = running.take() {
                        if let Err(error) = holder.end().await {
                            tracing::warn!(gpu = id.index, "{error}");
                        }
                        waiting.clear();
                    }
                    Input::Holder { gpu: id, report }
                }
                Err(error) => {
                    running = None;
                    waiting.clear();
                    Input::HolderEnded(id, error)
                }
            },
            command = commands.recv() => {
                let Some(HolderCommand { id: ours, action }) = command else { return };
                let ends = action == HolderAction::Disarm;
                // One that does not run has nothing open, and is not started to open nothing.
                let started = match running.is_none() && !ends {
                    true => source.lock().await.holder(&gpu).map(|holder| running = Some(holder)),
                    false => Ok(()),
                };
                match &mut running {
                    None => answer(id, ours, started.map(|()| HolderReply::default())),
                    Some(holder) => match holder.send(action).await {
                        Ok(theirs) => {
                            waiting.push_back(Waiting { theirs, ours, ends });
                            continue;
                        }
                        Err(error) => {
                            running = None;
                            waiting.clear();
                            Input::HolderEnded(id, error)
                        }
                    },
                }
            }
        };
        if reports.send(Report::Input(input)).await.is_err() {
            return;
        }
    }
}

async fn next<H: Holder>(running: &mut Option<H>) -> Result<HolderReport, GpuError> {
    match running {
        Some(holder) => holder.next().await,
        None => std::future::pending().await,
    }
}

fn answer(gpu: GpuId, id: u64, result: Result<HolderReply, GpuError>) -> Input {
    let report = HolderReport::Reply { id, result };
    Input::Holder { gpu, report }
}

/// The report with the keeper's number. Returns whether it answers the command that ends the
/// process as well.
fn translated(report: HolderReport, waiting: &mut VecDeque<Waiting>) -> (HolderReport, bool) {
    let HolderReport::Reply { id, result } = report else {
        return (report, false);
    };
    while waiting.front().is_some_and(|one| one.theirs < id) {
        waiting.pop_front();
    }
    match waiting.pop_front() {
        Some(one) if one.theirs == id => {
            let id = one.ours;
            (HolderReport::Reply { id, result }, one.ends)
        }
        _ => (HolderReport::Reply { id: 0, result }, false),
    }
}
