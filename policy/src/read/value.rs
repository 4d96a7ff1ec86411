//! A value of the input, read where it lies.

use core::str;

use super::cbor::Item;
use crate::error::PolicyError;

/// A value of the input: the bytes that begin with it. Nothing is decoded before somebody asks.
#[derive(Clone, Copy)]
pub(crate) struct Value<'d>(&'d [u8]);

/// What a value is. There is one type of numbers, as in JavaScript.
pub(crate) enum View<'d> {
    Null,
    Bool(bool),
    Number(f64),
    Text(&'d str),
    List,
    Object,
    /// Nothing that JSON has, such as text that is not well-formed Unicode.
    Other,
}

impl<'d> Value<'d> {
    /// The one value that these bytes are.
    pub(crate) fn new(bytes: &'d [u8]) -> Result<Self, PolicyError> {
        match Item::skip(bytes) {
            Some([]) => Ok(Self(bytes)),
            _ => Err(PolicyError::invalid_input("", "expected one CBOR item of definite length")),
        }
    }

    /// What the value is.
    pub(crate) fn view(self) -> View<'d> {
        match Item::read(self.0) {
            Some(Item::Null) => View::Null,
            Some(Item::Bool(value)) => View::Bool(value),
            Some(Item::Number(value)) => View::Number(value),
            Some(Item::Text(text)) => str::from_utf8(text).map_or(View::Other, View::Text),
            Some(Item::List(..)) => View::List,
            Some(Item::Object(..)) => View::Object,
            Some(Item::Other) | None => View::Other,
        }
    }

    /// The member of that name, if the value is an object that has it.
    pub(crate) fn member(self, name: &str) -> Option<Self> {
        self.members().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The names of an object's members.
    pub(crate) fn names(self) -> impl Iterator<Item = &'d str> {
        self.members().map(|(name, _)| name)
    }

    /// The items of a list.
    pub(crate) fn items(self) -> impl Iterator<Item = Self> {
        let (count, rest) = match Item::read(self.0) {
            Some(Item::List(count, rest)) => (count, rest),
            _ => (0, self.0),
        };
        Values { count, rest }
    }

    fn members(self) -> impl Iterator<Item = (&'d str, Self)> {
        let (count, rest) = match Item::read(self.0) {
            Some(Item::Object(count, rest)) => (count, rest),
            _ => (0, self.0),
        };
        let mut values = Values { count: count.saturating_mul(2), rest };
        core::iter::from_fn(move || match (values.next()?.view(), values.next()?) {
            (View::Text(name), value) => Some((name, value)),
            _ => None,
        })
    }
}

/// Values that stand one after another.
struct Values<'d> {
    count: u64,
    rest: &'d [u8],
}

impl<'d> Iterator for Values<'d> {
    type Item = Value<'d>;

    fn next(&mut self) -> Option<Self::Item> {
        self.count = self.count.checked_sub(1)?;
        let value = Value(self.rest);
        self.rest = Item::skip(self.rest)?;
        Some(value)
    }
}
