use std::io;

use futures_util::StreamExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_util::{
    bytes::{Bytes, BytesMut},
    codec::{AnyDelimiterCodec, AnyDelimiterCodecError, Decoder, FramedRead},
};

/// A stream read and written line by line, with a limit on what is kept in memory.
pub(super) struct Lines<S>(FramedRead<S, Codec>);

/// The result of a read.
#[derive(Debug, PartialEq)]
pub(super) enum Line {
    /// A whole line without its newline.
    Whole(Bytes),
    /// A line over the limit. Reported as soon as it is known; the rest of it is skipped.
    TooLong,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Lines<S> {
    /// Lines of at most `limit` bytes, their newline included.
    pub(super) fn new(stream: S, limit: usize) -> Self {
        let longest = limit.saturating_sub(1);
        let codec = AnyDelimiterCodec::new_with_max_length(b"\n".into(), b"\n".into(), longest);
        Self(FramedRead::new(stream, Codec(codec)))
    }

    /// The next line; `None` at the end, where half a line is dropped. Cancel safe.
    pub(super) async fn next(&mut self) -> io::Result<Option<Line>> {
        self.0.next().await.transpose()
    }

    /// Waits for the end of the stream, right after a line was read. Cancel safe.
    pub(super) async fn ended(&mut self) -> io::Result<()> {
        // Behind what is waiting to be read the end cannot be seen.
        if self.0.read_buffer().is_empty() {
            let mut next = [0];
            if self.0.get_mut().read(&mut next).await? == 0 {
                return Ok(());
            }
            self.0.read_buffer_mut().extend_from_slice(&next);
        }
        std::future::pending().await
    }

    /// Writes one line, adding its newline.
    pub(super) async fn write(&mut self, mut line: Vec<u8>) -> io::Result<()> {
        line.push(b'\n');
        self.0.get_mut().write_all(&line).await
    }
}

/// Ends neither at a line over the limit nor with half a line.
struct Codec(AnyDelimiterCodec);

impl Decoder for Codec {
    type Item = Line;
    type Error = io::Error;

    fn decode(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Line>> {
        match self.0.decode(buffer) {
            Ok(line) => Ok(line.map(Line::Whole)),
            Err(AnyDelimiterCodecError::MaxChunkLengthExceeded) => Ok(Some(Line::TooLong)),
            Err(AnyDelimiterCodecError::Io(error)) => Err(error),
        }
    }

    fn decode_eof(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Line>> {
        let line = self.decode(buffer)?;
        if line.is_none() {
            buffer.clear();
        }
        Ok(line)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    /// Reads `input` in pieces of `chunk` bytes, with a limit of 8.
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
                    Line::Whole(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
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
