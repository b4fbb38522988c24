use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use tauri::{
    AppHandle,
    image::Image,
    menu::{CheckMenuItem, IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu},
    tray::TrayIconBuilder,
};

use super::{MenuAction, MenuEntry, TrayView, texts};
use crate::platform;

/// The id of our icon on the desktop.
const TRAY_ID: &str = "gpu-keepalive";
/// The time between attempts on a desktop without a place for icons.
const RETRY: Duration = Duration::from_secs(3);

/// Draws the newest view on a thread of its own, because a desktop that hangs must not keep the
/// engine from its work.
pub(crate) struct TrayThread {
    newest: Newest,
    changed: mpsc::SyncSender<()>,
}

/// The view that is to be drawn next; a newer one takes its place.
type Newest = Arc<Mutex<Option<TrayView>>>;

impl TrayThread {
    /// Starts it; `shown` is called after the first attempt, and after every change since, with
    /// whether the desktop shows the icon.
    pub(crate) fn start(app: AppHandle, shown: impl Fn(bool) + Send + 'static) -> Self {
        let newest = Newest::default();
        let (changed, changes) = mpsc::sync_channel(1);
        let drawn = Arc::clone(&newest);
        thread::spawn(move || draw_all(&app, &drawn, &changes, shown));
        Self { newest, changed }
    }

    /// Shows this instead of the last.
    pub(crate) fn show(&self, view: TrayView) {
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(view);
        // One that waits already is enough, and the thread ends with the app.
        let _ = self.changed.try_send(());
    }
}

fn draw_all(app: &AppHandle, newest: &Newest, changes: &mpsc::Receiver<()>, shown: impl Fn(bool)) {
    let mut drawn: Option<Drawn> = None;
    let mut reported = None;
    let mut view = None;
    loop {
        let waited = match (&view, &drawn) {
            // Drawn again until the desktop has a place for it.
            (Some(_), None) => changes.recv_timeout(RETRY),
            _ => changes
                .recv()
                .map_err(|_| mpsc::RecvTimeoutError::Disconnected),
        };
        if waited == Err(mpsc::RecvTimeoutError::Disconnected) {
            return;
        }
        let next = newest.lock().unwrap_or_else(PoisonError::into_inner).take();
        view = next.or(view);
        let Some(view) = &view else { continue };
        let result = match &mut drawn {
            Some(drawn) => drawn.change(app, view),
            None => Drawn::new(app, view).map(|new| drawn = Some(new)),
        };
        if let Err(error) = result {
            tracing::debug!(%error, "the tray icon cannot be drawn");
        }
        if reported != Some(drawn.is_some()) {
            reported = Some(drawn.is_some());
            shown(drawn.is_some());
        }
    }
}

/// The icon on the desktop, and what it shows.
struct Drawn {
    tray: tauri::tray::TrayIcon,
    entries: Vec<Entry>,
    view: TrayView,
}

/// A menu entry with its handle.
enum Entry {
    Text(MenuItem<tauri::Wry>),
    Check(CheckMenuItem<tauri::Wry>),
    Submenu(Submenu<tauri::Wry>, Vec<Entry>),
    Separator(PredefinedMenuItem<tauri::Wry>),
}

impl Drawn {
    fn new(app: &AppHandle, view: &TrayView) -> tauri::Result<Self> {
        let (menu, entries) = build(app, &view.menu)?;
        let tray = TrayIconBuilder::with_id(TRAY_ID)
            .icon(picture(view)?)
            .title(texts::NAME)
            .tooltip(platform::tooltip(&view.tooltip))
            .menu(&menu)
            .show_menu_on_left_click(false)
            .build(app)?;
        Ok(Self {
            tray,
            entries,
            view: view.clone(),
        })
    }

    /// Applies what is different, and nothing else: an open menu changes in place.
    fn change(&mut self, app: &AppHandle, view: &TrayView) -> tauri::Result<()> {
        if view.icon != self.view.icon {
            self.tray.set_icon(Some(picture(view)?))?;
        }
        if view.tooltip != self.view.tooltip {
            let tooltip = platform::tooltip(&view.tooltip);
            self.tray.set_tooltip(Some(tooltip))?;
        }
        if same_shape(&view.menu, &self.view.menu) {
            change_entries(&self.entries, &self.view.menu, &view.menu)?;
        } else {
            let (menu, entries) = build(app, &view.menu)?;
            self.tray.set_menu(Some(menu))?;
            self.entries = entries;
        }
        self.view = view.clone();
        Ok(())
    }
}

fn picture(view: &TrayView) -> tauri::Result<Image<'static>> {
    Ok(platform::tray_icon(Image::from_bytes(view.icon.png())?))
}

/// Returns true if one menu becomes the other by changing texts and marks.
fn same_shape(one: &[MenuEntry], other: &[MenuEntry]) -> bool {
    use MenuEntry::{Check, Item, Separator, Submenu};
    one.len() == other.len()
        && one.iter().zip(other).all(|pair| match pair {
            (Separator, Separator) => true,
            (Item(a, _), Item(b, _)) | (Check(a, ..), Check(b, ..)) => a == b,
            (Submenu(_, a), Submenu(_, b)) => same_shape(a, b),
            _ => false,
        })
}

fn change_entries(
    entries: &[Entry],
    before: &[MenuEntry],
    after: &[MenuEntry],
) -> tauri::Result<()> {
    for (entry, (before, after)) in entries.iter().zip(before.iter().zip(after)) {
        match (entry, before, after) {
            (Entry::Submenu(_, entries), MenuEntry::Submenu(_, a), MenuEntry::Submenu(_, b)) => {
                change_entries(entries, a, b)?;
            }
            (Entry::Text(item), _, MenuEntry::Item(_, text)) if before != after => {
                item.set_text(escaped(text))?;
            }
            // Always: some desktops turn the mark around by themselves when it is clicked.
            (Entry::Check(item), _, MenuEntry::Check(_, _, checked))
                if before != after || item.is_checked()? != *checked =>
            {
                item.set_checked(*checked)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn build(app: &AppHandle, view: &[MenuEntry]) -> tauri::Result<(Menu<tauri::Wry>, Vec<Entry>)> {
    let entries = build_entries(app, view)?;
    let items: Vec<_> = entries.iter().map(Entry::as_item).collect();
    Ok((Menu::with_items(app, &items)?, entries))
}

fn build_entries(app: &AppHandle, view: &[MenuEntry]) -> tauri::Result<Vec<Entry>> {
    let entry = |entry: &MenuEntry| {
        Ok(match entry {
            MenuEntry::Item(action, text) => Entry::Text(MenuItem::with_id(
                app,
                action.id(),
                escaped(text),
                true,
                None::<&str>,
            )?),
            MenuEntry::Check(action, text, checked) => Entry::Check(CheckMenuItem::with_id(
                app,
                action.id(),
                escaped(text),
                true,
                *checked,
                None::<&str>,
            )?),
            MenuEntry::Submenu(text, view) => {
                let entries = build_entries(app, view)?;
                let items: Vec<_> = entries.iter().map(Entry::as_item).collect();
                let submenu = Submenu::with_items(app, escaped(text), true, &items)?;
                Entry::Submenu(submenu, entries)
            }
            MenuEntry::Separator => Entry::Separator(PredefinedMenuItem::separator(app)?),
        })
    };
    view.iter().map(entry).collect()
}

impl Entry {
    fn as_item(&self) -> &dyn IsMenuItem<tauri::Wry> {
        match self {
            Self::Text(item) => item,
            Self::Check(item) => item,
            Self::Submenu(item, _) => item,
            Self::Separator(item) => item,
        }
    }
}

/// A single `&` would underline the letter after it.
fn escaped(text: &str) -> String {
    text.replace('&', "&&")
}

impl MenuAction {
    /// Its id in the menu.
    pub(super) fn id(self) -> String {
        serde_json::to_string(&self).expect("an action is plain data")
    }

    /// The action of that id.
    pub(crate) fn from_id(id: &str) -> Option<Self> {
        serde_json::from_str(id).ok()
    }
}
