//! The screen as the user sees it.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use x11rb::{
    connection::Connection,
    protocol::{
        xproto::{
            AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ChangeWindowAttributesAux,
            ClientMessageEvent, ConfigureWindowAux, ConnectionExt, EventMask, ImageFormat,
            InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT, MapState, Window,
        },
        xtest::ConnectionExt as _,
    },
    rust_connection::RustConnection,
};

use crate::{driver::Page, session::Session, soon};

/// The X server of a session.
pub(crate) struct Screen {
    connection: RustConnection,
    root: Window,
}

/// A part of the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: i16,
    pub(crate) y: i16,
    pub(crate) width: u16,
    pub(crate) height: u16,
}

/// The picture of the screen.
#[derive(PartialEq)]
pub(crate) struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Blue, green, red and nothing.
    pixels: Vec<u8>,
}

const RIGHT_BUTTON: u8 = 3;
/// The code of the left control key.
const CONTROL: u8 = 37;
/// The least height: anything lower is a hint at the pointer, or not drawn yet.
const LEAST_PX: u16 = 64;

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

    /// Moves the app's window there, once it can be seen.
    pub(crate) async fn place_window(&self, area: Area) {
        let window = soon("a window on the screen", async || self.window()).await;
        let wanted = ConfigureWindowAux::new()
            .x(i32::from(area.x))
            .y(i32::from(area.y))
            .width(u32::from(area.width))
            .height(u32::from(area.height));
        let placed = self.connection.configure_window(window, &wanted);
        placed.unwrap().check().unwrap();
        // The toolkit hears of it later than the server.
        soon("a page in that size", async || {
            let drawn = self.picture_of(Area {
                x: area.x + area.width as i16 - 1,
                y: area.y + area.height as i16 - 1,
                width: 1,
                height: 1,
            })?;
            (drawn.pixels[..3] != [0, 0, 0]).then_some(())
        })
        .await;
    }

    /// The place of the app's window, when it can be seen.
    pub(crate) fn window_area(&self) -> Option<Area> {
        self.area(self.window()?)
    }

    /// The colour at the lower left corner of the app's window, where every page shows its ground.
    pub(crate) fn corner_of_window(&self) -> Option<[u8; 3]> {
        let area = self.window_area()?;
        let corner = self.picture_of(Area {
            x: area.x + 2,
            y: area.y + area.height as i16 - 3,
            width: 1,
            height: 1,
        })?;
        let [blue, green, red, _] = corner.pixels[..4].try_into().ok()?;
        Some([red, green, blue])
    }

    /// Returns true if the app's window shows more than one colour.
    pub(crate) fn has_page(&self) -> bool {
        let picture = self.window_area().and_then(|area| self.picture_of(area));
        picture.is_some_and(|picture| {
            let mut pixels = picture.pixels.chunks_exact(4);
            let first = pixels.next();
            pixels.any(|pixel| Some(pixel) != first)
        })
    }

    /// Presses the key of that code together with the control key.
    pub(crate) fn press_with_control(&self, key: u8) {
        for (event, code) in [
            (KEY_PRESS_EVENT, CONTROL),
            (KEY_PRESS_EVENT, key),
            (KEY_RELEASE_EVENT, key),
            (KEY_RELEASE_EVENT, CONTROL),
        ] {
            self.pretend(event, code, 0, 0);
        }
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

    /// Paints the screen behind everything in that colour.
    pub(crate) fn paint(&self, [red, green, blue]: [u8; 3]) {
        let pixel = u32::from_be_bytes([0, red, green, blue]);
        let background = ChangeWindowAttributesAux::new().background_pixel(pixel);
        let changed = self
            .connection
            .change_window_attributes(self.root, &background);
        changed.unwrap().check().unwrap();
        let cleared = self.connection.clear_area(false, self.root, 0, 0, 0, 0);
        cleared.unwrap().check().unwrap();
    }

    /// Moves the pointer there.
    pub(crate) fn point(&self, x: i16, y: i16) {
        self.pretend(MOTION_NOTIFY_EVENT, 0, x, y);
    }

    /// Clicks there with the right button.
    pub(crate) fn open_menu(&self, x: i16, y: i16) {
        self.point(x, y);
        for event in [BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT] {
            self.pretend(event, RIGHT_BUTTON, x, y);
        }
    }

    fn pretend(&self, event: u8, detail: u8, x: i16, y: i16) {
        let made = self
            .connection
            .xtest_fake_input(event, detail, 0, self.root, x, y, 0);
        made.unwrap().check().unwrap();
    }

    /// Everything that can be seen, the lowest first.
    pub(crate) fn shown(&self) -> Vec<Window> {
        let tree = self.connection.query_tree(self.root).unwrap();
        let mut windows = tree.reply().unwrap().children;
        windows.retain(|window| {
            let attributes = self.connection.get_window_attributes(*window).unwrap();
            // It may be gone again.
            attributes
                .reply()
                .is_ok_and(|attributes| attributes.map_state == MapState::VIEWABLE)
        });
        windows
    }

    /// Waits for something that was not to be seen before; where it is.
    pub(crate) async fn wait_for_new(&self, before: &[Window]) -> Area {
        soon("something new on the screen", async || {
            let new = self.shown();
            let mut new = new.into_iter().filter(|window| !before.contains(window));
            new.find_map(|window| self.area(window).filter(|area| area.height > LEAST_PX))
        })
        .await
    }

    /// The place of that colour in the area, if it is there.
    pub(crate) fn find(&self, colour: [u8; 3], area: Area) -> Option<(i16, i16)> {
        let [red, green, blue] = colour;
        let picture = self.picture_of(area)?;
        let mut pixels = picture.pixels.chunks_exact(4);
        let found = pixels.position(|pixel| pixel[..3] == [blue, green, red])?;
        let (x, y) = (found as u32 % picture.width, found as u32 / picture.width);
        Some((area.x + x as i16, area.y + y as i16))
    }

    /// A picture of the area, once it does not change any more.
    pub(crate) async fn picture_at_rest(&self, area: Area) -> Picture {
        at_rest(|| self.picture_of(area)).await
    }

    /// Keeps a picture of the whole page, once it does not change any more, in
    /// `target/screenshots/NAME.png`.
    pub(crate) async fn save(&self, page: &Page, name: &str) {
        self.picture_of_page(page)
            .await
            .write(&folder().join(format!("{name}.png")));
    }

    /// A picture of the whole page, once it does not change any more.
    ///
    /// WebKit's driver itself can only picture a page that is about to be drawn again.
    pub(crate) async fn picture_of_page(&self, page: &Page) -> Picture {
        let size = page.run("return [innerWidth, innerHeight]", []).await;
        let [width, height] = serde_json::from_value(size).unwrap();
        let length = page
            .run("return document.documentElement.scrollHeight", [])
            .await;
        let length: u32 = serde_json::from_value(length).unwrap();
        page.resize(width, height.max(length)).await;
        page.run_async("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
            .await;
        let picture = self.picture_of_window().await;
        page.resize(width, height).await;
        picture
    }

    /// A picture of what can be seen of the page, once it does not change any more.
    pub(crate) async fn picture_of_window(&self) -> Picture {
        at_rest(|| self.picture_of(self.area(self.window()?)?)).await
    }

    fn area(&self, window: Window) -> Option<Area> {
        let area = self.connection.get_geometry(window).unwrap().reply().ok()?;
        Some(Area {
            x: area.x,
            y: area.y,
            width: area.width,
            height: area.height,
        })
    }

    pub(crate) fn picture_of(&self, area: Area) -> Option<Picture> {
        let Area {
            x,
            y,
            width,
            height,
        } = area;
        let format = ImageFormat::Z_PIXMAP;
        // The content of the area, whatever program drew it.
        let image = self
            .connection
            .get_image(format, self.root, x, y, width, height, u32::MAX)
            .unwrap();
        Some(Picture {
            width: width.into(),
            height: height.into(),
            pixels: image.reply().ok()?.data,
        })
    }
}

/// The first picture that is like the one before it.
async fn at_rest(mut take: impl FnMut() -> Option<Picture>) -> Picture {
    let mut before = None;
    soon("a screen at rest", async || {
        let now = Some(take()?);
        if before == now {
            return now;
        }
        before = now;
        None
    })
    .await
}

/// `target/screenshots`.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
    fs::create_dir_all(&folder).unwrap();
    folder
}

impl Picture {
    pub(crate) fn write(&self, path: &Path) {
        let mut encoder = png::Encoder::new(File::create(path).unwrap(), self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header().unwrap();
        let rgb = self.rgb(0, 0, self.width, self.height);
        writer.write_image_data(&rgb).unwrap();
    }

    /// The colours of a part.
    pub(crate) fn rgb(&self, x: u32, y: u32, width: u32, height: u32) -> Vec<u8> {
        let row = |y: u32| {
            let start = (y * self.width + x) as usize * 4;
            &self.pixels[start..start + width as usize * 4]
        };
        let pixels = (y..y + height).flat_map(|y| row(y).chunks_exact(4));
        pixels.flat_map(|p| [p[2], p[1], p[0]]).collect()
    }

    /// The smallest part that holds every difference: its corner, width and height.
    pub(crate) fn changed_since(&self, before: &Self) -> (u32, u32, u32, u32) {
        let pixels = self
            .pixels
            .chunks_exact(4)
            .zip(before.pixels.chunks_exact(4));
        let changed = (0..).zip(pixels).filter(|(_, (new, old))| new != old);
        let places: Vec<(u32, u32)> = changed
            .map(|(index, _): (u32, _)| (index % self.width, index / self.width))
            .collect();
        let ends = |of: fn(&(u32, u32)) -> u32| {
            let values = || places.iter().map(of);
            let least = values().min().unwrap_or(0);
            (least, values().max().unwrap_or(0) + 1 - least)
        };
        let ((x, width), (y, height)) = (ends(|place| place.0), ends(|place| place.1));
        (x, y, width, height)
    }
}
