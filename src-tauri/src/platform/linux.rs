use std::borrow::Cow;

use futures_util::StreamExt;
use gpu_keepalive_engine::output_queue::OutputQueue;
use gtk::{
    pango::FontDescription,
    prelude::{GtkSettingsExt, GtkWindowExt},
};
use tauri::{AppHandle, WebviewWindow, WebviewWindowBuilder, Wry, image::Image};
use tokio::sync::mpsc::Sender;
use zbus::{Connection, fdo::DBusProxy};

use crate::{controller::Input, zoom::Zoom};

/// The desktop knows this process by its menu entry.
pub(crate) fn identify() {}

/// Panels scale the icon to their size.
pub(crate) fn tray_icon(drawn: Image<'static>) -> Image<'static> {
    drawn
}

/// Panels have room for every line.
pub(crate) fn tooltip(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

/// What keeps WebKit from the card is in the environment of the window's process.
pub(crate) fn on_the_processor(
    window: WebviewWindowBuilder<'_, Wry, AppHandle>,
) -> WebviewWindowBuilder<'_, Wry, AppHandle> {
    window
}

/// A toolkit without a display would end the program with a panic.
pub(crate) fn require_display() -> anyhow::Result<()> {
    // On X11 GDK would otherwise load the OpenGL driver just to list visuals: NVIDIA's opens the
    // card, which wakes it, and Mesa's takes 50 MiB. Nothing here draws with OpenGL.
    let _ = gtk::glib::setenv("GDK_GL", "disable", true);
    if gtk::init().is_err() {
        anyhow::bail!(
            "there is no display for a tray icon; “gpu-keepalive run” does the same without one"
        );
    }
    Ok(())
}

/// WebKitGTK is linked: without it not even this would run.
pub(crate) fn require_web_view() -> anyhow::Result<()> {
    Ok(())
}

/// Reports the error that ended the program to the process that started it.
pub(crate) fn report(error: &anyhow::Error, errors: &OutputQueue) {
    errors.push(format!("{error:#}\n").into_bytes());
}

/// The upper left corner of the window's frame. GTK knows the frame, which Tauri does not ask for.
pub(crate) fn corner(window: &WebviewWindow) -> tauri::Result<(i32, i32)> {
    Ok(window.gtk_window()?.position())
}

/// Moves the window so that its frame has that corner.
pub(crate) fn move_to(window: &WebviewWindow, (x, y): (i32, i32)) -> tauri::Result<()> {
    window.gtk_window()?.move_(x, y);
    Ok(())
}

/// Returns true if the page will be dark, by what WebKitGTK asks for that.
pub(crate) fn is_dark(_: &WebviewWindow) -> bool {
    let is_dark = |theme: &str| {
        let theme = theme.to_ascii_lowercase();
        theme.ends_with("-dark") || theme.ends_with(":dark")
    };
    if let Ok(theme) = std::env::var("GTK_THEME") {
        return is_dark(&theme);
    }
    let Some(settings) = gtk::Settings::default() else {
        return false;
    };
    let theme = settings.gtk_theme_name();
    settings.is_gtk_application_prefer_dark_theme() || theme.is_some_and(|theme| is_dark(&theme))
}

/// The language tag of the locale in which the user writes money, such as `de-CH`; none without a
/// region.
pub(crate) fn monetary_locale() -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = set("LC_ALL")
        .or_else(|| set("LC_MONETARY"))
        .or_else(|| set("LANG"))?;
    tag(&locale)
}

/// `de-CH` of `de_CH.UTF-8@euro`.
fn tag(locale: &str) -> Option<String> {
    let bare = locale.split(['.', '@']).next()?;
    let (language, region) = bare.split_once('_')?;
    Some(format!("{language}-{region}"))
}

/// The name under which a panel, or a part of the desktop for it, takes icons.
const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// Reports every panel that ends or comes, as long as there is a message bus.
pub(crate) async fn follow_panel(inputs: Sender<Input>) {
    if let Err(error) = report_panels(&inputs).await {
        tracing::debug!(%error, "panels that end or come are not heard");
    }
}

async fn report_panels(inputs: &Sender<Input>) -> zbus::Result<()> {
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

/// The pages' letters at a zoom of 1: 14 px.
const PAGE_POINTS: f64 = 10.5;
const POINTS_PER_PX: f64 = 0.75;
/// Desktops have letters of 10 or 11 pt unless the user chose others: for both the pages are drawn
/// as they were designed.
const USUAL: std::ops::RangeInclusive<f64> = 10.0..=11.0;

/// Draws the page as large as the desktop's letters, now and whenever they change. WebKitGTK applies
/// the dots per inch, and with them GNOME's larger text, to pages by itself, but not the font.
pub(crate) fn follow_font_size(window: &WebviewWindow) {
    let Some(settings) = gtk::Settings::default() else {
        return;
    };
    let follow = {
        let window = window.clone();
        move |settings: &gtk::Settings| {
            let font = settings.gtk_font_name().unwrap_or_default();
            Zoom::follow(&window, factor(&font));
        }
    };
    follow(&settings);
    settings.connect_gtk_font_name_notify(follow);
}

/// The factor for a font such as `Cantarell 11`.
fn factor(font: &str) -> f64 {
    let font = FontDescription::from_string(font);
    let size = f64::from(font.size()) / f64::from(gtk::pango::SCALE);
    let points = if font.is_size_absolute() {
        size * POINTS_PER_PX
    } else {
        size
    };
    if points == 0.0 || USUAL.contains(&points) {
        1.0
    } else {
        points / PAGE_POINTS
    }
}

#[cfg(test)]
mod tests {
    use super::{factor, tag};

    #[test]
    fn a_locale_with_a_region_has_a_language_tag() {
        assert_eq!(tag("de_CH.UTF-8").as_deref(), Some("de-CH"));
        assert_eq!(tag("de_DE@euro").as_deref(), Some("de-DE"));
        assert_eq!(tag("C.UTF-8"), None);
        assert_eq!(tag("POSIX"), None);
    }

    #[test]
    fn usual_letters_leave_the_pages_as_they_are() {
        for font in ["Cantarell 11", "Sans 10", "Noto Sans Bold 10.5", "Sans", ""] {
            assert_eq!(factor(font), 1.0, "{font}");
        }
    }

    #[test]
    fn other_letters_enlarge_them_or_make_them_smaller() {
        let percent = |font| (100.0 * factor(font)).round();
        assert_eq!(percent("Sans 15"), 143.0);
        assert_eq!(percent("Cantarell Bold 22"), 210.0);
        assert_eq!(percent("Sans 9"), 86.0);
        assert_eq!(percent("Sans 21px"), 150.0);
    }
}
