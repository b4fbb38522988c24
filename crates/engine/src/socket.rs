//! The control socket: newline-delimited JSON for this user alone, specified in
//! [`gpu_keepalive_core::protocol`].

mod client;
mod lines;
mod server;
mod transport;

pub use client::{Client, ClientError, Subscription};
pub use server::Server;
pub use transport::{BindError, ConnectError};
