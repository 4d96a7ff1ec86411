//! A value of the input, read where it lies.

use core::str;

use super::cbor::{Head, TEXT};
use crate::error::PolicyError;

/// A value of the input. There is one type of numbers, as in JavaScript.
#[derive(Clone, Copy)]
pub(crate) enum Value<'d> {
    Null,
    Bool(bool),
    Number(f64),
    Text(&'d str),
    List(Items<'d>),
    Object(Members<'d>),
    /// Nothing that JSON has, such as text that is not well-formed Unicode.
    Other,
}

impl<'d> Value<'d> {
    /// The one value that these bytes are.
    pub(crate) fn new(bytes: &'d [u8]) -> Result<Self, PolicyError> {
        match Self::read(bytes) {
            Some((value, [])) => Ok(value),
            _ => Err(PolicyError::invalid_input("", "expected one CBOR item of definite length")),
        }
    }

    /// The value with which the bytes begin, and what follows it.
    fn read(bytes: &'d [u8]) -> Option<(Self, &'d [u8])> {
        let head = Head::read(bytes)?;
        let value = match (head.kind, head.info) {
            (0, _) => Self::Number(to_f64(head.argument)),
            (1, _) => Self::Number(-1.0 - to_f64(head.argument)),
            (TEXT, _) => str::from_utf8(head.bytes()?.0).map_or(Self::Other, Self::Text),
            (4, _) => Self::List(Items { count: head.argument, rest: head.rest }),
            (5, _) => Self::Object(Members { count: head.argument, rest: head.rest }),
            (7, 20) => Self::Bool(false),
            (7, 21) => Self::Bool(true),
            (7, 22) => Self::Null,
            (7, 26) => Self::Number(f32::from_bits(u32::try_from(head.argument).ok()?).into()),
            (7, 27) => Self::Number(f64::from_bits(head.argument)),
            _ => Self::Other,
        };
        Some((value, head.skip()?))
    }
}

#[allow(clippy::cast_precision_loss)] // as JavaScript reads a long number
fn to_f64(number: u64) -> f64 {
    number as f64
}

/// The items of a list that were not looked at yet.
#[derive(Clone, Copy)]
pub(crate) struct Items<'d> {
    count: u64,
    rest: &'d [u8],
}

impl<'d> Iterator for Items<'d> {
    type Item = Value<'d>;

    fn next(&mut self) -> Option<Self::Item> {
        self.count = self.count.checked_sub(1)?;
        let (value, rest) = Value::read(self.rest)?;
        self.rest = rest;
        Some(value)
    }
}

/// The members of an object that were not looked at yet: each with its name, which may be any bytes.
#[derive(Clone, Copy)]
pub(crate) struct Members<'d> {
    count: u64,
    rest: &'d [u8],
}

impl<'d> Iterator for Members<'d> {
    type Item = (&'d [u8], Value<'d>);

    fn next(&mut self) -> Option<Self::Item> {
        self.count = self.count.checked_sub(1)?;
        let name = Head::read(self.rest).filter(|head| head.kind == TEXT)?;
        let (name, rest) = name.bytes()?;
        let (value, rest) = Value::read(rest)?;
        self.rest = rest;
        Some((name, value))
    }
}
