//! How many instructions each operation executes in the module: counted, not timed, so that a slower policy fails here on
//! any machine.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use security_contact_policy::packed::{Glance, Kind, Question};
use security_contact_policy::{Account, Designee, Instant, Person, Request, ReviewRequest, Rules, codec, json};

use crate::module::{Instance, Module};

/// What each operation took when it was last looked at: a name and a number a line.
const BUDGETS: &str = include_str!("fuel.txt");

/// How much more is too much, in percent.
const TOLERANCE: u64 = 10;

const NOW: &str = "2026-10-01T09:30:00.000Z";

fn person(id: &str, role: &str) -> String {
    format!(
        r#"{{"id":"{id}","role":"{role}","accountSettings":"view","status":"active",
            "lastLoginAt":"2026-09-01T12:00:00Z","staffRole":null}}"#
    )
}

/// A usual request of each operation, as JSON text.
fn requests() -> BTreeMap<&'static str, String> {
    let (owner, admin) = (person("u-1", "owner"), person("u-17", "admin"));
    let account = format!(r#"{{"owner":{owner},"designation":{{"userId":"u-17","person":{admin}}}}}"#);
    let with = |op: &str, members: &str| format!(r#"{{"op":"{op}",{members},"now":"{NOW}"}}"#);
    BTreeMap::from([
        ("eligibility", with("eligibility", &format!(r#""person":{admin}"#))),
        ("access", format!(r#"{{"op":"access","person":{admin}}}"#)),
        ("resolve", with("resolve", &format!(r#""account":{account}"#))),
        (
            "change",
            with(
                "change",
                &format!(r#""account":{account},"announced":"u-17","actor":{owner},"change":{{"kind":"reset"}}"#),
            ),
        ),
        ("review", with("review", &format!(r#""account":{account},"announced":"u-17","remindedFor":null"#))),
        (
            "route",
            with("route", &format!(r#""account":{account},"event":{{"kind":"breach_alert","severity":"high"}}"#)),
        ),
    ])
}

/// The instructions of one act, after the same act has run once.
fn instructions(instance: &mut Instance, act: impl Fn(&mut Instance)) -> u64 {
    act(instance);
    let before = instance.executed();
    act(instance);
    instance.executed() - before
}

/// What a Rust host asks most that is not packed.
fn encoded(owner: &Person, admin: &Person, now: Instant) -> [(&'static str, Request); 2] {
    let account = Account { owner: owner.clone(), designation: Some(Designee::Member(admin.clone())) };
    let review = ReviewRequest { account: account.clone(), announced: Some(admin.id.clone()), reminded_for: None, now };
    [("encoded-resolve", Request::Resolve { account, now }), ("encoded-review", Request::Review(review))]
}

fn measured() -> BTreeMap<String, u64> {
    let module = Module::metered();
    let mut instance = module.instance(Some(&Rules::default()));
    let mut counts = BTreeMap::new();
    for (name, text) in requests() {
        let request = json::read(text.as_bytes()).unwrap();
        assert!(!json::decide_text(text.as_bytes(), &Rules::default()).contains("error"), "{name}");
        let count = instructions(&mut instance, |instance| drop(instance.decide(request.as_cbor())));
        counts.insert(name.to_owned(), count);
    }
    let now: Instant = NOW.parse().unwrap();
    let [owner, admin] = [person("u-1", "owner"), person("u-17", "admin")]
        .map(|text| json::read(text.as_bytes()).unwrap().to_person("person").unwrap());
    for (name, request) in encoded(&owner, &admin, now) {
        let request = codec::encode(&[request]);
        counts.insert(name.to_owned(), instructions(&mut instance, |instance| drop(instance.call(&request))));
    }
    let mut verdicts = Question::default();
    verdicts.begin(Kind::Verdicts, now);
    (0..1000).for_each(|_| verdicts.verdict(&admin));
    let mut reviews = Question::default();
    reviews.begin(Kind::Reviews, now);
    let (owner, designation, announced) = (&owner.id, Some(&admin), Some(&admin.id));
    let glance = Glance { owner, designation, announced, reminded_for: None };
    (0..1000).for_each(|_| assert!(reviews.review(&glance)));
    for (name, question) in [("packed-verdicts-1000", verdicts), ("packed-reviews-1000", reviews)] {
        let count = instructions(&mut instance, |instance| drop(instance.packed(question.as_bytes())));
        counts.insert(name.to_owned(), count);
    }
    counts
}

#[test]
fn no_operation_takes_a_tenth_more_instructions_than_it_did() {
    let measured = measured();
    let table = measured.iter().fold(String::new(), |mut table, (name, count)| {
        let _ = writeln!(table, "{name} {count}"); // a String takes any text
        table
    });
    let budgets: BTreeMap<String, u64> = BUDGETS
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, count)| (name.to_owned(), count.parse().unwrap()))
        .collect();
    assert_eq!(budgets.keys().collect::<Vec<_>>(), measured.keys().collect::<Vec<_>>(), "fuel.txt:\n{table}");
    for (name, count) in &measured {
        let most = budgets[name] * (100 + TOLERANCE) / 100;
        assert!(*count <= most, "`{name}` takes {count} instructions, {most} at most; fuel.txt would be:\n{table}");
    }
}
