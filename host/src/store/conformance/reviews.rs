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

pub(in crate::store) async fn a_new_policy_makes_every_review_due(store: AnyStore) {
    store.use_policy(POLICY).await.unwrap();
    reviewed(&store, "a", None).await;
    reviewed(&store, "b", Some(500)).await;
    store.use_policy(POLICY).await.unwrap();
    assert_eq!(due(&store, 499).await, Vec::<String>::new());

    store.use_policy("another").await.unwrap();
    let claimed = store.claim_reviews(at(0), at(100), "another", 10).await.unwrap();
    let claimed: BTreeSet<AccountId> = claimed.into_iter().map(|claimed| claimed.unwrap().account).collect();
    assert_eq!(claimed, BTreeSet::from([account("a"), account("b")]));
}

pub(in crate::store) async fn what_another_policy_decides_is_due_at_once(store: AnyStore) {
    store.use_policy(POLICY).await.unwrap();
    reviewed(&store, "a", Some(500)).await;
    let now = snapshot(&store, "a").await;
    stored(&store, &Commit { fingerprint: "another".into(), ..commit_on(&now) }).await;
    assert_eq!(due(&store, 0).await, ["a"]);
    review_again(&store, "a", None).await;
    assert_eq!(due(&store, 1_000).await, Vec::<String>::new());
}
