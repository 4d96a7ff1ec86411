//! Verdicts on people whose facts are in order: without names on the way in, and without JSON on the way out.
//!
//! A page that judges thousands of candidates asks here first. Whatever is not in order is left to the reader that names
//! the field at fault.

use crate::eligibility::{Facts, unmet_of, valid_until};
use crate::instant::Instant;
use crate::names::{Name, UserId};
use crate::person::{AccountSettings, Status};
use crate::read::{Items, Value};
use crate::rules::Rules;

/// Judges people. `facts` are CBOR values one after another: the instant, and for each person the members in the order
/// of [`Person`](crate::Person).
///
/// The answer has for each person one character whose code has a bit for each unmet [`Reason`](crate::Reason), and, when
/// it has none, the text of `validUntil`. It is nothing when a fact does not fit.
pub(crate) fn verdicts(facts: &[u8], rules: &Rules) -> Option<String> {
    let mut values = Items::side_by_side(facts);
    let now: Instant = text(values.next()?)?.parse().ok()?;
    let mut answer = String::new();
    while let Some(id) = values.next() {
        let _: &str = text(id).filter(|id| UserId::fits(id))?;
        let facts = Facts {
            role: name(text(values.next()?)?)?,
            may_edit_settings: text(values.next()?)?.parse::<AccountSettings>().ok()? == AccountSettings::Edit,
            is_active: text(values.next()?)?.parse::<Status>().ok()? == Status::Active,
            last_login_at: nullable(values.next()?)?.map(str::parse).transpose().ok()?,
            staff_role: nullable(values.next()?)?.map_or(Some(None), |role| name(role).map(Some))?,
        };
        let unmet = unmet_of(&facts, now, rules);
        answer.push(char::from(unmet.bits()));
        if let Some(instant) = valid_until(&facts, unmet, rules) {
            instant.push_to(&mut answer);
        }
    }
    Some(answer)
}

fn text(value: Value<'_>) -> Option<&str> {
    if let Value::Text(text) = value { Some(text) } else { None }
}

fn nullable(value: Value<'_>) -> Option<Option<&str>> {
    if matches!(value, Value::Null) { Some(None) } else { text(value).map(Some) }
}

fn name(text: &str) -> Option<&[u8]> {
    Name::fits(text).then_some(text.as_bytes())
}
