//! Commands in, reports out, line by line.

use std::{io, os::fd::AsFd};

use gpu_keepalive_core::gpu::holder::{HolderReport, LONGEST_LINE};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::driver::hold::{Commands, Reports};

/// Lines of at most [`LONGEST_LINE`] bytes.
pub(super) struct Input<F> {
    file: F,
    buffer: Box<[u8; LONGEST_LINE]>,
    /// The beginning of the part of the buffer that is not yet taken.
    begin: usize,
    end: usize,
}

impl<F: AsFd> Input<F> {
    pub(super) fn new(file: F) -> Self {
        Self {
            file,
            buffer: Box::new([0; LONGEST_LINE]),
            begin: 0,
            end: 0,
        }
    }
}

impl<F: AsFd> Commands for Input<F> {
    fn read(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.begin..self.end, 0);
        (self.begin, self.end) = (0, self.end - self.begin);
        let read = match rustix::io::read(&self.file, &mut self.buffer[self.end..]) {
            Err(rustix::io::Errno::INTR) => return Ok(true),
            read => read?,
        };
        self.end += read;
        Ok(read > 0)
    }

    fn line(&mut self) -> io::Result<Option<&[u8]>> {
        let waiting = &self.buffer[self.begin..self.end];
        let Some(length) = waiting.iter().position(|byte| *byte == b'\n') else {
            if waiting.len() == LONGEST_LINE {
                let message = format!("a command is longer than {LONGEST_LINE} bytes");
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            return Ok(None);
        };
        let begin = self.begin;
        self.begin += length + 1;
        Ok(Some(&self.buffer[begin..begin + length]))
    }
}

/// Writes reports without ever waiting for the reader.
pub(super) struct Output<F> {
    file: F,
    line: Vec<u8>,
}

impl<F: AsFd> Output<F> {
    pub(super) fn new(file: F) -> Self {
        Self {
            file,
            line: Vec::with_capacity(LONGEST_LINE),
        }
    }
}

impl<F: AsFd> Reports for Output<F> {
    /// # Errors
    /// The output is closed, or full and not read: an engine that hangs. Its `hold` process is not
    /// to raise clocks any longer then.
    fn write(&mut self, report: &HolderReport) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, report)?;
        self.line.push(b'\n');
        let mut rest = self.line.as_slice();
        while !rest.is_empty() {
            let mut files = [PollFd::new(&self.file, PollFlags::OUT)];
            if poll(&mut files, Some(&Timespec::default()))? == 0 {
                let message = "the engine does not read the reports";
                return Err(io::Error::new(io::ErrorKind::WouldBlock, message));
            }
            // A pipe that is ready takes this much at once (PIPE_BUF).
            let piece = &rest[..rest.len().min(4096)];
            match rustix::io::write(&self.file, piece) {
                Err(rustix::io::Errno::INTR) => {}
                written => rest = &rest[written?..],
            }
        }
        Ok(())
    }
}
