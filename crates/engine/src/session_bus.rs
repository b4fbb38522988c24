//! Holds of other programs over the session bus, in the manner of power-profiles-daemon.
//!
//! A hold ends when it is released, when its caller is gone, when the user ends it, or after
//! [`LONGEST`] unless it is renewed. What it does is decided where every demand is decided: it
//! never overrides heat, battery, budget or the switch.

use std::{convert::Infallible, time::Duration};

use futures_util::StreamExt;
use gpu_keepalive_core::protocol::Event;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::sleep,
};
use tracing::{debug, info};
use zbus::{Connection, MessageStream, connection, fdo::RequestNameFlags};

use crate::handle::EngineHandle;
use interface::Holds;

mod interface;

/// The name on the bus, and of the interface.
const NAME: &str = "io.github.gpu_keepalive.GpuKeepalive1";
const PATH: &str = "/io/github/gpu_keepalive/GpuKeepalive1";
/// Most holds at once, of all programs.
const MOST_HOLDS: usize = 32;
/// A hold that is not renewed ends after this time.
const LONGEST: Duration = Duration::from_secs(4 * 60 * 60);
/// Where there is no bus, or it has ended: the first pause before the next attempt, and the longest.
const RETRY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(600));

/// Serves the session bus of this user, whenever there is one.
pub(crate) async fn serve(engine: EngineHandle) -> Infallible {
    let mut pause = RETRY.0;
    loop {
        match offer(&engine).await {
            Ok(bus) => {
                debug!("serving {NAME} on the session bus");
                pause = RETRY.0;
                until_closed(&bus, engine.events()).await;
                info!("the session bus is gone");
            }
            Err(error) => debug!("no session bus: {error}"),
        }
        sleep(pause).await;
        pause = (pause * 2).min(RETRY.1);
    }
}

/// Where the name is another engine's, this one is next in line.
async fn offer(engine: &EngineHandle) -> zbus::Result<Connection> {
    let bus = connection::Builder::session()
        .serve_at(PATH, Holds::new(engine.clone()))
        .build()
        .await?;
    bus.request_name_with_flags(NAME, RequestNameFlags::empty())
        .await?;
    Ok(bus)
}

/// Passes on what the user ends, until the bus is gone.
async fn until_closed(bus: &Connection, mut events: Receiver<Event>) {
    let mut messages = MessageStream::from(bus);
    loop {
        let event = tokio::select! {
            message = messages.next() => match message {
                Some(_) => continue,
                None => return,
            },
            event = events.recv() => event,
        };
        match event {
            Ok(Event::HoldEnded { id }) => Holds::end(bus, id).await,
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            // The engine has stopped; its callers see the name go.
            Err(RecvError::Closed) => return std::future::pending().await,
        }
    }
}
