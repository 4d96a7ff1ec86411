//! The people that every contender judges: the same ones as in `tests/peers` and in `node.mjs`.

use security_contact_policy::{Instant, Person, PolicyError, UserId};

/// How many there are.
pub(crate) const COUNT: usize = 1000;

/// When they are judged.
pub(crate) const NOW: &str = "2026-10-01T09:30:00Z";

const DAY: i64 = 86_400_000;

/// When they are judged.
///
/// # Errors
/// None.
pub(crate) fn now() -> Result<Instant, PolicyError> {
    NOW.parse()
}

/// Everybody.
///
/// # Errors
/// None.
pub(crate) fn all() -> Result<Vec<Person>, PolicyError> {
    let now = now()?;
    (0..COUNT).map(|number| person(number, now)).collect()
}

fn person(i: usize, now: Instant) -> Result<Person, PolicyError> {
    let days = i64::try_from(i % 400).unwrap_or_default();
    Ok(Person {
        id: UserId::new(format!("u-{i}"))?,
        role: ["owner", "admin", "analyst"][i % 3].parse()?,
        account_settings: ["none", "view", "edit"][i % 5 % 3].parse()?,
        status: if i.is_multiple_of(7) { "suspended" } else { "active" }.parse()?,
        last_login_at: (!i.is_multiple_of(11)).then(|| now.plus_millis(-days * DAY)),
        staff_role: None,
    })
}
