//! Verdicts on people whose facts are in order: without names on the way in, and without JSON on the way out.
//!
//! A page that judges thousands of candidates asks here first. Whatever is not in order is left to the reader that names
//! the field at fault.

use crate::eligibility::{Verdict, eligibility};
use crate::instant::Instant;
use crate::person::Person;
use crate::read::{Items, Value};
use crate::rules::Rules;

/// Judges people. `facts` are CBOR values one after another: the instant, and for each person the members in the order
/// of [`Person`].
///
/// The answer has for each person one character whose code has a bit for each unmet [`Reason`](crate::Reason), and, when
/// it has none, the text of `validUntil`. It is nothing when a fact does not fit.
pub(crate) fn verdicts(facts: &[u8], rules: &Rules) -> Option<String> {
    let mut values = Items::side_by_side(facts);
    let now: Instant = text(values.next()?)?.parse().ok()?;
    let mut answer = String::new();
    while let Some(id) = values.next() {
        let person = Person {
            id: text(id)?.parse().ok()?,
            role: text(values.next()?)?.parse().ok()?,
            account_settings: text(values.next()?)?.parse().ok()?,
            status: text(values.next()?)?.parse().ok()?,
            last_login_at: nullable(values.next()?)?.map(str::parse).transpose().ok()?,
            staff_role: nullable(values.next()?)?.map(str::parse).transpose().ok()?,
        };
        write(&eligibility(&person, now, rules), &mut answer);
    }
    Some(answer)
}

fn text(value: Value<'_>) -> Option<&str> {
    if let Value::Text(text) = value { Some(text) } else { None }
}

fn nullable(value: Value<'_>) -> Option<Option<&str>> {
    if matches!(value, Value::Null) { Some(None) } else { text(value).map(Some) }
}

fn write(verdict: &Verdict, answer: &mut String) {
    let bits = verdict.unmet.iter().fold(0_u8, |bits, reason| bits | reason.bit());
    answer.push(char::from(bits));
    if let Some(instant) = verdict.valid_until {
        instant.push_to(answer);
    }
}
