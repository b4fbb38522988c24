//! The size of letters that the user chose for the whole desktop, which WebKitGTK does not apply to
//! pages.

use gtk::{pango::FontDescription, prelude::GtkSettingsExt};
use tauri::WebviewWindow;

use crate::zoom::Zoom;

/// The size of the pages' letters at a zoom of 1.
const PAGE_PX: f64 = 14.0;
const POINTS_PER_INCH: f64 = 72.0;
const USUAL_DPI: f64 = 96.0;
/// Desktops have letters of 10 or 11 pt unless the user chose others: for both the pages are drawn
/// as they were designed.
const USUAL: std::ops::RangeInclusive<f64> = 0.94..=1.06;

/// Draws the page as large as the desktop's letters, now and whenever they change.
pub(crate) fn follow_font_size(window: &WebviewWindow) {
    let Some(settings) = gtk::Settings::default() else {
        return;
    };
    let follow = {
        let window = window.clone();
        move |settings: &gtk::Settings| {
            let font = settings.gtk_font_name().unwrap_or_default();
            Zoom::follow(&window, factor(&font, settings.gtk_xft_dpi()));
        }
    };
    follow(&settings);
    settings.connect_gtk_font_name_notify(follow.clone());
    settings.connect_gtk_xft_dpi_notify(follow);
}

/// The factor for a font such as `Cantarell 11` and 1024 times the dots per inch, where less than
/// one stands for the usual ones.
fn factor(font: &str, dpi_1024: i32) -> f64 {
    let dpi = match dpi_1024 {
        1.. => f64::from(dpi_1024) / 1024.0,
        _ => USUAL_DPI,
    };
    let font = FontDescription::from_string(font);
    let size = f64::from(font.size()) / f64::from(gtk::pango::SCALE);
    let px = match (size > 0.0, font.is_size_absolute()) {
        (true, true) => size,
        (true, false) => size * dpi / POINTS_PER_INCH,
        (false, _) => PAGE_PX * dpi / USUAL_DPI,
    };
    let factor = px / PAGE_PX;
    if USUAL.contains(&factor) { 1.0 } else { factor }
}

#[cfg(test)]
mod tests {
    use super::factor;

    #[test]
    fn usual_letters_leave_the_pages_as_they_are() {
        for font in ["Cantarell 11", "Sans 10", "Noto Sans Bold 10", ""] {
            for dpi in [-1, 0, 96 * 1024] {
                assert_eq!(factor(font, dpi), 1.0, "{font} at {dpi}");
            }
        }
    }

    #[test]
    fn larger_letters_and_more_dots_enlarge_them() {
        let percent = |font, dpi: i32| (100.0 * factor(font, dpi * 1024)).round();
        assert_eq!(percent("Sans 15", 96), 143.0);
        assert_eq!(percent("Cantarell 11", 144), 157.0);
        assert_eq!(percent("Sans 8", 96), 76.0);
        assert_eq!(percent("Sans 21px", 192), 150.0);
        assert_eq!(percent("", 192), 200.0);
    }
}
