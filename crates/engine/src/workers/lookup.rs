use gpu_keepalive_core::{
    doctor::{self, Evidence},
    protocol::{Doctor, Status},
    status_text::present,
};
use gpu_keepalive_text::Language;

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

/// The report to copy, with nothing private in it. It is read by others, and so in English.
pub(super) fn report(mut status: Status, evidence: &Evidence, log: &[String]) -> String {
    let problems = &evidence.app.settings_problems;
    Language::ENGLISH.within(|| {
        present(&mut status);
        let doctor = doctor::examine(evidence);
        doctor::report(&status, &doctor, problems, log, &private(&evidence.running))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_in_english_whatever_the_language() {
        let status = include_str!("../../../../tests/fixtures/status.json");
        let status: Status = serde_json::from_str(status).expect("a status");
        let made = || {
            let mut status = status.clone();
            present(&mut status);
            let text = status.gpus[0].phase_text.clone();
            (text, report(status, &Evidence::default(), &[]))
        };
        let (english, report) = made();
        assert!(report.contains(&english), "{report}");
        let german = Language::of_locale("de").expect("a file");
        let (text, same) = german.within(made);
        assert_ne!(text, english);
        assert_eq!(same, report);
    }
}
