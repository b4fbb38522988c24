//! A pointer that the test moves.

use std::os::unix::net::UnixStream;

use gpu_keepalive_engine::clock::Clock;
use wayland_client::{
    Connection, Dispatch, EventQueue, QueueHandle, delegate_noop,
    globals::{GlobalListContents, registry_queue_init},
    protocol::{wl_pointer::ButtonState, wl_registry},
};
use wayland_protocols_wlr::virtual_pointer::v1::client::{
    zwlr_virtual_pointer_manager_v1::ZwlrVirtualPointerManagerV1,
    zwlr_virtual_pointer_v1::ZwlrVirtualPointerV1,
};

use super::compositor::{DISPLAY, SIZE};
use crate::session::Session;

/// The buttons, as Linux numbers them.
pub(super) const LEFT: u32 = 0x110;
pub(super) const RIGHT: u32 = 0x111;

/// One that is there as long as this lives.
pub(super) struct Pointer {
    queue: EventQueue<Deaf>,
    pointer: ZwlrVirtualPointerV1,
}

/// Milliseconds, as toolkits compare them: to what is a click, and what a double click.
fn time() -> u32 {
    Clock::Boot.now().since_origin().as_millis() as u32
}

/// Takes no notice of events.
struct Deaf;

impl Dispatch<wl_registry::WlRegistry, GlobalListContents> for Deaf {
    fn event(
        _: &mut Self,
        _: &wl_registry::WlRegistry,
        _: wl_registry::Event,
        _: &GlobalListContents,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
    }
}

delegate_noop!(Deaf: ignore ZwlrVirtualPointerManagerV1);
delegate_noop!(Deaf: ignore ZwlrVirtualPointerV1);

impl Pointer {
    pub(super) fn of(session: &Session) -> Self {
        let socket = UnixStream::connect(session.path("run").join(DISPLAY)).unwrap();
        let connection = Connection::from_socket(socket).unwrap();
        let (globals, queue) = registry_queue_init::<Deaf>(&connection).unwrap();
        let handle = queue.handle();
        let manager: ZwlrVirtualPointerManagerV1 = globals.bind(&handle, 1..=1, ()).unwrap();
        let pointer = manager.create_virtual_pointer(None, &handle, ());
        let mut pointer = Self { queue, pointer };
        pointer.go((SIZE.0 / 2, SIZE.1 / 2));
        pointer
    }

    fn go(&mut self, (x, y): (u32, u32)) {
        self.pointer.motion_absolute(time(), x, y, SIZE.0, SIZE.1);
        self.pointer.frame();
        self.sent();
    }

    /// Moves there and clicks.
    pub(super) fn click(&mut self, (x, y): (u32, u32), button: u32) {
        // Twice: the first step into a surface only enters it.
        self.go((x - 1, y));
        self.go((x, y));
        for state in [ButtonState::Pressed, ButtonState::Released] {
            self.pointer.button(time(), button, state);
            self.pointer.frame();
            self.sent();
        }
    }

    fn sent(&mut self) {
        self.queue.roundtrip(&mut Deaf).unwrap();
    }
}
