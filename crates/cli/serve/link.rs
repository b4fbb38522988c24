//! The command's engine: it receives the processes to sense, and is followed when it ends and comes
//! back.

use std::time::Duration;

use gpu_keepalive_core::protocol::Request;
use gpu_keepalive_engine::{
    paths::control_socket,
    serving::OwnBoost,
    socket::{Client, ClientError},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{MissedTickBehavior, interval},
};

use super::note;
use crate::reach;

/// Time between two searches for an engine while there is none.
const CHECK_EVERY: Duration = Duration::from_millis(500);

/// An engine that runs.
pub(super) struct Link {
    pub(super) client: Client,
    /// The command, for people.
    pub(super) name: String,
    pub(super) simulated: bool,
}

/// A question whether the engine knows every process of the command as it is now.
pub(super) type Settle = oneshot::Sender<bool>;

impl Link {
    /// Has the processes below this one sensed, until it is dropped. While no engine runs the clocks
    /// are held instead.
    pub(super) async fn follow(mut self, mut settle: mpsc::Receiver<Settle>) {
        self.announce().await;
        loop {
            tokio::select! {
                () = self.client.ended() => self.replace(&mut settle).await,
                Some(asked) = settle.recv() => {
                    let known = self.client.ask(&serve()).await.is_ok();
                    let _ = asked.send(known);
                }
            }
        }
    }

    async fn announce(&mut self) {
        if let Err(ClientError::Refused(refused)) = self.client.ask(&serve()).await {
            note(&format!("{} is not woken for: {refused}.", self.name));
        }
    }

    /// Waits for the next engine.
    async fn replace(&mut self, settle: &mut mpsc::Receiver<Settle>) {
        let boost = self.hold();
        let mut ticks = interval(CHECK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let status = loop {
            tokio::select! {
                Some(asked) = settle.recv() => {
                    let _ = asked.send(false);
                    continue;
                }
                _ = ticks.tick() => {}
            }
            let Ok(path) = control_socket() else { continue };
            let Ok(client) = Client::connect(&path).await else {
                continue;
            };
            self.client = client;
            if let Ok(status) = reach::status(&mut self.client).await {
                break status;
            }
        };
        self.simulated = status.engine.simulated;
        self.announce().await;
        drop(boost);
        note(&match status.engine.enabled {
            true => format!("GPU Keepalive is back and wakes the GPU for {}.", self.name),
            false => format!(
                "GPU Keepalive is back and switched off: nothing wakes the GPU for {} until \
                 “gpu-keepalive on”.",
                self.name
            ),
        });
    }

    /// Holds the clocks, unless they were simulated.
    fn hold(&self) -> Option<OwnBoost> {
        let name = &self.name;
        if self.simulated {
            note(&format!(
                "GPU Keepalive has ended. Its GPUs were simulated, so nothing is held for {name} \
                 until it is back."
            ));
            return None;
        }
        note(&format!(
            "GPU Keepalive has ended. The GPU is held at full speed for {name} until it is back, \
             but not on battery."
        ));
        let of = name.clone();
        let boost = OwnBoost::start(std::process::id(), move |gpu, result| {
            if let Err(error) = result {
                note(&format!(
                    "The GPU at {gpu} cannot be held for {of}, whose first answers are slower now: \
                     {error}"
                ));
            }
        });
        boost
            .inspect_err(|error| note(&format!("The GPU cannot be held: {error}")))
            .ok()
    }
}

fn serve() -> Request {
    Request::Serve {
        pid: std::process::id(),
    }
}
