//! Storing decisions.

use security_contact_policy::RemindedFor;
use tokio::task::JoinSet;

use super::*;

pub(in crate::store) async fn choosing_and_clearing_move_the_version(store: AnyStore) {
    let new = acme(&store).await;
    assert_eq!((new.version, new.chosen.as_ref()), (0, None));

    let chosen = DesignationWrite::Choose { user_id: user("u-2"), by: user("u-3") };
    assert_eq!(stored(&store, &Commit { designation: chosen, now: at(20), ..commit_on(&new) }).await, 1);
    let after = snapshot(&store, "a-1").await;
    let chosen = after.chosen.as_ref().unwrap();
    assert_eq!((after.version, &chosen.user_id, chosen.since, &chosen.by), (1, &user("u-2"), at(20), &user("u-3")));

    assert_eq!(stored(&store, &Commit { designation: DesignationWrite::Clear, ..commit_on(&after) }).await, 2);
    let after = snapshot(&store, "a-1").await;
    assert_eq!((after.version, after.chosen), (2, None));
}

pub(in crate::store) async fn keeping_leaves_the_version(store: AnyStore) {
    let new = acme(&store).await;
    stored(&store, &Commit { designation: choose("u-2"), ..commit_on(&new) }).await;
    let chosen = snapshot(&store, "a-1").await;
    assert_eq!(stored(&store, &Commit { now: at(99), ..commit_on(&chosen) }).await, 1);
    let kept = snapshot(&store, "a-1").await;
    assert_eq!((kept.version, &kept.chosen), (1, &chosen.chosen));
    assert_ne!(kept.revision, chosen.revision);
}

pub(in crate::store) async fn every_commit_settles_the_review_anew(store: AnyStore) {
    let new = acme(&store).await;
    let reminded_for = Some(RemindedFor { valid_until: Instant::MAX, days: vec![] });
    let announced = user("u-3");
    let first = Commit { announced, reminded_for, next_review_at: Some(at(50)), ..commit_on(&new) };
    stored(&store, &first).await;
    let after = snapshot(&store, "a-1").await;
    assert_eq!((&after.announced, &after.reminded_for), (&Some(user("u-3")), &first.reminded_for));
    assert_eq!(after.next_review_at, Some(at(50)));

    stored(&store, &commit_on(&after)).await;
    let after = snapshot(&store, "a-1").await;
    assert_eq!((after.announced, after.reminded_for), (Some(user("u-1")), None));
    assert_eq!(after.next_review_at, None);
}

pub(in crate::store) async fn a_stale_commit_stores_nothing(store: AnyStore) {
    let old = acme(&store).await;
    stored(&store, &commit_on(&old)).await;
    let before = snapshot(&store, "a-1").await;
    let late = Commit {
        designation: choose("u-2"),
        announced: user("u-3"),
        next_review_at: Some(at(0)),
        audit: Some(audit_entry(0)),
        mails: vec![mail_to("u-2")],
        ..commit_on(&old)
    };
    assert_eq!(store.commit(&late).await.unwrap(), Committed::Stale);
    assert_eq!(snapshot(&store, "a-1").await, before);
    assert_eq!(store.history(&account("a-1"), None, 10).await.unwrap(), []);
    assert_eq!(claim(&store, 1_000).await, []);
}

pub(in crate::store) async fn a_commit_for_an_unknown_account_is_stale(store: AnyStore) {
    let known = acme(&store).await;
    let unknown = Commit { account: account("a-2"), ..commit_on(&known) };
    assert_eq!(store.commit(&unknown).await.unwrap(), Committed::Stale);
}

pub(in crate::store) async fn one_of_many_at_once_wins(store: AnyStore) {
    let new = acme(&store).await;
    let commit = Commit {
        designation: choose("u-2"),
        audit: Some(audit_entry(0)),
        mails: vec![mail_to("u-2")],
        ..commit_on(&new)
    };
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let (store, commit) = (Arc::clone(&store), commit.clone());
        tasks.spawn(async move { store.commit(&commit).await.unwrap() });
    }
    let outcomes = tasks.join_all().await;
    let won = outcomes.iter().filter(|outcome| **outcome == Committed::Stored { version: 1 }).count();
    let stale = outcomes.iter().filter(|outcome| **outcome == Committed::Stale).count();
    assert_eq!((won, stale), (1, 15));
    assert_eq!(store.history(&account("a-1"), None, 10).await.unwrap().len(), 1);
    assert_eq!(claim(&store, 1_000).await.len(), 1);
}

pub(in crate::store) async fn each_revision_has_one_winner(store: AnyStore) {
    const ROUNDS: usize = 3;
    let first = acme(&store).await.revision;
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            let mut won = Vec::new();
            while won.len() < ROUNDS {
                let now = snapshot(&store, "a-1").await;
                let commit = Commit { designation: choose("u-2"), ..commit_on(&now) };
                if let Committed::Stored { version } = store.commit(&commit).await.unwrap() {
                    won.push((now.revision, now.version, version));
                }
            }
            won
        });
    }
    let mut won = tasks.join_all().await.concat();
    won.sort_unstable();
    assert_eq!(won.len(), 16 * ROUNDS);
    assert_eq!(won[0].0, first);
    assert!(won.is_sorted_by(|a, b| a.0 < b.0), "two commits won on one revision: {won:?}");
    let versions: Vec<(i64, i64)> = won.iter().map(|(_, before, after)| (*before, *after)).collect();
    assert_eq!(versions, (0..48).map(|version| (version, version + 1)).collect::<Vec<_>>());
}
