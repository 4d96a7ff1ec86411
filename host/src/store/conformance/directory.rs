//! Taking over a directory.

use security_contact_policy::{AccountSettings, Status};

use super::*;
use crate::domain::model::DirectoryFault;

/// Ends the review of `a-1`, so that a test sees what makes it due again.
async fn review(store: &AnyStore) -> Snapshot {
    let now = snapshot(store, "a-1").await;
    stored(store, &commit_on(&now)).await;
    assert_eq!(due(store, 1_000).await, Vec::<String>::new());
    snapshot(store, "a-1").await
}

pub(in crate::store) async fn a_new_account_waits_for_its_review(store: AnyStore) {
    let new = acme(&store).await;
    assert_eq!((new.version, new.chosen, new.announced, new.reminded_for), (0, None, None, None));
    assert_eq!(due(&store, -1).await, Vec::<String>::new());
    assert_eq!(due(&store, 0).await, ["a-1"]);
}

pub(in crate::store) async fn an_unknown_account_needs_a_profile(store: AnyStore) {
    let entry = DirectoryEntry { people: vec![member("u-1", "Olga Owner")], ..change("a-1") };
    assert_eq!(store.put_directory(&entry, at(0)).await.unwrap(), Err(DirectoryFault::UnknownAccount));
    assert_eq!(store.accounts(10).await.unwrap(), []);
}

pub(in crate::store) async fn the_same_again_changes_nothing(store: AnyStore) {
    acme(&store).await;
    let mut nobody_known = member("u-4", "No Address");
    nobody_known.email = None;
    nobody_known.person.last_login_at = None;
    put(&store, &DirectoryEntry { people: vec![nobody_known.clone()], ..change("a-1") }, 1).await;
    let before = review(&store).await;
    let people = [member("u-2", "Ada Admin"), member("u-3", "Eve Editor"), nobody_known];
    let again = DirectoryEntry { left: vec![user("u-9")], ..entry("a-1", &people) };
    put(&store, &again, 20).await;
    assert_eq!(snapshot(&store, "a-1").await, before);
    assert_eq!(due(&store, 1_000).await, Vec::<String>::new());
}

pub(in crate::store) async fn every_difference_makes_a_review_due(store: AnyStore) {
    acme(&store).await;
    type Edit = fn(&mut DirectoryEntry);
    let edits: [Edit; 14] = [
        |entry| entry.profile = Some(("Acme Ltd".parse().unwrap(), user("u-1"))),
        |entry| entry.profile = Some(("Acme".parse().unwrap(), user("u-2"))),
        |entry| entry.people[1].person.role = "member".parse().unwrap(),
        |entry| entry.people[1].person.account_settings = AccountSettings::View,
        |entry| entry.people[1].person.status = Status::Deactivated,
        |entry| entry.people[1].person.last_login_at = None,
        |entry| entry.people[1].person.last_login_at = Some(at(0)),
        |entry| entry.people[1].person.staff_role = Some("support".parse().unwrap()),
        |entry| entry.people[1].name = "Ada Lovelace".parse().unwrap(),
        |entry| entry.people[1].name = "ADA ADMIN".parse().unwrap(),
        |entry| entry.people[1].email = None,
        |entry| entry.people[1].email = Some("U-2@example.com".parse().unwrap()),
        |entry| entry.people.push(member("u-5", "New Person")),
        |entry| entry.left.push(user("u-3")),
    ];
    for (number, edit) in edits.into_iter().enumerate() {
        let same = entry("a-1", &[member("u-2", "Ada Admin"), member("u-3", "Eve Editor")]);
        put(&store, &same, 1).await;
        let before = review(&store).await;
        let mut changed = same;
        edit(&mut changed);
        put(&store, &changed, 20).await;
        assert_ne!(snapshot(&store, "a-1").await.revision, before.revision, "edit {number}");
        assert_eq!(due(&store, 19).await, Vec::<String>::new(), "edit {number}");
        assert_eq!(due(&store, 20).await, ["a-1"], "edit {number}");
    }
}

pub(in crate::store) async fn people_who_are_not_named_stay(store: AnyStore) {
    acme(&store).await;
    let some = DirectoryEntry {
        people: vec![member("u-2", "Ada Lovelace"), member("u-4", "New Person")],
        left: vec![user("u-3")],
        ..change("a-1")
    };
    put(&store, &some, 1).await;
    let people = store.candidates(&account("a-1"), "", None, 10).await.unwrap();
    let expected = [member("u-2", "Ada Lovelace"), member("u-4", "New Person"), member("u-1", "Olga Owner")];
    assert_eq!(people, expected);
    assert_eq!(snapshot(&store, "a-1").await.name.as_str(), "Acme");
}

pub(in crate::store) async fn an_owner_cannot_leave(store: AnyStore) {
    acme(&store).await;
    let before = review(&store).await;
    let entry = DirectoryEntry {
        people: vec![member("u-2", "Ada Lovelace")],
        left: vec![user("u-3"), user("u-1")],
        ..change("a-1")
    };
    let fault = store.put_directory(&entry, at(20)).await.unwrap();
    assert_eq!(fault, Err(DirectoryFault::OwnerIsNoMember { owner: user("u-1") }));
    assert_eq!(snapshot(&store, "a-1").await, before);
    assert_eq!(due(&store, 1_000).await, Vec::<String>::new());
    let people = store.candidates(&account("a-1"), "", None, 10).await.unwrap();
    assert_eq!(people, [member("u-2", "Ada Admin"), member("u-3", "Eve Editor"), member("u-1", "Olga Owner")]);
}

pub(in crate::store) async fn a_new_owner_is_among_the_people(store: AnyStore) {
    let nobody = DirectoryEntry { people: Vec::new(), ..entry("a-1", &[]) };
    let fault = Err(DirectoryFault::OwnerIsNoMember { owner: user("u-1") });
    assert_eq!(store.put_directory(&nobody, at(0)).await.unwrap(), fault);
    assert_eq!(store.accounts(10).await.unwrap(), []);

    let before = acme(&store).await;
    let profile = Some(("Acme Ltd".parse().unwrap(), user("u-9")));
    let moved = DirectoryEntry { profile, ..change("a-1") };
    let fault = Err(DirectoryFault::OwnerIsNoMember { owner: user("u-9") });
    assert_eq!(store.put_directory(&moved, at(20)).await.unwrap(), fault);
    assert_eq!(snapshot(&store, "a-1").await, before);
}

pub(in crate::store) async fn a_refused_entry_leaves_its_neighbours(store: AnyStore) {
    let ownerless = DirectoryEntry { people: Vec::new(), ..entry("a-2", &[]) };
    let entries = [entry("a-1", &[]), ownerless, change("a-3"), entry("a-4", &[])];
    let owner = DirectoryFault::OwnerIsNoMember { owner: user("u-1") };
    let expected = [Ok(()), Err(owner), Err(DirectoryFault::UnknownAccount), Ok(())];
    assert_eq!(store.put_directories(&entries, at(0)).await.unwrap(), expected);
    assert_eq!(due(&store, 0).await, ["a-1", "a-4"]);
}

pub(in crate::store) async fn ownership_moves(store: AnyStore) {
    acme(&store).await;
    let profile = Some(("Acme".parse().unwrap(), user("u-4")));
    let people = vec![member("u-4", "Nora New")];
    put(&store, &DirectoryEntry { profile, people, left: vec![user("u-1")], ..change("a-1") }, 1).await;
    let after = snapshot(&store, "a-1").await;
    assert_eq!(after.owner, Some(member("u-4", "Nora New")));
    assert_eq!(after.member(&user("u-1")), None);
}

pub(in crate::store) async fn a_designee_who_left_stays_designated(store: AnyStore) {
    let new = acme(&store).await;
    stored(&store, &Commit { designation: choose("u-2"), announced: user("u-2"), ..commit_on(&new) }).await;
    put(&store, &DirectoryEntry { left: vec![user("u-2")], ..change("a-1") }, 20).await;
    let after = snapshot(&store, "a-1").await;
    let chosen = after.chosen.unwrap();
    assert_eq!((chosen.user_id, chosen.member, after.version), (user("u-2"), None, 1));
    assert_eq!((after.announced, after.others), (Some(user("u-2")), Vec::new()));
    assert_eq!(due(&store, 20).await, ["a-1"]);
}

pub(in crate::store) async fn a_review_that_is_due_keeps_its_turn(store: AnyStore) {
    put(&store, &entry("a-2", &[]), 0).await;
    put(&store, &entry("a-1", &[]), 10).await;
    put(&store, &DirectoryEntry { people: vec![member("u-2", "Ada Admin")], ..change("a-2") }, 20).await;
    assert_eq!(due(&store, 20).await, ["a-2", "a-1"]);
    store.use_policy("one", at(30)).await.unwrap();
    assert_eq!(due(&store, 20).await, ["a-2", "a-1"]);
}

pub(in crate::store) async fn a_new_policy_makes_every_review_due(store: AnyStore) {
    store.use_policy("one", at(0)).await.unwrap();
    for (id, next_review) in [("a", None), ("b", Some(500))] {
        put(&store, &entry(id, &[]), 0).await;
        let now = snapshot(&store, id).await;
        stored(&store, &Commit { next_review_at: next_review.map(at), ..commit_on(&now) }).await;
    }
    store.use_policy("one", at(20)).await.unwrap();
    assert_eq!(due(&store, 499).await, Vec::<String>::new());
    store.use_policy("two", at(30)).await.unwrap();
    assert_eq!(due(&store, 29).await, Vec::<String>::new());
    assert_eq!(due(&store, 30).await, ["a", "b"]);
    store.use_policy("one", at(5)).await.unwrap();
    assert_eq!(due(&store, 5).await, ["a", "b"]);
}

pub(in crate::store) async fn nothing_decided_under_another_policy_goes_through(store: AnyStore) {
    store.use_policy("one", at(0)).await.unwrap();
    let before = acme(&store).await;
    store.use_policy("one", at(10)).await.unwrap();
    stored(&store, &commit_on(&before)).await;
    let before = snapshot(&store, "a-1").await;
    store.use_policy("two", at(20)).await.unwrap();
    let late = Commit { next_review_at: Some(at(1_000)), ..commit_on(&before) };
    assert_eq!(store.commit(&late).await.unwrap(), Committed::Stale);
    assert_eq!(due(&store, 20).await, ["a-1"]);
}
