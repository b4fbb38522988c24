use gpu_keepalive_core::{
    doctor::{self, Evidence},
    protocol::{Doctor, Status},
};

use super::gpu::Inspected;
use crate::doctor::{Places, private, read_machine};

/// Judges what is known together with the machine's files and buses.
pub(super) async fn examine(
    mut evidence: Box<Evidence>,
    inspections: Vec<Option<Inspected>>,
    simulated: bool,
) -> (Doctor, Box<Evidence>) {
    for (gpu, inspection) in evidence.gpus.iter_mut().zip(inspections) {
        if let Some(inspection) = inspection {
            gpu.inspection = inspection.await.ok();
        }
    }
    // The real machine does not describe simulated GPUs.
    let places = (!simulated).then(Places::here);
    let running = evidence.running.clone();
    read_machine(&mut evidence, running, places).await;
    (doctor::examine(&evidence), evidence)
}

/// The report to copy, with nothing private in it.
pub(super) fn report(
    status: &Status,
    doctor: &Doctor,
    evidence: &Evidence,
    log: &[String],
) -> String {
    let problems = &evidence.app.settings_problems;
    doctor::report(status, doctor, problems, log, &private(&evidence.running))
}
