//! Inputs in one text file, each on a line of its own and escaped as in a byte string of Rust: a change of one shows in
//! a diff.

use std::fs;
use std::path::Path;

/// Reads `tests/fuzz/<name>.corpus`.
///
/// # Panics
/// When the file cannot be read or a line is not escaped as [`write()`] escapes.
#[must_use]
pub fn read(name: &str) -> Vec<Vec<u8>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(name).with_extension("corpus");
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    text.lines().map(|line| bytes(line).unwrap_or_else(|| panic!("{}: `{line}`", file.display()))).collect()
}

/// The text of a file with these inputs: the shortest first, each once.
#[must_use]
pub fn write(mut inputs: Vec<Vec<u8>>) -> String {
    inputs.sort_by(|one, other| one.len().cmp(&other.len()).then_with(|| one.cmp(other)));
    inputs.dedup();
    inputs.iter().map(|input| format!("{}\n", input.escape_ascii())).collect()
}

fn bytes(line: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = line.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'\\' => match rest.next()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'x' => digit(rest.next()?)? << 4 | digit(rest.next()?)?,
                sign => sign,
            },
            byte => byte,
        });
    }
    Some(bytes)
}

fn digit(sign: u8) -> Option<u8> {
    char::from(sign).to_digit(16).and_then(|digit| digit.try_into().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back() {
        let all: Vec<u8> = (0..=255).collect();
        let text = write(vec![all.clone(), b"a".to_vec(), b"a".to_vec()]);
        let lines: Vec<_> = text.lines().map(bytes).collect();
        assert_eq!(lines, [Some(b"a".to_vec()), Some(all)]);
        assert_eq!(bytes("\\x4"), None);
    }
}
