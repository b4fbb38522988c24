use gpu_keepalive_engine::output_queue::OutputQueue;
use gtk::prelude::{GtkSettingsExt, GtkWindowExt};
use tauri::WebviewWindow;

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

#[cfg(test)]
mod tests {
    use super::tag;

    #[test]
    fn a_locale_with_a_region_has_a_language_tag() {
        assert_eq!(tag("de_CH.UTF-8").as_deref(), Some("de-CH"));
        assert_eq!(tag("de_DE@euro").as_deref(), Some("de-DE"));
        assert_eq!(tag("C.UTF-8"), None);
        assert_eq!(tag("POSIX"), None);
    }
}
