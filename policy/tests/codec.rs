//! The bytes between a host and the module: what one writes the other reads, and nothing else.

use std::slice;

use security_contact_policy::codec::{self, Encoded};
use security_contact_policy::{
    Account, Answer, Change, ChangeRequest, Designee, Event, EventKind, Instant, Name, Person, RemindedFor, Request,
    ReviewRequest, Rules, Severity, UserId, json,
};

fn person(id: &str, role: &str) -> Person {
    let text = format!(
        r#"{{"id":"{id}","role":"{role}","accountSettings":"none","status":"active",
            "lastLoginAt":"2026-09-20T08:00:00Z","staffRole":null}}"#
    );
    json::read(text.as_bytes()).unwrap().to_person("").unwrap()
}

fn now() -> Instant {
    "2026-10-01T09:30:00Z".parse().unwrap()
}

fn account() -> Account {
    Account { owner: person("u-1", "owner"), designation: Some(Designee::Member(person("u-2", "admin"))) }
}

fn change(change: Change, actor: &str) -> Request {
    let actor = Some(person("u-1", actor));
    Request::Change(ChangeRequest { account: account(), announced: None, actor, change, now: now() })
}

fn review(designation: Option<Designee>) -> ReviewRequest {
    let account = Account { designation, ..account() };
    let reminded_for = Some(RemindedFor { valid_until: now(), days: vec![14, 300] });
    ReviewRequest { account, announced: Some("u-3".parse().unwrap()), reminded_for, now: now() }
}

/// A request for each kind of answer.
fn requests() -> Vec<Request> {
    let event = Event { kind: EventKind::AbnormalLogin, severity: Severity::Low };
    vec![
        Request::Eligibility { person: person("u-1", "owner"), now: now() },
        Request::Access { person: person("u-1", "analyst") },
        Request::Resolve { account: account(), now: now() },
        change(Change::Reset, "owner"),
        change(Change::Designate(Designee::Member(person("u-2", "admin"))), "owner"),
        change(Change::Reset, "analyst"),
        Request::Review(review(account().designation)),
        Request::Review(review(Some(Designee::Left("u-9".parse().unwrap())))),
        Request::Route { account: account(), event, now: now() },
    ]
}

/// What the module says to requests.
fn ask(requests: &[Request]) -> Vec<u8> {
    codec::reply(&codec::encode(requests), Some(&Rules::default()))
}

#[test]
fn every_kind_of_answer_crosses_in_its_order() {
    let requests = requests();
    let expected: Vec<_> = requests.iter().map(|request| request.answer(&Rules::default())).collect();
    assert_eq!(codec::decode(&ask(&requests)), Some(expected));
    assert!(ask(&[]).is_empty());
}

#[test]
fn bytes_that_are_no_requests_have_one_error() {
    let error = |bytes: &[u8], rules: Option<&Rules>| match codec::decode(&codec::reply(bytes, rules)).as_deref() {
        Some([Answer::Error { error }]) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(error(&[], None), "no rules were set");
    assert_eq!(error(&codec::encode(&requests()), None), "no rules were set");
    let too_many = [&codec::encode(&requests())[..], &[0]].concat();
    for bytes in [&[9][..], &[0], &too_many] {
        assert_eq!(error(bytes, Some(&Rules::default())), "expected encoded requests");
    }
}

/// Whether these bytes are no values.
fn misfit<T: Encoded>(bytes: &[u8]) -> bool {
    codec::decode::<T>(bytes).is_none()
}

#[test]
fn nothing_can_be_left_out() {
    for request in requests() {
        let (bytes, reply) = (codec::encode(slice::from_ref(&request)), ask(slice::from_ref(&request)));
        assert_eq!(codec::decode(&bytes), Some(vec![request]));
        assert!((1..bytes.len()).all(|end| misfit::<Request>(&bytes[..end])));
        assert!((1..reply.len()).all(|end| misfit::<Answer>(&reply[..end])));
    }
}

#[test]
fn every_value_has_one_encoding() {
    assert_eq!(codec::encode(&[vec![Some(true), None]]), [2, 0, 0, 0, 1, 1, 0]);
    assert_eq!(codec::encode(&[0x0102_0304_u32]), [4, 3, 2, 1]);
    assert_eq!(codec::encode(&[Severity::Critical]), [3]);
    assert_eq!(codec::encode(&[String::from("é")]), [2, 0, 0, 0, 0xc3, 0xa9]);
    assert_eq!(codec::decode(&[3, 0]), Some(vec![Severity::Critical, Severity::Low]));
    assert!(misfit::<bool>(&[2]) && misfit::<Option<bool>>(&[2, 0]) && misfit::<Severity>(&[4]));
    assert!(misfit::<String>(&[1, 0, 0, 0, 0xff]) && misfit::<UserId>(&[0; 4]) && misfit::<Name>(&[0; 4]));
    // A list that says it is longer than all memory.
    assert!(misfit::<Vec<u32>>(&[0xff; 16]));
}

#[test]
fn instants_out_of_range_are_no_instants() {
    for (millis, fits) in [
        (Instant::MIN.millis(), true),
        (Instant::MAX.millis(), true),
        (Instant::MIN.millis() - 1, false),
        (Instant::MAX.millis() + 1, false),
    ] {
        let read = codec::decode::<Instant>(&millis.to_le_bytes());
        assert_eq!(read, Instant::from_millis(millis).map(|instant| vec![instant]));
        assert_eq!(read.is_some(), fits);
    }
}
