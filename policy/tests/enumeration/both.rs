//! The reading's plain values as the policy's types, and the policy's answers as plain values.

use security_contact_policy::{
    self as policy, Account, Designee, Instant, Name, Notice as PolicyNotice, Reason, UserId,
};

use crate::spec::{Choice, Contact, Notice, Person, Rules};

/// All ids and words that occur, to give back what the policy answers as one of them.
const WORDS: [&str; 22] = [
    "u-1",
    "u-2",
    "u-3",
    "u-4",
    "u-9",
    "default",
    "designated",
    "fallback",
    "assigned",
    "unassigned",
    "reset",
    "reverted",
    "owner_changed",
    "role_not_allowed",
    "manager_role_required",
    "not_active",
    "never_logged_in",
    "login_too_old",
    "login_in_future",
    "blocked_staff_role",
    "not_a_member",
    "not_eligible",
];

pub(crate) fn word(text: &str) -> &'static str {
    let known = WORDS.iter().chain(&["actor_not_permitted"]);
    known.copied().find(|word| *word == text).unwrap_or_else(|| panic!("`{text}` is no known word"))
}

pub(crate) fn words(reasons: &[Reason]) -> Vec<&'static str> {
    reasons.iter().map(|reason| word(reason.as_str())).collect()
}

pub(crate) fn instant(millis: i64) -> Instant {
    Instant::from_millis(millis).unwrap()
}

pub(crate) fn id(text: &str) -> UserId {
    text.parse().unwrap()
}

fn names(names: &[&str]) -> Vec<Name> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

pub(crate) fn person(plain: &Person) -> policy::Person {
    policy::Person {
        id: id(plain.id),
        role: plain.role.parse().unwrap(),
        account_settings: plain.settings.parse().unwrap(),
        status: plain.status.parse().unwrap(),
        last_login_at: plain.login.map(instant),
        staff_role: plain.staff.map(|name| name.parse().unwrap()),
    }
}

pub(crate) fn rules(plain: &Rules) -> policy::Rules {
    let rules = policy::Rules {
        contact_roles: names(plain.contact_roles),
        account_settings_edit_qualifies: plain.edit_qualifies,
        manager_roles: names(plain.manager_roles),
        max_login_age_days: plain.age_days.try_into().unwrap(),
        max_clock_skew_seconds: plain.skew_seconds.try_into().unwrap(),
        blocked_staff_roles: names(plain.blocked),
        copy_owner_on_events: plain.copy_owner,
        expiry_reminder_days: plain.reminder_days.iter().map(|days| u32::try_from(*days).unwrap()).collect(),
    };
    rules.validate().unwrap();
    rules
}

pub(crate) fn designee((user_id, member): (&str, Option<Person>)) -> Designee {
    member.map_or_else(|| Designee::Left(id(user_id)), |plain| Designee::Member(person(&plain)))
}

pub(crate) fn account(owner: &Person, choice: Choice) -> Account {
    Account { owner: person(owner), designation: choice.map(designee) }
}

pub(crate) fn contact(answer: &policy::Contact) -> Contact {
    (
        word(answer.user_id.as_str()),
        word(answer.source.as_str()),
        answer.valid_until.map(Instant::millis),
        words(&answer.reasons),
        words(&answer.owner_unmet),
    )
}

pub(crate) fn notices(answer: &[PolicyNotice]) -> Vec<Notice> {
    let plain = |notice: &PolicyNotice| {
        let counterpart = notice.counterpart.as_ref().map(|id| word(id.as_str()));
        (word(notice.to.as_str()), word(notice.kind.as_str()), word(notice.cause.as_str()), counterpart)
    };
    answer.iter().map(plain).collect()
}
