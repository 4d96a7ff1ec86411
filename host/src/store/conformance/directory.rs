//! Taking over a directory.

use security_contact_policy::{AccountSettings, Status};

use super::*;

pub(in crate::store) async fn a_new_account_comes_with_its_review(store: AnyStore) {
    let write = write_of(&store, &entry("a-1", &[member("u-2", "Ada Admin")]), 0).await;
    let review = Commit {
        next_review_at: Some(at(50)),
        audit: Some(audit_entry(0)),
        mails: vec![mail_to("u-1")],
        ..write.review
    };
    let write = DirectoryWrite { review, ..write };
    assert_eq!(store.put_directories(&[write]).await.unwrap(), [Committed::Stored { version: 0 }]);
    let new = snapshot(&store, "a-1").await;
    assert_eq!((new.version, new.chosen, new.announced, new.reminded_for), (0, None, Some(user("u-1")), None));
    assert_eq!(new.next_review_at, Some(at(50)));
    assert_eq!(store.history(&account("a-1"), None, 10).await.unwrap().len(), 1);
    assert_eq!(claim(&store, 10).await.len(), 1);
}

pub(in crate::store) async fn the_same_again_changes_nothing(store: AnyStore) {
    acme(&store).await;
    let mut unknown = member("u-4", "No Address");
    unknown.email = None;
    unknown.person.last_login_at = None;
    put(&store, &DirectoryEntry { people: vec![unknown.clone()], ..change("a-1") }, 1).await;
    let new = snapshot(&store, "a-1").await;
    stored(&store, &Commit { designation: choose("u-2"), next_review_at: Some(at(500)), ..commit_on(&new) }).await;
    let before = snapshot(&store, "a-1").await;

    let people = [member("u-2", "Ada Admin"), member("u-3", "Eve Editor"), unknown];
    let again = DirectoryEntry { left: vec![user("u-9")], ..entry("a-1", &people) };
    let write = write_of(&store, &again, 20).await;
    let review = Commit { audit: Some(audit_entry(0)), mails: vec![mail_to("u-1")], ..write.review };
    let write = DirectoryWrite { review, ..write };
    assert_eq!(store.put_directories(&[write]).await.unwrap(), [Committed::Stored { version: 1 }]);
    assert_eq!(snapshot(&store, "a-1").await, before);
    assert_eq!(store.history(&account("a-1"), None, 10).await.unwrap(), []);
    assert_eq!(claim(&store, 1_000).await, []);
}

pub(in crate::store) async fn every_difference_moves_the_revision(store: AnyStore) {
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
        let before = snapshot(&store, "a-1").await;
        let mut changed = same;
        edit(&mut changed);
        let write = write_of(&store, &changed, 20).await;
        let review = Commit { next_review_at: Some(at(30)), ..write.review };
        store.put_directories(&[DirectoryWrite { review, ..write }]).await.unwrap();
        let after = snapshot(&store, "a-1").await;
        assert_ne!(after.revision, before.revision, "edit {number}");
        assert_eq!(after.next_review_at, Some(at(30)), "edit {number}");
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
    let before = acme(&store).await;
    let entry = DirectoryEntry {
        people: vec![member("u-2", "Ada Lovelace")],
        left: vec![user("u-3"), user("u-1")],
        ..change("a-1")
    };
    let write = write_of(&store, &entry, 20).await;
    let error = store.put_directories(&[write]).await.unwrap_err();
    assert!(!error.is_busy, "{error}");
    assert_eq!(snapshot(&store, "a-1").await, before);
    let people = store.candidates(&account("a-1"), "", None, 10).await.unwrap();
    assert_eq!(people, [member("u-2", "Ada Admin"), member("u-3", "Eve Editor"), member("u-1", "Olga Owner")]);
}

pub(in crate::store) async fn a_new_owner_is_among_the_people(store: AnyStore) {
    let nobody = DirectoryEntry { people: Vec::new(), ..entry("a-1", &[]) };
    let write = write_of(&store, &nobody, 0).await;
    store.put_directories(&[write]).await.unwrap_err();
    assert_eq!(store.accounts(None, 10).await.unwrap(), []);

    let before = acme(&store).await;
    let profile = Some(("Acme Ltd".parse().unwrap(), user("u-9")));
    let moved = DirectoryEntry { profile, ..change("a-1") };
    let write = write_of(&store, &moved, 20).await;
    store.put_directories(&[write]).await.unwrap_err();
    assert_eq!(snapshot(&store, "a-1").await, before);
}

pub(in crate::store) async fn entries_fail_together(store: AnyStore) {
    let before = acme(&store).await;
    let renamed = DirectoryEntry { people: vec![member("u-2", "Ada Lovelace")], ..change("a-1") };
    let ownerless = DirectoryEntry { people: Vec::new(), ..entry("a-3", &[]) };
    let mut writes = Vec::new();
    for entry in [renamed, entry("a-2", &[]), ownerless] {
        writes.push(write_of(&store, &entry, 20).await);
    }
    store.put_directories(&writes).await.unwrap_err();
    assert_eq!(snapshots_after(&store, None, 10).await, [before]);
    let people = store.candidates(&account("a-1"), "ada", None, 10).await.unwrap();
    assert_eq!(people, [member("u-2", "Ada Admin")]);
}

pub(in crate::store) async fn a_stale_entry_leaves_its_neighbours(store: AnyStore) {
    let before = acme(&store).await;
    let renamed = DirectoryEntry { people: vec![member("u-2", "Ada Lovelace")], ..change("a-1") };
    let mut moved = write_of(&store, &renamed, 20).await;
    moved.revision = Some(before.revision + 1);
    let appeared = DirectoryWrite { revision: None, ..moved.clone() };
    let gone = DirectoryWrite { revision: Some(0), ..write_of(&store, &entry("a-2", &[]), 20).await };
    let neighbour = write_of(&store, &entry("a-3", &[]), 20).await;

    let fine = Committed::Stored { version: 0 };
    let results = store.put_directories(&[moved, gone, neighbour]).await.unwrap();
    assert_eq!(results, [Committed::Stale, Committed::Stale, fine]);
    assert_eq!(store.put_directories(&[appeared]).await.unwrap(), [Committed::Stale]);
    assert_eq!(ids(&snapshots_after(&store, None, 10).await), ["a-1", "a-3"]);
    let people = [user("u-2")];
    let after = store.snapshot(&account("a-1"), &people).await.unwrap().unwrap();
    assert_eq!(after, Snapshot { others: vec![member("u-2", "Ada Admin")], ..before });
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
}

pub(in crate::store) async fn an_unknown_account_needs_a_profile(store: AnyStore) {
    let entry = DirectoryEntry { people: vec![member("u-1", "Olga Owner")], ..change("a-1") };
    let write = write_of(&store, &entry, 0).await;
    let result = store.put_directories(&[write]).await;
    assert!(!matches!(result.as_deref(), Ok([Committed::Stored { .. }])), "{result:?}");
    assert_eq!(store.accounts(None, 10).await.unwrap(), []);
}

pub(in crate::store) async fn an_entry_goes_with_its_review_or_not_at_all(store: AnyStore) {
    let before = acme(&store).await;
    let renamed = DirectoryEntry { people: vec![member("u-2", "Ada Lovelace")], ..change("a-1") };
    let new = entry("a-2", &[]);
    for entry in [renamed, new] {
        let mut write = write_of(&store, &entry, 20).await;
        write.review.revision += 1;
        assert_eq!(store.put_directories(&[write]).await.unwrap(), [Committed::Stale]);
    }
    assert_eq!(snapshots_after(&store, None, 10).await, std::slice::from_ref(&before));
    let people = store.candidates(&account("a-1"), "ada", None, 10).await.unwrap();
    assert_eq!(people, [member("u-2", "Ada Admin")]);
}

pub(in crate::store) async fn a_review_is_stored_with_its_entry(store: AnyStore) {
    let new = acme(&store).await;
    stored(&store, &Commit { designation: choose("u-2"), announced: user("u-2"), ..commit_on(&new) }).await;
    let deactivated = DirectoryEntry { left: vec![user("u-2")], ..change("a-1") };
    let write = write_of(&store, &deactivated, 20).await;
    let review = Commit {
        designation: DesignationWrite::Clear,
        announced: user("u-1"),
        next_review_at: Some(at(50)),
        audit: Some(audit_entry(20)),
        mails: vec![mail_to("u-1"), mail_to("u-2")],
        ..write.review
    };
    let write = DirectoryWrite { review, ..write };
    assert_eq!(store.put_directories(&[write]).await.unwrap(), [Committed::Stored { version: 2 }]);
    let after = snapshot(&store, "a-1").await;
    assert_eq!((after.chosen, after.announced, after.version), (None, Some(user("u-1")), 2));
    assert_eq!(after.next_review_at, Some(at(50)));
    assert_eq!(store.history(&account("a-1"), None, 10).await.unwrap().len(), 1);
    assert_eq!(claim(&store, 20).await.len(), 2);
}

pub(in crate::store) async fn a_decision_on_people_who_moved_is_stale(store: AnyStore) {
    let before = acme(&store).await;
    let deactivated = DirectoryEntry { left: vec![user("u-2")], ..change("a-1") };
    let early = write_of(&store, &deactivated, 20).await;
    put(&store, &DirectoryEntry { people: vec![member("u-3", "Eve E.")], ..change("a-1") }, 10).await;
    let late = Commit { designation: choose("u-2"), ..commit_on(&before) };
    assert_eq!(store.commit(&late).await.unwrap(), Committed::Stale);
    assert_eq!(store.put_directories(&[early]).await.unwrap(), [Committed::Stale]);
}

pub(in crate::store) async fn many_entries_are_taken_over_at_once(store: AnyStore) {
    put(&store, &entry("a-2", &[]), 0).await;
    let entries = [entry("a-3", &[member("u-2", "Ada Admin")]), entry("a-2", &[]), entry("a-1", &[])];
    let mut writes = Vec::new();
    for entry in &entries {
        writes.push(write_of(&store, entry, 10).await);
    }
    let fine = Committed::Stored { version: 0 };
    assert_eq!(store.put_directories(&writes).await.unwrap(), [fine, fine, fine]);
    assert_eq!(ids(&snapshots_after(&store, None, 10).await), ["a-1", "a-2", "a-3"]);
    assert_eq!(store.put_directories(&writes).await.unwrap(), [Committed::Stale, fine, Committed::Stale]);
}

pub(in crate::store) async fn the_last_word_on_a_person_counts(store: AnyStore) {
    let words = [member("u-2", "Ada Admin"), member("u-2", "Ada Lovelace"), member("u-3", "Eve Editor")];
    put(&store, &DirectoryEntry { left: vec![user("u-3"), user("u-3")], ..entry("a-1", &words) }, 0).await;
    let people = store.candidates(&account("a-1"), "", None, 10).await.unwrap();
    assert_eq!(people, [member("u-2", "Ada Lovelace"), member("u-1", "Olga Owner")]);
}
