//! Security events: queued once, addressed when they are sent.

use security_contact_policy::Event;

use super::*;
use crate::domain::model::{ClaimedEvent, Detail, NewEvent, Queued};

fn event(key: &str) -> NewEvent {
    NewEvent {
        key: key.parse().unwrap(),
        event: Event { kind: "abnormal_login".parse().unwrap(), severity: "high".parse().unwrap() },
        text: "first line\nsecond \"line\" \u{1F511}".parse().unwrap(),
    }
}

async fn dispatch(store: &AnyStore, id: &str, event: &NewEvent, millis: i64) -> Option<Queued> {
    store.queue_event(&account(id), event, at(millis)).await.unwrap()
}

/// An event of `a-1` that was queued at 10.
async fn queued(store: &AnyStore) -> i64 {
    acme(store).await;
    match dispatch(store, "a-1", &event("key"), 10).await {
        Some(Queued::New(id)) => id,
        other => panic!("expected a new event, got {other:?}"),
    }
}

/// Claims the one event that is due at that instant, for a hundred milliseconds.
async fn claim_event(store: &AnyStore, millis: i64) -> ClaimedEvent {
    let mut rows = store.claim_mail(at(millis), at(millis + 100), 100).await.unwrap();
    match (rows.pop(), rows.pop()) {
        (Some(Claimed::Event(event)), None) => event,
        other => panic!("expected an event, got {other:?}"),
    }
}

fn about_event(id: &str) -> NewMail {
    let NewEvent { event, text, .. } = event("key");
    NewMail { message: Message { about: About::Event { event, text }, ..mail_to(id).message }, ..mail_to(id) }
}

async fn address(store: &AnyStore, event: &ClaimedEvent, ids: &[&str], millis: i64) {
    let mails = ids.iter().map(|id| about_event(id)).collect();
    settle(store, event.id, event.lease, millis, Settlement::Addressed { mails }).await;
}

/// The mails to those people, of one event: addressed at 10, and claimed at 10 for a hundred milliseconds.
async fn addressed(store: &AnyStore, ids: &[&str]) -> Vec<ClaimedMail> {
    queued(store).await;
    let event = claim_event(store, 10).await;
    address(store, &event, ids, 10).await;
    claim(store, 10).await
}

fn recipients(mails: &[ClaimedMail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.to.as_str()).collect()
}

pub(in crate::store) async fn an_event_is_queued_once(store: AnyStore) {
    let id = queued(&store).await;
    let first = event("key");
    assert_eq!(dispatch(&store, "a-1", &first, 500).await, Some(Queued::Repeated(id)));
    let louder = Event { severity: "critical".parse().unwrap(), ..first.event };
    let text = "another text".parse().unwrap();
    for other in [NewEvent { event: louder, ..first.clone() }, NewEvent { text, ..first.clone() }] {
        assert_eq!(dispatch(&store, "a-1", &other, 10).await, Some(Queued::KeyReused));
    }
    address(&store, &claim_event(&store, 10).await, &[], 10).await;
    assert_eq!(dispatch(&store, "a-1", &first, 500).await, Some(Queued::Repeated(id)));
    assert_eq!(store.claim_mail(at(1_000), at(2_000), 10).await.unwrap(), []);
}

pub(in crate::store) async fn other_keys_and_accounts_have_their_own_events(store: AnyStore) {
    let id = queued(&store).await;
    put(&store, &entry("a-2", &[]), 0).await;
    let others = [("a-1", event("KEY")), ("a-2", event("key"))];
    for (account, event) in others {
        let queued = dispatch(&store, account, &event, 10).await;
        assert!(matches!(queued, Some(Queued::New(other)) if other != id), "{queued:?}");
    }
    assert_eq!(dispatch(&store, "a-3", &event("key"), 10).await, None);
    assert_eq!(store.claim_mail(at(10), at(110), 10).await.unwrap().len(), 3);
}

pub(in crate::store) async fn an_event_is_claimed_whole(store: AnyStore) {
    let id = queued(&store).await;
    let claimed = claim_event(&store, 20).await;
    let NewEvent { event, text, .. } = event("key");
    let expected = ClaimedEvent {
        id,
        lease: claimed.lease,
        attempts: 0,
        trying_since: at(20),
        queued_at: at(10),
        account: account("a-1"),
        event,
        text,
    };
    assert_eq!(claimed, expected);
    assert_eq!(store.claim_mail(at(119), at(200), 10).await.unwrap(), []);
    let again = claim_event(&store, 120).await;
    assert_ne!(again.lease, claimed.lease);
    assert_eq!(again, ClaimedEvent { lease: again.lease, trying_since: at(120), ..claimed });
}

pub(in crate::store) async fn an_event_that_fails_for_now_comes_back(store: AnyStore) {
    queued(&store).await;
    let first = claim_event(&store, 10).await;
    settle(&store, first.id, first.lease, 20, Settlement::Retry { at: at(50), error: "no owner".into() }).await;
    assert_eq!(store.claim_mail(at(49), at(60), 10).await.unwrap(), []);
    let second = claim_event(&store, 50).await;
    assert_eq!(second.attempts, 1);
    settle(&store, second.id, second.lease, 50, Settlement::Released).await;
    let third = claim_event(&store, 50).await;
    assert_eq!(third.attempts, 1);
    settle(&store, third.id, third.lease, 50, Settlement::Failed { error: "no owner".into() }).await;
    assert_eq!(store.claim_mail(at(1_000), at(2_000), 10).await.unwrap(), []);
}

pub(in crate::store) async fn an_addressed_event_is_a_mail_to_each(store: AnyStore) {
    let id = queued(&store).await;
    let event = claim_event(&store, 20).await;
    address(&store, &event, &["u-2", "u-1"], 30).await;
    let mails = claim(&store, 30).await;
    assert_eq!(recipients(&mails), ["u-2", "u-1"]);
    assert_eq!(mails[0].message, about_event("u-2").message);
    for mail in &mails {
        assert_eq!((mail.event, mail.queued_at, mail.trying_since), (Some(id), at(30), at(30)));
        settle(&store, mail.id, mail.lease, 40, SENT).await;
    }
    assert_eq!(claim(&store, 1_000).await, []);
}

pub(in crate::store) async fn a_recipient_has_an_event_once(store: AnyStore) {
    queued(&store).await;
    let first = claim_event(&store, 10).await;
    let second = claim_event(&store, 110).await;
    address(&store, &second, &["u-2", "u-2"], 120).await;
    address(&store, &first, &["u-2", "u-3"], 130).await;
    address(&store, &second, &["u-2", "u-3"], 140).await;
    assert_eq!(recipients(&claim(&store, 1_000).await), ["u-2"]);
}

pub(in crate::store) async fn an_event_for_somebody_without_an_address_is_done(store: AnyStore) {
    queued(&store).await;
    let event = claim_event(&store, 10).await;
    let mails = vec![NewMail { address: None, ..about_event("u-2") }];
    settle(&store, event.id, event.lease, 10, Settlement::Addressed { mails }).await;
    assert_eq!(store.claim_mail(at(1_000), at(2_000), 10).await.unwrap(), []);
}

pub(in crate::store) async fn a_withdrawn_event_is_addressed_again(store: AnyStore) {
    let mails = addressed(&store, &["u-2"]).await;
    settle(&store, mails[0].id, mails[0].lease, 50, Settlement::Withdrawn).await;
    assert_eq!(store.claim_mail(at(49), at(60), 10).await.unwrap(), []);
    let event = claim_event(&store, 50).await;
    assert_eq!((Some(event.id), event.queued_at), (mails[0].event, at(10)));

    // The same person may have it after all, such as at another address.
    address(&store, &event, &["u-2"], 60).await;
    let again = claim(&store, 60).await;
    assert_eq!(recipients(&again), ["u-2"]);
    assert_ne!((again[0].id, &again[0].message_id), (mails[0].id, &mails[0].message_id));
}

pub(in crate::store) async fn only_who_has_no_mail_yet_gets_one(store: AnyStore) {
    let mails = addressed(&store, &["u-1", "u-2", "u-3", "u-4"]).await;
    let failed = Settlement::Failed { error: "no such mailbox".into() };
    for (mail, result) in mails.iter().zip([SENT, failed, Settlement::Withdrawn]) {
        settle(&store, mail.id, mail.lease, 20, result).await;
    }
    let event = claim_event(&store, 20).await;
    address(&store, &event, &["u-1", "u-2", "u-4", "u-5"], 30).await;
    assert_eq!(recipients(&claim(&store, 30).await), ["u-5"]);
    assert_eq!(recipients(&claim(&store, 110).await), ["u-4"]);
}

pub(in crate::store) async fn two_withdrawals_make_one_event(store: AnyStore) {
    let mails = addressed(&store, &["u-2", "u-3"]).await;
    settle(&store, mails[0].id, mails[0].lease, 20, Settlement::Withdrawn).await;
    let event = claim_event(&store, 20).await;
    settle(&store, mails[1].id, mails[1].lease, 30, Settlement::Withdrawn).await;
    assert_eq!(store.claim_mail(at(30), at(40), 10).await.unwrap(), []);
    address(&store, &event, &["u-1"], 40).await;
    assert_eq!(recipients(&claim(&store, 40).await), ["u-1"]);
}

pub(in crate::store) async fn a_withdrawal_leaves_a_dropped_event(store: AnyStore) {
    let mails = addressed(&store, &["u-2", "u-3"]).await;
    settle(&store, mails[0].id, mails[0].lease, 20, Settlement::Withdrawn).await;
    assert!(store.drop_mail(mails[0].event.unwrap(), at(20)).await.unwrap());
    settle(&store, mails[1].id, mails[1].lease, 30, Settlement::Withdrawn).await;
    assert_eq!(store.claim_mail(at(1_000), at(2_000), 10).await.unwrap(), []);
}

pub(in crate::store) async fn who_received_an_event_is_in_the_history(store: AnyStore) {
    let mail = addressed(&store, &["u-2"]).await.remove(0);
    let detail = Detail::Event { event: event("key").event, to: user("u-2"), message_id: mail.message_id.clone() };
    let entry = AuditEntry {
        action: Action::EventSent,
        before: None,
        after: None,
        reasons: Vec::new(),
        detail: Some(detail),
        ..audit_entry(20)
    };
    let sent = Settlement::Sent { audit: Some(Box::new(entry.clone())) };
    settle(&store, mail.id, mail.lease - 1, 20, sent.clone()).await;
    assert_eq!(store.history(&account("a-1"), None, 10).await.unwrap(), []);
    settle(&store, mail.id, mail.lease, 20, sent.clone()).await;
    settle(&store, mail.id, mail.lease, 20, sent).await;
    let history = store.history(&account("a-1"), None, 10).await.unwrap();
    assert_eq!(history.iter().map(|row| row.entry().unwrap()).collect::<Vec<_>>(), [entry]);
}
