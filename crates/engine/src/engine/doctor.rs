//! Answering why a GPU is slow: the loop tells what it knows, a task of its own reads the rest.

use gpu_keepalive_core::{
    doctor::{self, Engine, Evidence, GpuEvidence},
    protocol::{Answer, Reply, Request},
};
use tokio::sync::oneshot;

use super::{Core, Discovery, lane::Lane};
use crate::doctor::{Places, look_around, private, tell_host, tell_settings};

impl Core {
    /// Answers [`Request::Doctor`] and [`Request::Report`] later.
    pub(super) fn examine(&mut self, request: &Request, answer: oneshot::Sender<Answer>) {
        let mut evidence = self.known();
        let inspections: Vec<_> = self
            .lanes
            .iter()
            .map(|lane| self.workers.inspect(&lane.info.uuid))
            .collect();
        let ai_programs = self.host.ai_programs.clone();
        // The real machine says nothing about simulated GPUs.
        let places = (!self.options.simulated).then(Places::here);
        let report = (*request == Request::Report).then(|| {
            (
                self.build_status(self.options.clock.now()),
                self.options.log.lines(),
            )
        });
        self.workers.spawn(async move {
            for (gpu, inspection) in evidence.gpus.iter_mut().zip(inspections) {
                gpu.inspection = inspection.await.ok();
            }
            let private = private(&ai_programs);
            look_around(&mut evidence, ai_programs, places).await;
            let doctor = doctor::examine(&evidence);
            let reply = match report {
                None => Reply::Doctor(doctor),
                Some((status, log)) => {
                    let problems = &evidence.app.settings_problems;
                    Reply::Report(doctor::report(&status, &doctor, problems, &log, &private))
                }
            };
            // A client that is gone no longer wants its answer.
            let _ = answer.send(Answer::Ok(reply));
        });
    }

    fn known(&self) -> Evidence {
        let mut evidence = Evidence {
            simulated: self.options.simulated,
            engine: Some(Engine {
                enabled: self.switches.enabled,
            }),
            discovery_error: match &self.discovery {
                Discovery::Failed { error, .. } => Some(error.clone()),
                Discovery::Running | Discovery::Done => None,
            },
            gpus: self.lanes.iter().map(known_of).collect(),
            ..Evidence::default()
        };
        let problems = self.options.settings.file().problems().to_vec();
        tell_settings(&mut evidence, self.options.settings.settings(), problems);
        evidence.app.login_entry.exists = self.desktop.and_then(|desktop| desktop.starts_at_login);
        tell_host(&mut evidence, &self.host);
        evidence
    }
}

fn known_of(lane: &Lane) -> GpuEvidence {
    let record = lane.policy.record();
    GpuEvidence {
        sample: record.sample().cloned(),
        phase: lane.decision.as_ref().map(|decision| decision.phase),
        message: lane
            .decision
            .as_ref()
            .map(|decision| decision.message.clone())
            .unwrap_or_default(),
        fault: record.fault().map(|fault| fault.error.clone()),
        ..GpuEvidence::new(lane.info.clone())
    }
}
