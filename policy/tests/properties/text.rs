//! SPEC 11: the same answers in text, and an answer to any text.

use proptest::prelude::*;
use security_contact_policy::{
    Account, Answer, Change, ChangeRequest, Event, EventKind, Plain, Request, ReviewRequest, Rules, Severity, json,
};
use serde_json::{Value, json};

use crate::world::{World, change, config, review, somebody, world};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn people_are_judged_alike_as_text(world in world(), designation in proptest::option::of(somebody())) {
        let event = Event { kind: EventKind::ComplianceRequest, severity: Severity::Critical };
        let (now, account) = (world.now, world.account(designation));
        for person in &world.people {
            same(&world, &Request::Eligibility { person: person.clone(), now })?;
            same(&world, &Request::Access { person: person.clone() })?;
        }
        same(&world, &Request::Resolve { account: account.clone(), now })?;
        same(&world, &Request::Route { account, event, now })?;
    }

    #[test]
    fn changes_are_decided_alike_as_text((world, request) in change()) {
        same(&world, &Request::Change(request))?;
    }

    #[test]
    fn reviews_are_decided_alike_as_text((world, request) in review()) {
        same(&world, &Request::Review(request))?;
    }

    #[test]
    fn people_and_rules_read_back_what_they_write(world in world()) {
        let plain = json::read(&serde_json::to_vec(&world.rules).unwrap()).unwrap();
        prop_assert_eq!(plain.to_rules(), Ok(world.rules));
        for person in world.people {
            let plain = json::read(&serde_json::to_vec(&person).unwrap()).unwrap();
            prop_assert_eq!(plain.to_person(""), Ok(person));
        }
    }

    #[test]
    fn any_bytes_have_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for answer in [json::decide_text(&bytes, &Rules::default()), json::decide_plain(&bytes, &Rules::default())] {
            prop_assert!(answer.starts_with(r#"{"error":{"code":"invalid_input","#), "{}", answer);
        }
    }

    /// A request with a piece cut out or put in is answered with JSON, and never with a panic.
    #[test]
    fn a_damaged_request_has_an_answer(
        (world, request) in change(), at in 0.0..1.0_f64, cut in 0..40_usize, put in "[\\PC\\x00-\\x1f]{0,4}",
    ) {
        let mut text = request_text(&world, &Request::Change(request)).into_bytes();
        let start = (text.len() as f64 * at) as usize;
        let end = (start + cut).min(text.len());
        text.splice(start..end, put.bytes());
        let answer: Value = serde_json::from_str(&json::decide_text(&text, &Rules::default())).unwrap();
        prop_assert!(answer.get("error").is_some() || answer.get("outcome").is_some());
    }
}

/// Asks in text, under the request's own rules and under rules in force, and compares with the typed answer.
fn same(world: &World, request: &Request) -> Result<(), TestCaseError> {
    let expected = json::write(&request.answer(&world.rules));
    let own = request_text(world, request);
    prop_assert_eq!(&json::decide_text(own.as_bytes(), &Rules::default()), &expected);
    let bare = members(request).to_string();
    prop_assert_eq!(&json::decide_text(bare.as_bytes(), &world.rules), &expected);
    let plain = Plain::from_cbor(json::read(own.as_bytes()).unwrap().as_cbor().to_vec()).unwrap();
    let answer: Answer = security_contact_policy::decide(&plain, &Rules::default());
    prop_assert_eq!(answer, request.answer(&world.rules));
    Ok(())
}

fn request_text(world: &World, request: &Request) -> String {
    let mut members = members(request);
    members["rules"] = json!(world.rules);
    members.to_string()
}

/// The request as SPEC 11 draws it.
fn members(request: &Request) -> Value {
    match request {
        Request::Eligibility { person, now } => json!({ "op": "eligibility", "person": person, "now": now }),
        Request::Access { person } => json!({ "op": "access", "person": person }),
        Request::Resolve { account, now } => {
            json!({ "op": "resolve", "account": account_members(account), "now": now })
        }
        Request::Route { account, event, now } => {
            json!({ "op": "route", "account": account_members(account), "event": event, "now": now })
        }
        Request::Change(ChangeRequest { account, announced, actor, change, now }) => json!({
            "op": "change", "account": account_members(account), "announced": announced, "actor": actor,
            "change": change_members(change), "now": now,
        }),
        Request::Review(ReviewRequest { account, announced, reminded_for, now }) => json!({
            "op": "review", "account": account_members(account), "announced": announced,
            "remindedFor": reminded_for, "now": now,
        }),
    }
}

fn account_members(account: &Account) -> Value {
    let designation = account.designation.as_ref();
    let designation = designation.map(|designee| json!({ "userId": designee.user_id(), "person": designee.person() }));
    json!({ "owner": account.owner, "designation": designation })
}

fn change_members(change: &Change) -> Value {
    match change {
        Change::Reset => json!({ "kind": "reset" }),
        Change::Designate(designee) => {
            json!({ "kind": "designate", "userId": designee.user_id(), "person": designee.person() })
        }
    }
}
