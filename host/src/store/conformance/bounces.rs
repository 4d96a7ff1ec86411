//! Addresses that their mail servers refuse for good.

use super::*;
use crate::domain::model::{Detail, OutboxFilter, OutboxState};

fn marked(millis: i64) -> AuditEntry {
    AuditEntry {
        action: Action::AddressUnreachable,
        before: None,
        after: None,
        reasons: Vec::new(),
        detail: Some(Detail::Address { person: user("u-2") }),
        ..audit_entry(millis)
    }
}

fn to_owner() -> NewMail {
    let about = About::Unreachable { person_name: "Ada Admin".into() };
    NewMail { message: Message { about, ..mail_to("u-1").message }, ..mail_to("u-1") }
}

/// Has that mail refused at that instant, and the owner told.
async fn bounce(store: &AnyStore, mail: &ClaimedMail, millis: i64) {
    settle(store, mail.id, mail.lease, millis, bounced(store, millis).await).await;
}

/// What follows from a refusal at that instant, decided on the present revision of `a-1`.
async fn bounced(store: &AnyStore, millis: i64) -> Settlement {
    let revision = snapshot(store, "a-1").await.revision;
    let audit = Box::new(marked(millis));
    Settlement::Bounced { error: "no such mailbox".into(), revision, audit, mails: vec![to_owner()] }
}

/// Mails to those people of `a-1`, claimed at 10 for a hundred milliseconds.
async fn claimed(store: &AnyStore, ids: &[&str]) -> Vec<ClaimedMail> {
    acme(store).await;
    queue(store, ids, 10).await;
    claim(store, 10).await
}

/// Since when `u-2` is unreachable.
async fn unreachable_since(store: &AnyStore) -> Option<Instant> {
    let snapshot = store.snapshot(&account("a-1"), &[user("u-2")]).await.unwrap().unwrap();
    snapshot.member(&user("u-2")).unwrap().unreachable_since
}

async fn history(store: &AnyStore) -> Vec<AuditEntry> {
    let rows = store.history(&account("a-1"), None, 10).await.unwrap();
    rows.iter().map(|row| row.entry().unwrap()).collect()
}

/// Has `u-2` at that address, or nowhere.
async fn move_to(store: &AnyStore, email: Option<&str>) {
    let moved = Member { email: email.map(|email| email.parse().unwrap()), ..member("u-2", "Ada Admin") };
    put(store, &DirectoryEntry { people: vec![moved], ..change("a-1") }, 30).await;
}

pub(in crate::store) async fn a_refused_address_is_marked_and_told(store: AnyStore) {
    let mail = claimed(&store, &["u-2"]).await.remove(0);
    let before = snapshot(&store, "a-1").await;
    bounce(&store, &mail, 20).await;
    assert_eq!(unreachable_since(&store).await, Some(at(20)));
    assert_eq!(history(&store).await, [marked(20)]);
    let told = claim(&store, 20).await;
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0].to, &told[0].message), (&user("u-1"), &to_owner().message));
    assert_eq!((told[0].queued_at, told[0].event), (at(20), None));
    assert_eq!(claim(&store, 119).await, []);

    let failed = OutboxFilter { state: Some(OutboxState::Failed), ..OutboxFilter::default() };
    let rows = store.outbox(&failed, 0, 10).await.unwrap();
    assert_eq!((rows.len(), rows[0].id, rows[0].last_error.as_deref()), (1, mail.id, Some("no such mailbox")));
    let after = snapshot(&store, "a-1").await;
    assert_ne!(after.revision, before.revision);
    let people = store.candidates(&account("a-1"), "ada", None, 10).await.unwrap();
    assert_eq!(people, [Member { unreachable_since: Some(at(20)), ..member("u-2", "Ada Admin") }]);
}

pub(in crate::store) async fn an_address_is_told_of_once(store: AnyStore) {
    let mails = claimed(&store, &["u-2", "u-2"]).await;
    bounce(&store, &mails[0], 20).await;
    let before = snapshot(&store, "a-1").await;
    bounce(&store, &mails[1], 30).await;
    bounce(&store, &mails[0], 40).await;
    assert_eq!(unreachable_since(&store).await, Some(at(20)));
    assert_eq!(snapshot(&store, "a-1").await, before);
    assert_eq!(history(&store).await, [marked(20)]);
    assert_eq!(claim(&store, 1_000).await.len(), 1);
}

pub(in crate::store) async fn a_bounce_that_was_decided_on_another_revision_is_stale(store: AnyStore) {
    let mails = claimed(&store, &["u-2", "u-2"]).await;
    let outdated = bounced(&store, 20).await;
    put(&store, &DirectoryEntry { people: vec![member("u-4", "New Person")], ..change("a-1") }, 30).await;
    let before = (snapshot(&store, "a-1").await, store.outbox(&OutboxFilter::default(), 0, 10).await.unwrap());
    let recorded = store.settle_mail(mails[0].id, mails[0].lease, at(40), &outdated).await.unwrap();
    assert_eq!(recorded, Recorded::Stale);
    let after = (snapshot(&store, "a-1").await, store.outbox(&OutboxFilter::default(), 0, 10).await.unwrap());
    assert_eq!((after, unreachable_since(&store).await, history(&store).await), (before, None, Vec::new()));
    // The lease is still good for what is decided anew.
    assert_eq!(claim(&store, 109).await, []);
    bounce(&store, &mails[0], 50).await;
    assert_eq!((unreachable_since(&store).await, history(&store).await), (Some(at(50)), vec![marked(50)]));
    // What is known already follows from no revision.
    settle(&store, mails[1].id, mails[1].lease, 60, outdated).await;
    assert_eq!(history(&store).await, [marked(50)]);
}

pub(in crate::store) async fn an_address_that_is_no_longer_theirs_is_not_marked(store: AnyStore) {
    let mails = claimed(&store, &["u-2", "u-2"]).await;
    move_to(&store, Some("ada@example.com")).await;
    bounce(&store, &mails[0], 40).await;
    assert_eq!(unreachable_since(&store).await, None);
    put(&store, &DirectoryEntry { left: vec![user("u-2")], ..change("a-1") }, 50).await;
    bounce(&store, &mails[1], 60).await;
    assert_eq!(history(&store).await, []);
    assert_eq!(claim(&store, 1_000).await, []);
}

pub(in crate::store) async fn another_lease_marks_nothing(store: AnyStore) {
    let mail = claimed(&store, &["u-2"]).await.remove(0);
    assert_eq!(claim(&store, 110).await.len(), 1);
    bounce(&store, &mail, 120).await;
    assert_eq!((unreachable_since(&store).await, history(&store).await), (None, Vec::new()));
    assert_eq!(claim(&store, 209).await, []);
}

pub(in crate::store) async fn the_same_address_stays_marked(store: AnyStore) {
    let mail = claimed(&store, &["u-2"]).await.remove(0);
    bounce(&store, &mail, 20).await;
    let before = snapshot(&store, "a-1").await;
    move_to(&store, Some("u-2@example.com")).await;
    assert_eq!(snapshot(&store, "a-1").await, before);
    let renamed = DirectoryEntry { people: vec![member("u-2", "Ada Lovelace")], ..change("a-1") };
    put(&store, &renamed, 30).await;
    assert_eq!(unreachable_since(&store).await, Some(at(20)));
}

pub(in crate::store) async fn another_address_is_tried_afresh(store: AnyStore) {
    let mail = claimed(&store, &["u-2"]).await.remove(0);
    bounce(&store, &mail, 20).await;
    assert_eq!(claim(&store, 20).await.len(), 1);
    for email in [Some("U-2@example.com"), None, Some("u-2@example.com")] {
        move_to(&store, email).await;
        assert_eq!(unreachable_since(&store).await, None, "{email:?}");
    }
    queue(&store, &["u-2"], 30).await;
    bounce(&store, &claim(&store, 30).await[0], 40).await;
    assert_eq!(unreachable_since(&store).await, Some(at(40)));
    assert_eq!(history(&store).await, [marked(40), marked(20)]);
}

pub(in crate::store) async fn who_comes_back_is_tried_afresh(store: AnyStore) {
    let mail = claimed(&store, &["u-2"]).await.remove(0);
    bounce(&store, &mail, 20).await;
    put(&store, &DirectoryEntry { left: vec![user("u-2")], ..change("a-1") }, 30).await;
    move_to(&store, Some("u-2@example.com")).await;
    assert_eq!(unreachable_since(&store).await, None);
}

pub(in crate::store) async fn an_address_that_takes_mail_again_is_no_longer_marked(store: AnyStore) {
    let mails = claimed(&store, &["u-2", "u-2", "u-3"]).await;
    bounce(&store, &mails[0], 20).await;
    assert_eq!(claim(&store, 20).await.len(), 1);
    let before = snapshot(&store, "a-1").await;
    settle(&store, mails[2].id, mails[2].lease, 30, SENT).await;
    assert_eq!((unreachable_since(&store).await, snapshot(&store, "a-1").await), (Some(at(20)), before.clone()));
    settle(&store, mails[1].id, mails[1].lease - 1, 30, SENT).await;
    assert_eq!(unreachable_since(&store).await, Some(at(20)));
    settle(&store, mails[1].id, mails[1].lease, 30, SENT).await;
    assert_eq!(unreachable_since(&store).await, None);
    assert_ne!(snapshot(&store, "a-1").await.revision, before.revision);
    assert_eq!(history(&store).await, [marked(20)]);

    // When it is refused once more, that is told once more.
    queue(&store, &["u-2", "u-2"], 40).await;
    let mails = claim(&store, 40).await;
    bounce(&store, &mails[0], 50).await;
    assert_eq!(unreachable_since(&store).await, Some(at(50)));
    let sent = Settlement::Sent { audit: Some(Box::new(audit_entry(60))) };
    settle(&store, mails[1].id, mails[1].lease, 60, sent).await;
    assert_eq!(unreachable_since(&store).await, None);
    assert_eq!(history(&store).await, [audit_entry(60), marked(50), marked(20)]);
}

pub(in crate::store) async fn a_mail_that_another_address_took_leaves_the_mark(store: AnyStore) {
    let mails = claimed(&store, &["u-2"]).await;
    move_to(&store, Some("ada@example.com")).await;
    let other = NewMail { address: Some("ada@example.com".parse().unwrap()), ..mail_to("u-2") };
    let now = snapshot(&store, "a-1").await;
    stored(&store, &Commit { mails: vec![other], ..commit_on(&now) }).await;
    let refused = claim(&store, 50).await.into_iter().find(|mail| mail.address.as_str() == "ada@example.com").unwrap();
    bounce(&store, &refused, 60).await;
    settle(&store, mails[0].id, mails[0].lease, 70, SENT).await;
    assert_eq!(unreachable_since(&store).await, Some(at(60)));
}

pub(in crate::store) async fn a_directory_marks_no_address(store: AnyStore) {
    acme(&store).await;
    let marked = |id: &str| Member { unreachable_since: Some(at(5)), ..member(id, "Ada Admin") };
    put(&store, &DirectoryEntry { people: vec![marked("u-2"), marked("u-4")], ..change("a-1") }, 20).await;
    let people = store.candidates(&account("a-1"), "ada", None, 10).await.unwrap();
    assert_eq!(people, [member("u-2", "Ada Admin"), member("u-4", "Ada Admin")]);
}
