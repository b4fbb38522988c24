//! The role of the window: the page, and the events it receives from the engine over the control
//! socket.

use std::{io, sync::Mutex, thread, time::Duration};

use gpu_keepalive_core::protocol::{Event, Request, SettingsReport, Status};
use gpu_keepalive_engine::{
    paths::control_socket,
    socket::{Client, ClientError, ConnectError},
};
use serde::Serialize;
use tauri::{
    AppHandle, Emitter, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent,
    webview::{PageLoadEvent, PageLoadPayload},
};

use crate::{commands, page::Page, window_process::SHOWN};

/// The window, and the capability that names it.
const WINDOW: &str = "main";
/// The time after a lost connection until the next attempt: a restart of the engine takes about
/// that.
const RECONNECT: Duration = Duration::from_secs(1);
/// The time that the engine may take before the window closes all the same.
const LEAVE_WITHIN: Duration = Duration::from_secs(1);

/// Shows the window until it is closed; with `pages_on_stdin` also until the end of standard input,
/// where a line `page NAME` asks for a page and is answered.
pub(crate) fn run(page: Page, pages_on_stdin: bool) -> tauri::Result<()> {
    tauri::Builder::default()
        .manage(NewestEvents::default())
        .invoke_handler(tauri::generate_handler![commands::ask])
        .setup(move |app| {
            let url = WebviewUrl::App(format!("index.html#{}", page.name()).into());
            let window = WebviewWindowBuilder::new(app, WINDOW, url)
                .title(title(false))
                .inner_size(880.0, 640.0)
                .min_inner_size(360.0, 320.0)
                .on_page_load(|window, load: PageLoadPayload<'_>| {
                    if load.event() == PageLoadEvent::Finished {
                        window.state::<NewestEvents>().emit_all(window.app_handle());
                    }
                })
                .build()?;
            let closing = window.clone();
            window.on_window_event(move |event| leave_setup(&closing, event));
            tauri::async_runtime::spawn(follow(app.handle().clone()));
            if pages_on_stdin {
                let app = app.handle().clone();
                thread::spawn(move || obey_stdin(&app));
            }
            Ok(())
        })
        .run(crate::context())
}

/// To close the window is to leave the setup, which then does not come again by itself.
///
/// The page cannot report it: it is gone before its request is.
fn leave_setup(window: &WebviewWindow, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else {
        return;
    };
    let shown = window.url().ok();
    if shown.as_ref().and_then(|url| url.fragment()) != Some(Page::Setup.name()) {
        return;
    }
    api.prevent_close();
    let window = window.clone();
    tauri::async_runtime::spawn(async move {
        let completed = Request::Set {
            key: "app.setup_completed".to_owned(),
            value: Some(true.into()),
        };
        let asked = tokio::time::timeout(LEAVE_WITHIN, commands::ask(completed)).await;
        tracing::debug!(?asked, "the setup was left");
        if let Err(error) = window.destroy() {
            tracing::warn!(%error, "the window cannot be closed");
        }
    });
}

fn title(simulated: bool) -> &'static str {
    if simulated {
        "GPU Keepalive (simulated)"
    } else {
        "GPU Keepalive"
    }
}

/// Raises the window at the pages that the tray asks for; ends the app with the tray.
fn obey_stdin(app: &AppHandle) {
    for line in io::stdin().lines().map_while(Result::ok) {
        let page = line.strip_prefix("page ").and_then(Page::named);
        match page {
            Some(page) => {
                show(app, page);
                println!("{SHOWN}");
            }
            None => tracing::warn!("the tray asks for what is not known: {line:?}"),
        }
    }
    app.exit(0);
}

fn show(app: &AppHandle, page: Page) {
    let Some(window) = app.get_webview_window(WINDOW) else {
        return;
    };
    let raised = window
        .emit("page", page.name())
        .and_then(|()| window.unminimize())
        .and_then(|()| window.show())
        .and_then(|()| window.set_focus());
    if let Err(error) = raised {
        tracing::warn!(%error, "the window cannot be raised");
    }
}

/// The state of the connection to the engine.
#[derive(Clone, Debug, Default, Serialize)]
struct Connection {
    connected: bool,
    /// The reason why not.
    message: Option<String>,
}

/// The newest of each event: a page receives it again when it was loaded.
#[derive(Default)]
struct NewestEvents(Mutex<Newest>);

#[derive(Default)]
struct Newest {
    connection: Connection,
    status: Option<Box<Status>>,
    settings: Option<Box<SettingsReport>>,
}

impl NewestEvents {
    fn emit_all(&self, app: &AppHandle) {
        let newest = self.0.lock().expect("nothing panics with the lock");
        emit(app, "connection", &newest.connection);
        if let Some(status) = &newest.status {
            emit(app, "status", status);
        }
        if let Some(settings) = &newest.settings {
            emit(app, "settings", settings);
        }
    }

    fn settings(&self, app: &AppHandle, settings: Box<SettingsReport>) {
        emit(app, "settings", &settings);
        let mut newest = self.0.lock().expect("nothing panics with the lock");
        newest.settings = Some(settings);
    }

    fn connection(&self, app: &AppHandle, connection: Connection) {
        emit(app, "connection", &connection);
        self.0
            .lock()
            .expect("nothing panics with the lock")
            .connection = connection;
    }

    fn status(&self, app: &AppHandle, status: Box<Status>) {
        emit(app, "status", &status);
        let mut newest = self.0.lock().expect("nothing panics with the lock");
        let simulated = status.engine.simulated;
        let before = newest.status.replace(status);
        if before.is_none_or(|before| before.engine.simulated != simulated)
            && let Some(window) = app.get_webview_window(WINDOW)
        {
            let _ = window.set_title(title(simulated));
        }
    }
}

fn emit<T: Serialize>(app: &AppHandle, event: &str, payload: &T) {
    if let Err(error) = app.emit_to(WINDOW, event, payload) {
        tracing::warn!(%error, event, "the page was not told");
    }
}

/// Passes on the engine's events, and that it is gone, for ever.
async fn follow(app: AppHandle) {
    let newest_events = app.state::<NewestEvents>();
    loop {
        let lost = listen(&app, &newest_events).await;
        tracing::info!("no engine: {lost}");
        let connection = Connection {
            connected: false,
            message: Some(lost),
        };
        newest_events.connection(&app, connection);
        tokio::time::sleep(RECONNECT).await;
    }
}

/// Listens until the connection is lost. Returns the reason.
async fn listen(app: &AppHandle, newest_events: &NewestEvents) -> String {
    let connected = async {
        let client = Client::connect(&control_socket().map_err(ClientError::Io)?).await?;
        Ok::<_, Lost>(client.subscribe().await?)
    };
    let mut events = match connected.await {
        Ok(events) => events,
        Err(lost) => return lost.0,
    };
    let connection = Connection {
        connected: true,
        message: None,
    };
    newest_events.connection(app, connection);
    loop {
        match events.next().await {
            Ok(Event::Status(status)) => newest_events.status(app, status),
            Ok(Event::Settings(settings)) => newest_events.settings(app, settings),
            // The page asks for the history when it is ready. The process that asked for the window
            // asked the tray, which asks us.
            Ok(Event::History(_) | Event::ShowWindow | Event::HoldEnded { .. }) => {}
            Err(error) => return error.to_string(),
        }
    }
}

/// The reason why there is no connection.
struct Lost(String);

impl From<ConnectError> for Lost {
    fn from(error: ConnectError) -> Self {
        Self(error.to_string())
    }
}

impl From<ClientError> for Lost {
    fn from(error: ClientError) -> Self {
        Self(error.to_string())
    }
}
