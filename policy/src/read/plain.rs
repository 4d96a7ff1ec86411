//! Plain data: what JSON can say, as a tree.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::value::View;

/// A JSON value as a tree. The host carries requests into the module in this form.
///
/// Numbers are 64-bit floating point as in JavaScript. Of two members of the same name the last one counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Plain {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Plain>),
    /// An object: its members in their order.
    Object(Vec<(String, Plain)>),
    /// A value that the rules have no use for: too deep, or text that is not well-formed Unicode.
    Other,
}

pub(super) fn view(value: &Plain) -> View<'_> {
    match value {
        Plain::Null => View::Null,
        Plain::Bool(value) => View::Bool(*value),
        Plain::Number(value) => View::Number(*value),
        Plain::Text(text) => View::Text(Cow::Borrowed(text)),
        Plain::List(_) => View::List,
        Plain::Object(_) => View::Object,
        Plain::Other => View::Other,
    }
}

pub(super) fn member<'d>(value: &'d Plain, name: &str) -> Option<&'d Plain> {
    let Plain::Object(members) = value else { return None };
    members.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
}

pub(super) fn names(value: &Plain) -> Vec<String> {
    let Plain::Object(members) = value else { return Vec::new() };
    members.iter().map(|(key, _)| key.clone()).collect()
}

pub(super) fn items(value: &Plain) -> &[Plain] {
    if let Plain::List(items) = value { items } else { &[] }
}
