//! Storing decisions.

use security_contact_policy::RemindedFor;

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

pub(in crate::store) async fn the_same_person_again_is_a_choice_anew(store: AnyStore) {
    let new = acme(&store).await;
    stored(&store, &Commit { designation: choose("u-2"), ..commit_on(&new) }).await;
    let before = snapshot(&store, "a-1").await;
    assert_eq!(stored(&store, &Commit { designation: choose("u-2"), now: at(99), ..commit_on(&before) }).await, 2);
    assert_eq!(snapshot(&store, "a-1").await.chosen.unwrap().since, at(99));
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

pub(in crate::store) async fn stale_commits_leave_their_neighbours(store: AnyStore) {
    let mut commits = Vec::new();
    for id in ["a", "b", "c"] {
        put(&store, &entry(id, &[member("u-2", "Ada Admin")]), 0).await;
        let now = snapshot(&store, id).await;
        let (audit, mails) = (Some(audit_entry(0)), vec![mail_to("u-2")]);
        commits.push(Commit { designation: choose("u-2"), audit, mails, ..commit_on(&now) });
    }
    commits[1].revision += 1;
    commits.insert(1, Commit { account: account("d"), ..commits[0].clone() });
    let before = snapshot(&store, "b").await;

    let fine = Committed::Stored { version: 1 };
    let results = store.commit_all(&commits).await.unwrap();
    assert_eq!(results, [fine, Committed::Stale, Committed::Stale, fine]);
    assert_eq!(snapshot(&store, "b").await, before);
    for (id, rows) in [("a", 1), ("b", 0), ("c", 1)] {
        assert_eq!(store.history(&account(id), None, 10).await.unwrap().len(), rows, "{id}");
    }
    let mails: Vec<AccountId> = claim(&store, 1_000).await.into_iter().map(|mail| mail.account).collect();
    assert_eq!(mails, [account("a"), account("c")]);
}

pub(in crate::store) async fn no_commits_are_fine(store: AnyStore) {
    acme(&store).await;
    assert_eq!(store.commit_all(&[]).await.unwrap(), []);
    assert_eq!(store.put_directories(&[]).await.unwrap(), []);
}
