//! The fields of SPEC 2, 3 and 11, one function each.

use core::str::FromStr;

use super::field::Field;
use super::value::Value;
use crate::change::{Change, ChangeRequest};
use crate::contact::{Account, Designee};
use crate::decide::Request;
use crate::error::PolicyError;
use crate::event::Event;
use crate::names::UserId;
use crate::person::Person;
use crate::review::{RemindedFor, ReviewRequest};
use crate::rules::Rules;
use crate::words::unknown;

/// The operations of SPEC 11.
enum Op {
    Eligibility,
    Access,
    Resolve,
    Change,
    Review,
    Route,
}

impl FromStr for Op {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        Ok(match text {
            "eligibility" => Self::Eligibility,
            "access" => Self::Access,
            "resolve" => Self::Resolve,
            "change" => Self::Change,
            "review" => Self::Review,
            "route" => Self::Route,
            _ => return Err(unknown(&["eligibility", "access", "resolve", "change", "review", "route"])),
        })
    }
}

/// The members of all operations. A request may carry another operation's, and no others: `rules` is optional,
/// so that its misspelling would else pass unseen.
const MEMBERS: [&str; 10] =
    ["op", "person", "account", "announced", "actor", "change", "remindedFor", "event", "now", "rules"];

/// Reads a whole request, with its own rules if it has any.
pub(crate) fn request(data: Value<'_>) -> Result<(Request, Option<Rules>), PolicyError> {
    let root = Field::root(data, "");
    let op = root.object()?.member("op").parse()?;
    root.only(&MEMBERS)?;
    let rules = root.member("rules").present().map(|field| rules(&field.of_rules())).transpose()?;
    let now = || root.member("now").parse();
    let request = match op {
        Op::Eligibility => Request::Eligibility { person: person(&root.member("person"))?, now: now()? },
        Op::Access => Request::Access { person: person(&root.member("person"))? },
        Op::Resolve => {
            let now = now()?;
            Request::Resolve { account: account(&root.member("account"))?, now }
        }
        Op::Change => Request::Change(change_request(&root)?),
        Op::Review => Request::Review(review_request(&root)?),
        Op::Route => {
            let (event, now) = (event(&root.member("event"))?, now()?);
            Request::Route { account: account(&root.member("account"))?, event, now }
        }
    };
    Ok((request, rules))
}

/// Reads rules that stand alone.
pub(crate) fn rules_alone(data: &[u8]) -> Result<Rules, PolicyError> {
    let value = Value::new(data)?;
    rules(&Field::root(value, "rules").of_rules())
}

#[cfg(all(feature = "module", target_arch = "wasm32"))]
/// Reads a list of people with the instant at which they are judged.
pub(crate) fn people(data: Value<'_>) -> Result<(Vec<Person>, crate::Instant), PolicyError> {
    let root = Field::root(data, "");
    let people = root.object()?.member("people").list(person)?;
    Ok((people, root.member("now").parse()?))
}

/// Reads the members of a change. The account comes last, so that a missing owner is found after every other fault.
fn change_request(root: &Field<'_>) -> Result<ChangeRequest, PolicyError> {
    let announced = announced(root)?;
    let actor = root.member("actor").nullable(|field| person(field))?;
    let change = change(&root.member("change"))?;
    let now = root.member("now").parse()?;
    Ok(ChangeRequest { account: account(&root.member("account"))?, announced, actor, change, now })
}

/// Reads the members of a review. The account comes last, as in a change.
fn review_request(root: &Field<'_>) -> Result<ReviewRequest, PolicyError> {
    let announced = announced(root)?;
    let reminded_for = root.member("remindedFor").nullable(|field| reminded_for(field))?;
    let now = root.member("now").parse()?;
    Ok(ReviewRequest { account: account(&root.member("account"))?, announced, reminded_for, now })
}

pub(super) fn person(field: &Field<'_>) -> Result<Person, PolicyError> {
    let field = field.object()?;
    Ok(Person {
        id: field.member("id").parse()?,
        role: field.member("role").parse()?,
        account_settings: field.member("accountSettings").parse()?,
        status: field.member("status").parse()?,
        last_login_at: field.member("lastLoginAt").nullable(|field| field.parse())?,
        staff_role: field.member("staffRole").nullable(|field| field.parse())?,
    })
}

/// Reads an account; `no_owner` is found after every fault of its fields.
fn account(field: &Field<'_>) -> Result<Account, PolicyError> {
    let field = field.object()?;
    let owner = field.member("owner").nullable(|field| person(field))?;
    let designation = field.member("designation").nullable(|field| designee(field))?;
    Ok(Account { owner: owner.ok_or_else(PolicyError::no_owner)?, designation })
}

/// Reads `userId` and the `person` beside it.
fn designee(field: &Field<'_>) -> Result<Designee, PolicyError> {
    let field = field.object()?;
    let user_id: UserId = field.member("userId").parse()?;
    let person_field = field.member("person");
    let id_field = person_field.member("id");
    let Some(person) = field.member("person").nullable(|field| person(field))? else {
        return Ok(Designee::Left(user_id));
    };
    if person.id != user_id {
        return Err(id_field.misfit("expected the `userId` beside the person"));
    }
    Ok(Designee::Member(person))
}

enum ChangeKind {
    Designate,
    Reset,
}

impl FromStr for ChangeKind {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        match text {
            "designate" => Ok(Self::Designate),
            "reset" => Ok(Self::Reset),
            _ => Err(unknown(&["designate", "reset"])),
        }
    }
}

fn change(field: &Field<'_>) -> Result<Change, PolicyError> {
    match field.object()?.member("kind").parse()? {
        ChangeKind::Designate => Ok(Change::Designate(designee(field)?)),
        ChangeKind::Reset => Ok(Change::Reset),
    }
}

fn announced(root: &Field<'_>) -> Result<Option<UserId>, PolicyError> {
    root.member("announced").nullable(|field| field.parse())
}

fn reminded_for(field: &Field<'_>) -> Result<RemindedFor, PolicyError> {
    let field = field.object()?;
    Ok(RemindedFor {
        valid_until: field.member("validUntil").parse()?,
        days: field.member("days").list(|item| item.whole(0..=u32::MAX))?,
    })
}

fn event(field: &Field<'_>) -> Result<Event, PolicyError> {
    let field = field.object()?;
    Ok(Event { kind: field.member("kind").parse()?, severity: field.member("severity").parse()? })
}

/// Reads rules: a missing one takes its default, an unknown one is an error, and all must be within their limits.
fn rules(field: &Field<'_>) -> Result<Rules, PolicyError> {
    let field = field.object()?;
    field.only(&[
        "contactRoles",
        "accountSettingsEditQualifies",
        "managerRoles",
        "maxLoginAgeDays",
        "maxClockSkewSeconds",
        "blockedStaffRoles",
        "copyOwnerOnEvents",
        "expiryReminderDays",
    ])?;
    let names = |field: &Field<'_>| field.list(|item| item.parse());
    let default = Rules::default();
    let rules = Rules {
        contact_roles: field.member("contactRoles").or(default.contact_roles, names)?,
        account_settings_edit_qualifies: field
            .member("accountSettingsEditQualifies")
            .or(default.account_settings_edit_qualifies, |field| field.boolean())?,
        manager_roles: field.member("managerRoles").or(default.manager_roles, names)?,
        max_login_age_days: field
            .member("maxLoginAgeDays")
            .or(default.max_login_age_days, |field| field.whole(1..=3650))?,
        max_clock_skew_seconds: field
            .member("maxClockSkewSeconds")
            .or(default.max_clock_skew_seconds, |field| field.whole(0..=86_400))?,
        blocked_staff_roles: field.member("blockedStaffRoles").or(default.blocked_staff_roles, names)?,
        copy_owner_on_events: field
            .member("copyOwnerOnEvents")
            .or(default.copy_owner_on_events, |field| field.boolean())?,
        expiry_reminder_days: field
            .member("expiryReminderDays")
            .or(default.expiry_reminder_days, |field| field.list(|item| item.nearest_whole()))?,
    };
    rules.validate()?;
    Ok(rules)
}
