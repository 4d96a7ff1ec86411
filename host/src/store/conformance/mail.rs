//! The outbox.

use std::collections::BTreeSet;

use security_contact_policy::Event;

use super::*;

/// Queues one mail at 10 and claims it at 10, until 110.
async fn claimed(store: &AnyStore) -> ClaimedMail {
    acme(store).await;
    queue(store, &["u-2"], 10).await;
    only(claim(store, 10).await)
}

fn only(mut mails: Vec<ClaimedMail>) -> ClaimedMail {
    assert_eq!(mails.len(), 1);
    mails.remove(0)
}

fn retry(millis: i64) -> Settlement {
    Settlement::Retry { at: at(millis), error: "busy".into() }
}

fn addresses(mails: &[ClaimedMail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.address.as_str()).collect()
}

pub(in crate::store) async fn the_oldest_due_mails_go_first(store: AnyStore) {
    acme(&store).await;
    queue(&store, &["u-3"], 30).await;
    queue(&store, &["u-2", "u-1"], 20).await;
    assert_eq!(claim(&store, 19).await, []);
    assert_eq!(store.claim_mail(at(30), at(130), 2).await.unwrap().len(), 2);
    let last = only(claim(&store, 30).await);
    assert_eq!(last.address.as_str(), "u-3@example.com");
    assert_eq!((last.queued_at, last.trying_since, last.attempts, last.event), (at(30), at(30), 0, None));
}

pub(in crate::store) async fn a_leased_mail_is_nobody_elses(store: AnyStore) {
    claimed(&store).await;
    assert_eq!(claim(&store, 10).await, []);
    assert_eq!(claim(&store, 109).await, []);
}

pub(in crate::store) async fn a_lease_that_ran_out_is_given_again(store: AnyStore) {
    let first = claimed(&store).await;
    let second = only(claim(&store, 110).await);
    assert_eq!(first.lease, 1, "who claims it first");
    assert_ne!(second.lease, first.lease);
    assert_eq!(second, ClaimedMail { lease: second.lease, trying_since: at(110), ..first });
}

pub(in crate::store) async fn a_sent_mail_is_done(store: AnyStore) {
    let mail = claimed(&store).await;
    settle(&store, mail.id, mail.lease, 20, SENT).await;
    assert_eq!(claim(&store, 1_000).await, []);
}

pub(in crate::store) async fn a_failed_mail_is_done(store: AnyStore) {
    let mail = claimed(&store).await;
    settle(&store, mail.id, mail.lease, 20, Settlement::Failed { error: "no such mailbox".into() }).await;
    assert_eq!(claim(&store, 1_000).await, []);
}

pub(in crate::store) async fn a_mail_to_retry_comes_back(store: AnyStore) {
    let first = claimed(&store).await;
    settle(&store, first.id, first.lease, 20, retry(50)).await;
    assert_eq!(claim(&store, 49).await, []);
    let second = only(claim(&store, 50).await);
    assert_eq!(second, ClaimedMail { lease: second.lease, attempts: 1, ..first });
    settle(&store, second.id, second.lease, 60, retry(70)).await;
    assert_eq!(only(claim(&store, 70).await).attempts, 2);
}

pub(in crate::store) async fn the_days_of_a_mail_begin_with_its_first_try(store: AnyStore) {
    acme(&store).await;
    queue(&store, &["u-2"], 10).await;
    let first = only(claim(&store, 500).await);
    assert_eq!((first.queued_at, first.trying_since), (at(10), at(500)));
    settle(&store, first.id, first.lease, 510, Settlement::Released).await;
    let second = only(claim(&store, 800).await);
    assert_eq!((second.attempts, second.trying_since), (0, at(800)));
    settle(&store, second.id, second.lease, 810, retry(900)).await;
    let third = only(claim(&store, 900).await);
    assert_eq!((third.attempts, third.trying_since), (1, at(800)));
}

pub(in crate::store) async fn a_late_settlement_counts_while_nobody_else_has_the_mail(store: AnyStore) {
    let mail = claimed(&store).await;
    settle(&store, mail.id, mail.lease, 500, SENT).await;
    assert_eq!(claim(&store, 1_000).await, []);
}

pub(in crate::store) async fn a_stale_lease_settles_nothing(store: AnyStore) {
    let first = claimed(&store).await;
    let second = only(claim(&store, 110).await);
    settle(&store, first.id, first.lease, 120, SENT).await;
    settle(&store, first.id, first.lease, 120, retry(120)).await;
    assert_eq!(claim(&store, 120).await, []);
    settle(&store, second.id, second.lease, 130, retry(140)).await;
    assert_eq!(only(claim(&store, 140).await).attempts, 1);
}

pub(in crate::store) async fn a_lease_settles_once(store: AnyStore) {
    let mail = claimed(&store).await;
    settle(&store, mail.id, mail.lease, 20, retry(50)).await;
    settle(&store, mail.id, mail.lease, 20, SENT).await;
    let again = only(claim(&store, 50).await);
    settle(&store, again.id, again.lease, 60, SENT).await;
    settle(&store, again.id, again.lease, 60, retry(70)).await;
    assert_eq!(claim(&store, 1_000).await, []);
}

pub(in crate::store) async fn a_mail_that_was_released_was_not_tried(store: AnyStore) {
    let first = claimed(&store).await;
    settle(&store, first.id, first.lease, 20, Settlement::Released).await;
    let second = only(claim(&store, 20).await);
    assert_eq!(second, ClaimedMail { lease: second.lease, trying_since: at(20), ..first.clone() });
    settle(&store, first.id, first.lease, 20, Settlement::Released).await;
    assert_eq!(claim(&store, 20).await, []);
    settle(&store, second.id, second.lease, 20, SENT).await;
    settle(&store, second.id, second.lease, 20, Settlement::Released).await;
    assert_eq!(claim(&store, 1_000).await, []);
}

pub(in crate::store) async fn somebody_without_an_address_gets_nothing(store: AnyStore) {
    let new = acme(&store).await;
    let unreachable = NewMail { address: None, ..mail_to("u-2") };
    stored(&store, &Commit { mails: vec![unreachable, mail_to("u-3")], ..commit_on(&new) }).await;
    assert_eq!(addresses(&claim(&store, 1_000).await), ["u-3@example.com"]);
}

pub(in crate::store) async fn each_mail_has_an_id_of_its_own(store: AnyStore) {
    acme(&store).await;
    queue(&store, &["u-1", "u-2", "u-2"], 10).await;
    let mails = claim(&store, 10).await;
    let ids: BTreeSet<&str> = mails.iter().map(|mail| mail.message_id.as_str()).collect();
    assert_eq!(ids.len(), 3);
    for id in ids {
        assert!(id.starts_with('<') && id.ends_with("@security-contact>"), "{id}");
    }
}

pub(in crate::store) async fn every_message_comes_back_whole(store: AnyStore) {
    let new = acme(&store).await;
    let abouts = [
        mail_to("u-2").message.about,
        About::Expiring { valid_until: at(9), days: 14, to_contact: false, contact_name: "Ada \"A\" é".into() },
        About::Event {
            event: Event { kind: "breach_alert".parse().unwrap(), severity: "high".parse().unwrap() },
            text: "first line\nsecond line \u{1F511}".parse().unwrap(),
        },
        About::Unreachable { person_name: "O'Hara".into() },
    ];
    let mails: Vec<NewMail> = abouts
        .into_iter()
        .map(|about| NewMail { message: Message { about, ..mail_to("u-2").message }, ..mail_to("u-2") })
        .collect();
    stored(&store, &Commit { mails: mails.clone(), ..commit_on(&new) }).await;
    let sent: Vec<Message> = claim(&store, 10).await.into_iter().map(|mail| mail.message).collect();
    assert_eq!(sent, mails.into_iter().map(|mail| mail.message).collect::<Vec<_>>());
}
