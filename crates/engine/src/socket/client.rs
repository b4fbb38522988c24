use std::{collections::VecDeque, io, time::Duration};

use gpu_keepalive_core::{
    benchmark::Plan,
    models::one_line,
    protocol::{ApiError, Event, Reply, Request, ServerLine},
};
use thiserror::Error;
use tokio::time;

use super::{
    ControlSocket,
    lines::{Line, Lines},
    transport::{self, ClientStream, ConnectError},
};

/// The longest time that an engine may take to answer before it counts as hung.
const ANSWER_DEADLINE: Duration = Duration::from_secs(10);
/// Longest line accepted from the engine: a log is the longest it sends.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// Most characters of a line that is not understood.
const MAX_SHOWN: usize = 200;

/// A connection to a running engine in another process.
pub struct Client {
    lines: Lines<ClientStream>,
    /// Events that arrived while an answer was awaited.
    events: VecDeque<Event>,
}

impl Client {
    /// Connects to the engine's control socket (on Windows the pipe of that name).
    pub async fn connect(socket: impl Into<ControlSocket>) -> Result<Self, ConnectError> {
        let stream = transport::connect(&socket.into()).await?;
        Ok(Self {
            lines: Lines::new(stream, MAX_ANSWER_BYTES),
            events: VecDeque::new(),
        })
    }

    /// Asks and waits for the answer. After an error other than [`ClientError::Refused`] the
    /// connection is of no more use.
    pub async fn ask(&mut self, request: &Request) -> Result<Reply, ClientError> {
        let deadline = match request {
            Request::Bench { quick, rounds, .. } => {
                ANSWER_DEADLINE + 2 * Plan::new(*quick, *rounds).longest()
            }
            _ => ANSWER_DEADLINE,
        };
        time::timeout(deadline, self.ask_patiently(request))
            .await
            .map_err(|_| ClientError::NoAnswer)?
    }

    /// Waits until the engine has ended or closed the connection. Cancel safe.
    pub async fn ended(&mut self) {
        // Without a subscription nothing arrives unasked.
        while self.read().await.is_ok() {}
    }

    /// From now on what happens, beginning with the full status.
    pub async fn subscribe(mut self) -> Result<Subscription, ClientError> {
        self.ask(&Request::Subscribe).await?;
        Ok(Subscription(self))
    }

    async fn ask_patiently(&mut self, request: &Request) -> Result<Reply, ClientError> {
        let line = serde_json::to_vec(request).map_err(io::Error::from)?;
        // At the client limit the server replies with an error and closes the connection without
        // reading: the write may fail although a line is waiting.
        let written = self.lines.write(line).await;
        loop {
            match self.read().await {
                Ok(ServerLine::Ok(reply)) => return Ok(reply),
                Ok(ServerLine::Error(error)) => return Err(error.into()),
                Ok(ServerLine::Event(event)) => self.events.push_back(event),
                Err(error) => {
                    written?;
                    return Err(error);
                }
            }
        }
    }

    async fn read(&mut self) -> Result<ServerLine, ClientError> {
        match self.lines.next().await? {
            None => Err(ClientError::Closed),
            Some(line) => understand(&line),
        }
    }
}

fn understand(line: &Line) -> Result<ServerLine, ClientError> {
    let garbled = |what: &str| ClientError::Garbled(one_line(what, MAX_SHOWN));
    match line {
        Line::TooLong => Err(garbled("a line without end")),
        Line::Whole(bytes) => {
            serde_json::from_slice(bytes).map_err(|error| garbled(&error.to_string()))
        }
    }
}

/// The events of the engine, as they occur.
pub struct Subscription(Client);

impl Subscription {
    /// The next event; [`ClientError::Closed`] when the engine has ended. Cancel safe.
    pub async fn next(&mut self) -> Result<Event, ClientError> {
        if let Some(event) = self.0.events.pop_front() {
            return Ok(event);
        }
        match self.0.read().await? {
            ServerLine::Event(event) => Ok(event),
            reply => {
                let reply = one_line(&format!("{reply:?}"), MAX_SHOWN);
                Err(ClientError::Garbled(format!(
                    "a reply to no request: {reply}"
                )))
            }
        }
    }
}

/// The reason why a request brought no reply.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The engine understood and refused.
    #[error(transparent)]
    Refused(#[from] ApiError),
    /// The engine ended.
    #[error("GPU Keepalive has ended")]
    Closed,
    /// The engine does not answer.
    #[error("GPU Keepalive does not answer; stop it and start it again")]
    NoAnswer,
    /// The engine replied something that this version does not understand.
    #[error(
        "GPU Keepalive answered something this program does not understand ({0}); \
         use the same version of both"
    )]
    Garbled(String),
    /// The connection broke.
    #[error("the connection to GPU Keepalive broke: {0}")]
    Io(#[from] io::Error),
}

#[cfg(test)]
mod fuzz;
