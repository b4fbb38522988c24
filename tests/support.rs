//! What several tests need.

use std::{future::Future, sync::Arc, time::Duration};

use gpu_keepalive_core::{
    gpu::{GpuUuid, PState, PowerSource},
    protocol::{
        Answer, ApiError, EnergyToday, EngineStatus, ErrorCode, GpuStatus, Phase, Reply, Request,
        Status, VramStatus,
    },
    settings::{Mode, Strategy},
    units::{Bytes, Celsius, Megahertz, Percent, Watts},
};
use gpu_keepalive_engine::handle::{Call, ClientId, Control, EngineHandle};
use tokio::sync::{broadcast, mpsc, watch};

/// Far longer than anything takes here: what is awaited for so long does not happen.
const DEADLINE: Duration = Duration::from_secs(20);

/// Awaits something that must happen.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future)
        .await
        .unwrap_or_else(|_| panic!("in vain: {what}"))
}

/// An engine that answers at once, holds no GPU and tells who held a lease when it left.
pub(crate) struct FakeEngine {
    pub(crate) handle: EngineHandle,
    pub(crate) status: watch::Sender<Arc<Status>>,
    /// Every lease that ended, and whether its client was gone (rather than said so).
    pub(crate) leases_ended: mpsc::UnboundedReceiver<bool>,
    pub(crate) asked: mpsc::UnboundedReceiver<Request>,
}

impl FakeEngine {
    pub(crate) fn start() -> Self {
        let (requests, controls) = mpsc::channel(8);
        let (status, watched) = watch::channel(Arc::new(status()));
        let (events, _) = broadcast::channel(8);
        let (ended, leases_ended) = mpsc::unbounded_channel();
        let (heard, asked) = mpsc::unbounded_channel();
        let handle = EngineHandle::new(requests, watched.clone(), events.clone());
        tokio::spawn(answer(controls, watched, events, ended, heard));
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
    events: broadcast::Sender<gpu_keepalive_core::protocol::Event>,
    leases_ended: mpsc::UnboundedSender<bool>,
    asked: mpsc::UnboundedSender<Request>,
) {
    let mut leases: Vec<ClientId> = Vec::new();
    while let Some(control) = controls.recv().await {
        let (client, gone) = match &control {
            Control::Call(call) => (call.client, false),
            Control::ClientGone(client) => (*client, true),
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
        let reply = match request {
            Request::Status => Reply::Status(Box::new(Status::clone(&status.borrow()))),
            Request::BeginLease if leases.contains(&client) => {
                let _ = answer.send(Answer::Error(ApiError::new(
                    ErrorCode::Lease,
                    "one already",
                )));
                continue;
            }
            Request::BeginLease => {
                leases.push(client);
                Reply::Done
            }
            Request::ShowWindow => {
                let _ = events.send(gpu_keepalive_core::protocol::Event::ShowWindow);
                Reply::Done
            }
            _ => Reply::Done,
        };
        let _ = answer.send(Answer::Ok(reply));
    }
}

/// The status of a laptop held warm by pulses.
pub(crate) fn status() -> Status {
    Status {
        engine: EngineStatus {
            version: "0.1.0".to_owned(),
            pid: 4242,
            simulated: true,
            mode: Mode::Always,
            enabled: true,
            uptime_s: 12.5,
            pause_remaining_s: None,
            leases: 0,
            power_source: PowerSource::Ac,
        },
        gpus: vec![gpu()],
        energy: EnergyToday {
            today_wh: Some(0.4),
            today_cost: None,
            cold_starts_avoided_today: 3,
        },
        notices: Vec::new(),
    }
}

fn gpu() -> GpuStatus {
    GpuStatus {
        index: 0,
        uuid: GpuUuid("GPU-5e2c1a34-0000-0000-0000-000000000001".to_owned()),
        name: "NVIDIA GeForce RTX 3070 Laptop GPU".to_owned(),
        pci_bus_id: "0000:01:00.0".parse().expect("a PCI address"),
        phase: Phase::Warm,
        phase_text: "Warm: the mode is always".to_owned(),
        phase_s: 12.0,
        reasons: Vec::new(),
        pstate: PState::new(0),
        sm_clock_mhz: Some(Megahertz(1785)),
        sm_clock_max_mhz: Some(Megahertz(2100)),
        memory_clock_mhz: Some(Megahertz(7001)),
        clocks_event_reasons: Vec::new(),
        temperature_c: Some(Celsius(54)),
        power_w: Some(Watts(31.2)),
        utilization_percent: Some(Percent(0)),
        ready: Some(true),
        vram: VramStatus {
            total_bytes: Some(Bytes::from_mib(8192)),
            free_bytes: Some(Bytes::from_mib(7000)),
            ours_bytes: Some(Bytes::from_mib(256)),
        },
        strategy: Some(Strategy::Pulse),
        pulse_interval_ms: Some(4000),
        pulses: 12,
        attempts: Vec::new(),
        fault: None,
    }
}
