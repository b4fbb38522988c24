use futures_util::StreamExt;
use gpu_keepalive_core::host::HostEvent;
use tokio::sync::{mpsc, watch};
use zbus::{Connection, fdo::PropertiesProxy, proxy::CacheProperties};

use crate::machine::HostNotice;

#[zbus::proxy(
    interface = "org.freedesktop.UPower",
    default_service = "org.freedesktop.UPower",
    default_path = "/org/freedesktop/UPower"
)]
trait UPower {
    #[zbus(property)]
    fn on_battery(&self) -> zbus::Result<bool>;
}

/// Keeps `on_battery` at UPower's value, `None` while it is not there, and reports each change.
///
/// Returns when the bus is gone.
pub(crate) async fn follow(
    bus: Connection,
    on_battery: watch::Sender<Option<bool>>,
    events: mpsc::Sender<HostNotice>,
) -> zbus::Result<()> {
    // Uncached: a cache would keep answering after UPower is gone.
    let upower = UPowerProxy::builder(&bus)
        .cache_properties(CacheProperties::No)
        .build()
        .await?;
    let properties = PropertiesProxy::builder(&bus)
        .destination("org.freedesktop.UPower")
        .path("/org/freedesktop/UPower")
        .build()
        .await?;
    let mut changes = properties.receive_properties_changed().await?;
    let mut owners = upower.inner().receive_owner_changed().await?;
    loop {
        let now = upower.on_battery().await;
        if let Err(error) = &now {
            tracing::debug!("UPower does not answer, sysfs is read instead: {error}");
        }
        let changed = on_battery.send_if_modified(|before| {
            std::mem::replace(before, now.as_ref().ok().copied()) != *before
        });
        if changed {
            // A full queue wakes the engine just as well.
            let _ = events.try_send(HostEvent::PowerSourceChanged.into());
        }
        let more = tokio::select! {
            change = changes.next() => change.is_some(),
            owner = owners.next() => owner.is_some(),
        };
        if !more {
            on_battery.send_replace(None);
            return Ok(());
        }
    }
}
