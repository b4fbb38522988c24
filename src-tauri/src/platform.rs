//! The requirements of each system on a desktop program.

#[cfg(target_os = "linux")]
mod font_size;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub(crate) use font_size::follow_font_size;
#[cfg(target_os = "linux")]
pub(crate) use linux::{
    corner, is_dark, monetary_locale, move_to, report, require_display, require_web_view,
};
#[cfg(windows)]
pub(crate) use windows::{
    corner, follow_font_size, is_dark, monetary_locale, move_to, report, require_display,
    require_web_view,
};
