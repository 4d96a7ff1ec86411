//! Reading a configuration file.

use std::fs;
use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::mistake::{Mistake, Place};

/// A key of the file with its value.
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) value: Value,
}

/// The values that keys can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Switch(bool),
    /// No key has such a value.
    Other,
}

/// The file's entries, in the order of their lines.
pub(super) fn read(file: &Path) -> Result<Vec<Entry>, Mistake> {
    let text = fs::read_to_string(file).map_err(|source| Mistake::Unreadable { file: file.to_owned(), source })?;
    let place = |span: Range<usize>| Place::Line { file: file.to_owned(), line: line_of(&text, span.start) };
    let table = DeTable::parse(&text).map_err(|error| {
        // The error's own text shows the line, and a secret may stand in it.
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        Mistake::NotToml { place: place(error.span().unwrap_or_default()), message }
    })?;
    let mut entries: Vec<_> = table.get_ref().iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let entry = |(key, value): (&toml::Spanned<toml::de::DeString<'_>>, &toml::Spanned<DeValue<'_>>)| Entry {
        key: key.get_ref().to_string(),
        place: place(key.span()),
        value: Value::of(value.get_ref()),
    };
    Ok(entries.into_iter().map(entry).collect())
}

impl Value {
    fn of(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Integer(number) => {
                i64::from_str_radix(number.as_str(), number.radix()).map_or(Self::Other, Self::Number)
            }
            DeValue::Boolean(is_on) => Self::Switch(*is_on),
            _ => Self::Other,
        }
    }
}

/// The number of the line in which that byte is.
fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}
