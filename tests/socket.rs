//! The control socket, spoken to byte by byte.

mod bind;
mod leases;
mod lines;
mod subscribers;

use std::path::PathBuf;

use gpu_keepalive_engine::socket::Server;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::UnixStream,
    task::JoinHandle,
};

use crate::support::{FakeEngine, soon};

/// A served socket with a fake engine behind it.
struct Served {
    engine: FakeEngine,
    path: PathBuf,
    server: JoinHandle<()>,
    _folder: TempDir,
}

impl Served {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("control.sock");
        let engine = FakeEngine::start();
        let server = Server::bind(&path).expect("a free path");
        let handle = engine.handle.clone();
        let server = tokio::spawn(async move {
            server.serve(handle).await;
        });
        Self {
            engine,
            path,
            server,
            _folder: folder,
        }
    }

    async fn connect(&self) -> Raw {
        let stream = UnixStream::connect(&self.path).await.expect("a server");
        Raw(BufReader::new(stream))
    }
}

/// A client that sends what it likes.
struct Raw(BufReader<UnixStream>);

impl Raw {
    async fn send(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).await.expect("connected");
    }

    /// The next line; `Null` when the server hung up.
    async fn line(&mut self) -> Value {
        let mut line = String::new();
        soon("a line", self.0.read_line(&mut line))
            .await
            .expect("UTF-8");
        if line.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&line).expect("JSON")
    }

    async fn ask(&mut self, line: &str) -> Value {
        self.send(line.as_bytes()).await;
        self.send(b"\n").await;
        self.line().await
    }

    /// Returns true if the connection still answers.
    async fn lives(&mut self) -> bool {
        self.ask(r#"{"request":"on"}"#).await == serde_json::json!({"ok": "done"})
    }
}
