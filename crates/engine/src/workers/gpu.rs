use gpu_keepalive_core::{
    gpu::{Action, Inspection, Outcome},
    keeper::{GpuId, Input},
};
use tokio::sync::{mpsc, oneshot};

use super::Report;
use crate::gpu::Gpu;

/// An inspection on its way. No answer comes while the GPU is left alone: asking would wake it.
pub(super) type Inspected = oneshot::Receiver<Inspection>;

/// The shell's end of one GPU's worker. Dropping it ends the worker, and with it what is held.
pub(super) struct GpuOrders {
    actions: mpsc::Sender<Action>,
    inspections: mpsc::Sender<oneshot::Sender<Inspection>>,
}

/// The worker's end.
pub(super) struct Ordered {
    actions: mpsc::Receiver<Action>,
    /// Beside the actions, which follow each other: an inspection changes nothing.
    inspections: mpsc::Receiver<oneshot::Sender<Inspection>>,
}

impl GpuOrders {
    pub(super) fn new() -> (Self, Ordered) {
        let (actions, ordered) = mpsc::channel(1);
        let (inspections, asked) = mpsc::channel(1);
        let orders = Self {
            actions,
            inspections,
        };
        let ordered = Ordered {
            actions: ordered,
            inspections: asked,
        };
        (orders, ordered)
    }

    /// Returns whether the worker takes it.
    pub(super) fn perform(&self, action: Action) -> bool {
        self.actions.try_send(action).is_ok()
    }

    pub(super) fn inspect(&self) -> Inspected {
        let (answer, answered) = oneshot::channel();
        let _ = self.inspections.try_send(answer);
        answered
    }
}

/// Performs what is ordered until the orders end, also in the middle of an action: dropping the
/// GPU then ends its driver process.
pub(super) async fn serve<G: Gpu>(
    mut gpu: G,
    id: GpuId,
    mut orders: Ordered,
    reports: mpsc::Sender<Report>,
) {
    let mut is_open = false;
    loop {
        let input = tokio::select! {
            biased;
            action = orders.actions.recv() => {
                let Some(action) = action else { return };
                let result = tokio::select! {
                    biased;
                    result = gpu.perform(action) => result,
                    () = closed(&mut orders.actions) => return,
                };
                is_open = result.is_ok() && !matches!(action, Action::Release | Action::Close);
                Input::Performed { gpu: id, action, result }
            }
            Some(answer) = orders.inspections.recv() => {
                if is_open
                    && let Ok(Outcome::Inspected(inspection)) = gpu.perform(Action::Inspect).await
                {
                    let _ = answer.send(inspection);
                }
                continue;
            }
            error = gpu.ended() => {
                is_open = false;
                Input::ProcessEnded(id, error)
            }
        };
        if reports.send(Report::Input(input)).await.is_err() {
            return;
        }
    }
}

/// Waits until no order can come any more.
async fn closed(actions: &mut mpsc::Receiver<Action>) {
    // None is sent while one is under way, so this only returns at the end.
    while actions.recv().await.is_some() {}
}
