//! The size of letters that the user chose for the whole desktop. WebKitGTK applies the dots per
//! inch, and with them GNOME's larger text, to pages by itself, but not the font.

use gtk::{pango::FontDescription, prelude::GtkSettingsExt};
use tauri::WebviewWindow;

use crate::zoom::Zoom;

/// The pages' letters at a zoom of 1: 14 px.
const PAGE_POINTS: f64 = 10.5;
const POINTS_PER_PX: f64 = 0.75;
/// Desktops have letters of 10 or 11 pt unless the user chose others: for both the pages are drawn
/// as they were designed.
const USUAL: std::ops::RangeInclusive<f64> = 10.0..=11.0;

/// Draws the page as large as the desktop's letters, now and whenever they change.
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
    use super::factor;

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
