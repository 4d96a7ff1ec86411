//! As much of CBOR (RFC 8949) as JSON needs, in place of a library: a request is looked at where it lies, and the
//! module has no room for more.
//!
//! Lengths are definite. Integers and floating point of 32 and 64 bits are numbers. A tag, a byte string or any other
//! simple value is read and has no use.

#[cfg(feature = "json")]
use super::plain::Plain;

/// The first byte of an item with its argument, and what follows.
pub(super) struct Head<'d> {
    /// The major type, 0 to 7.
    pub(super) kind: u8,
    /// The other five bits of the first byte.
    pub(super) info: u8,
    pub(super) argument: u64,
    pub(super) rest: &'d [u8],
}

pub(super) const TEXT: u8 = 3;
const BYTES: u8 = 2;
const LIST: u8 = 4;
const OBJECT: u8 = 5;
const TAG: u8 = 6;

impl<'d> Head<'d> {
    /// Reads the head at the beginning of `bytes`; nothing when there is none, or an indefinite length.
    pub(super) fn read(bytes: &'d [u8]) -> Option<Self> {
        let (first, rest) = bytes.split_first()?;
        let (kind, info) = (first >> 5, first & 0x1f);
        let width = match info {
            0..=23 => return Some(Self { kind, info, argument: info.into(), rest }),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => return None,
        };
        let (argument, rest) = rest.split_at_checked(width)?;
        let argument = argument.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        Some(Self { kind, info, argument, rest })
    }

    /// The bytes of a text, and what follows them.
    pub(super) fn bytes(&self) -> Option<(&'d [u8], &'d [u8])> {
        self.rest.split_at_checked(usize::try_from(self.argument).ok()?)
    }

    /// What follows the whole item; nothing when the bytes end before.
    pub(super) fn skip(&self) -> Option<&'d [u8]> {
        match self.kind {
            BYTES | TEXT => Some(self.bytes()?.1),
            LIST => skip(self.argument, self.rest),
            OBJECT => skip(self.argument.saturating_mul(2), self.rest),
            TAG => skip(1, self.rest),
            _ => Some(self.rest),
        }
    }
}

/// What follows that many items. The items in them are counted, so that depth costs nothing.
fn skip(count: u64, mut bytes: &[u8]) -> Option<&[u8]> {
    let mut pending = count;
    while let Some(left) = pending.checked_sub(1) {
        let head = Head::read(bytes)?;
        bytes = if matches!(head.kind, BYTES | TEXT) { head.bytes()?.1 } else { head.rest };
        pending = left.saturating_add(match head.kind {
            LIST => head.argument,
            OBJECT => head.argument.saturating_mul(2),
            TAG => 1,
            _ => 0,
        });
    }
    Some(bytes)
}

/// Writes plain data, each value after the one before.
#[cfg(feature = "json")]
#[derive(Default)]
pub(crate) struct Writer(Vec<u8>);

#[cfg(feature = "json")]
impl Writer {
    pub(crate) fn null(&mut self) {
        self.0.push(0xf6);
    }

    pub(crate) fn boolean(&mut self, value: bool) {
        self.0.push(if value { 0xf5 } else { 0xf4 });
    }

    /// What JSON has not.
    pub(crate) fn other(&mut self) {
        self.0.push(0xf7);
    }

    pub(crate) fn number(&mut self, number: f64) {
        self.0.push(0xfb);
        self.0.extend(number.to_be_bytes());
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.head(0x60, text.len());
        self.0.extend(text.as_bytes());
    }

    /// A list whose items follow.
    pub(crate) fn list(&mut self, count: usize) {
        self.head(0x80, count);
    }

    /// An object whose members follow, each a text and a value.
    pub(crate) fn object(&mut self, count: usize) {
        self.head(0xa0, count);
    }

    /// What was written, when it is one value.
    pub(crate) fn finish(self) -> Plain {
        Plain::written(self.0)
    }

    fn head(&mut self, kind: u8, argument: usize) {
        match (u8::try_from(argument), u32::try_from(argument)) {
            (Ok(argument @ 0..=23), _) => self.0.push(kind | argument),
            (Ok(argument), _) => self.0.extend([kind | 24, argument]),
            (_, Ok(argument)) => {
                self.0.push(kind | 26);
                self.0.extend(argument.to_be_bytes());
            }
            _ => {
                self.0.push(kind | 27);
                self.0.extend((argument as u64).to_be_bytes());
            }
        }
    }
}
