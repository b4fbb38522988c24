//! The control socket: newline-delimited JSON for this user alone, specified in
//! [`gpu_keepalive_core::protocol`].

mod client;
mod lines;
mod place;
mod server;
mod transport;

pub use client::{Client, ClientError, Subscription};
pub use place::ControlSocket;
pub use server::Server;
pub use transport::{BindError, ConnectError};

#[cfg(unix)]
fn our_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}
