//! Accounts as they stand.

use security_contact_policy::RemindedFor;

use super::*;
use crate::domain::model::Chosen;

pub(in crate::store) async fn an_unknown_account_is_nothing(store: AnyStore) {
    acme(&store).await;
    let unknown = account("a-2");
    assert_eq!(store.snapshot(&unknown, &[user("u-1")]).await.unwrap(), None);
    assert_eq!(store.candidates(&unknown, "", None, 10).await.unwrap(), []);
    assert_eq!(store.history(&unknown, None, 10).await.unwrap(), []);
}

pub(in crate::store) async fn a_snapshot_has_all_that_was_stored(store: AnyStore) {
    let mut eve = member("u-3", "Eve Ē. Éditor");
    eve.person.role = "line\nbreak".parse().unwrap();
    eve.person.account_settings = "none".parse().unwrap();
    eve.person.status = "suspended".parse().unwrap();
    eve.person.last_login_at = None;
    eve.person.staff_role = Some("support".parse().unwrap());
    eve.email = None;
    put(&store, &entry("a-1", &[member("u-2", "Ada Admin"), eve.clone()]), 0).await;
    let before = snapshot(&store, "a-1").await;
    let reminded_for = Some(RemindedFor { valid_until: at(1_000), days: vec![30, 14] });
    let commit = Commit {
        designation: choose("u-2"),
        announced: user("u-3"),
        reminded_for: reminded_for.clone(),
        next_review_at: Some(at(2_000)),
        ..commit_on(&before)
    };
    stored(&store, &commit).await;

    let after = snapshot(&store, "a-1").await;
    let expected = Snapshot {
        account: account("a-1"),
        name: "Acme".parse().unwrap(),
        revision: after.revision,
        version: 1,
        owner_id: user("u-1"),
        owner: Some(member("u-1", "Olga Owner")),
        chosen: Some(Chosen {
            user_id: user("u-2"),
            member: Some(member("u-2", "Ada Admin")),
            since: at(10),
            by: user("u-1"),
        }),
        announced: Some(user("u-3")),
        reminded_for,
        next_review_at: Some(at(2_000)),
        others: vec![eve],
    };
    assert_eq!(after, expected);
    assert_ne!(after.revision, before.revision);
}

pub(in crate::store) async fn a_snapshot_brings_the_people_asked_for(store: AnyStore) {
    acme(&store).await;
    put(&store, &entry("a-2", &[member("u-9", "Somebody Else")]), 0).await;
    let also = [user("u-3"), user("u-9"), user("u-2")];
    let snapshot = store.snapshot(&account("a-1"), &also).await.unwrap().unwrap();
    assert_eq!(snapshot.others, [member("u-3", "Eve Editor"), member("u-2", "Ada Admin")]);
}

pub(in crate::store) async fn the_announced_person_is_there_without_a_designation(store: AnyStore) {
    let new = acme(&store).await;
    stored(&store, &Commit { announced: user("u-3"), ..commit_on(&new) }).await;
    let snapshot = snapshot(&store, "a-1").await;
    assert_eq!((snapshot.chosen, snapshot.others), (None, vec![member("u-3", "Eve Editor")]));
}

pub(in crate::store) async fn a_member_is_in_a_snapshot_once(store: AnyStore) {
    let before = acme(&store).await;
    stored(&store, &Commit { designation: choose("u-2"), announced: user("u-3"), ..commit_on(&before) }).await;
    let also = [user("u-1"), user("u-2"), user("u-3"), user("u-3")];
    let snapshot = store.snapshot(&account("a-1"), &also).await.unwrap().unwrap();
    assert_eq!(snapshot.others, [member("u-3", "Eve Editor")]);

    for told in ["u-1", "u-2"] {
        let now = super::snapshot(&store, "a-1").await;
        stored(&store, &Commit { announced: user(told), ..commit_on(&now) }).await;
        let snapshot = super::snapshot(&store, "a-1").await;
        assert_eq!((snapshot.announced, snapshot.others), (Some(user(told)), Vec::new()));
    }
}

pub(in crate::store) async fn snapshots_come_in_the_order_asked_for(store: AnyStore) {
    acme(&store).await;
    put(&store, &entry("a-2", &[member("u-3", "Another Eve")]), 0).await;
    let eve = vec![user("u-3")];
    let asked = [(account("a-2"), eve.clone()), (account("a-9"), eve.clone()), (account("a-1"), eve)];
    let found = store.snapshots(&asked).await.unwrap();
    let found: Vec<Option<Snapshot>> = found.into_iter().map(|found| found.map(Result::unwrap)).collect();
    let a_1 = Snapshot { others: vec![member("u-3", "Eve Editor")], ..snapshot(&store, "a-1").await };
    let a_2 = Snapshot { others: vec![member("u-3", "Another Eve")], ..snapshot(&store, "a-2").await };
    assert_eq!(found, [Some(a_2), None, Some(a_1)]);
    assert_eq!(store.snapshots(&[]).await.unwrap(), []);
}

pub(in crate::store) async fn pages_go_on_after_the_last_account(store: AnyStore) {
    for id in ["b", "a", "é", "B", "a-1"] {
        put(&store, &entry(id, &[]), 0).await;
    }
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let page = snapshots_after(&store, after.as_ref(), 2).await;
        let Some(last) = page.last() else { break };
        after = Some(last.account.clone());
        pages.push(ids(&page));
    }
    assert_eq!(pages, [vec!["B", "a"], vec!["a-1", "b"], vec!["é"]]);
}

pub(in crate::store) async fn a_page_has_the_same_snapshots(store: AnyStore) {
    let new = acme(&store).await;
    let next_review_at = Some(at(0));
    let commit = Commit { designation: choose("u-2"), announced: user("u-3"), next_review_at, ..commit_on(&new) };
    stored(&store, &commit).await;
    put(&store, &entry("a-2", &[]), 0).await;
    let one_by_one = vec![snapshot(&store, "a-1").await, snapshot(&store, "a-2").await];
    assert_eq!(snapshots_after(&store, None, 10).await, one_by_one);
    let claimed = claim_due(&store, 1).await.remove(0);
    // Whether a claim moved it already is the store's own.
    let next_review_at = claimed.next_review_at;
    assert_eq!(claimed, Snapshot { next_review_at, ..one_by_one[0].clone() });
}

pub(in crate::store) async fn accounts_are_listed_in_order(store: AnyStore) {
    assert_eq!(store.accounts(None, 10).await.unwrap(), []);
    for (id, name) in [("b", "Beta"), ("a", "Älpha"), ("c", "Gamma")] {
        let named = DirectoryEntry { profile: Some((name.parse().unwrap(), user("u-1"))), ..entry(id, &[]) };
        put(&store, &named, 0).await;
    }
    let listed = store.accounts(None, 2).await.unwrap();
    assert_eq!(listed, [(account("a"), "Älpha".to_owned()), (account("b"), "Beta".to_owned())]);
    let listed = store.accounts(Some(&account("b")), 2).await.unwrap();
    assert_eq!(listed, [(account("c"), "Gamma".to_owned())]);
}
