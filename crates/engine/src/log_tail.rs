//! The newest lines of the log, kept in memory for diagnostics.

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, PoisonError},
};

/// Lines kept: enough for what led to a problem, and about 40 KiB.
const KEPT: usize = 300;

/// A writer for `tracing-subscriber` that keeps the newest lines. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct LogTail(Arc<Mutex<VecDeque<String>>>);

impl LogTail {
    /// Oldest first.
    pub fn lines(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }
}

/// The log lines to keep, for a subscriber's filter: the levels of `RUST_LOG`, or that level for us
/// and warnings for everything else.
pub fn directives(ours: &str) -> String {
    // Every crate of ours begins with that name.
    std::env::var("RUST_LOG").unwrap_or_else(|_| format!("warn,gpu_keepalive={ours}"))
}

/// Has panics logged instead of written to standard error, where they would wait for its reader.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("without a name");
        let trace = std::backtrace::Backtrace::capture();
        if trace.status() == std::backtrace::BacktraceStatus::Captured {
            tracing::error!("thread {name}: {panic}\n{trace}");
        } else {
            tracing::error!("thread {name}: {panic}");
        }
    }));
}

impl io::Write for LogTail {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for line in String::from_utf8_lossy(bytes).lines() {
            if kept.len() == KEPT {
                kept.pop_front();
            }
            kept.push_back(line.to_owned());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
