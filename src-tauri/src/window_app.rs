//! The role of the window: the page, and the events it receives from the engine over the control
//! socket.

use std::{
    io,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use gpu_keepalive_core::{
    Moment,
    protocol::{Event, Request, SettingsReport, Status},
};
use gpu_keepalive_engine::{clock::Clock, paths::control_socket, socket::Client};
use gpu_keepalive_text::{Language, text};
use serde::Serialize;
use tauri::{
    AppHandle, Emitter, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent,
    webview::{PageLoadEvent, PageLoadPayload},
    window::Color,
};

use self::place::Place;
use crate::{
    commands,
    page::Page,
    platform,
    window_process::{CLOSING, SHOWN, Wish},
    zoom::Zoom,
};

mod menu;
mod place;

/// The window, and the capability that names it.
const WINDOW: &str = "main";
/// The time after a lost connection until the next attempt: a restart of the engine takes about
/// that.
const RECONNECT: Duration = Duration::from_secs(1);
/// The time that the engine may take before the window closes all the same.
const LEAVE_WITHIN: Duration = Duration::from_secs(1);

/// A click on a panel may take the focus before the click is known here: a window that had it so
/// recently was before the user's eyes.
const JUST_FOCUSED: Duration = Duration::from_millis(400);

/// The page's `--ground`, light and dark: the colour of a window whose page is not drawn yet.
const LIGHT: Color = Color(0xf5, 0xf5, 0xf6, 0xff);
const DARK: Color = Color(0x1b, 0x1c, 0x1f, 0xff);

/// Shows the window until it is closed; with `pages_on_stdin` also until the end of standard input,
/// which carries wishes of the tray that are answered on standard output.
pub(crate) fn run(page: Page, pages_on_stdin: bool) -> tauri::Result<()> {
    tauri::Builder::default()
        .manage(NewestEvents::default())
        .manage(Zoom::default())
        .manage(LastFocus::default())
        .manage(IsLoaded::default())
        .manage(menu::State::default())
        .invoke_handler(tauri::generate_handler![
            commands::ask,
            commands::close_window,
            commands::zoom
        ])
        .setup(move |app| {
            open(app.handle(), page)?;
            tauri::async_runtime::spawn(follow(app.handle().clone(), pages_on_stdin));
            if pages_on_stdin {
                let app = app.handle().clone();
                thread::spawn(move || obey_stdin(&app));
            }
            Ok(())
        })
        .run(crate::context())
}

/// Opens the window as it was the last time, in the colour of its page from the first moment.
fn open(app: &AppHandle, page: Page) -> tauri::Result<()> {
    let place = Place::load();
    let (width, height) = place.size();
    // The page takes its texts from the language that the engine takes its sentences from.
    let language = Language::current().code();
    let url = format!("index.html?language={language}#{}", page.name());
    let url = WebviewUrl::App(url.into());
    let window = platform::on_the_processor(WebviewWindowBuilder::new(app, WINDOW, url))
        .title(title(false))
        .initialization_script(locale_script())
        .inner_size(width, height)
        .min_inner_size(place::LEAST.0, place::LEAST.1)
        .visible(false)
        .on_page_load(|window, load: PageLoadPayload<'_>| {
            if load.event() == PageLoadEvent::Finished {
                window.state::<IsLoaded>().0.store(true, Relaxed);
                window.state::<NewestEvents>().emit_all(window.app_handle());
            }
        })
        .build()?;
    let observed = window.clone();
    window.on_window_event(move |event| match event {
        WindowEvent::Focused(focused) => *last_focus(&observed) = (*focused, Clock::Boot.now()),
        WindowEvent::CloseRequested { .. } => {
            keep_place(&observed);
            leave_setup(&observed, event);
        }
        _ => {}
    });
    platform::follow_font_size(&window);
    window.set_background_color(Some(match platform::is_dark(&window) {
        true => DARK,
        false => LIGHT,
    }))?;
    place.restore(&window)?;
    window.show()
}

/// Whether the page was shown. Until then nobody has moved the window, and the window manager may
/// not have placed it yet.
#[derive(Default)]
struct IsLoaded(AtomicBool);

fn keep_place(window: &WebviewWindow) {
    if window.state::<IsLoaded>().0.load(Relaxed) {
        Place::keep(window);
    }
}

/// Whether the window has the focus, and since when.
struct LastFocus(Mutex<(bool, Moment)>);

impl Default for LastFocus {
    fn default() -> Self {
        Self(Mutex::new((true, Clock::Boot.now())))
    }
}

fn last_focus(window: &WebviewWindow) -> MutexGuard<'_, (bool, Moment)> {
    let focus = window.state::<LastFocus>().inner();
    focus.0.lock().expect("nothing panics with the lock")
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

/// Gives the page the language tag that the system formats money in, which WebKit does not know.
fn locale_script() -> String {
    let tag = serde_json::to_string(&platform::monetary_locale()).expect("a text");
    format!("window.monetaryLocale = {tag} ?? undefined;")
}

fn title(simulated: bool) -> String {
    match simulated {
        true => text!("window-title-simulated"),
        false => "GPU Keepalive".to_owned(),
    }
}

/// Follows the wishes of the tray; ends the app with the tray.
fn obey_stdin(app: &AppHandle) {
    for line in io::stdin().lines().map_while(Result::ok) {
        match serde_json::from_str(&line) {
            Ok(Wish::Toggle(_)) if is_before_the_user(app) => {
                println!("{CLOSING}");
                close(app);
            }
            Ok(Wish::Toggle(page) | Wish::Show(page)) => {
                show(app, page);
                println!("{SHOWN}");
            }
            Err(error) => tracing::warn!("the tray asks for what is not known: {error}"),
        }
    }
    let ended = app.clone();
    let asked = app.run_on_main_thread(move || {
        if let Some(window) = ended.get_webview_window(WINDOW) {
            keep_place(&window);
        }
        ended.exit(0);
    });
    if asked.is_err() {
        app.exit(0);
    }
}

/// Returns true if the window can be seen and is, or was a moment ago, the one in use.
fn is_before_the_user(app: &AppHandle) -> bool {
    let Some(window) = app.get_webview_window(WINDOW) else {
        return false;
    };
    let hidden = window.is_minimized().unwrap_or(false) || !window.is_visible().unwrap_or(true);
    let (focused, since) = *last_focus(&window);
    !hidden && (focused || Clock::Boot.now().since(since) < JUST_FOCUSED)
}

/// Closes the window as its frame's button does.
fn close(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(WINDOW)
        && let Err(error) = window.close()
    {
        tracing::warn!(%error, "the window cannot be closed");
    }
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
    fn lock(&self) -> MutexGuard<'_, Newest> {
        self.0.lock().expect("nothing panics with the lock")
    }

    fn emit_all(&self, app: &AppHandle) {
        let newest = self.lock();
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
        self.lock().settings = Some(settings);
    }

    /// Without a `message` there is a connection.
    fn connection(&self, app: &AppHandle, message: Option<String>) {
        let connection = Connection {
            connected: message.is_none(),
            message,
        };
        emit(app, "connection", &connection);
        self.lock().connection = connection;
    }

    fn status(&self, app: &AppHandle, status: Box<Status>) {
        emit(app, "status", &status);
        let simulated = status.engine.simulated;
        let before = self.lock().status.replace(status);
        if before.is_none_or(|before| before.engine.simulated != simulated)
            && let Some(window) = app.get_webview_window(WINDOW)
        {
            let _ = window.set_title(&title(simulated));
        }
    }
}

fn emit<T: Serialize>(app: &AppHandle, event: &str, payload: &T) {
    if let Err(error) = app.emit_to(WINDOW, event, payload) {
        tracing::warn!(%error, event, "the page was not told");
    }
}

/// Passes on the engine's events, and that it is gone, for ever.
async fn follow(app: AppHandle, of_tray: bool) {
    let newest_events = app.state::<NewestEvents>();
    loop {
        let lost = listen(&app, &newest_events, of_tray).await;
        tracing::info!("no engine: {lost}");
        newest_events.connection(&app, Some(lost));
        tokio::time::sleep(RECONNECT).await;
    }
}

/// Listens until the connection is lost. Returns the reason.
async fn listen(app: &AppHandle, newest_events: &NewestEvents, of_tray: bool) -> String {
    let connected = async {
        let client = Client::connect(&control_socket()?).await?;
        anyhow::Ok(client.subscribe().await?)
    };
    let mut events = match connected.await {
        Ok(events) => events,
        Err(lost) => return lost.to_string(),
    };
    newest_events.connection(app, None);
    loop {
        match events.next().await {
            Ok(Event::Status(status)) => {
                if of_tray && let Some(desktop) = status.desktop {
                    menu::follow_tray(app, desktop.tray);
                }
                newest_events.status(app, status);
            }
            Ok(Event::Settings(settings)) => newest_events.settings(app, settings),
            // The page asks for the history when it is ready. The rest is asked of the tray, which
            // asks us.
            Ok(
                Event::History(_)
                | Event::ShowWindow
                | Event::StartAtLogin(_)
                | Event::HoldEnded { .. }
                | Event::Quit,
            ) => {}
            Err(error) => return error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ground_is_the_colour_of_the_page() {
        let tokens = include_str!("../../ui/src/tokens.css");
        let grounds: Vec<_> = tokens
            .lines()
            .filter_map(|line| line.trim().strip_prefix("--ground: "))
            .collect();
        let written = [LIGHT, DARK].map(|Color(r, g, b, _)| format!("#{r:02x}{g:02x}{b:02x};"));
        assert_eq!(grounds, written);
    }
}
