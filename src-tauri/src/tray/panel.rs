//! Follows whether the desktop has a panel, by the message bus.

use futures_util::StreamExt;
use tokio::sync::mpsc::Sender;
use zbus::{Connection, fdo::DBusProxy};

use crate::controller::Input;

/// The name under which a panel, or a part of the desktop for it, takes icons.
const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// Reports every panel that ends or comes, as long as there is a message bus.
pub(crate) async fn follow(inputs: Sender<Input>) {
    if let Err(error) = report_changes(&inputs).await {
        tracing::debug!(%error, "panels that end or come are not heard");
    }
}

async fn report_changes(inputs: &Sender<Input>) -> zbus::Result<()> {
    let bus = Connection::session().await?;
    let names = DBusProxy::new(&bus).await?;
    let only = [(0, WATCHER)];
    let mut changes = names.receive_name_owner_changed_with_args(&only).await?;
    while let Some(change) = changes.next().await {
        let there = change.args()?.new_owner().is_some();
        let _ = inputs.send(Input::Panel(there)).await;
    }
    Ok(())
}
