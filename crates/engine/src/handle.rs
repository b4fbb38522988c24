//! The handle to a running engine, for callers in its process.

use std::sync::Arc;

use gpu_keepalive_core::{
    protocol::{ApiError, DesktopStatus, ErrorCode, Event, Reply, Request, Status},
    settings::Settings,
};
use tokio::sync::{broadcast, mpsc, oneshot, watch};

pub use gpu_keepalive_core::keeper::ClientId;

/// A request on its way to the engine.
#[derive(Debug)]
pub struct Call {
    /// The client that asks.
    pub client: ClientId,
    /// The request; its numbers are in range.
    pub request: Request,
    /// The channel for the answer. Dropped unanswered, it reads as an engine that is stopping.
    pub answer: oneshot::Sender<Result<Reply, ApiError>>,
}

/// The inputs that reach the engine from outside.
#[derive(Debug)]
pub enum Control {
    /// A client's request.
    Call(Call),
    /// A client follows every change from now on: what it is shown is to be fresh.
    Subscribed(ClientId),
    /// A client is gone: its leases end.
    ClientGone(ClientId),
    /// The desktop application around the engine reports its state.
    Desktop(DesktopStatus),
}

/// Talks to a running engine. Cheap to clone.
#[derive(Clone, Debug)]
pub struct EngineHandle {
    requests: mpsc::Sender<Control>,
    status: watch::Receiver<Arc<Status>>,
    settings: watch::Receiver<Arc<Settings>>,
    events: broadcast::Sender<Event>,
}

impl EngineHandle {
    /// A handle to the engine that holds the other ends.
    pub fn new(
        requests: mpsc::Sender<Control>,
        status: watch::Receiver<Arc<Status>>,
        settings: watch::Receiver<Arc<Settings>>,
        events: broadcast::Sender<Event>,
    ) -> Self {
        Self {
            requests,
            status,
            settings,
            events,
        }
    }

    /// Asks and waits for the answer; one with [`ErrorCode::Stopping`] when the engine is gone.
    ///
    /// [`Request::Subscribe`] is for the control socket alone: here [`Self::status`] does that.
    pub async fn ask(&self, client: ClientId, request: Request) -> Result<Reply, ApiError> {
        request.check()?;
        let (answer, answered) = oneshot::channel();
        let call = Control::Call(Call {
            client,
            request,
            answer,
        });
        let stopping = || Err(ApiError::new(ErrorCode::Stopping, STOPPING));
        match self.requests.send(call).await {
            Ok(()) => answered.await.unwrap_or_else(|_| stopping()),
            Err(_) => stopping(),
        }
    }

    /// Reports that a client follows every change until it is gone.
    pub async fn client_subscribed(&self, client: ClientId) {
        // An engine that is gone shows nothing any more.
        let _ = self.requests.send(Control::Subscribed(client)).await;
    }

    /// Reports that a client is gone.
    pub async fn client_gone(&self, client: ClientId) {
        // An engine that is gone has no leases left to end.
        let _ = self.requests.send(Control::ClientGone(client)).await;
    }

    /// Asks without waiting for the answer, from any thread, in order with what was asked before.
    pub fn send(&self, client: ClientId, request: Request) {
        let (answer, _) = oneshot::channel();
        self.send_now(Control::Call(Call {
            client,
            request,
            answer,
        }));
    }

    /// Reports that a client is gone, without waiting, from any thread.
    pub fn send_client_gone(&self, client: ClientId) {
        self.send_now(Control::ClientGone(client));
    }

    /// The queue is full only if the engine's thread gets no time for a while; then a thread waits
    /// in our place, because a lease whose end is lost would stop the pulses for ever.
    fn send_now(&self, control: Control) {
        if let Err(mpsc::error::TrySendError::Full(control)) = self.requests.try_send(control) {
            let requests = self.requests.clone();
            std::thread::spawn(move || requests.blocking_send(control));
        }
    }

    /// Announces to whatever hosts or follows the engine that it has to end.
    pub(crate) fn announce_quit(&self) {
        // Without a receiver there is nothing to end.
        let _ = self.events.send(Event::Quit);
    }

    /// Waits until a client asks the engine to end. Whatever hosts it does that.
    pub fn quit_asked(&self) -> impl Future<Output = ()> + use<> {
        let mut events = self.events();
        async move {
            loop {
                match events.recv().await {
                    Ok(Event::Quit) => return,
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
                }
            }
        }
    }

    /// The newest status, and every change of it.
    pub fn status(&self) -> watch::Receiver<Arc<Status>> {
        self.status.clone()
    }

    /// The settings in force, and every change of them.
    pub fn settings(&self) -> watch::Receiver<Arc<Settings>> {
        self.settings.clone()
    }

    /// Sets the state of the desktop application around the engine in every status.
    pub fn describe_desktop(&self, desktop: DesktopStatus) {
        self.send_now(Control::Desktop(desktop));
    }

    /// From now on every [`Event::ShowWindow`], [`Event::Quit`] and [`Event::Settings`]; changes of the status come
    /// from [`Self::status`].
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }
}

const STOPPING: &str = "GPU Keepalive is stopping; try again in a moment.";
