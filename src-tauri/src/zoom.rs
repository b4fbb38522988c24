//! The size of everything in the window: the desktop's font size, times what the user chose with
//! Ctrl++.

use std::sync::Mutex;

use tauri::{Manager, Runtime, WebviewWindow};

/// The user's choice and the desktop's.
pub(crate) struct Zoom(Mutex<Factors>);

#[derive(Clone, Copy)]
struct Factors {
    chosen: f64,
    system: f64,
}

/// Beyond these the window cannot be used any more.
const CHOSEN: (f64, f64) = (0.5, 3.0);
// WebView2 follows Windows by itself.
#[cfg(target_os = "linux")]
const SYSTEM: (f64, f64) = (0.8, 4.0);

impl Default for Zoom {
    fn default() -> Self {
        Self(Mutex::new(Factors {
            chosen: 1.0,
            system: 1.0,
        }))
    }
}

impl Zoom {
    /// Applies the user's factor.
    pub(crate) fn choose<R: Runtime>(window: &WebviewWindow<R>, factor: f64) {
        if factor.is_finite() {
            apply(window, |factors| {
                factors.chosen = factor.clamp(CHOSEN.0, CHOSEN.1)
            });
        }
    }

    /// Applies the factor by which the desktop's letters are larger than usual ones.
    #[cfg(target_os = "linux")]
    pub(crate) fn follow<R: Runtime>(window: &WebviewWindow<R>, factor: f64) {
        apply(window, |factors| {
            factors.system = factor.clamp(SYSTEM.0, SYSTEM.1)
        });
    }
}

fn apply<R: Runtime>(window: &WebviewWindow<R>, change: impl FnOnce(&mut Factors)) {
    let zoom = window.state::<Zoom>();
    let factor = {
        let mut factors = zoom.0.lock().expect("nothing panics with the lock");
        change(&mut factors);
        factors.chosen * factors.system
    };
    if let Err(error) = window.set_zoom(factor) {
        tracing::warn!(%error, "the size of the text cannot be changed");
    }
}
