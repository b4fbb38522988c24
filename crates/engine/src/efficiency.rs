//! Windows' efficiency mode for an engine that only watches.

use gpu_keepalive_core::protocol::{Phase, Status};

/// Returns true if no GPU is held, and none has to be raised in time for a request.
fn only_watches(status: &Status) -> bool {
    let mut phases = status.gpus.iter().map(|gpu| gpu.phase);
    phases.all(|phase| matches!(phase, Phase::Off | Phase::Asleep | Phase::Paused))
}

/// Runs this process slowly, on the cores that need little power, whenever its engine only watches
/// (EcoQoS), until it is dropped. For a program of which the engine is the purpose: the state is
/// that of the whole process.
#[cfg(windows)]
pub(crate) async fn follow(engine: &crate::handle::EngineHandle) -> std::convert::Infallible {
    use crate::windows_api::run_efficiently;

    let mut statuses = engine.status();
    let mut efficiently = false;
    loop {
        let wanted = only_watches(&statuses.borrow_and_update());
        if wanted != efficiently {
            efficiently = wanted;
            if let Err(error) = run_efficiently(None, wanted) {
                tracing::debug!("this process does not run efficiently: {error}");
            }
        }
        if statuses.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_holds_or_stands_by_runs_as_usual() {
        let recorded = include_str!("../../../tests/fixtures/status.json");
        let mut status: Status = serde_json::from_str(recorded).expect("a status");
        for (phase, expected) in [
            (Phase::Off, true),
            (Phase::Asleep, true),
            (Phase::Paused, true),
            (Phase::Standby, false),
            (Phase::Warm, false),
            (Phase::Yielding, false),
            (Phase::Fault, false),
        ] {
            for gpu in &mut status.gpus {
                gpu.phase = phase;
            }
            assert_eq!(only_watches(&status), expected, "{phase:?}");
        }
        status.gpus.clear();
        assert!(only_watches(&status), "without a GPU");
    }
}
