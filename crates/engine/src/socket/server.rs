use std::{
    collections::VecDeque, convert::Infallible, future::ready, io, str, sync::Arc, time::Duration,
};

use gpu_keepalive_core::{
    models::one_line,
    protocol::{
        ApiError, ErrorCode, Event, HistoryReport, MAX_CLIENTS, MAX_LINE_BYTES, Reply, Request,
        ServerLine, Status,
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{broadcast, watch},
    task::JoinSet,
    time,
};
use tracing::{debug, warn};

use super::{
    ControlSocket,
    lines::{Line, Lines},
    transport::{BindError, Listener},
};
use crate::handle::{ClientId, EngineHandle};

/// The time for which a client may leave one line unread before it is cut off.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// Pause after a connection could not be accepted, which happens when file descriptors run out.
const ACCEPT_BACK_OFF: Duration = Duration::from_secs(1);

/// The engine's end of the control socket. The process that has it is the engine.
#[derive(Debug)]
pub struct Server {
    listener: Listener,
}

impl Server {
    /// Takes the socket there (on Windows the pipe of that name), replacing one that a dead engine
    /// left behind. Must be called within a tokio runtime.
    pub fn bind(socket: impl Into<ControlSocket>) -> Result<Self, BindError> {
        Listener::bind(socket.into()).map(|listener| Self { listener })
    }

    /// Serves clients until it is dropped, which closes every connection and removes the socket.
    pub async fn serve(mut self, engine: EngineHandle) -> Infallible {
        let mut clients = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                Some(_) = clients.join_next() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok(stream) if clients.len() < MAX_CLIENTS => {
                        clients.spawn(attend(stream, engine.clone()));
                    }
                    Ok(stream) => turn_away(stream).await,
                    Err(error) => {
                        warn!(%error, "cannot accept a connection on the control socket");
                        time::sleep(ACCEPT_BACK_OFF).await;
                    }
                },
            }
        }
    }
}

/// One client from its first line to its last.
async fn attend(stream: impl AsyncRead + AsyncWrite + Unpin, engine: EngineHandle) {
    let client = ClientId::next();
    debug!(client = client.0, "connected");
    let ended = converse(stream, &engine, client).await;
    debug!(client = client.0, ?ended, "gone");
    engine.client_gone(client).await;
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    engine: &EngineHandle,
    client: ClientId,
) -> io::Result<()> {
    let mut lines = Lines::new(stream, MAX_LINE_BYTES);
    let mut subscriber: Option<Subscriber> = None;
    loop {
        tokio::select! {
            line = lines.next() => {
                let Some(line) = line? else { return Ok(()) };
                let request = parse(&line);
                let quits = matches!(request, Ok(Request::Quit));
                let reply = match request {
                    Ok(Request::Subscribe) => {
                        subscriber = Some(Subscriber::from_now(engine.clone(), client));
                        engine.client_subscribed(client).await;
                        Ok(Reply::Done)
                    }
                    Ok(request @ Request::Bench { .. }) => tokio::select! {
                        reply = engine.ask(client, request) => reply,
                        ended = lines.ended() => return ended,
                    },
                    Ok(request) => engine.ask(client, request).await,
                    Err(error) => Err(error),
                };
                send(&mut lines, &reply.into()).await?;
                // Only now: the end of the engine is also the end of this task.
                if quits {
                    engine.announce_quit();
                }
            }
            event = next(&mut subscriber) => {
                let Some(event) = event else { return Ok(()) };
                send(&mut lines, &ServerLine::Event(event)).await?;
            }
        }
    }
}

/// Everything that a subscriber receives.
struct Subscriber {
    engine: EngineHandle,
    client: ClientId,
    status: watch::Receiver<Arc<Status>>,
    events: broadcast::Receiver<Event>,
    /// All settings are to be sent: at first, and where a change of them may have been missed.
    settings_due: bool,
    /// The last ten minutes that are still to be sent; `None` before they were asked for.
    history: Option<VecDeque<HistoryReport>>,
}

impl Subscriber {
    /// Begins with the full status and all settings.
    fn from_now(engine: EngineHandle, client: ClientId) -> Self {
        let mut status = engine.status();
        status.mark_changed();
        Self {
            status,
            events: engine.events(),
            settings_due: true,
            history: None,
            engine,
            client,
        }
    }

    /// The next event; `None` when the engine has ended. Cancel safe.
    ///
    /// A watch holds only the newest status, so a client that reads slowly misses what lay between.
    async fn next(&mut self) -> Option<Event> {
        loop {
            tokio::select! {
                biased;
                changed = self.status.changed() => {
                    changed.ok()?;
                    let status = Status::clone(&self.status.borrow_and_update());
                    return Some(Event::Status(Box::new(status)));
                }
                answer = self.engine.ask(self.client, Request::Settings), if self.settings_due => {
                    self.settings_due = false;
                    let Ok(Reply::Settings(report)) = answer else { return None };
                    return Some(Event::Settings(Box::new(report)));
                }
                answer = self.engine.ask(self.client, Request::History), if self.history.is_none() => {
                    let Ok(Reply::History(reports)) = answer else { return None };
                    self.history = Some(reports.into());
                }
                Some(report) = ready(self.history.as_mut().and_then(VecDeque::pop_front)) => {
                    return Some(Event::History(Box::new(report)));
                }
                event = self.events.recv() => match event {
                    Ok(event) => return Some(event),
                    Err(broadcast::error::RecvError::Lagged(_)) => self.settings_due = true,
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
            }
        }
    }
}

/// The next event for a subscriber; without a subscription it waits for ever.
async fn next(subscriber: &mut Option<Subscriber>) -> Option<Event> {
    match subscriber {
        Some(subscriber) => subscriber.next().await,
        None => std::future::pending().await,
    }
}

async fn turn_away(stream: impl AsyncRead + AsyncWrite + Unpin) {
    let error = ApiError::new(
        ErrorCode::TooManyClients,
        format!("{MAX_CLIENTS} programs are connected already; close one and try again."),
    );
    let line = ServerLine::Error(error);
    if let Err(error) = send(&mut Lines::new(stream, 0), &line).await {
        debug!(%error, "could not tell a client that there are too many");
    }
}

async fn send(
    lines: &mut Lines<impl AsyncRead + AsyncWrite + Unpin>,
    line: &ServerLine,
) -> io::Result<()> {
    let bytes = serde_json::to_vec(line)?;
    time::timeout(WRITE_TIMEOUT, lines.write(bytes)).await?
}

fn parse(line: &Line) -> Result<Request, ApiError> {
    let no_json = |message| ApiError::new(ErrorCode::InvalidJson, message);
    let unknown = |message| ApiError::new(ErrorCode::UnknownRequest, message);
    let Line::Whole(bytes) = line else {
        let message =
            format!("a line may have at most {MAX_LINE_BYTES} bytes, its newline included");
        return Err(ApiError::new(ErrorCode::LineTooLong, message));
    };
    let text = str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to() + 1;
        no_json(format!(
            "byte {at} of the line is not UTF-8; a request is one line of JSON"
        ))
    })?;
    let value: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| no_json(format!("not JSON: {error}; a request looks like {EXAMPLE}")))?;
    let name = value.get("request").and_then(|name| name.as_str());
    let name = name.map(ToOwned::to_owned).ok_or_else(|| {
        unknown(format!(
            "the line names no request; a request looks like {EXAMPLE}"
        ))
    })?;
    if !Request::NAMES.contains(&name.as_str()) {
        let known = Request::NAMES.join(", ");
        let name = one_line(&name, MAX_SHOWN);
        return Err(unknown(format!(
            "there is no request {name:?}; there are {known}"
        )));
    }
    serde_json::from_value(value).map_err(|error| {
        let what = one_line(&error.to_string(), MAX_SHOWN);
        ApiError::new(ErrorCode::InvalidArgument, format!("{name}: {what}"))
    })
}

/// Most characters of a request that are quoted in an error.
const MAX_SHOWN: usize = 300;

const EXAMPLE: &str = r#"{"request":"status"}"#;

#[cfg(test)]
mod fuzz;
