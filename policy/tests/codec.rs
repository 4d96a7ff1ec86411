//! The bytes between a host and the module: what one writes the other reads, and nothing else.

use security_contact_policy::codec::{self, Call, CodecError, Reply, Review};
use security_contact_policy::{
    Account, Answer, Change, ChangeRequest, Designee, ErrorCode, Event, EventKind, Instant, Person, PolicyError,
    Request, ReviewRequest, Rules, Severity, json,
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
    ReviewRequest { account, announced: Some("u-3".parse().unwrap()), reminded_for: None, now: now() }
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

/// What the module says to a call.
fn ask(call: &Call) -> Reply {
    codec::decode(&codec::reply(&codec::encode(call).unwrap(), Some(&Rules::default()))).unwrap()
}

#[test]
fn every_kind_of_answer_crosses() {
    for request in requests() {
        let expected = Reply::Answer(request.answer(&Rules::default()));
        assert_eq!(ask(&Call::One(request)), expected);
    }
    let error = PolicyError { code: ErrorCode::NoOwner, path: "account.owner".into(), message: "none".into() };
    let reply = Reply::Answer(Answer::Error { error });
    assert_eq!(codec::decode(&codec::encode(&reply).unwrap()), Ok(reply));
}

#[test]
fn many_are_answered_in_their_order() {
    let rules = Rules::default();
    let requests = vec![review(None), review(account().designation)];
    let reviews = requests.iter().map(|request| Review(security_contact_policy::review(request, &rules))).collect();
    assert_eq!(ask(&Call::ReviewMany(requests)), Reply::Reviews(reviews));
}

#[test]
fn bytes_that_are_no_call_are_a_fault() {
    let call = codec::encode(&Call::ReviewMany(Vec::new())).unwrap();
    let rules = Rules::default();
    let fault = |bytes: &[u8], rules: Option<&Rules>| match codec::decode(&codec::reply(bytes, rules)) {
        Ok(Reply::Fault(message)) => message,
        other => panic!("{other:?}"),
    };
    assert_eq!(fault(&call, None), "no rules were set");
    let too_many = [call.as_slice(), &[0]].concat();
    for bytes in [&[][..], &[9], &too_many] {
        let error: CodecError = codec::decode::<Call>(bytes).unwrap_err();
        assert_eq!(fault(bytes, Some(&rules)), error.to_string());
        assert!(error.to_string().starts_with("not an encoding of the expected type: "));
    }
}

#[test]
fn instants_out_of_range_are_no_instants() {
    for (millis, fits) in [
        (Instant::MIN.millis(), true),
        (Instant::MAX.millis(), true),
        (Instant::MIN.millis() - 1, false),
        (Instant::MAX.millis() + 1, false),
    ] {
        let bytes = codec::encode(&millis).unwrap();
        assert_eq!(codec::decode(&bytes).ok(), Instant::from_millis(millis));
        assert_eq!(codec::decode::<Instant>(&bytes).is_ok(), fits);
    }
}
