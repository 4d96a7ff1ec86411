//! A value of the input, wherever it lives.

use std::borrow::Cow;

#[cfg(all(feature = "module", target_arch = "wasm32"))]
use super::javascript;
use super::plain::{self, Plain};

/// A value of the input. Its members are looked up when somebody asks for them, and never else.
pub(crate) enum Value<'d> {
    /// In a tree of this crate's.
    Plain(&'d Plain),
    /// In JavaScript.
    #[cfg(all(feature = "module", target_arch = "wasm32"))]
    JavaScript(Cow<'d, wasm_bindgen::JsValue>),
}

/// What a value is. There is one type of numbers, as in JavaScript.
pub(crate) enum View<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    List,
    Object,
    /// Nothing that JSON has, such as a function, or text that is not well-formed Unicode.
    Other,
}

impl<'d> Value<'d> {
    /// What the value is.
    pub(crate) fn view(&self) -> View<'_> {
        match self {
            Self::Plain(value) => plain::view(value),
            #[cfg(all(feature = "module", target_arch = "wasm32"))]
            Self::JavaScript(value) => javascript::view(value),
        }
    }

    /// The member of that name, if the value is an object that has it.
    pub(crate) fn member(&self, name: &str) -> Option<Value<'d>> {
        match self {
            Self::Plain(value) => plain::member(value, name).map(Self::Plain),
            #[cfg(all(feature = "module", target_arch = "wasm32"))]
            Self::JavaScript(value) => javascript::member(value, name).map(|value| Self::JavaScript(Cow::Owned(value))),
        }
    }

    /// The names of an object's members.
    pub(crate) fn names(&self) -> Vec<String> {
        match self {
            Self::Plain(value) => plain::names(value),
            #[cfg(all(feature = "module", target_arch = "wasm32"))]
            Self::JavaScript(value) => javascript::names(value),
        }
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> Vec<Value<'d>> {
        match self {
            Self::Plain(value) => plain::items(value).iter().map(Self::Plain).collect(),
            #[cfg(all(feature = "module", target_arch = "wasm32"))]
            Self::JavaScript(value) => {
                javascript::items(value).into_iter().map(|value| Self::JavaScript(Cow::Owned(value))).collect()
            }
        }
    }
}

impl<'d> From<&'d Plain> for Value<'d> {
    fn from(value: &'d Plain) -> Self {
        Self::Plain(value)
    }
}

#[cfg(all(feature = "module", target_arch = "wasm32"))]
impl<'d> From<&'d wasm_bindgen::JsValue> for Value<'d> {
    fn from(value: &'d wasm_bindgen::JsValue) -> Self {
        Self::JavaScript(Cow::Borrowed(value))
    }
}
