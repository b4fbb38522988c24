//! The screen as the user sees it.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use x11rb::{
    connection::Connection,
    protocol::xproto::{
        AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, ImageFormat, InputFocus, MapState,
        Window,
    },
    rust_connection::RustConnection,
};

use crate::{driver::Page, session::Session, soon};

/// The X server of a session.
pub(crate) struct Screen {
    connection: RustConnection,
    root: Window,
}

/// What was on the screen where the window is.
#[derive(PartialEq)]
struct Picture {
    width: u32,
    height: u32,
    /// Blue, green, red and nothing.
    pixels: Vec<u8>,
}

impl Screen {
    pub(crate) fn of(session: &Session) -> Self {
        let (connection, number) = RustConnection::connect(Some(session.display())).unwrap();
        let root = connection.setup().roots[number].root;
        Self { connection, root }
    }

    /// The app's window, when it can be seen.
    fn window(&self) -> Option<Window> {
        let tree = self.connection.query_tree(self.root).unwrap();
        tree.reply().unwrap().children.into_iter().find(|child| {
            let attributes = self.connection.get_window_attributes(*child).unwrap();
            let name =
                self.connection
                    .get_property(false, *child, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 1);
            // It may be gone again.
            let shown = attributes.reply().is_ok_and(|attributes| {
                attributes.map_state == MapState::VIEWABLE && !attributes.override_redirect
            });
            shown && name.unwrap().reply().is_ok_and(|name| name.value_len > 0)
        })
    }

    /// Gives the app's window the focus, as a window manager does.
    pub(crate) async fn focus_window(&self) {
        let window = soon("a window on the screen", async || self.window()).await;
        let focused =
            self.connection
                .set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME);
        focused.unwrap().check().unwrap();
    }

    /// Closes the app's window as its frame's button does.
    pub(crate) async fn close_window(&self) {
        let window = soon("a window on the screen", async || self.window()).await;
        let [protocols, delete] = ["WM_PROTOCOLS", "WM_DELETE_WINDOW"].map(|name| {
            let atom = self.connection.intern_atom(false, name.as_bytes()).unwrap();
            atom.reply().unwrap().atom
        });
        let message = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
        let sent = self
            .connection
            .send_event(false, window, EventMask::NO_EVENT, message);
        sent.unwrap().check().unwrap();
    }

    /// Keeps a picture of the whole page, once it does not change any more, in
    /// `target/screenshots/NAME.png`.
    ///
    /// WebKit's driver itself can only picture a page that is about to be drawn again.
    pub(crate) async fn save(&self, page: &Page, name: &str) {
        let size = page.run("return [innerWidth, innerHeight]", []).await;
        let [width, height] = serde_json::from_value(size).unwrap();
        let length = page
            .run("return document.documentElement.scrollHeight", [])
            .await;
        let length: u32 = serde_json::from_value(length).unwrap();
        page.resize(width, height.max(length)).await;
        page.run_async("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
            .await;
        let mut before = None;
        let picture = soon("a window at rest", async || {
            let now = Some(self.picture()?);
            if before == now {
                return now;
            }
            before = now;
            None
        })
        .await;
        picture.write(&folder().join(format!("{name}.png")));
        page.resize(width, height).await;
    }

    fn picture(&self) -> Option<Picture> {
        let window = self.window()?;
        let size = self.connection.get_geometry(window).unwrap().reply().ok()?;
        let (width, height) = (size.width, size.height);
        let format = ImageFormat::Z_PIXMAP;
        let image = self
            .connection
            .get_image(format, window, 0, 0, width, height, u32::MAX)
            .unwrap();
        Some(Picture {
            width: width.into(),
            height: height.into(),
            pixels: image.reply().ok()?.data,
        })
    }
}

/// `target/screenshots`.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
    fs::create_dir_all(&folder).unwrap();
    folder
}

impl Picture {
    fn write(&self, path: &Path) {
        let mut encoder = png::Encoder::new(File::create(path).unwrap(), self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::Fast);
        let pixels = self.pixels.chunks_exact(4);
        let rgb: Vec<u8> = pixels.flat_map(|p| [p[2], p[1], p[0]]).collect();
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&rgb).unwrap();
    }
}
