//! As much of CBOR (RFC 8949) as JSON needs, in place of a library: a request is looked at where it lies, and the
//! module has no room for more.
//!
//! Lengths are definite. Integers and floating point of 32 and 64 bits are numbers. A tag, a byte string or any other
//! simple value is read and has no use.

#[cfg(feature = "json")]
use super::plain::Plain;

/// What stands at the beginning of some bytes.
pub(super) enum Item<'d> {
    Null,
    Bool(bool),
    Number(f64),
    /// The bytes of a text, which may be any.
    Text(&'d [u8]),
    /// How many items follow, and the bytes that begin with the first.
    List(u64, &'d [u8]),
    /// How many pairs of a name and a value follow, and the bytes that begin with the first.
    Object(u64, &'d [u8]),
    Other,
}

/// The first byte of an item without its argument, and that argument.
struct Head<'d> {
    kind: u8,
    info: u8,
    argument: u64,
    rest: &'d [u8],
}

impl<'d> Head<'d> {
    fn read(bytes: &'d [u8]) -> Option<Self> {
        let (first, rest) = bytes.split_first()?;
        let (kind, info) = (first >> 5, first & 0x1f);
        let width = match info {
            0..=23 => 0,
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => return None,
        };
        let (argument, rest) = rest.split_at_checked(width)?;
        let argument = match width {
            0 => info.into(),
            _ => argument.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)),
        };
        Some(Self { kind, info, argument, rest })
    }

    /// The bytes that the argument counts, and what follows them.
    fn bytes(&self) -> Option<(&'d [u8], &'d [u8])> {
        self.rest.split_at_checked(usize::try_from(self.argument).ok()?)
    }
}

impl<'d> Item<'d> {
    /// Reads the item at the beginning of `bytes`; nothing when there is none.
    pub(super) fn read(bytes: &'d [u8]) -> Option<Self> {
        let head = Head::read(bytes)?;
        Some(match (head.kind, head.info) {
            (0, _) => Self::Number(to_f64(head.argument)),
            (1, _) => Self::Number(-1.0 - to_f64(head.argument)),
            (3, _) => Self::Text(head.bytes()?.0),
            (4, _) => Self::List(head.argument, head.rest),
            (5, _) => Self::Object(head.argument, head.rest),
            (7, 20 | 21) => Self::Bool(head.info == 21),
            (7, 22) => Self::Null,
            (7, 26) => Self::Number(f32::from_bits(u32::try_from(head.argument).ok()?).into()),
            (7, 27) => Self::Number(f64::from_bits(head.argument)),
            _ => Self::Other,
        })
    }

    /// What follows the item at the beginning of `bytes` and all that is in it; nothing when they end before.
    pub(super) fn skip(mut bytes: &'d [u8]) -> Option<&'d [u8]> {
        let mut pending = 1_u64;
        while let Some(left) = pending.checked_sub(1) {
            let head = Head::read(bytes)?;
            bytes = if matches!(head.kind, 2 | 3) { head.bytes()?.1 } else { head.rest };
            pending = left.saturating_add(match head.kind {
                4 => head.argument,
                5 => head.argument.saturating_mul(2),
                6 => 1,
                _ => 0,
            });
        }
        Some(bytes)
    }
}

#[allow(clippy::cast_precision_loss)] // as JavaScript reads a long number
fn to_f64(number: u64) -> f64 {
    number as f64
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
