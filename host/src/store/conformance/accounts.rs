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
    let designated = acme(&store).await;
    stored(&store, &Commit { designation: choose("u-2"), announced: user("u-3"), ..commit_on(&designated) }).await;
    put(&store, &DirectoryEntry { people: vec![member("u-2", "Ada A.")], ..change("a-1") }, 1).await;
    put(&store, &entry("a-2", &[]), 0).await;
    let one_by_one = vec![snapshot(&store, "a-1").await, snapshot(&store, "a-2").await];
    assert_eq!(snapshots_after(&store, None, 10).await, one_by_one);
    let mut due = due_snapshots(&store, 1).await;
    due.sort_by(|a, b| a.account.cmp(&b.account));
    assert_eq!(due, one_by_one);
}

pub(in crate::store) async fn due_reviews_come_longest_due_first(store: AnyStore) {
    for (id, next_review) in [("a", Some(300)), ("c", Some(200)), ("b", Some(200)), ("d", None), ("e", Some(100))] {
        put(&store, &entry(id, &[]), 0).await;
        let now = snapshot(&store, id).await;
        stored(&store, &Commit { next_review_at: next_review.map(at), ..commit_on(&now) }).await;
    }
    assert_eq!(due(&store, 99).await, Vec::<String>::new());
    assert_eq!(due(&store, 100).await, ["e"]);
    assert_eq!(due(&store, 1_000).await, ["e", "b", "c", "a"]);
}

pub(in crate::store) async fn due_reviews_go_on_after_the_cursor(store: AnyStore) {
    for (id, millis) in [("a", 300), ("c", 200), ("b", 200), ("d", 200), ("e", 100)] {
        put(&store, &entry(id, &[]), millis).await;
    }
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let page = store.snapshots_due(at(1_000), after.as_ref(), 2).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        after = Some(last.clone());
        pages.push(page.iter().map(|(place, _)| place.account.to_string()).collect::<Vec<_>>());
    }
    assert_eq!(pages, [vec!["e", "b"], vec!["c", "d"], vec!["a"]]);
}

pub(in crate::store) async fn accounts_are_listed_in_order(store: AnyStore) {
    assert_eq!(store.accounts(10).await.unwrap(), []);
    for (id, name) in [("b", "Beta"), ("a", "Älpha"), ("c", "Gamma")] {
        let named = DirectoryEntry { profile: Some((name.parse().unwrap(), user("u-1"))), ..entry(id, &[]) };
        put(&store, &named, 0).await;
    }
    let listed = store.accounts(2).await.unwrap();
    assert_eq!(listed, [(account("a"), "Älpha".to_owned()), (account("b"), "Beta".to_owned())]);
}
