//! The interface, as callers see it.

use std::collections::{BTreeMap, HashMap};

use futures_util::StreamExt;
use gpu_keepalive_core::{
    gpu::GpuUuid,
    protocol::{ErrorCode, HoldKind, MAX_HOLD_CHARACTERS, Request},
};
use tokio::{
    sync::watch,
    task::AbortHandle,
    time::{Instant, sleep_until},
};
use zbus::{
    Connection, OwnedVariant, Str,
    fdo::{self, DBusProxy},
    message::Header,
    names::OwnedUniqueName,
    object_server::SignalEmitter,
};

use super::{LONGEST, MOST_HOLDS, PATH};
use crate::handle::{ClientId, EngineHandle};

/// Every hold, by its cookie.
#[derive(Debug)]
pub(super) struct Holds {
    engine: EngineHandle,
    held: BTreeMap<u32, Hold>,
}

#[derive(Debug)]
struct Hold {
    asked: Asked,
    /// As the engine knows it.
    client: ClientId,
    /// When it ends unless it is renewed.
    until: watch::Sender<Instant>,
    guard: AbortHandle,
}

/// A call of `Hold`. The same again renews it.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    caller: OwnedUniqueName,
    /// Empty for every GPU.
    gpu: String,
    reason: String,
    application: String,
}

impl Holds {
    pub(super) fn new(engine: EngineHandle) -> Self {
        Self {
            engine,
            held: BTreeMap::new(),
        }
    }

    /// Ends the hold of which the engine has this id, should there be one.
    pub(super) async fn end(bus: &Connection, id: u64) {
        let Ok(cookie) = u32::try_from(id) else {
            return;
        };
        if let Err(error) = Self::remove(bus, cookie).await {
            tracing::debug!("the end of a hold was not announced: {error}");
        }
    }

    async fn remove(bus: &Connection, cookie: u32) -> zbus::Result<()> {
        let interface = bus.object_server().interface::<_, Self>(PATH).await?;
        let mut this = interface.get_mut().await;
        this.drop_hold(cookie, interface.signal_emitter()).await
    }

    async fn drop_hold(&mut self, cookie: u32, emitter: &SignalEmitter<'_>) -> zbus::Result<()> {
        let Some(hold) = self.held.remove(&cookie) else {
            return Ok(());
        };
        self.engine.client_gone(hold.client).await;
        Self::released(emitter, cookie).await?;
        self.holds_changed(emitter).await
    }

    fn ask_of(
        gpu: &str,
        reason: &str,
        application: &str,
        caller: OwnedUniqueName,
    ) -> fdo::Result<Asked> {
        let checked = |what: &str, text: &str| {
            harmless(text).ok_or_else(|| {
                let limit = MAX_HOLD_CHARACTERS;
                fdo::Error::InvalidArgs(format!("{what} may have at most {limit} characters"))
            })
        };
        Ok(Asked {
            caller,
            gpu: checked("gpu", gpu)?,
            reason: checked("reason", reason)?,
            application: checked("application_id", application)?,
        })
    }
}

#[zbus::interface(name = "io.github.gpu_keepalive.GpuKeepalive1")]
impl Holds {
    /// Holds the clocks of the GPU with that UUID, or of every one where it is empty, until
    /// `Release`, the end of the caller, or four hours later. The same call again renews it.
    async fn hold(
        &mut self,
        gpu: &str,
        reason: &str,
        application_id: &str,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] bus: &Connection,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> fdo::Result<u32> {
        let asked = Self::ask_of(gpu, reason, application_id, caller(&header)?)?;
        let until = Instant::now() + LONGEST;
        let same = self.held.iter().find(|(_, hold)| hold.asked == asked);
        if let Some((cookie, hold)) = same {
            hold.until.send_replace(until);
            return Ok(*cookie);
        }
        if self.held.len() >= MOST_HOLDS {
            let message = format!("{MOST_HOLDS} holds are in force already; release one");
            return Err(fdo::Error::LimitsExceeded(message));
        }
        let client = ClientId::next();
        let cookie = u32::try_from(client.0)
            .map_err(|_| fdo::Error::LimitsExceeded("there are no more cookies".to_owned()))?;
        let request = Request::Hold {
            application: asked.application.clone(),
            reason: Some(asked.reason.clone()).filter(|reason| !reason.is_empty()),
            gpu: Some(GpuUuid(asked.gpu.clone())).filter(|gpu| !gpu.0.is_empty()),
            kind: HoldKind::Dbus,
        };
        if let Err(error) = self.engine.ask(client, request).await {
            return Err(match error.code {
                ErrorCode::InvalidArgument => fdo::Error::InvalidArgs(error.message),
                _ => fdo::Error::Failed(error.message),
            });
        }
        let (until, ends) = watch::channel(until);
        let guard = guard(bus.clone(), cookie, asked.caller.clone(), ends);
        let hold = Hold {
            asked,
            client,
            until,
            guard: tokio::spawn(guard).abort_handle(),
        };
        self.held.insert(cookie, hold);
        self.holds_changed(&emitter).await?;
        Ok(cookie)
    }

    /// Ends a hold of the caller's.
    async fn release(
        &mut self,
        cookie: u32,
        #[zbus(header)] header: Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> fdo::Result<()> {
        let caller = caller(&header)?;
        let hold = self
            .held
            .get(&cookie)
            .filter(|hold| hold.asked.caller == caller);
        let Some(hold) = hold else {
            let message = format!("there is no hold {cookie} of this caller");
            return Err(fdo::Error::InvalidArgs(message));
        };
        hold.guard.abort();
        Ok(self.drop_hold(cookie, &emitter).await?)
    }

    /// Every hold: `Cookie`, `ApplicationId`, `Reason` and `Gpu`.
    #[zbus(property)]
    fn holds(&self) -> Vec<HashMap<&str, OwnedVariant>> {
        let text = |text: &str| OwnedVariant::from(Str::from(text.to_owned()));
        let of = |(cookie, hold): (&u32, &Hold)| {
            HashMap::from([
                ("Cookie", OwnedVariant::from(*cookie)),
                ("ApplicationId", text(&hold.asked.application)),
                ("Reason", text(&hold.asked.reason)),
                ("Gpu", text(&hold.asked.gpu)),
            ])
        };
        self.held.iter().map(of).collect()
    }

    /// A hold has ended, for whatever reason.
    #[zbus(signal)]
    async fn released(emitter: &SignalEmitter<'_>, cookie: u32) -> zbus::Result<()>;
}

/// A text of another program as it can be shown everywhere: on one line, with markup escaped.
/// `None` where it is longer than the limit.
fn harmless(text: &str) -> Option<String> {
    if text.chars().count() > MAX_HOLD_CHARACTERS {
        return None;
    }
    let one_line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let escaped = one_line
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    Some(escaped.trim().to_owned())
}

fn caller(header: &Header<'_>) -> fdo::Result<OwnedUniqueName> {
    let sender = header.sender().map(|name| name.to_owned().into());
    sender.ok_or_else(|| fdo::Error::Failed("the message has no sender".to_owned()))
}

/// Ends the hold once its caller is gone or its time is over.
async fn guard(
    bus: Connection,
    cookie: u32,
    caller: OwnedUniqueName,
    mut until: watch::Receiver<Instant>,
) {
    let over = async {
        loop {
            let end = *until.borrow_and_update();
            tokio::select! {
                () = sleep_until(end) => return,
                changed = until.changed() => if changed.is_err() { return },
            }
        }
    };
    tokio::select! {
        gone = gone(&bus, &caller) => if let Err(error) = gone {
            tracing::debug!("a hold of {caller} ends: its caller cannot be watched: {error}");
        },
        () = over => {}
    }
    Holds::end(&bus, cookie.into()).await;
}

/// Returns once that connection has left the bus.
async fn gone(bus: &Connection, caller: &OwnedUniqueName) -> zbus::Result<()> {
    let names = DBusProxy::new(bus).await?;
    let mut changes = names
        .receive_name_owner_changed_with_args(&[(0, caller.as_str())])
        .await?;
    // It may have left before it was watched.
    if !names.name_has_owner(caller.as_ref().into()).await? {
        return Ok(());
    }
    while let Some(change) = changes.next().await {
        if change.args()?.new_owner().is_none() {
            return Ok(());
        }
    }
    Ok(())
}
