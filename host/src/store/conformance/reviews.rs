//! Who gets which account for review, and when.

use std::collections::BTreeSet;

use super::*;

/// An account whose next review is at that instant.
async fn reviewed(store: &AnyStore, id: &str, next_review: Option<i64>) {
    put(store, &entry(id, &[]), 0).await;
    review_again(store, id, next_review).await;
}

async fn review_again(store: &AnyStore, id: &str, next_review: Option<i64>) {
    let now = snapshot(store, id).await;
    stored(store, &Commit { next_review_at: next_review.map(at), ..commit_on(&now) }).await;
}

async fn review_under(store: &AnyStore, id: &str, fingerprint: &str, next_review: Option<i64>) {
    let now = snapshot(store, id).await;
    let commit = Commit { fingerprint: fingerprint.into(), next_review_at: next_review.map(at), ..commit_on(&now) };
    stored(store, &commit).await;
}

/// The ids of the accounts that a host of that policy claims at that instant, for a hundred milliseconds.
async fn of_policy(store: &AnyStore, fingerprint: &str, millis: i64, limit: u32) -> BTreeSet<String> {
    let claimed = store.claim_reviews(at(millis), at(millis + 100), fingerprint, limit).await.unwrap();
    claimed.into_iter().map(|claimed| claimed.unwrap().account.to_string()).collect()
}

/// The ids of the accounts that are due at that instant, which are then claimed for a hundred milliseconds.
async fn due(store: &AnyStore, millis: i64) -> Vec<String> {
    ids(&claim_due(store, millis).await)
}

pub(in crate::store) async fn the_longest_due_come_first(store: AnyStore) {
    for (id, next_review) in [("a", Some(300)), ("b", Some(200)), ("c", None), ("d", Some(100)), ("e", Some(301))] {
        reviewed(&store, id, next_review).await;
    }
    assert_eq!(due(&store, 99).await, Vec::<String>::new());
    let first = store.claim_reviews(at(300), at(900), POLICY, 2).await.unwrap();
    let first: Vec<Snapshot> = first.into_iter().map(Result::unwrap).collect();
    assert_eq!(ids(&first), ["d", "b"]);
    assert_eq!(due(&store, 300).await, ["a"]);
    assert_eq!(due(&store, 301).await, ["e"]);
}

pub(in crate::store) async fn a_claim_hides_an_account_until_it_ends(store: AnyStore) {
    reviewed(&store, "a", Some(100)).await;
    assert_eq!(due(&store, 100).await, ["a"]);
    assert_eq!(due(&store, 199).await, Vec::<String>::new());
    assert_eq!(due(&store, 200).await, ["a"]);
    review_again(&store, "a", None).await;
    assert_eq!(due(&store, 1_000).await, Vec::<String>::new());
}

pub(in crate::store) async fn a_claimed_account_can_be_decided_on(store: AnyStore) {
    reviewed(&store, "a", Some(100)).await;
    let before = snapshot(&store, "a").await;
    let claimed = claim_due(&store, 100).await.remove(0);
    assert_eq!(claimed, before);
    assert_eq!(snapshot(&store, "a").await, before);
    stored(&store, &Commit { next_review_at: Some(at(150)), ..commit_on(&claimed) }).await;
    assert_eq!(due(&store, 149).await, Vec::<String>::new());
    assert_eq!(due(&store, 150).await, ["a"]);
}

pub(in crate::store) async fn a_claim_that_nobody_settles_holds_up_nobody(store: AnyStore) {
    for n in 0..10 {
        reviewed(&store, &format!("a-{n}"), Some(n)).await;
    }
    let mut pages = Vec::new();
    loop {
        let page = store.claim_reviews(at(100), at(200), POLICY, 3).await.unwrap();
        if page.is_empty() {
            break;
        }
        pages.push(page.into_iter().map(|claimed| claimed.unwrap().account.to_string()).collect::<Vec<_>>());
    }
    let expected: Vec<String> = (0..10).map(|n| format!("a-{n}")).collect();
    assert_eq!(pages.concat(), expected);
    assert_eq!(due(&store, 200).await.len(), 10);
}

pub(in crate::store) async fn a_new_policy_makes_every_review_due(store: AnyStore) {
    store.use_policy(POLICY).await.unwrap();
    reviewed(&store, "a", None).await;
    reviewed(&store, "b", Some(500)).await;
    store.use_policy(POLICY).await.unwrap();
    assert_eq!(due(&store, 499).await, Vec::<String>::new());

    store.use_policy("another").await.unwrap();
    assert_eq!(store.policy().await.unwrap().as_deref(), Some("another"));
    assert_eq!(of_policy(&store, "another", 0, 10).await, BTreeSet::from(["a".into(), "b".into()]));
    assert_eq!(of_policy(&store, "another", 99, 10).await, BTreeSet::new());
    review_under(&store, "a", "another", None).await;
    assert_eq!(of_policy(&store, "another", 100, 10).await, BTreeSet::from(["b".into()]));
    review_under(&store, "b", "another", None).await;
    assert_eq!(of_policy(&store, "another", 1_000, 10).await, BTreeSet::new());
}

pub(in crate::store) async fn the_first_policy_makes_every_review_due(store: AnyStore) {
    reviewed(&store, "a", None).await;
    assert_eq!(due(&store, 0).await, Vec::<String>::new());
    assert_eq!(store.policy().await.unwrap(), None);
    store.use_policy("another").await.unwrap();
    assert_eq!(store.policy().await.unwrap().as_deref(), Some("another"));
    assert_eq!(of_policy(&store, "another", 0, 10).await, BTreeSet::from(["a".into()]));
}

pub(in crate::store) async fn what_is_due_by_time_comes_before_another_policy(store: AnyStore) {
    store.use_policy("another").await.unwrap();
    for (id, next_review) in [("a", None), ("b", Some(100)), ("c", Some(900)), ("d", Some(50))] {
        put(&store, &entry(id, &[]), 0).await;
        review_under(&store, id, "another", next_review).await;
    }
    store.use_policy(POLICY).await.unwrap();
    let first = store.claim_reviews(at(100), at(200), POLICY, 2).await.unwrap();
    let first: Vec<Snapshot> = first.into_iter().map(Result::unwrap).collect();
    assert_eq!(ids(&first), ["d", "b"]);
    assert_eq!(of_policy(&store, POLICY, 100, 1).await.len(), 1);
    assert_eq!(of_policy(&store, POLICY, 100, 10).await.len(), 1);
    assert_eq!(of_policy(&store, POLICY, 199, 10).await, BTreeSet::new());
    assert_eq!(due(&store, 200).await.len(), 4);
}

pub(in crate::store) async fn another_policy_than_the_present_gets_only_what_is_due_by_time(store: AnyStore) {
    store.use_policy("past").await.unwrap();
    for (id, next_review) in [("a", None), ("b", Some(100))] {
        put(&store, &entry(id, &[]), 0).await;
        review_under(&store, id, "past", next_review).await;
    }
    store.use_policy(POLICY).await.unwrap();
    assert_eq!(of_policy(&store, "past", 100, 10).await, BTreeSet::from(["b".into()]));
    assert_eq!(of_policy(&store, "never", 199, 10).await, BTreeSet::new());
    assert_eq!(due(&store, 199).await, ["a"]);
    review_under(&store, "b", "past", Some(900)).await;
    assert_eq!(due(&store, 200).await.len(), 1);
}

pub(in crate::store) async fn what_another_policy_decides_is_due_at_once(store: AnyStore) {
    store.use_policy(POLICY).await.unwrap();
    reviewed(&store, "a", Some(500)).await;
    review_under(&store, "a", "another", Some(500)).await;
    assert_eq!(due(&store, 0).await, ["a"]);
    review_again(&store, "a", None).await;
    assert_eq!(due(&store, 1_000).await, Vec::<String>::new());

    let renamed = DirectoryEntry { profile: Some(("Acme Ltd".parse().unwrap(), user("u-1"))), ..change("a") };
    let write = write_of(&store, &renamed, 0).await;
    let review = Commit { fingerprint: "another".into(), ..write.review };
    store.put_directories(&[DirectoryWrite { review, ..write }]).await.unwrap();
    assert_eq!(due(&store, 0).await, ["a"]);
}

pub(in crate::store) async fn another_policy_does_not_bring_back_what_is_claimed(store: AnyStore) {
    store.use_policy(POLICY).await.unwrap();
    reviewed(&store, "a", Some(100)).await;
    reviewed(&store, "b", None).await;
    assert_eq!(due(&store, 100).await, ["a"]);
    store.use_policy("another").await.unwrap();
    assert_eq!(of_policy(&store, "another", 100, 10).await, BTreeSet::from(["b".into()]));
    assert_eq!(of_policy(&store, "another", 199, 10).await, BTreeSet::new());
    // Whoever has it decides under the policy of before, so that it is due under the present one.
    review_again(&store, "a", Some(900)).await;
    assert_eq!(of_policy(&store, "another", 199, 10).await, BTreeSet::from(["a".into()]));
    assert_eq!(of_policy(&store, "another", 299, 10).await, BTreeSet::from(["a".into(), "b".into()]));
}

pub(in crate::store) async fn what_is_put_off_while_it_is_claimed_is_due_then(store: AnyStore) {
    store.use_policy(POLICY).await.unwrap();
    reviewed(&store, "a", Some(100)).await;
    assert_eq!(due(&store, 100).await, ["a"]);
    store.put_off_review(&account("a"), "no owner", at(150)).await.unwrap();
    assert_eq!(due(&store, 149).await, Vec::<String>::new());
    assert_eq!(due(&store, 150).await, ["a"]);
}

pub(in crate::store) async fn what_is_put_off_is_hidden_until_then(store: AnyStore) {
    store.use_policy(POLICY).await.unwrap();
    reviewed(&store, "a", Some(100)).await;
    let now = snapshot(&store, "a").await;
    stored(&store, &Commit { designation: choose("u-1"), next_review_at: Some(at(100)), ..commit_on(&now) }).await;
    let before = snapshot(&store, "a").await;
    assert_eq!(due(&store, 100).await, ["a"]);
    store.put_off_review(&account("a"), "no owner", at(500)).await.unwrap();
    assert_eq!(due(&store, 499).await, Vec::<String>::new());
    assert_eq!(snapshot(&store, "a").await, Snapshot { next_review_at: Some(at(500)), ..before.clone() });
    assert_eq!(due(&store, 500).await, ["a"]);
    stored(&store, &commit_on(&before)).await;
    assert_eq!(due(&store, 1_000).await, Vec::<String>::new());
}

pub(in crate::store) async fn another_policy_does_not_bring_back_what_is_put_off(store: AnyStore) {
    reviewed(&store, "a", None).await;
    store.use_policy(POLICY).await.unwrap();
    store.put_off_review(&account("a"), "no owner", at(500)).await.unwrap();
    assert_eq!(due(&store, 499).await, Vec::<String>::new());
    store.use_policy("another").await.unwrap();
    assert_eq!(of_policy(&store, "another", 0, 10).await, BTreeSet::from(["a".into()]));
}

pub(in crate::store) async fn an_unknown_account_is_put_off_without_harm(store: AnyStore) {
    reviewed(&store, "a", Some(100)).await;
    store.put_off_review(&account("b"), "no owner", at(500)).await.unwrap();
    assert_eq!(due(&store, 100).await, ["a"]);
}
