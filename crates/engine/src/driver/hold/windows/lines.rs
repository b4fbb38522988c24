//! Commands in, reports out, line by line.

use std::{
    cell::RefCell,
    io::{self, BufReader, Read, Write},
    rc::Rc,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread,
    time::Duration,
};

use gpu_keepalive_core::gpu::holder::{HolderReport, LONGEST_LINE};

use crate::driver::{
    hold::{Commands, Reports},
    wire::read_line,
};

/// Lines that are read ahead. The keeper waits for the answer before it sends the next command.
const READ_AHEAD: usize = 2;

/// The lines of an input, read by a thread of their own: nothing else waits for a pipe and a moment
/// at once.
#[derive(Debug)]
pub(super) struct Lines {
    lines: Receiver<io::Result<Vec<u8>>>,
    /// The line that ended the last wait; `None` at the end of the input.
    arrived: RefCell<Option<io::Result<Vec<u8>>>>,
}

impl Lines {
    /// Reads that input until it ends or the receiver is gone.
    pub(super) fn of(input: impl Read + Send + 'static) -> io::Result<Self> {
        let (send, lines) = sync_channel(READ_AHEAD);
        let reader = thread::Builder::new().name("input".into());
        reader.spawn(move || pass_on(input, &send))?;
        Ok(Self {
            lines,
            arrived: RefCell::new(None),
        })
    }

    /// Returns true as soon as there is a line to take, or the input has ended; false when neither
    /// came in that time.
    pub(super) fn wait(&self, at_most: Option<Duration>) -> bool {
        let line = match at_most {
            Some(at_most) => self.lines.recv_timeout(at_most),
            None => self.lines.recv().map_err(RecvTimeoutError::from),
        };
        let line = match line {
            Err(RecvTimeoutError::Timeout) => return false,
            line => line.ok(),
        };
        *self.arrived.borrow_mut() = line;
        true
    }
}

fn pass_on(input: impl Read, lines: &SyncSender<io::Result<Vec<u8>>>) {
    let mut input = BufReader::new(input);
    loop {
        let mut line = Vec::new();
        let read = read_line(&mut input, &mut line, LONGEST_LINE);
        let (line, last) = match read {
            Ok(false) => return,
            Ok(true) => (Ok(line), false),
            Err(error) => (Err(error), true),
        };
        if lines.send(line).is_err() || last {
            return;
        }
    }
}

/// The commands, one a line.
pub(super) struct Input {
    lines: Rc<Lines>,
    line: Vec<u8>,
    is_taken: bool,
}

impl Input {
    pub(super) fn new(lines: Rc<Lines>) -> Self {
        Self {
            lines,
            line: Vec::new(),
            is_taken: true,
        }
    }
}

impl Commands for Input {
    fn read(&mut self) -> io::Result<bool> {
        let Some(line) = self.lines.arrived.take() else {
            return Ok(false);
        };
        self.line = line?;
        self.is_taken = false;
        Ok(true)
    }

    fn line(&mut self) -> io::Result<Option<&[u8]>> {
        let taken = std::mem::replace(&mut self.is_taken, true);
        Ok((!taken).then_some(self.line.as_slice()))
    }
}

/// Writes reports, and waits where the engine does not read them: nothing is held meanwhile that
/// would have to end.
pub(super) struct Output<W> {
    output: W,
    line: Vec<u8>,
}

impl<W: Write> Output<W> {
    pub(super) fn new(output: W) -> Self {
        Self {
            output,
            line: Vec::with_capacity(LONGEST_LINE),
        }
    }
}

impl<W: Write> Reports for Output<W> {
    fn write(&mut self, report: &HolderReport) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, report)?;
        self.line.push(b'\n');
        self.output.write_all(&self.line)?;
        self.output.flush()
    }
}
