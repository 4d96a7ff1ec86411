//! Input line by line, however long a line is.

use std::io::{self, BufRead, BufReader, Read};

const BUFFER_BYTES: usize = 64 * 1024;

/// Reads lines that need not be text. Of a line only the first bytes are kept.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    line: Vec<u8>,
    max_bytes: usize,
}

impl<R: Read> Lines<R> {
    /// The lines of `input`, each cut after `max_bytes`.
    pub(super) fn new(input: R, max_bytes: usize) -> Self {
        Self { input: BufReader::with_capacity(BUFFER_BYTES, input), line: Vec::new(), max_bytes }
    }

    /// Whether the next line has to be waited for.
    pub(super) fn is_waiting(&self) -> bool {
        self.input.buffer().is_empty()
    }

    /// The next line without its line feed; the last one need not have one. `None` after it.
    pub(super) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        self.line.clear();
        let mut is_begun = false;
        loop {
            let buffer = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            if buffer.is_empty() {
                return Ok(is_begun.then_some(&self.line));
            }
            is_begun = true;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let part = &buffer[..end.unwrap_or(buffer.len())];
            let room = self.max_bytes.saturating_sub(self.line.len());
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            let used = part.len() + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_some() {
                return Ok(Some(&self.line));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &[u8], max_bytes: usize) -> Vec<Vec<u8>> {
        let mut lines = Lines::new(input, max_bytes);
        std::iter::from_fn(|| lines.next().unwrap().map(<[u8]>::to_vec)).collect()
    }

    #[test]
    fn a_line_ends_with_a_line_feed_or_the_input() {
        assert_eq!(read(b"a\n\nb", 9), [&b"a"[..], b"", b"b"]);
        assert_eq!(read(b"a\n", 9), [b"a"]);
        assert_eq!(read(b"\n", 9), [b""]);
        assert!(read(b"", 9).is_empty());
    }

    #[test]
    fn a_long_line_is_cut_and_the_next_one_is_whole() {
        let long = [vec![b'x'; 3 * BUFFER_BYTES], b"\nnext".to_vec()].concat();
        assert_eq!(read(&long, 4), [b"xxxx", b"next"]);
        assert_eq!(read(&long, BUFFER_BYTES + 1)[0].len(), BUFFER_BYTES + 1);
    }
}
