//! Output that never delays its writer: a bounded queue, and a thread that writes it.
//!
//! Output that never blocks: a terminal stopped with Ctrl-S, a pipe that its reader leaves full or
//! a full disk does not stop the program that writes to standard output and the log.

use std::{
    collections::VecDeque,
    io::{self, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// Bytes that wait at most: some thousand lines, and more than a program logs while it ends.
const CAPACITY: usize = 256 << 10;

/// The time for which an ending program waits for the rest of the queue; a reader that is there
/// takes milliseconds.
const FLUSH_WITHIN: Duration = Duration::from_secs(1);

/// Opens the stream, on the thread that writes to it.
type Open = Box<dyn FnOnce() -> Box<dyn Write> + Send>;

/// The writing end. Never waits and never fails; when the queue is full the oldest lines are
/// dropped, and one line counts them. Cheap to clone.
///
/// As a [`Write`] it takes each write as a whole, as `tracing-subscriber` makes one for each event.
#[derive(Clone)]
pub struct OutputQueue(Arc<Shared>);

struct Shared {
    name: &'static str,
    queue: Mutex<Queue>,
    changed: Condvar,
}

struct Queue {
    waiting: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Lines dropped since that was last reported.
    dropped: usize,
    writer: Writer,
}

enum Writer {
    /// Nothing was written yet, so no thread runs.
    None(Open),
    Waiting,
    Writing,
    /// The reader is gone for good, or no thread could be started.
    Gone,
}

impl OutputQueue {
    /// A queue for the stream that `open` yields. Its thread, which has this name, starts with the
    /// first line.
    pub fn new<W: Write + 'static>(
        name: &'static str,
        open: impl FnOnce() -> W + Send + 'static,
    ) -> Self {
        Self(Arc::new(Shared {
            name,
            queue: Mutex::new(Queue {
                waiting: VecDeque::new(),
                bytes: 0,
                dropped: 0,
                writer: Writer::None(Box::new(|| Box::new(open()))),
            }),
            changed: Condvar::new(),
        }))
    }

    /// Queues one or more whole lines, each with its end.
    pub fn push(&self, lines: Vec<u8>) {
        let mut queue = self.0.lock();
        match std::mem::replace(&mut queue.writer, Writer::Gone) {
            Writer::None(open) => {
                let shared = Arc::clone(&self.0);
                let writer = thread::Builder::new().name(self.0.name.to_owned());
                if writer.spawn(move || shared.write_all(open())).is_ok() {
                    queue.writer = Writer::Waiting;
                }
            }
            running => queue.writer = running,
        }
        if !matches!(queue.writer, Writer::Gone) {
            queue.push(lines);
            drop(queue);
            self.0.changed.notify_all();
        }
    }

    /// Flushes at the end of the caller's scope.
    pub fn flush_on_drop(&self) -> FlushOnDrop {
        FlushOnDrop(self.clone())
    }

    /// Waits until everything is written, for at most a second.
    pub fn flush(&self) {
        let unwritten = |queue: &mut Queue| match queue.writer {
            Writer::None(_) | Writer::Gone => false,
            Writer::Writing => true,
            Writer::Waiting => !queue.waiting.is_empty(),
        };
        drop(
            self.0
                .changed
                .wait_timeout_while(self.0.lock(), FLUSH_WITHIN, unwritten),
        );
    }
}

/// Flushes a queue when it is dropped, also by a panic that ends the program.
pub struct FlushOnDrop(OutputQueue);

impl Drop for FlushOnDrop {
    fn drop(&mut self) {
        self.0.flush();
    }
}

impl Write for OutputQueue {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.push(lines.to_owned());
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what comes until the reader is gone.
    fn write_all(&self, mut stream: Box<dyn Write>) {
        loop {
            let (text, lines) = self.next();
            let result = stream.write_all(&text).and_then(|()| stream.flush());
            if let Err(error) = result {
                let mut queue = self.lock();
                if error.kind() == io::ErrorKind::BrokenPipe {
                    queue.writer = Writer::Gone;
                    queue.waiting = VecDeque::new();
                    drop(queue);
                    self.changed.notify_all();
                    return;
                }
                // A disk that is full now may have room later.
                queue.dropped += lines;
            }
        }
    }

    fn next(&self) -> (Vec<u8>, usize) {
        let mut queue = self.lock();
        queue.writer = Writer::Waiting;
        self.changed.notify_all();
        loop {
            if let Some(next) = queue.pop() {
                queue.writer = Writer::Writing;
                return next;
            }
            queue = self
                .changed
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Queue {
    fn push(&mut self, lines: Vec<u8>) {
        self.bytes += lines.len();
        self.waiting.push_back(lines);
        while self.bytes > CAPACITY
            && let Some(oldest) = self.waiting.pop_front()
        {
            self.bytes -= oldest.len();
            self.dropped += lines_in(&oldest);
        }
    }

    /// The oldest that waits, behind a line about those that were dropped before it, and how many
    /// lines are lost if it cannot be written.
    fn pop(&mut self) -> Option<(Vec<u8>, usize)> {
        let next = self.waiting.pop_front()?;
        self.bytes -= next.len();
        let dropped = std::mem::take(&mut self.dropped);
        let lines = dropped + lines_in(&next);
        if dropped == 0 {
            return Some((next, lines));
        }
        let mut text = format!("(not written in time, so dropped: {dropped} lines)\n").into_bytes();
        text.extend(next);
        Some((text, lines))
    }
}

fn lines_in(lines: &[u8]) -> usize {
    lines.iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests;
