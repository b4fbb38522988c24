use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

/// A stream read and written line by line, with a limit on what is kept in memory.
pub(super) struct Lines<S> {
    stream: BufReader<S>,
    limit: usize,
    line: Vec<u8>,
    state: State,
}

/// What was read.
#[derive(Debug, PartialEq)]
pub(super) enum Line<'a> {
    /// A whole line without its newline.
    Whole(&'a [u8]),
    /// A line over the limit. Said as soon as it is known; the rest of it is skipped.
    TooLong,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Reading,
    Delivered,
    Skipping,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Lines<S> {
    /// Lines of at most `limit` bytes, their newline included.
    pub(super) fn new(stream: S, limit: usize) -> Self {
        Self {
            stream: BufReader::new(stream),
            limit,
            line: Vec::new(),
            state: State::Reading,
        }
    }

    /// The next line; `None` at the end, where half a line is dropped. Cancel safe.
    pub(super) async fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        if self.state == State::Delivered {
            self.line.clear();
            self.state = State::Reading;
        }
        loop {
            let available = self.stream.fill_buf().await?;
            if available.is_empty() {
                return Ok(None);
            }
            let newline = available.iter().position(|byte| *byte == b'\n');
            let piece = &available[..newline.unwrap_or(available.len())];
            let consumed = piece.len() + usize::from(newline.is_some());
            let skipping = self.state == State::Skipping;
            let too_long = !skipping && self.line.len() + piece.len() >= self.limit;
            if !skipping && !too_long {
                self.line.extend_from_slice(piece);
            }
            self.stream.consume(consumed);
            if too_long {
                self.line.clear();
                self.state = if newline.is_some() {
                    State::Reading
                } else {
                    State::Skipping
                };
                return Ok(Some(Line::TooLong));
            }
            match (newline.is_some(), skipping) {
                (true, true) => self.state = State::Reading,
                (true, false) => {
                    self.state = State::Delivered;
                    return Ok(Some(Line::Whole(&self.line)));
                }
                (false, _) => {}
            }
        }
    }

    /// Waits for the end of the stream without reading more than the next line's beginning.
    pub(super) async fn ended(&mut self) -> io::Result<()> {
        if self.stream.fill_buf().await?.is_empty() {
            return Ok(());
        }
        // Behind what is waiting to be read the end cannot be seen.
        std::future::pending().await
    }

    /// Writes one line, adding its newline.
    pub(super) async fn write(&mut self, mut line: Vec<u8>) -> io::Result<()> {
        line.push(b'\n');
        self.stream.get_mut().write_all(&line).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was read from `input` in pieces of `chunk` bytes, with a limit of 8.
    async fn read(input: &[u8], chunk: usize) -> Vec<String> {
        let (near, mut far) = tokio::io::duplex(chunk);
        let written = async {
            far.write_all(input).await.unwrap();
            drop(far);
        };
        let read = async {
            let mut lines = Lines::new(near, 8);
            let mut seen = Vec::new();
            while let Some(line) = lines.next().await.unwrap() {
                seen.push(match line {
                    Line::Whole(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                    Line::TooLong => "<too long>".to_owned(),
                });
            }
            seen
        };
        tokio::join!(read, written).0
    }

    #[tokio::test]
    async fn lines_are_the_same_however_they_arrive() {
        let cases: [(&[u8], &[&str]); 7] = [
            (b"", &[]),
            (b"half a l", &["<too long>"]),
            (b"half", &[]),
            (b"a\n\nb\n", &["a", "", "b"]),
            (b"1234567\n12345678\nok\n", &["1234567", "<too long>", "ok"]),
            (
                b"123456789012345678901234567890\nok\nhalf",
                &["<too long>", "ok"],
            ),
            (b"\xff\xfe\nok\n", &["\u{fffd}\u{fffd}", "ok"]),
        ];
        for (input, expected) in cases {
            for chunk in [1, 3, 8, 64] {
                assert_eq!(read(input, chunk).await, expected, "chunks of {chunk}");
            }
        }
    }
}
