//! The test's part of the desktop: the panel's list of icons and the notification server.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use zbus::{Connection, OwnedVariant, interface, message::Header, object_server::SignalEmitter};

use crate::{session::Session, soon};

/// Plays the panel (`org.kde.StatusNotifierWatcher`).
pub(crate) struct Panel {
    connection: Connection,
    items: Arc<Mutex<Vec<String>>>,
}

impl Panel {
    pub(crate) async fn start(session: &Session) -> Self {
        let items = Arc::default();
        let watcher = Watcher {
            items: Arc::clone(&items),
        };
        let connection = zbus::connection::Builder::address(session.bus_address())
            .serve_at("/StatusNotifierWatcher", watcher)
            .name("org.kde.StatusNotifierWatcher")
            .build()
            .await
            .unwrap();
        Self { connection, items }
    }

    /// One that is there and never answers.
    pub(crate) async fn start_hung(session: &Session) -> Connection {
        zbus::connection::Builder::address(session.bus_address())
            .name("org.kde.StatusNotifierWatcher")
            .build()
            .await
            .unwrap()
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The bus name of the item that was registered first.
    pub(crate) async fn item(&self) -> String {
        soon("an item registers", async || self.items().first().cloned()).await
    }

    /// The bus names of all items ever registered.
    pub(crate) fn items(&self) -> Vec<String> {
        self.items.lock().unwrap().clone()
    }
}

struct Watcher {
    items: Arc<Mutex<Vec<String>>>,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    async fn register_status_notifier_item(
        &self,
        service: String,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) {
        self.items.lock().unwrap().push(service.clone());
        let _ = Self::status_notifier_item_registered(&emitter, &service).await;
    }

    async fn register_status_notifier_host(&self, _service: String) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.items.lock().unwrap().clone()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(signal)]
    async fn status_notifier_item_registered(
        emitter: &SignalEmitter<'_>,
        service: &str,
    ) -> zbus::Result<()>;
}

/// The notification that an app asked for.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) id: u32,
    pub(crate) app: String,
    pub(crate) title: String,
    pub(crate) body: String,
    /// Name and label in turn.
    pub(crate) actions: Vec<String>,
    sender: String,
}

/// Plays the notification server.
pub(crate) struct NotificationServer {
    connection: Connection,
    shown: Arc<Mutex<Vec<Shown>>>,
}

impl NotificationServer {
    pub(crate) async fn start(session: &Session) -> Self {
        let shown = Arc::default();
        let notifications = Notifications {
            shown: Arc::clone(&shown),
        };
        let connection = zbus::connection::Builder::address(session.bus_address())
            .serve_at("/org/freedesktop/Notifications", notifications)
            .name("org.freedesktop.Notifications")
            .build()
            .await
            .unwrap();
        Self { connection, shown }
    }

    /// Everything shown so far.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        self.shown.lock().unwrap().clone()
    }

    /// The first notification with that in its title.
    pub(crate) async fn titled(&self, title: &str) -> Shown {
        soon(title, async || {
            self.shown()
                .into_iter()
                .find(|shown| shown.title.contains(title))
        })
        .await
    }

    /// Clicks on a notification.
    pub(crate) async fn click(&self, shown: &Shown) {
        self.invoke(shown, &shown.actions[0]).await;
    }

    /// Chooses one of its actions, by its name.
    pub(crate) async fn invoke(&self, shown: &Shown, action: &str) {
        let action = (shown.id, action);
        self.connection
            .emit_signal(
                Some(shown.sender.as_str()),
                "/org/freedesktop/Notifications",
                "org.freedesktop.Notifications",
                "ActionInvoked",
                &action,
            )
            .await
            .unwrap();
    }
}

struct Notifications {
    shown: Arc<Mutex<Vec<Shown>>>,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[allow(clippy::too_many_arguments, reason = "the specification has so many")]
    async fn notify(
        &self,
        app: String,
        _replaces: u32,
        _icon: String,
        title: String,
        body: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedVariant>,
        _timeout: i32,
        #[zbus(header)] header: Header<'_>,
    ) -> u32 {
        let mut all = self.shown.lock().unwrap();
        let id = all.len() as u32 + 1;
        all.push(Shown {
            id,
            app,
            title,
            body,
            actions,
            sender: header.sender().unwrap().to_string(),
        });
        id
    }

    async fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned(), "actions".to_owned()]
    }

    async fn close_notification(&self, _id: u32) {}

    #[zbus(out_args("name", "vendor", "version", "spec_version"))]
    async fn get_server_information(&self) -> (String, String, String, String) {
        ["test", "test", "0", "1.2"].map(str::to_owned).into()
    }
}
