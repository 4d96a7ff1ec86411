//! The few accounts, people, facts, rules and words that sequences are made of.

use security_contact_host::domain::model::{AccountId, EventText, IdempotencyKey, Member, NewEvent};
use security_contact_policy::{AccountSettings, Event, EventKind, Instant, Person, Rules, Severity, Status, UserId};

use crate::operation::{Facts, Login};

pub(crate) const MINUTE_MS: i64 = 60_000;
pub(crate) const DAY_MS: i64 = 86_400_000;
/// 2026-10-01T00:00:00Z, when every sequence begins.
pub(crate) const START_MS: i64 = 1_790_812_800_000;

/// How many accounts there can be; the first is there from the start.
pub(crate) const ACCOUNTS: usize = 2;
/// How many people there can be in an account.
pub(crate) const PEOPLE: usize = 5;
/// How many keys requests and events have.
pub(crate) const KEYS: usize = 3;
/// How many sets of rules there are.
pub(crate) const RULES: usize = 2;

pub(crate) fn at(millis: i64) -> Instant {
    Instant::from_millis(millis).expect("an instant")
}

pub(crate) fn account_id(number: usize) -> AccountId {
    format!("a-{number}").parse().expect("an id")
}

pub(crate) fn user_id(number: usize) -> UserId {
    UserId::new(format!("u-{number}")).expect("an id")
}

pub(crate) fn key(number: usize) -> IdempotencyKey {
    format!("k-{number}").parse().expect("a key")
}

/// The rules as they are if nobody says otherwise, and rules that allow less and tell more.
pub(crate) fn rules(number: usize) -> Rules {
    if number == 0 {
        return Rules::default();
    }
    let names = |name: &str| vec![name.parse().expect("a name")];
    Rules {
        contact_roles: names("owner"),
        max_login_age_days: 100,
        blocked_staff_roles: names("support"),
        copy_owner_on_events: true,
        expiry_reminder_days: vec![30, 7],
        ..Rules::default()
    }
}

/// Somebody with those facts, at that moment.
pub(crate) fn member(number: usize, facts: &Facts, now: Instant) -> Member {
    let Facts { role, may_edit, status, login, is_staff, address } = *facts;
    let last_login_at = match login {
        Login::Never => None,
        Login::DaysAgo(days) => Some(now.minus_days(days)),
        Login::Ahead => Some(now.plus_millis(10 * MINUTE_MS)),
    };
    let person = Person {
        id: user_id(number),
        role: ["owner", "admin", "marketing"][role].parse().expect("a role"),
        account_settings: if may_edit { AccountSettings::Edit } else { AccountSettings::None },
        status: [Status::Active, Status::Suspended, Status::Deactivated][status],
        last_login_at,
        staff_role: is_staff.then(|| "support".parse().expect("a role")),
    };
    let email = match address {
        0 => None,
        number_of_address => Some(format!("u-{number}@{number_of_address}.example").parse().expect("an address")),
    };
    Member { person, name: format!("Person {number}").parse().expect("a name"), email, unreachable_since: None }
}

/// An event under that key; the same key has two.
pub(crate) fn event(number_of_key: usize, is_other: bool) -> NewEvent {
    let kind = if is_other { EventKind::AbnormalLogin } else { EventKind::BreachAlert };
    let text: EventText = format!("event {number_of_key}").parse().expect("a text");
    NewEvent { key: key(number_of_key), event: Event { kind, severity: Severity::High }, text }
}
