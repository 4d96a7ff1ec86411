//! Answers that are given again to the same request, and entries without a decision.

use super::*;
use crate::domain::model::{IdempotencyKey, Remembered};

fn answer(actor: &str, key: &str) -> Remembered {
    Remembered {
        actor: user(actor),
        key: key.parse().unwrap(),
        request: format!("what {actor} asked for, \"é\""),
        answer: "{\"version\":1}".into(),
    }
}

async fn recall(store: &AnyStore, id: &str, answer: &Remembered) -> Option<Remembered> {
    store.recall(&account(id), &answer.actor, &answer.key).await.unwrap()
}

async fn record(store: &AnyStore, id: &str, answer: &Remembered, millis: i64) -> Committed {
    store.record(&account(id), None, Some(answer), at(millis)).await.unwrap()
}

async fn entries(store: &AnyStore) -> usize {
    store.history(&account("a-1"), None, 100).await.unwrap().len()
}

pub(in crate::store) async fn what_a_commit_remembers_is_recalled(store: AnyStore) {
    let new = acme(&store).await;
    let answer = answer("u-2", "!key~");
    assert_eq!(recall(&store, "a-1", &answer).await, None);
    stored(&store, &Commit { remember: Some(answer.clone()), ..commit_on(&new) }).await;
    assert_eq!(recall(&store, "a-1", &answer).await, Some(answer));
}

pub(in crate::store) async fn what_is_recorded_is_recalled(store: AnyStore) {
    acme(&store).await;
    let answer = answer("u-2", "key");
    assert_eq!(record(&store, "a-1", &answer, 10).await, Committed::Stored { version: 0 });
    assert_eq!(recall(&store, "a-1", &answer).await, Some(answer));
    assert_eq!(entries(&store).await, 0);
}

pub(in crate::store) async fn a_used_key_makes_a_commit_stale(store: AnyStore) {
    acme(&store).await;
    let first = answer("u-2", "key");
    record(&store, "a-1", &first, 10).await;
    let before = snapshot(&store, "a-1").await;
    let second = Remembered { request: "something else".into(), answer: "no".into(), ..first.clone() };
    let commit = Commit {
        designation: choose("u-2"),
        next_review_at: Some(at(0)),
        audit: Some(audit_entry(0)),
        mails: vec![mail_to("u-2")],
        remember: Some(second),
        ..commit_on(&before)
    };
    assert_eq!(store.commit(&commit).await.unwrap(), Committed::Stale);
    assert_eq!(snapshot(&store, "a-1").await, before);
    assert_eq!((entries(&store).await, claim(&store, 1_000).await.len()), (0, 0));
    assert_eq!(recall(&store, "a-1", &first).await, Some(first));
}

pub(in crate::store) async fn a_used_key_makes_a_record_stale(store: AnyStore) {
    acme(&store).await;
    let first = answer("u-2", "key");
    record(&store, "a-1", &first, 10).await;
    let second = Remembered { answer: "no".into(), ..first.clone() };
    let recorded = store.record(&account("a-1"), Some(&audit_entry(0)), Some(&second), at(20)).await.unwrap();
    assert_eq!((recorded, entries(&store).await), (Committed::Stale, 0));
    assert_eq!(recall(&store, "a-1", &first).await, Some(first));
}

pub(in crate::store) async fn a_stale_commit_remembers_nothing(store: AnyStore) {
    let old = acme(&store).await;
    stored(&store, &commit_on(&old)).await;
    let answer = answer("u-2", "key");
    let late = Commit { remember: Some(answer.clone()), ..commit_on(&old) };
    assert_eq!(store.commit(&late).await.unwrap(), Committed::Stale);
    assert_eq!(recall(&store, "a-1", &answer).await, None);
}

pub(in crate::store) async fn others_keys_are_their_own(store: AnyStore) {
    acme(&store).await;
    put(&store, &entry("a-2", &[]), 0).await;
    let answers = [("a-1", answer("u-2", "key")), ("a-1", answer("u-3", "key")), ("a-1", answer("u-2", "KEY"))];
    for (id, answer) in &answers {
        assert_eq!(recall(&store, id, answer).await, None);
        assert_eq!(record(&store, id, answer, 10).await, Committed::Stored { version: 0 });
    }
    let elsewhere = Remembered { answer: "another".into(), ..answer("u-2", "key") };
    assert_eq!(record(&store, "a-2", &elsewhere, 10).await, Committed::Stored { version: 0 });
    for (id, answer) in answers {
        assert_eq!(recall(&store, id, &answer).await, Some(answer));
    }
    assert_eq!(recall(&store, "a-2", &elsewhere).await, Some(elsewhere));
}

pub(in crate::store) async fn only_older_answers_are_forgotten(store: AnyStore) {
    let new = acme(&store).await;
    let (old, young) = (answer("u-2", "old"), answer("u-2", "young"));
    stored(&store, &Commit { remember: Some(old.clone()), now: at(9), ..commit_on(&new) }).await;
    record(&store, "a-1", &young, 10).await;
    store.forget(at(10)).await.unwrap();
    assert_eq!(recall(&store, "a-1", &old).await, None);
    assert_eq!(recall(&store, "a-1", &young).await, Some(young));
    assert_eq!(record(&store, "a-1", &old, 11).await, Committed::Stored { version: 0 });
}

pub(in crate::store) async fn an_entry_alone_moves_nothing_else(store: AnyStore) {
    let new = acme(&store).await;
    stored(&store, &Commit { designation: choose("u-2"), next_review_at: Some(at(50)), ..commit_on(&new) }).await;
    let before = snapshot(&store, "a-1").await;
    for n in 0..2 {
        let recorded = store.record(&account("a-1"), Some(&audit_entry(n)), None, at(20)).await.unwrap();
        assert_eq!(recorded, Committed::Stored { version: 1 });
    }
    assert_eq!(entries(&store).await, 2);
    assert_eq!(snapshot(&store, "a-1").await, before);
    stored(&store, &commit_on(&before)).await;
}

pub(in crate::store) async fn an_entry_and_an_answer_go_together(store: AnyStore) {
    acme(&store).await;
    let answer = answer("u-2", &"k".repeat(255));
    let recorded = store.record(&account("a-1"), Some(&audit_entry(0)), Some(&answer), at(20)).await.unwrap();
    assert_eq!((recorded, entries(&store).await), (Committed::Stored { version: 0 }, 1));
    assert_eq!(recall(&store, "a-1", &answer).await, Some(answer));
}

pub(in crate::store) async fn an_unknown_account_remembers_nothing(store: AnyStore) {
    acme(&store).await;
    let answer = answer("u-2", "key");
    let unknown = account("a-2");
    let recorded = store.record(&unknown, Some(&audit_entry(0)), Some(&answer), at(20)).await.unwrap();
    assert_eq!(recorded, Committed::Stale);
    assert_eq!(recall(&store, "a-2", &answer).await, None);
    let key: IdempotencyKey = "never-used".parse().unwrap();
    assert_eq!(store.recall(&account("a-1"), &user("u-2"), &key).await.unwrap(), None);
}
