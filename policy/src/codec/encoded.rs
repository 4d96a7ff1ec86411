//! How values become bytes, one after another: whole numbers of fixed width from their lowest byte on, and the length of
//! a text or a list before what is in it. There is one encoding of a value.

use core::str;

use crate::instant::Instant;
use crate::names::{Name, UserId};

/// A value that crosses between a host and the module.
pub trait Encoded: Sized {
    /// Appends the value's bytes.
    fn write(&self, bytes: &mut Vec<u8>);

    /// Takes a value from the beginning of `bytes`. `None` when none begins there.
    fn read(bytes: &mut &[u8]) -> Option<Self>;
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

fn write_length(length: usize, bytes: &mut Vec<u8>) {
    // Neither memory of the module nor a request has room for more.
    u32::try_from(length).unwrap_or(u32::MAX).write(bytes);
}

fn write_text(text: &str, bytes: &mut Vec<u8>) {
    write_length(text.len(), bytes);
    bytes.extend_from_slice(text.as_bytes());
}

fn read_text<'b>(bytes: &mut &'b [u8]) -> Option<&'b str> {
    let length = usize::try_from(u32::read(bytes)?).ok()?;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    str::from_utf8(text).ok()
}

impl Encoded for u8 {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.push(*self);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        take::<1>(bytes).map(|[byte]| byte)
    }
}

impl Encoded for bool {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.push((*self).into());
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        match u8::read(bytes)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Encoded for u32 {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        take(bytes).map(Self::from_le_bytes)
    }
}

/// Milliseconds, of which not every number is an instant.
impl Encoded for Instant {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.millis().to_le_bytes());
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        Self::from_millis(i64::from_le_bytes(take(bytes)?))
    }
}

impl Encoded for String {
    fn write(&self, bytes: &mut Vec<u8>) {
        write_text(self, bytes);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        read_text(bytes).map(Self::from)
    }
}

impl Encoded for UserId {
    fn write(&self, bytes: &mut Vec<u8>) {
        write_text(self.as_str(), bytes);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        read_text(bytes)?.parse().ok()
    }
}

impl Encoded for Name {
    fn write(&self, bytes: &mut Vec<u8>) {
        write_text(self.as_str(), bytes);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        read_text(bytes)?.parse().ok()
    }
}

impl<T: Encoded> Encoded for Option<T> {
    fn write(&self, bytes: &mut Vec<u8>) {
        self.is_some().write(bytes);
        if let Some(value) = self {
            value.write(bytes);
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        if bool::read(bytes)? { T::read(bytes).map(Some) } else { Some(None) }
    }
}

impl<T: Encoded> Encoded for Vec<T> {
    fn write(&self, bytes: &mut Vec<u8>) {
        write_length(self.len(), bytes);
        self.iter().for_each(|item| item.write(bytes));
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        // Memory is taken for what is there, whatever the length says.
        let mut list = Self::new();
        for _ in 0..u32::read(bytes)? {
            list.push(T::read(bytes)?);
        }
        Some(list)
    }
}
