//! What whoever looks after the outbox sees of it, and does to it.

use security_contact_policy::Event;

use super::*;
use crate::domain::model::{Backlog, NewEvent, OutboxFilter, OutboxRow, OutboxState, Queued};

const ALL: OutboxFilter = OutboxFilter { account: None, state: None };

async fn list(store: &AnyStore, filter: &OutboxFilter) -> Vec<OutboxRow> {
    store.outbox(filter, 0, 100).await.unwrap()
}

async fn row(store: &AnyStore, id: i64) -> OutboxRow {
    list(store, &ALL).await.into_iter().find(|row| row.id == id).unwrap()
}

async fn new_event(store: &AnyStore, millis: i64) -> i64 {
    let event = NewEvent {
        key: format!("key-{millis}").parse().unwrap(),
        event: Event { kind: "breach_alert".parse().unwrap(), severity: "high".parse().unwrap() },
        text: "a text".parse().unwrap(),
    };
    match store.queue_event(&account("a-1"), &event, at(millis)).await.unwrap() {
        Some(Queued::New(id)) => id,
        other => panic!("expected a new event, got {other:?}"),
    }
}

fn failed() -> Settlement {
    Settlement::Failed { error: "no such mailbox".into() }
}

/// One mail of `a-1` to `u-2` that was queued at 10, is claimed at 10 for a hundred milliseconds, and its lease.
async fn claimed(store: &AnyStore) -> ClaimedMail {
    acme(store).await;
    queue(store, &["u-2"], 10).await;
    claim(store, 10).await.remove(0)
}

/// A row in each state, settled at 20; those that are pending come first.
async fn one_of_each(store: &AnyStore) -> Vec<(OutboxState, i64)> {
    let new = acme(store).await;
    let mails = vec![mail_to("u-1"), mail_to("u-2"), mail_to("u-3"), NewMail { address: None, ..mail_to("u-2") }];
    stored(store, &Commit { mails, ..commit_on(&new) }).await;
    let event = new_event(store, 10).await;
    let rows = store.claim_mail(at(10), at(110), 100).await.unwrap();
    let addressed = Settlement::Addressed { mails: vec![mail_to("u-2")] };
    for (row, result) in rows.iter().zip([SENT, failed(), SENT, addressed]) {
        settle(store, row.id(), row.lease(), 20, result).await;
    }
    let of_event = claim(store, 20).await.remove(0);
    settle(store, of_event.id, of_event.lease, 20, Settlement::Withdrawn).await;
    assert!(store.drop_mail(event, at(20)).await.unwrap());
    queue(store, &["u-3"], 20).await;
    let found = list(store, &ALL).await;
    found.into_iter().map(|row| (row.state, row.id)).collect()
}

pub(in crate::store) async fn a_row_is_listed_without_address_and_text(store: AnyStore) {
    let mail = claimed(&store).await;
    settle(&store, mail.id, mail.lease, 20, Settlement::Retry { at: at(50), error: "busy".into() }).await;
    let event = new_event(&store, 30).await;
    let expected = [
        OutboxRow {
            id: mail.id,
            account: account("a-1"),
            to: Some(user("u-2")),
            state: OutboxState::Pending,
            attempts: 1,
            queued_at: at(10),
            due_at: at(50),
            last_error: Some("busy".into()),
        },
        OutboxRow {
            id: event,
            account: account("a-1"),
            to: None,
            state: OutboxState::Pending,
            attempts: 0,
            queued_at: at(30),
            due_at: at(30),
            last_error: None,
        },
    ];
    assert_eq!(list(&store, &ALL).await, expected);
}

pub(in crate::store) async fn a_filter_takes_only_its_rows(store: AnyStore) {
    let rows = one_of_each(&store).await;
    put(&store, &entry("a-2", &[]), 0).await;
    let other = snapshot(&store, "a-2").await;
    stored(&store, &Commit { mails: vec![mail_to("u-1")], ..commit_on(&other) }).await;

    let ids = |rows: Vec<OutboxRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    for &state in OutboxState::ALL {
        let expected: Vec<i64> = rows.iter().filter(|row| row.0 == state).map(|row| row.1).collect();
        assert!(!expected.is_empty(), "{state}");
        let filter = OutboxFilter { account: Some(account("a-1")), state: Some(state) };
        assert_eq!(ids(list(&store, &filter).await), expected, "{state}");
    }
    let of = |id: &str| OutboxFilter { account: Some(account(id)), state: None };
    assert_eq!(ids(list(&store, &of("a-1")).await), rows.iter().map(|row| row.1).collect::<Vec<_>>());
    assert_eq!(list(&store, &of("a-2")).await.len(), 1);
    assert_eq!(list(&store, &of("a-3")).await, []);
    let pending = OutboxFilter { account: None, state: Some(OutboxState::Pending) };
    let accounts: Vec<AccountId> = list(&store, &pending).await.into_iter().map(|row| row.account).collect();
    assert_eq!(accounts, [account("a-1"), account("a-2")]);
}

pub(in crate::store) async fn pages_go_on_after_the_last_row(store: AnyStore) {
    acme(&store).await;
    queue(&store, &["u-3"], 20).await;
    queue(&store, &["u-2", "u-1", "u-2", "u-3"], 10).await;
    let filters = [ALL, OutboxFilter { account: Some(account("a-1")), state: Some(OutboxState::Pending) }];
    for filter in filters {
        let all = list(&store, &filter).await;
        assert!(all.is_sorted_by(|a, b| a.id < b.id), "{all:?}");
        let (mut pages, mut after) = (Vec::new(), 0);
        loop {
            let page = store.outbox(&filter, after, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = last.id;
            pages.push(page);
        }
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
        assert_eq!(pages.concat(), all);
    }
}

pub(in crate::store) async fn only_what_failed_or_was_dropped_is_tried_again(store: AnyStore) {
    for (state, id) in one_of_each(&store).await {
        let is_over = matches!(state, OutboxState::Failed | OutboxState::Dropped);
        let before = row(&store, id).await;
        assert_eq!(store.retry_mail(id, at(500)).await.unwrap(), is_over, "{state}");
        let after = row(&store, id).await;
        if is_over {
            assert_eq!((after.state, after.attempts, after.due_at), (OutboxState::Pending, 0, at(500)), "{state}");
        } else {
            assert_eq!(after, before, "{state}");
        }
    }
    assert!(!store.retry_mail(999_999, at(500)).await.unwrap());
}

pub(in crate::store) async fn a_row_that_is_tried_again_starts_afresh(store: AnyStore) {
    let first = claimed(&store).await;
    settle(&store, first.id, first.lease, 20, Settlement::Retry { at: at(50), error: "busy".into() }).await;
    let second = claim(&store, 50).await.remove(0);
    settle(&store, second.id, second.lease, 60, failed()).await;
    assert!(store.retry_mail(first.id, at(500)).await.unwrap());
    assert!(!store.retry_mail(first.id, at(500)).await.unwrap());
    assert_eq!(claim(&store, 499).await, []);
    let again = claim(&store, 500).await.remove(0);
    assert_eq!(again, ClaimedMail { lease: again.lease, trying_since: at(500), ..first });
    settle(&store, again.id, again.lease, 510, SENT).await;
    let sent = row(&store, again.id).await;
    assert_eq!((sent.state, sent.attempts), (OutboxState::Sent, 1));
    assert_eq!(sent.last_error.as_deref(), Some("no such mailbox"));
}

pub(in crate::store) async fn an_event_can_be_tried_again(store: AnyStore) {
    acme(&store).await;
    let id = new_event(&store, 10).await;
    let first = store.claim_mail(at(10), at(110), 10).await.unwrap().remove(0);
    settle(&store, first.id(), first.lease(), 20, failed()).await;
    assert!(store.retry_mail(id, at(500)).await.unwrap());
    let again = store.claim_mail(at(500), at(600), 10).await.unwrap().remove(0);
    assert_eq!((again.id(), again.attempts(), again.trying_since()), (id, 0, at(500)));
    assert!(matches!(again, Claimed::Event(_)));
}

pub(in crate::store) async fn a_lease_from_before_a_retry_settles_nothing(store: AnyStore) {
    let mail = claimed(&store).await;
    assert!(store.drop_mail(mail.id, at(20)).await.unwrap());
    assert!(store.retry_mail(mail.id, at(30)).await.unwrap());
    settle(&store, mail.id, mail.lease, 40, SENT).await;
    assert_eq!(row(&store, mail.id).await.state, OutboxState::Pending);
    let again = claim(&store, 40).await.remove(0);
    assert_ne!(again.lease, mail.lease);
    settle(&store, mail.id, mail.lease, 50, failed()).await;
    settle(&store, mail.id, mail.lease, 50, Settlement::Released).await;
    assert_eq!(claim(&store, 50).await, []);
    settle(&store, again.id, again.lease, 60, SENT).await;
    assert_eq!(row(&store, mail.id).await.state, OutboxState::Sent);
}

pub(in crate::store) async fn only_what_is_pending_or_failed_is_dropped(store: AnyStore) {
    for (state, id) in one_of_each(&store).await {
        let is_open = matches!(state, OutboxState::Pending | OutboxState::Failed);
        let before = row(&store, id).await;
        assert_eq!(store.drop_mail(id, at(30)).await.unwrap(), is_open, "{state}");
        let expected = if is_open { OutboxState::Dropped } else { state };
        assert_eq!(row(&store, id).await, OutboxRow { state: expected, ..before }, "{state}");
    }
    assert!(!store.drop_mail(999_999, at(30)).await.unwrap());
    assert_eq!(store.claim_mail(at(1_000), at(2_000), 10).await.unwrap(), []);
}

pub(in crate::store) async fn a_try_under_way_does_not_bring_a_dropped_row_back(store: AnyStore) {
    let mail = claimed(&store).await;
    assert!(store.drop_mail(mail.id, at(20)).await.unwrap());
    let later = Settlement::Retry { at: at(30), error: "busy".into() };
    for result in [later, Settlement::Released, failed()] {
        settle(&store, mail.id, mail.lease, 30, result).await;
        assert_eq!(row(&store, mail.id).await.state, OutboxState::Dropped);
    }
    assert_eq!(claim(&store, 1_000).await, []);
}

pub(in crate::store) async fn a_mail_that_went_out_all_the_same_was_sent(store: AnyStore) {
    let mail = claimed(&store).await;
    assert!(store.drop_mail(mail.id, at(20)).await.unwrap());
    let sent = Settlement::Sent { audit: Some(Box::new(audit_entry(30))) };
    settle(&store, mail.id, mail.lease - 1, 30, sent.clone()).await;
    assert_eq!(row(&store, mail.id).await.state, OutboxState::Dropped);
    settle(&store, mail.id, mail.lease, 30, sent.clone()).await;
    settle(&store, mail.id, mail.lease, 30, sent).await;
    assert_eq!(row(&store, mail.id).await.state, OutboxState::Sent);
    assert_eq!(store.history(&account("a-1"), None, 10).await.unwrap().len(), 1);
}

pub(in crate::store) async fn an_event_that_was_dropped_reaches_nobody(store: AnyStore) {
    acme(&store).await;
    let id = new_event(&store, 10).await;
    let event = store.claim_mail(at(10), at(110), 10).await.unwrap().remove(0);
    assert!(store.drop_mail(id, at(20)).await.unwrap());
    settle(&store, id, event.lease(), 30, Settlement::Addressed { mails: vec![mail_to("u-2")] }).await;
    assert_eq!(list(&store, &ALL).await.len(), 1);
    assert_eq!(row(&store, id).await.state, OutboxState::Dropped);
}

pub(in crate::store) async fn what_waits_is_counted(store: AnyStore) {
    assert_eq!(store.backlog().await.unwrap(), Backlog::default());
    acme(&store).await;
    queue(&store, &["u-1", "u-2", "u-3"], 10).await;
    new_event(&store, 20).await;
    let waiting = Backlog { pending: 4, oldest_pending: Some(at(10)), failed: 0 };
    assert_eq!(store.backlog().await.unwrap(), waiting);
    let mut claimed = claim(&store, 10).await;
    assert_eq!(store.backlog().await.unwrap(), waiting, "what is claimed is not sent yet");
    let (first, second) = (claimed.remove(0), claimed.remove(0));
    settle(&store, first.id, first.lease, 11, failed()).await;
    settle(&store, second.id, second.lease, 11, SENT).await;
    let later = Backlog { pending: 2, oldest_pending: Some(at(10)), failed: 1 };
    assert_eq!(store.backlog().await.unwrap(), later);
    settle(&store, claimed[0].id, claimed[0].lease, 11, SENT).await;
    let last = Backlog { pending: 1, oldest_pending: Some(at(20)), failed: 1 };
    assert_eq!(store.backlog().await.unwrap(), last);
}

pub(in crate::store) async fn a_store_that_was_opened_fits(store: AnyStore) {
    assert!(store.fits().await.unwrap());
    acme(&store).await;
    assert!(store.fits().await.unwrap());
}
