//! The little window that wine makes for icons where no panel takes them.
//!
//! Only its picture is checked: wine does not report where an icon is (`Shell_NotifyIconGetRect`),
//! without which tray-icon passes no click on.

use x11rb::{
    connection::Connection,
    protocol::xproto::{
        AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, ImageFormat, MapState, Window,
    },
    rust_connection::RustConnection,
};

use crate::{session::Session, soon};

const TITLE: &str = "Wine System Tray";
/// The side of the place of the first icon.
const PLACE: u16 = 20;
/// The deviation of a colour that is allowed where wine has made the icon smaller.
const TOLERANCE: u8 = 12;
/// The number of its pixels that have the colour of the state, at least.
const COLOURED: usize = 40;

pub(super) struct WineTray {
    connection: RustConnection,
    root: Window,
}

/// A window on the screen.
struct Seen {
    window: Window,
    title: String,
    x: i16,
    y: i16,
}

impl WineTray {
    pub(super) fn of(session: &Session) -> Self {
        let (connection, number) = RustConnection::connect(Some(session.display())).unwrap();
        let root = connection.setup().roots[number].root;
        Self { connection, root }
    }

    /// Waits until the icon has that colour.
    pub(super) async fn wait_for_colour(&self, rgb: [u8; 3]) {
        let what = format!("an icon in {rgb:?}");
        soon(&what, async || {
            let tray = self.seen().into_iter().find(|seen| seen.title == TITLE)?;
            let near = |pixel: &&[u8]| {
                let [blue, green, red, _] = **pixel else {
                    return false;
                };
                let pairs = [red, green, blue].into_iter().zip(rgb);
                pairs
                    .into_iter()
                    .all(|(one, other)| one.abs_diff(other) <= TOLERANCE)
            };
            let pixels = self.pixels(&tray)?;
            (pixels.chunks_exact(4).filter(near).count() >= COLOURED).then_some(())
        })
        .await;
    }

    /// Blue, green, red and nothing of each pixel in the place of the first icon.
    fn pixels(&self, tray: &Seen) -> Option<Vec<u8>> {
        let format = ImageFormat::Z_PIXMAP;
        let image =
            self.connection
                .get_image(format, self.root, tray.x, tray.y, PLACE, PLACE, u32::MAX);
        Some(image.unwrap().reply().ok()?.data)
    }

    /// Waits for a window of that title and closes it as its frame's button does.
    pub(super) async fn close_window(&self, title: &str) {
        let seen = soon("a window", async || {
            self.seen().into_iter().find(|seen| seen.title == title)
        })
        .await;
        let [protocols, delete] = ["WM_PROTOCOLS", "WM_DELETE_WINDOW"].map(|name| {
            let atom = self.connection.intern_atom(false, name.as_bytes()).unwrap();
            atom.reply().unwrap().atom
        });
        let message = ClientMessageEvent::new(32, seen.window, protocols, [delete, 0, 0, 0, 0]);
        let sent = self
            .connection
            .send_event(false, seen.window, EventMask::NO_EVENT, message);
        sent.unwrap().check().unwrap();
    }

    /// Every window that can be seen.
    fn seen(&self) -> Vec<Seen> {
        let tree = self.connection.query_tree(self.root).unwrap();
        let windows = tree.reply().unwrap().children;
        // Any may be gone again.
        windows
            .into_iter()
            .filter_map(|w| self.viewable(w))
            .collect()
    }

    fn viewable(&self, window: Window) -> Option<Seen> {
        let attributes = self.connection.get_window_attributes(window).unwrap();
        if attributes.reply().ok()?.map_state != MapState::VIEWABLE {
            return None;
        }
        let (kind, any) = (AtomEnum::WM_NAME, AtomEnum::ANY);
        let name = self
            .connection
            .get_property(false, window, kind, any, 0, 64);
        let place = self.connection.get_geometry(window).unwrap().reply().ok()?;
        Some(Seen {
            window,
            title: String::from_utf8_lossy(&name.unwrap().reply().ok()?.value).into_owned(),
            x: place.x,
            y: place.y,
        })
    }
}
