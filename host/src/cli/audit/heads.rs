//! The lines of `audit head`, and reading them again.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, bail};

use crate::cli::lines::Lines;
use crate::domain::model::ChainHead;

/// No line of a head is longer.
const MAX_LINE_BYTES: usize = 1_024;

/// Account, number and hash. No account's id has a tab in it.
pub(super) fn line(account: &str, head: &ChainHead) -> String {
    format!("{account}\t{}\t{}", head.seq, head.hash)
}

/// The heads of a file, one after the other.
pub(super) struct KeptHeads<'f> {
    path: &'f Path,
    lines: Lines<File>,
    number: u64,
}

impl<'f> KeptHeads<'f> {
    pub(super) fn open(path: &'f Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        Ok(Self { path, lines: Lines::new(file, MAX_LINE_BYTES), number: 0 })
    }

    /// The next account and its head; `None` at the end.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<(String, ChainHead)>> {
        self.number += 1;
        let line = self.lines.next().with_context(|| format!("`{}` cannot be read", self.path.display()))?;
        let Some(line) = line else { return Ok(None) };
        let Some(head) = read(line) else {
            bail!("line {} of `{}` is not one of `security-contact audit head`", self.number, self.path.display())
        };
        Ok(Some(head))
    }
}

fn read(line: &[u8]) -> Option<(String, ChainHead)> {
    let mut parts = std::str::from_utf8(line).ok()?.trim_end_matches('\r').split('\t');
    let (account, seq, hash) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    (parts.next().is_none() && seq >= 0 && is_hash)
        .then(|| (account.to_owned(), ChainHead { seq, hash: hash.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_was_printed_and_nothing_else_is() {
        let head = ChainHead { seq: 3, hash: "0f".repeat(32) };
        let printed = line("an id, with spaces", &head);
        assert_eq!(read(printed.as_bytes()), Some(("an id, with spaces".to_owned(), head.clone())));
        assert_eq!(read(format!("{printed}\r").as_bytes()), Some(("an id, with spaces".to_owned(), head)));
        let (hash, short) = ("0f".repeat(32), "0f".repeat(31));
        for other in [
            String::new(),
            format!("a\t{hash}"),
            format!("a\t-1\t{hash}"),
            format!("a\t1\t{short}"),
            format!("{printed}\tx"),
        ] {
            assert_eq!(read(other.as_bytes()), None, "{other}");
        }
        assert_eq!(read(b"a\xff\t1\t"), None);
    }
}
