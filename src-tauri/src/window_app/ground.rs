//! The colour of a window whose page is not drawn yet.

use tauri::{WebviewWindow, window::Color};

use crate::platform;

/// The page's `--ground`, light and dark.
const LIGHT: Color = Color(0xf5, 0xf5, 0xf6, 0xff);
const DARK: Color = Color(0x1b, 0x1c, 0x1f, 0xff);

/// Gives a window that is not shown yet the colour that its page will have.
pub(super) fn paint(window: &WebviewWindow) -> tauri::Result<()> {
    let ground = if platform::is_dark(window) {
        DARK
    } else {
        LIGHT
    };
    window.set_background_color(Some(ground))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_colour_of_the_page() {
        let tokens = include_str!("../../../ui/src/tokens.css");
        let grounds: Vec<_> = tokens
            .lines()
            .filter_map(|line| line.trim().strip_prefix("--ground: "))
            .collect();
        let written = [LIGHT, DARK].map(|Color(r, g, b, _)| format!("#{r:02x}{g:02x}{b:02x};"));
        assert_eq!(grounds, written);
    }
}
