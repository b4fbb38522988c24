//! The power profile of the desktop, by power-profiles-daemon or tuned's service of the same names.

use futures_util::StreamExt;
use gpu_keepalive_core::host::HostEvent;
use tokio::sync::{mpsc, watch};
use zbus::{
    Connection, Proxy,
    fdo::{DBusProxy, PropertiesChangedStream, PropertiesProxy},
    names::BusName,
    proxy::{Builder, CacheProperties, OwnerChangedStream},
};

use crate::machine::HostNotice;

/// The service, its interface, which has the same name, and its object: the present ones, and those
/// before version 0.20 of power-profiles-daemon. Newer versions and tuned have both.
pub(crate) const SERVICES: [(&str, &str); 2] = [
    (
        "org.freedesktop.UPower.PowerProfiles",
        "/org/freedesktop/UPower/PowerProfiles",
    ),
    ("net.hadess.PowerProfiles", "/net/hadess/PowerProfiles"),
];

/// The profile that saves power.
const SAVER: &str = "power-saver";

/// Keeps `saver` at whether the profile saves power, false where there are no profiles, and reports
/// each change. Starts no service.
///
/// Returns when the bus is gone.
pub(crate) async fn follow(
    bus: Connection,
    saver: watch::Sender<bool>,
    events: mpsc::Sender<HostNotice>,
) -> zbus::Result<()> {
    let [(present, path), (earlier, earlier_path)] = SERVICES;
    let mut present = Profiles::of(&bus, present, path).await?;
    let mut earlier = Profiles::of(&bus, earlier, earlier_path).await?;
    loop {
        let profile = match present.profile(&bus).await {
            None => earlier.profile(&bus).await,
            profile => profile,
        };
        let now = profile.as_deref() == Some(SAVER);
        let changed = saver.send_if_modified(|before| std::mem::replace(before, now) != now);
        if changed {
            // A full queue wakes the engine just as well.
            let _ = events.try_send(HostEvent::PowerSourceChanged.into());
        }
        let more = tokio::select! {
            more = present.changed() => more,
            more = earlier.changed() => more,
        };
        if !more {
            saver.send_replace(false);
            return Ok(());
        }
    }
}

/// One of the names, whether anything has it or not.
struct Profiles {
    name: &'static str,
    proxy: Proxy<'static>,
    changes: PropertiesChangedStream,
    owners: OwnerChangedStream<'static>,
}

impl Profiles {
    async fn of(bus: &Connection, name: &'static str, path: &'static str) -> zbus::Result<Self> {
        // Uncached: a cache would keep answering after the service is gone.
        let proxy: Proxy<'static> = Builder::new(bus)
            .destination(name)
            .path(path)
            .interface(name)
            .cache_properties(CacheProperties::No)
            .build()
            .await?;
        let properties = PropertiesProxy::builder(bus)
            .destination(name)
            .path(path)
            .build()
            .await?;
        Ok(Self {
            name,
            changes: properties.receive_properties_changed().await?,
            owners: proxy.receive_owner_changed().await?,
            proxy,
        })
    }

    /// The profile in force; `None` where no service runs, or where it does not answer.
    async fn profile(&self, bus: &Connection) -> Option<String> {
        let asked = async || {
            let name = BusName::try_from(self.name)?;
            // Asking a service that does not run would start it.
            if !DBusProxy::new(bus).await?.name_has_owner(name).await? {
                return Ok(None);
            }
            self.proxy.get_property("ActiveProfile").await.map(Some)
        };
        asked().await.unwrap_or_else(|error: zbus::Error| {
            tracing::debug!("{} does not answer: {error}", self.name);
            None
        })
    }

    /// Waits for a change; false when the bus is gone.
    async fn changed(&mut self) -> bool {
        tokio::select! {
            change = self.changes.next() => change.is_some(),
            owner = self.owners.next() => owner.is_some(),
        }
    }
}
