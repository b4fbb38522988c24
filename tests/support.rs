//! Shared parts of several tests.

use std::{env, fs, future::Future, path::Path, sync::Arc, time::Duration};

use gpu_keepalive_core::{
    Moment,
    protocol::{
        ApiError, Doctor, ErrorCode, Event, Finding, Reply, Request, SettingKind, SettingReport,
        SettingsReport, Severity, Status,
    },
    simulation::{Scenario, SimulatedMachine},
};
use gpu_keepalive_engine::handle::{Call, ClientId, Control, EngineHandle};
use tokio::sync::{broadcast, mpsc, watch};

mod schema;

pub(crate) use schema::{assert_conforms, deviations};

/// Far longer than anything takes here: what is awaited for so long does not happen.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// Awaits something that must happen.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future)
        .await
        .unwrap_or_else(|_| panic!("in vain: {what}"))
}

/// Asserts that a generated page is what it should be; with `GPU_KEEPALIVE_WRITE_DOCS=1` it is
/// written.
pub(crate) fn assert_written(path: &str, wanted: &str) {
    const WRITE: &str = "GPU_KEEPALIVE_WRITE_DOCS";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if env::var_os(WRITE).is_some() {
        fs::write(&file, wanted).expect("the page is written");
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found.replace("\r\n", "\n") == wanted,
        "{path} is not what it should be; set {WRITE}=1 to write it again"
    );
}

/// An engine that answers at once, holds no GPU and reports which client held a lease when it left.
pub(crate) struct FakeEngine {
    pub(crate) handle: EngineHandle,
    pub(crate) status: watch::Sender<Arc<Status>>,
    /// Every lease that ended, and whether its client was gone (rather than having ended it).
    pub(crate) leases_ended: mpsc::UnboundedReceiver<bool>,
    pub(crate) asked: mpsc::UnboundedReceiver<Request>,
}

impl FakeEngine {
    pub(crate) fn start() -> Self {
        let (requests, controls) = mpsc::channel(8);
        let (status, watched) = watch::channel(Arc::new(status()));
        let (events, _) = broadcast::channel(8);
        let settings = watch::channel(Arc::default()).1;
        let (ended, leases_ended) = mpsc::unbounded_channel();
        let (asking, asked) = mpsc::unbounded_channel();
        let handle = EngineHandle::new(requests, watched.clone(), settings, events.clone());
        tokio::spawn(answer(controls, watched, events, ended, asking));
        Self {
            handle,
            status,
            leases_ended,
            asked,
        }
    }
}

async fn answer(
    mut controls: mpsc::Receiver<Control>,
    status: watch::Receiver<Arc<Status>>,
    events: broadcast::Sender<Event>,
    leases_ended: mpsc::UnboundedSender<bool>,
    asked: mpsc::UnboundedSender<Request>,
) {
    let mut leases: Vec<ClientId> = Vec::new();
    while let Some(control) = controls.recv().await {
        let (client, gone) = match &control {
            Control::Call(call) => (call.client, false),
            Control::ClientGone(client) => (*client, true),
            Control::Desktop(_) | Control::Subscribed(_) => continue,
        };
        let ends = gone || matches!(&control, Control::Call(c) if c.request == Request::EndLease);
        if ends && leases.contains(&client) {
            leases.retain(|holder| *holder != client);
            let _ = leases_ended.send(gone);
        }
        let Control::Call(Call {
            request, answer, ..
        }) = control
        else {
            continue;
        };
        let _ = asked.send(request.clone());
        let _ = answer.send(match request {
            Request::Status => {
                let status = Status::clone(&status.borrow());
                Ok(Reply::Status(Box::new(status)))
            }
            Request::Gpus => Ok(Reply::Gpus(
                SimulatedMachine::new(
                    Scenario::preset("rtx-3070-laptop").expect("a preset"),
                    Moment::ORIGIN,
                )
                .discover(Moment::ORIGIN)
                .expect("GPUs")
                .gpus,
            )),
            Request::Doctor => Ok(Reply::Doctor(doctor())),
            Request::Settings => Ok(Reply::Settings(settings())),
            Request::History => Ok(Reply::History(Vec::new())),
            Request::Set { key, value } if key != "mode" => Err(ApiError::new(
                ErrorCode::InvalidArgument,
                format!("{key} cannot be {value:?} here"),
            )),
            Request::BeginLease { .. } if leases.contains(&client) => {
                Err(ApiError::new(ErrorCode::Lease, "one already"))
            }
            Request::BeginLease { .. } => {
                leases.push(client);
                Ok(Reply::Done)
            }
            Request::ShowWindow => {
                let _ = events.send(Event::ShowWindow);
                Ok(Reply::Done)
            }
            _ => Ok(Reply::Done),
        });
    }
}

fn doctor() -> Doctor {
    Doctor {
        findings: vec![Finding {
            id: "gpu-lost".to_owned(),
            severity: Severity::Error,
            title: "The GPU stopped answering".to_owned(),
            evidence: "it fell off the bus".to_owned(),
            advice: "Restart the computer.".to_owned(),
        }],
    }
}

fn settings() -> SettingsReport {
    SettingsReport {
        path: "/home/user/.config/gpu-keepalive/settings.toml".to_owned(),
        settings: vec![SettingReport {
            key: "mode".to_owned(),
            title: "Mode".to_owned(),
            description: "When the GPUs are kept ready.".to_owned(),
            group: "Staying ready".to_owned(),
            rarely_used: false,
            value: "always".into(),
            default: "on_demand".into(),
            kind: SettingKind::Text { max_length: 12 },
        }],
        problems: Vec::new(),
    }
}

/// The status of a laptop held ready by pulses.
pub(crate) fn status() -> Status {
    serde_json::from_str(include_str!("fixtures/status.json")).expect("a status")
}
