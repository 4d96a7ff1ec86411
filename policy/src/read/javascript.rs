//! Values that live in JavaScript.

use std::borrow::Cow;

use js_sys::{Array, JsString, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::value::View;

pub(super) fn view(value: &JsValue) -> View<'_> {
    if value.is_null() {
        View::Null
    } else if let Some(value) = value.as_bool() {
        View::Bool(value)
    } else if let Some(value) = value.as_f64() {
        View::Number(value)
    } else if let Some(text) = value.dyn_ref::<JsString>() {
        well_formed(text).map_or(View::Other, |text| View::Text(Cow::Owned(text)))
    } else if Array::is_array(value) {
        View::List
    } else if value.is_object() {
        View::Object
    } else {
        View::Other
    }
}

/// The member of that name. One that is `undefined`, or that throws when it is read, is missing.
pub(super) fn member(value: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(value, &name.into()).ok().filter(|value| !value.is_undefined())
}

pub(super) fn names(value: &JsValue) -> Vec<String> {
    let Some(object) = value.dyn_ref::<Object>() else { return Vec::new() };
    Object::keys(object).iter().filter_map(|name| name.as_string()).collect()
}

pub(super) fn items(value: &JsValue) -> Vec<JsValue> {
    Array::from(value).to_vec()
}

/// The text, unless half of a surrogate pair in it stands alone. Crossing the border turns such a half into U+FFFD,
/// so that two different ids could become one.
fn well_formed(text: &JsString) -> Option<String> {
    let crossed = String::from(text);
    (!crossed.contains('\u{fffd}') || text.is_valid_utf16()).then_some(crossed)
}
