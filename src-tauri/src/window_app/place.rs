//! The size and the place of the window, kept from one time to the next.
//!
//! Not tauri-plugin-window-state: on X11 it keeps the place of the content and restores it as that of
//! the frame, so that the window moves by its title bar each time.

use std::path::PathBuf;

use gpu_keepalive_engine::{paths::Paths, store};
use serde::{Deserialize, Serialize};
use tauri::{LogicalSize, Monitor, WebviewWindow};

use crate::platform;

/// The size of the first time, in logical pixels.
const FIRST: (f64, f64) = (880.0, 640.0);
/// The least size, in logical pixels.
pub(super) const LEAST: (f64, f64) = (360.0, 320.0);
/// So much of its upper edge has to be on a screen, in physical pixels, for the user to move it.
const VISIBLE: i32 = 48;

/// What is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    /// Its size in logical pixels, without the frame; of the time before it was maximised.
    size: Option<(f64, f64)>,
    /// The upper left corner of its frame, in physical pixels. Wayland has none.
    corner: Option<(i32, i32)>,
    maximized: bool,
}

fn file() -> Option<PathBuf> {
    Some(Paths::of_user().ok()?.state.join("window.json"))
}

impl Place {
    pub(super) fn load() -> Self {
        file().map(|file| store::load(&file)).unwrap_or_default()
    }

    pub(super) fn size(&self) -> (f64, f64) {
        let (width, height) = self.size.unwrap_or(FIRST);
        (width.max(LEAST.0), height.max(LEAST.1))
    }

    /// Moves a window that is not shown yet to its place.
    pub(super) fn restore(&self, window: &WebviewWindow) -> tauri::Result<()> {
        if let Some(corner) = self.corner
            && is_on_a_screen(corner, &window.available_monitors()?)
        {
            platform::move_to(window, corner)?;
        }
        if self.maximized {
            window.maximize()?;
        }
        Ok(())
    }

    /// Keeps where that window is now. On the toolkit's thread.
    pub(super) fn keep(window: &WebviewWindow) {
        let Some(file) = file() else { return };
        let before: Self = store::load(&file);
        let now = match before.with(window) {
            Ok(now) if now != before => now,
            Ok(_) => return,
            Err(error) => return tracing::warn!(%error, "the window's place is not known"),
        };
        if let Err(error) = store::save(&file, &now) {
            tracing::warn!(%error, "the window's place cannot be kept");
        }
    }

    fn with(&self, window: &WebviewWindow) -> tauri::Result<Self> {
        if window.is_maximized()? {
            return Ok(Self {
                maximized: true,
                ..self.clone()
            });
        }
        let size: LogicalSize<f64> = window.inner_size()?.to_logical(window.scale_factor()?);
        Ok(Self {
            size: Some((size.width.round(), size.height.round())),
            corner: Some(platform::corner(window)?),
            maximized: false,
        })
    }
}

/// Returns true if a window with that corner can be seen and moved.
fn is_on_a_screen((x, y): (i32, i32), monitors: &[Monitor]) -> bool {
    monitors.iter().any(|monitor| {
        let (at, size) = (monitor.position(), monitor.size());
        let (right, bottom) = (at.x + size.width as i32, at.y + size.height as i32);
        x >= at.x - VISIBLE && x + VISIBLE <= right && y >= at.y && y + VISIBLE <= bottom
    })
}
