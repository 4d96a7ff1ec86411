//! The model check, on each kind of store.

use std::collections::BTreeMap;

use security_contact_host::domain::model::{Action, OutboxState};
use security_contact_tests_model::backend::{Memory, Postgres, Sqlite};
use security_contact_tests_model::check;

/// Answers, besides what stands in histories and outboxes.
const ANSWERS: [&str; 11] = [
    "again",
    "changed",
    "conflict",
    "key reused",
    "no owner",
    "queued",
    "refused",
    "reminded",
    "repeated",
    "unchanged",
    "unknown account",
];

/// A check in which something happens hardly ever says little of it.
fn assert_all(seen: &BTreeMap<String, u32>) {
    let actions = Action::ALL.iter().map(|action| action.as_str());
    let states = OutboxState::ALL.iter().map(|state| state.as_str());
    let is_rare = |word: &&str| seen.get(*word).is_none_or(|times| *times < 10);
    let rare: Vec<&str> = ANSWERS.into_iter().chain(actions).chain(states).filter(is_rare).collect();
    assert_eq!(rare, Vec::<&str>::new(), "{seen:?}");
}

#[test]
fn a_host_on_sqlite_does_what_the_model_does() {
    assert_all(&check::<Sqlite>(500));
}

/// The first of the same sequences; a database for each of them takes its time.
#[test]
fn a_host_on_postgres_does_what_the_model_does() {
    let seen = check::<Postgres>(40);
    assert!(seen.contains_key("reverted"), "{seen:?}");
}

#[test]
fn a_host_in_memory_does_what_the_model_does() {
    assert_all(&check::<Memory>(500));
}
