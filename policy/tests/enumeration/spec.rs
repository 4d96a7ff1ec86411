//! SPEC 3 to 9 read a second time, in words and milliseconds.

/// The facts about a person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Person {
    pub(crate) id: &'static str,
    pub(crate) role: &'static str,
    pub(crate) settings: &'static str,
    pub(crate) status: &'static str,
    pub(crate) login: Option<i64>,
    pub(crate) staff: Option<&'static str>,
}

/// The rules.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) contact_roles: &'static [&'static str],
    pub(crate) edit_qualifies: bool,
    pub(crate) manager_roles: &'static [&'static str],
    pub(crate) age_days: i64,
    pub(crate) skew_seconds: i64,
    pub(crate) blocked: &'static [&'static str],
    pub(crate) copy_owner: bool,
    pub(crate) reminder_days: &'static [i64],
}

/// Who was chosen: an id, with the facts of a member.
pub(crate) type Choice = Option<(&'static str, Option<Person>)>;

/// `userId`, `source`, `validUntil`, `reasons`, `ownerUnmet`.
pub(crate) type Contact = (&'static str, &'static str, Option<i64>, Vec<&'static str>, Vec<&'static str>);

/// `to`, `kind`, `cause`, `counterpart`.
pub(crate) type Notice = (&'static str, &'static str, &'static str, Option<&'static str>);

/// What becomes of a change.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    Changed(Option<&'static str>, Contact, Vec<Notice>),
    Unchanged(Contact),
    Refused(&'static str, Vec<&'static str>),
}

/// What a review finds; a reminder is `to` and `days`.
#[derive(Debug, PartialEq)]
pub(crate) struct Review {
    pub(crate) reverted: Option<Vec<&'static str>>,
    pub(crate) contact: Contact,
    pub(crate) notices: Vec<Notice>,
    pub(crate) reminders: Vec<(&'static str, i64)>,
    pub(crate) next: Option<i64>,
}

const SECOND: i64 = 1000;
const DAY: i64 = 86_400 * SECOND;
const END: i64 = 253_402_300_799_999;

/// SPEC 3, criterion by criterion in its order.
pub(crate) fn unmet(person: &Person, now: i64, rules: &Rules) -> Vec<&'static str> {
    let by_role = rules.contact_roles.contains(&person.role);
    let by_permission = rules.edit_qualifies && person.settings == "edit";
    let login = |fault: fn(i64, &Rules) -> bool| person.login.is_some_and(|login| fault(now - login, rules));
    let blocked = person.staff.is_some_and(|staff| rules.blocked.contains(&staff));
    let table = [
        ("role_not_allowed", !by_role && !by_permission),
        ("not_active", person.status != "active"),
        ("never_logged_in", person.login.is_none()),
        ("login_too_old", login(|age, rules| age > rules.age_days * DAY)),
        ("login_in_future", login(|age, rules| -age > rules.skew_seconds * SECOND)),
        ("blocked_staff_role", blocked),
    ];
    table.into_iter().filter(|(_, unmet)| *unmet).map(|(code, _)| code).collect()
}

pub(crate) fn valid_until(person: &Person, now: i64, rules: &Rules) -> Option<i64> {
    let eligible = unmet(person, now, rules).is_empty();
    person.login.filter(|_| eligible).map(|login| (login + rules.age_days * DAY).min(END))
}

/// SPEC 4.
pub(crate) fn access(person: &Person, rules: &Rules) -> Vec<&'static str> {
    let table = [
        ("manager_role_required", !rules.manager_roles.contains(&person.role)),
        ("not_active", person.status != "active"),
    ];
    table.into_iter().filter(|(_, unmet)| *unmet).map(|(code, _)| code).collect()
}

/// SPEC 5.
pub(crate) fn contact(owner: &Person, choice: Choice, now: i64, rules: &Rules) -> Contact {
    let reasons = match choice {
        None => vec![],
        Some((_, None)) => vec!["not_a_member"],
        Some((_, Some(person))) => unmet(&person, now, rules),
    };
    let (id, source, until) = match choice {
        None => (owner.id, "default", None),
        Some((id, Some(person))) if reasons.is_empty() => (id, "designated", valid_until(&person, now, rules)),
        Some(_) => (owner.id, "fallback", None),
    };
    (id, source, until, reasons, if id == owner.id { unmet(owner, now, rules) } else { vec![] })
}

/// SPEC 7.
fn notices(
    owner: &Person,
    stored: Choice,
    before: Option<&'static str>,
    after: &'static str,
    cause: &'static str,
) -> Vec<Notice> {
    match before {
        Some(before) if before != after => {
            let owner_may = owner.id == before && owner.status == "active";
            let designee = stored.and_then(|(_, person)| person);
            let designee_may = designee.is_some_and(|person| person.id == before && person.status == "active");
            let learns = if owner_may || designee_may { Some(after) } else { None };
            vec![(after, "assigned", cause, Some(before)), (before, "unassigned", cause, learns)]
        }
        _ => vec![],
    }
}

/// SPEC 6. `change` is the new choice; none is a reset.
pub(crate) fn change(
    (owner, stored): (&Person, Choice),
    announced: Option<&'static str>,
    actor: Option<&Person>,
    change: Choice,
    now: i64,
    rules: &Rules,
) -> Outcome {
    let forbidden = actor.map_or(vec!["not_a_member"], |actor| access(actor, rules));
    if !forbidden.is_empty() {
        return Outcome::Refused("actor_not_permitted", forbidden);
    }
    match change {
        Some((_, None)) => return Outcome::Refused("not_a_member", vec![]),
        Some((_, Some(person))) if !unmet(&person, now, rules).is_empty() => {
            return Outcome::Refused("not_eligible", unmet(&person, now, rules));
        }
        _ => {}
    }
    let current = contact(owner, stored, now, rules);
    let id = |choice: Choice| choice.map(|(id, _)| id);
    if id(change) == id(stored) {
        return Outcome::Unchanged(current);
    }
    let after = contact(owner, change, now, rules);
    let cause = if change.is_none() { "reset" } else { "designated" };
    let told = notices(owner, stored, Some(announced.unwrap_or(current.0)), after.0, cause);
    Outcome::Changed(id(change), after, told)
}

/// SPEC 8. `reminded` is a `validUntil` with days.
pub(crate) fn review(
    (owner, stored): (&Person, Choice),
    announced: Option<&'static str>,
    reminded: Option<(i64, &[i64])>,
    now: i64,
    rules: &Rules,
) -> Review {
    let found = contact(owner, stored, now, rules);
    let before = announced.or(stored.map(|(id, _)| id));
    if found.1 == "fallback" {
        let after = contact(owner, None, now, rules);
        let notices = notices(owner, stored, before, after.0, "reverted");
        return Review { reverted: Some(found.3), contact: after, notices, reminders: vec![], next: None };
    }
    let notices = notices(owner, stored, before, found.0, "owner_changed");
    let (mut reminders, mut next) = (vec![], None);
    if let Some(until) = found.2 {
        // The days descend: the last one due is the smallest.
        let due = rules.reminder_days.iter().copied().rfind(|days| now >= until - days * DAY);
        let sent = |day: i64| reminded.is_some_and(|(of, days)| of == until && days.iter().any(|sent| *sent <= day));
        if let Some(day) = due.filter(|day| !sent(*day)) {
            reminders.push((found.0, day));
            if owner.id != found.0 {
                reminders.push((owner.id, day));
            }
        }
        let ahead = rules.reminder_days.iter().map(|days| until - days * DAY).filter(|at| *at > now);
        next = Some(ahead.chain([(until + 1).min(END)]).min().unwrap_or(END));
    }
    Review { reverted: None, contact: found, notices, reminders, next }
}
