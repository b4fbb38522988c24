use std::time::Duration;

use tokio::time::timeout;
use zbus::{Connection, connection, fdo::DBusProxy, names::BusName};

use super::{Answers, Places};
use crate::power::profile;

const DEADLINE: Duration = Duration::from_secs(2);

const WATCHER: &str = "org.kde.StatusNotifierWatcher";

pub(in crate::doctor) async fn ask(places: &Places) -> Answers {
    let (power_profile, tray_host) = tokio::join!(
        timeout(DEADLINE, power_profile(places)),
        timeout(DEADLINE, tray_host(places)),
    );
    let known = |result: zbus::Result<Option<String>>| result.unwrap_or_else(unknown);
    Answers {
        power_profile: power_profile.ok().and_then(known),
        tray_host: tray_host
            .ok()
            .and_then(|result| result.map(Some).unwrap_or_else(unknown)),
    }
}

fn unknown<T>(error: zbus::Error) -> Option<T> {
    tracing::debug!("not told on D-Bus: {error}");
    None
}

async fn power_profile(places: &Places) -> zbus::Result<Option<String>> {
    let bus = match &places.system_bus {
        Some(address) => connection::Builder::address(address.as_str()),
        None => connection::Builder::system(),
    };
    let bus = bus.build().await?;
    for (name, path) in profile::SERVICES {
        if has_owner(&bus, name).await? {
            let proxy = zbus::Proxy::new(&bus, name, path, name).await?;
            return proxy.get_property("ActiveProfile").await.map(Some);
        }
    }
    Ok(None)
}

async fn tray_host(places: &Places) -> zbus::Result<bool> {
    let bus = match &places.session_bus {
        Some(address) => connection::Builder::address(address.as_str()),
        None => connection::Builder::session(),
    };
    let bus = bus.build().await?;
    if !has_owner(&bus, WATCHER).await? {
        return Ok(false);
    }
    let proxy = zbus::Proxy::new(&bus, WATCHER, "/StatusNotifierWatcher", WATCHER).await?;
    proxy.get_property("IsStatusNotifierHostRegistered").await
}

async fn has_owner(bus: &Connection, name: &'static str) -> zbus::Result<bool> {
    let name = BusName::try_from(name)?;
    Ok(DBusProxy::new(bus).await?.name_has_owner(name).await?)
}
