//! One field of the input: its value, and the path to it.

use core::cell::Cell;
use core::fmt;
use core::ops::RangeInclusive;
use core::str::FromStr;
use std::borrow::Cow;

use super::value::{Members, Value};
use crate::error::{ErrorCode, PolicyError};
use crate::words::joined;

/// A field of the input. A missing field is a field too, so that the error can name it.
pub(crate) struct Field<'p> {
    value: Option<Value<'p>>,
    path: Path<'p>,
    code: ErrorCode,
    /// The members after the one that was asked for last. Who writes them in our order finds each at once.
    ahead: Cell<Option<Members<'p>>>,
}

#[derive(Clone, Copy)]
enum Path<'p> {
    Root(&'p str),
    Member(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) | Self::Member(Path::Root(""), name) => f.write_str(name),
            Self::Member(parent, name) => write!(f, "{parent}.{name}"),
            Self::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

impl<'p> Field<'p> {
    fn new(value: Option<Value<'p>>, path: Path<'p>, code: ErrorCode) -> Self {
        Self { value, path, code, ahead: Cell::new(None) }
    }

    /// The field with which a reading begins; `name` is empty for a whole request.
    pub(crate) fn root(value: Value<'p>, name: &'p str) -> Self {
        Self::new(Some(value), Path::Root(name), ErrorCode::InvalidInput)
    }

    /// The same field, whose faults are faults of the rules.
    pub(crate) fn of_rules(self) -> Self {
        Self { code: ErrorCode::InvalidRules, ..self }
    }

    /// A member of this object; see [`object`](Self::object) for what is none.
    pub(crate) fn member<'c>(&'c self, name: &'c str) -> Field<'c> {
        Field::new(self.find(name), Path::Member(&self.path, name), self.code)
    }

    /// The member of that name, searched for from where the last search ended.
    fn find(&self, name: &str) -> Option<Value<'p>> {
        let Some(Value::Object(all)) = self.value else { return None };
        let mut ahead = self.ahead.get().unwrap_or(all);
        let found = ahead.by_ref().chain(all).find(|(key, _)| *key == name.as_bytes());
        self.ahead.set(Some(ahead));
        found.map(|(_, value)| value)
    }

    /// Nothing when the field is missing.
    pub(crate) fn present(self) -> Option<Self> {
        self.value.is_some().then_some(self)
    }

    /// What `read` makes of the field, or `default` when the field is missing.
    pub(crate) fn or<T>(
        &self,
        default: T,
        read: impl FnOnce(&Self) -> Result<T, PolicyError>,
    ) -> Result<T, PolicyError> {
        if self.value.is_some() { read(self) } else { Ok(default) }
    }

    /// What `read` makes of the field, or nothing when the field is null.
    pub(crate) fn nullable<T>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, PolicyError>,
    ) -> Result<Option<T>, PolicyError> {
        if matches!(self.value, Some(Value::Null)) { Ok(None) } else { read(self).map(Some) }
    }

    /// Requires an object.
    pub(crate) fn object(&self) -> Result<&Self, PolicyError> {
        if matches!(self.value, Some(Value::Object(_))) { Ok(self) } else { Err(self.misfit("expected an object")) }
    }

    /// Requires that the object has no member but these. Of several others the least is reported: JavaScript keeps
    /// members in another order than they were written in.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), PolicyError> {
        let Some(Value::Object(members)) = self.value else { return Ok(()) };
        let is_known = |name: &[u8]| known.iter().any(|known| known.as_bytes() == name);
        let Some(unknown) = members.map(|(name, _)| name).filter(|name| !is_known(name)).min() else { return Ok(()) };
        // Only a host can send a name that is no text, and what it is does not matter.
        let unknown = str::from_utf8(unknown).unwrap_or("\u{fffd}");
        let message = format!("unknown; expected one of `{}`", joined(known, "`, `"));
        Err(Field::new(None, Path::Member(&self.path, &clip(unknown)), self.code).error(message))
    }

    /// Requires text that reads as a `T`.
    pub(crate) fn parse<T: FromStr<Err = PolicyError>>(&self) -> Result<T, PolicyError> {
        match self.value {
            Some(Value::Text(text)) => text.parse().map_err(|error: PolicyError| self.misfit(&error.message)),
            _ => Err(self.misfit("expected text")),
        }
    }

    /// Requires true or false.
    pub(crate) fn boolean(&self) -> Result<bool, PolicyError> {
        match self.value {
            Some(Value::Bool(value)) => Ok(value),
            _ => Err(self.misfit("expected `true` or `false`")),
        }
    }

    /// Requires a whole number in `range`.
    pub(crate) fn whole(&self, range: RangeInclusive<u32>) -> Result<u32, PolicyError> {
        let whole = match self.value {
            Some(Value::Number(number)) => to_u32(number).filter(|number| range.contains(number)),
            _ => None,
        };
        whole.ok_or_else(|| self.misfit(&format!("expected a whole number from {} to {}", range.start(), range.end())))
    }

    /// Requires a whole number, and takes the nearest `u32`: for a number whose range depends on its neighbours.
    pub(crate) fn nearest_whole(&self) -> Result<u32, PolicyError> {
        match self.value {
            Some(Value::Number(number)) if number.fract() == 0.0 => Ok(to_nearest_u32(number)),
            _ => Err(self.misfit("expected a whole number")),
        }
    }

    /// Requires a list, and reads each item.
    pub(crate) fn list<T>(&self, read: impl Fn(&Field<'_>) -> Result<T, PolicyError>) -> Result<Vec<T>, PolicyError> {
        let Some(Value::List(items)) = self.value else { return Err(self.misfit("expected a list")) };
        let mut list = Vec::new(); // collecting results takes four times as much code, for each type
        for (index, item) in items.enumerate() {
            list.push(read(&Field::new(Some(item), Path::Item(&self.path, index), self.code))?);
        }
        Ok(list)
    }

    /// The error that this field is not what was `expected`.
    pub(crate) fn misfit(&self, expected: &str) -> PolicyError {
        let got = match self.value {
            None => return self.error(format!("missing; {expected}")),
            Some(Value::Null) => "null".into(),
            Some(Value::Bool(value)) => format!("`{value}`"),
            Some(Value::Number(_)) => "a number".into(),
            Some(Value::Text(text)) => format!("`{}`", clip(text)),
            Some(Value::List(_)) => "a list".into(),
            Some(Value::Object(_)) => "an object".into(),
            Some(Value::Other) => "something that is not JSON".to_owned(),
        };
        self.error(format!("{expected}, got {got}"))
    }

    fn error(&self, message: String) -> PolicyError {
        PolicyError { code: self.code, path: self.path.to_string(), message }
    }
}

/// The number as a `u32`, when it is one.
fn to_u32(number: f64) -> Option<u32> {
    let whole = number >= 0.0 && number <= f64::from(u32::MAX) && number.fract() == 0.0;
    whole.then(|| to_nearest_u32(number))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // such a cast saturates, which is what is wanted
fn to_nearest_u32(number: f64) -> u32 {
    number as u32
}

/// The beginning of a caller's text, short enough for a message.
fn clip(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(40) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
    }
}
