//! Well-formed inputs for a fuzzer to begin with: every operation, as JSON text, as CBOR and encoded.

use security_contact_policy::codec;
use security_contact_policy::{
    Account, AccountSettings, Change, ChangeRequest, Designee, Event, EventKind, Instant, Person, PolicyError,
    RemindedFor, Request, ReviewRequest, Rules, Severity, Status, UserId, json,
};

use crate::bytes::RULES;

const NOW: &str = "2026-10-01T09:30:00Z";

/// Texts for [`bytes::decide`](crate::bytes::decide): one vector in `step`.
#[must_use]
pub fn texts(step: usize) -> Vec<Vec<u8>> {
    crate::vectors().into_iter().step_by(step).map(|vector| vector.request.get().as_bytes().to_vec()).collect()
}

/// Inputs for [`bytes::abi`](crate::bytes::abi): requests of every kind, one vector in `step` as CBOR, and rules.
///
/// # Errors
/// None: the ids and instants in here are valid.
pub fn inputs(step: usize) -> Result<Vec<Vec<u8>>, PolicyError> {
    let requests = requests()?;
    let mut inputs: Vec<_> = requests.chunks(1).map(|request| input(0, &codec::encode(request))).collect();
    inputs.push(input(0, &codec::encode(&requests)));
    let plain = |text: &Vec<u8>| json::read(text).ok().map(|plain| input(1, plain.as_cbor()));
    inputs.extend(texts(step).iter().filter_map(plain));
    let rules = |rules: &Rules| json::read(json::write(rules).as_bytes()).ok().map(|plain| input(2, plain.as_cbor()));
    inputs.extend([Rules::default(), RULES.clone()].iter().filter_map(rules));
    inputs.push(input(2, b"\xa0"));
    Ok(inputs)
}

fn input(face: u8, bytes: &[u8]) -> Vec<u8> {
    [&[face], bytes].concat()
}

fn requests() -> Result<Vec<Request>, PolicyError> {
    let now: Instant = NOW.parse()?;
    let [owner, chosen] = [person("u-1", "owner")?, person("u-2", "admin")?];
    let left = Designee::Left(UserId::new("u-3")?);
    let account = Account { owner: owner.clone(), designation: Some(Designee::Member(chosen.clone())) };
    let change = |change| ChangeRequest {
        account: account.clone(),
        announced: Some(owner.id.clone()),
        actor: Some(owner.clone()),
        change,
        now,
    };
    let review = ReviewRequest {
        account: Account { owner: owner.clone(), designation: Some(left.clone()) },
        announced: None,
        reminded_for: Some(RemindedFor { valid_until: now, days: vec![14, 7] }),
        now,
    };
    let kept = ReviewRequest { account: account.clone(), announced: Some(chosen.id.clone()), ..review.clone() };
    let event = Event { kind: EventKind::BreachAlert, severity: Severity::High };
    Ok(vec![
        Request::Eligibility { person: chosen.clone(), now },
        Request::Access { person: chosen.clone() },
        Request::Resolve { account: account.clone(), now },
        Request::Change(change(Change::Designate(Designee::Member(owner.clone())))),
        Request::Change(change(Change::Designate(left))),
        Request::Change(change(Change::Reset)),
        Request::Review(review),
        Request::Review(kept),
        Request::Route { account: account.clone(), event, now },
    ])
}

fn person(id: &str, role: &str) -> Result<Person, PolicyError> {
    Ok(Person {
        id: id.parse()?,
        role: role.parse()?,
        account_settings: AccountSettings::Edit,
        status: Status::Active,
        last_login_at: Some("2026-09-05T08:00:00Z".parse()?),
        staff_role: Some("support".parse()?).filter(|_| id == "u-1"),
    })
}
