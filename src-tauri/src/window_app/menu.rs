//! The window's menu on a desktop without a place for the tray's icon: what only the tray has.

use std::time::Duration;

use gpu_keepalive_text::text;
use tauri::{
    AppHandle, Manager, WebviewWindow,
    menu::{Menu, MenuItem, Submenu},
};

use super::{WINDOW, show};
use crate::{page::Page, window_process::QUIT};

/// The time that a desktop may take to show the icon of an app that just started.
const TRAY_WITHIN: Duration = Duration::from_millis(700);

const NAME: &str = "GPU Keepalive";
const SETUP: &str = "setup";
const CLOSE: &str = "close";
const QUIT_APP: &str = "quit";

/// Whether the menu is wanted, and what the last status said.
#[derive(Default)]
pub(super) struct TraylessMenu {
    tray: bool,
    shown: bool,
}

pub(super) type State = std::sync::Mutex<TraylessMenu>;

/// Shows or removes the menu, by whether there is an icon.
pub(super) fn follow_tray(app: &AppHandle, tray: bool) {
    let state = app.state::<State>();
    {
        let mut menu = state.lock().expect("nothing panics with the lock");
        menu.tray = tray;
        if menu.shown != tray {
            return;
        }
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if !tray {
            tokio::time::sleep(TRAY_WITHIN).await;
        }
        let on_main = app.clone();
        let _ = app.run_on_main_thread(move || {
            let state = on_main.state::<State>();
            let mut menu = state.lock().expect("nothing panics with the lock");
            if menu.shown == menu.tray
                && let Some(window) = on_main.get_webview_window(WINDOW)
                && let Err(error) = change(&window, !menu.tray)
            {
                tracing::warn!(%error, "the menu cannot be shown");
            }
            menu.shown = !menu.tray;
        });
    });
}

fn change(window: &WebviewWindow, shown: bool) -> tauri::Result<()> {
    if !shown {
        return window.remove_menu().map(drop);
    }
    let app = window.app_handle();
    let item =
        |id: &str, text: String, keys: Option<&str>| MenuItem::with_id(app, id, text, true, keys);
    let setup = item(SETUP, text!("menu-setup"), None)?;
    let close = item(CLOSE, text!("menu-close-window"), None)?;
    let quit = item(QUIT_APP, text!("menu-quit-app"), Some("Ctrl+Q"))?;
    let entries = Submenu::with_items(app, NAME, true, &[&setup, &close, &quit])?;
    window.set_menu(Menu::with_items(app, &[&entries])?)?;
    window.on_menu_event(|window, event| match event.id().as_ref() {
        SETUP => show(window.app_handle(), Page::Setup),
        CLOSE => drop(window.close()),
        // The tray's process ends everything, this window with it.
        QUIT_APP => println!("{QUIT}"),
        _ => {}
    });
    Ok(())
}
