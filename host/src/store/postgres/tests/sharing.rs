//! Many hosts on one database.

use std::sync::Arc;
use std::time::Duration;

use security_contact_policy::Event;
use security_contact_tests_postgres::Database;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::{connect, connect_within, open_store, patient};
use crate::domain::model::{
    Claimed, ClaimedMail, Commit, Committed, DirectoryEntry, DirectoryWrite, NewEvent, NewMail, Recorded, Settlement,
    Snapshot,
};
use crate::domain::ports::Store;
use crate::domain::verify;
use crate::store::conformance::{
    POLICY, account, acme, at, audit_entry, change, choose, claim, commit_on, entry, mail_to, member, put, queue,
    snapshot, stored, user, write_of,
};
use crate::store::postgres::{Limits, PostgresStore};

/// Hosts that share a database.
async fn hosts(database: &Database, count: usize) -> Vec<Arc<dyn Store>> {
    let mut hosts: Vec<Arc<dyn Store>> = Vec::new();
    for _ in 0..count {
        hosts.push(connect(database).await);
    }
    hosts
}

/// 64 writers, each on a connection of its own, all of whom have seen the same revision.
#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_connections_wins_each_revision() {
    let database = Database::create();
    let hosts = hosts(&database, 8).await;
    acme(&hosts[0]).await;
    for round in 1..=4 {
        let seen = snapshot(&hosts[0], "a-1").await;
        let begin = Arc::new(Barrier::new(64));
        let mut tasks = JoinSet::new();
        for writer in 0..64 {
            let (store, begin) = (Arc::clone(&hosts[writer % 8]), Arc::clone(&begin));
            let commit = Commit { designation: choose("u-2"), audit: Some(audit_entry(round)), ..commit_on(&seen) };
            tasks.spawn(async move {
                begin.wait().await;
                store.commit(&commit).await.unwrap()
            });
        }
        let stored = tasks.join_all().await.into_iter().filter(|result| *result != Committed::Stale);
        assert_eq!(stored.collect::<Vec<_>>(), [Committed::Stored { version: round }]);
        assert_eq!(snapshot(&hosts[0], "a-1").await.revision, seen.revision + 1);
    }
    assert_eq!(verify(&*hosts[0], |_| {}).await.unwrap().rows, 4);
}

/// Whoever waits for another's write sees what was written, and not what they saw before.
#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_writer_is_stale_afterwards() {
    let database = Database::create();
    let store = connect(&database).await;
    let any: Arc<dyn Store> = store.clone();
    let seen = acme(&any).await;
    let audit = Some(audit_entry(0));
    let mut other = store.pool.get().await.unwrap();
    let tx = other.transaction().await.unwrap();
    tx.batch_execute("UPDATE accounts SET revision = revision + 1").await.unwrap();
    let (waiting, commit) = (Arc::clone(&any), Commit { audit: audit.clone(), ..commit_on(&seen) });
    let decided = tokio::spawn(async move { waiting.commit(&commit).await.unwrap() });
    let (waiting, write) = (Arc::clone(&any), write_of(&any, &entry("a-1", &[member("u-9", "Late")]), 0).await);
    let put = tokio::spawn(async move { waiting.put_directories(&[write]).await.unwrap() });
    happened(&database, "SELECT (count(*) = 2)::text FROM pg_stat_activity WHERE wait_event_type = 'Lock'").await;
    tx.commit().await.unwrap();
    assert_eq!((decided.await.unwrap(), put.await.unwrap()), (Committed::Stale, vec![Committed::Stale]));
    assert_eq!(snapshot(&any, "a-1").await, Snapshot { revision: seen.revision + 1, ..seen });
    assert_eq!(any.history(&account("a-1"), None, 10).await.unwrap(), []);
}

/// Nobody sees one half of a write: the owner and the contact always have the name of the same moment.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_of_one_moment() {
    let database = Database::create();
    let hosts = hosts(&database, 2).await;
    let named = |round: i64| {
        let name = format!("Moment {round}");
        let mut entry = entry("a-1", &[member("u-2", &name), member("u-3", &name)]);
        entry.people[0].name = name.parse().unwrap();
        entry
    };
    put(&hosts[0], &named(0), 0).await;
    stored(&hosts[0], &Commit { designation: choose("u-2"), ..commit_on(&snapshot(&hosts[0], "a-1").await) }).await;
    let writer = Arc::clone(&hosts[0]);
    let writes = tokio::spawn(async move {
        for round in 1..100 {
            put(&writer, &named(round), round).await;
        }
    });
    while !writes.is_finished() {
        let asked = [(account("a-1"), vec![user("u-3")])];
        let one = hosts[1].snapshots(&asked).await.unwrap().remove(0).unwrap().unwrap();
        let page = hosts[1].snapshots_after(None, 1).await.unwrap().remove(0).unwrap();
        for seen in [one, page] {
            let chosen = seen.chosen.unwrap().member.unwrap();
            let names = seen.owner.iter().chain(&seen.others).map(|member| &member.name);
            assert!(names.into_iter().all(|name| *name == chosen.name));
        }
    }
    writes.await.unwrap();
}

/// A claim goes past what another host works on, and does not wait for it.
#[tokio::test]
async fn claims_pass_over_what_is_locked() {
    let database = Database::create();
    let store = connect(&database).await;
    let any: Arc<dyn Store> = store.clone();
    for id in ["a", "b", "c"] {
        put(&any, &entry(id, &[]), 0).await;
        let now = snapshot(&any, id).await;
        let mails = vec![NewMail { to: user("u-1"), ..mail_to(id) }];
        stored(&any, &Commit { next_review_at: Some(at(0)), mails, ..commit_on(&now) }).await;
    }
    let mut other = store.pool.get().await.unwrap();
    let tx = other.transaction().await.unwrap();
    tx.batch_execute("UPDATE accounts SET version = version WHERE id = 'b'").await.unwrap();
    tx.batch_execute("UPDATE outbox SET attempts = attempts WHERE account_id = 'a'").await.unwrap();
    let accounts = |page: Vec<Result<Snapshot, _>>| -> Vec<String> {
        page.into_iter().map(|claimed| claimed.unwrap().account.to_string()).collect()
    };
    assert_eq!(accounts(any.claim_reviews(at(0), at(100), POLICY, 2).await.unwrap()), ["a", "c"]);
    let mails: Vec<String> = claim(&any, 10).await.iter().map(|mail| mail.account.to_string()).collect();
    assert_eq!(mails, ["b", "c"]);
    tx.commit().await.unwrap();
    assert_eq!(accounts(any.claim_reviews(at(0), at(100), POLICY, 2).await.unwrap()), ["b"]);
    assert_eq!(claim(&any, 10).await.len(), 1);
}

/// A mail is withdrawn while another host addresses its event: whoever is the recipient by now gets the event after all.
#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_waits_for_whoever_addresses_the_event() {
    let database = Database::create();
    let store = connect(&database).await;
    let any: Arc<dyn Store> = store.clone();
    acme(&any).await;
    let event = addressed(&any, &["u-2", "u-3"]).await;
    let mails = claim(&any, 10).await;
    any.settle_mail(mails[0].id, mails[0].lease, at(20), &Settlement::Withdrawn).await.unwrap();
    let mut other = store.pool.get().await.unwrap();
    let tx = other.transaction().await.unwrap();
    let address = format!("UPDATE outbox SET state = 'sent', settled_at = 0 WHERE id = {event}");
    tx.batch_execute(&address).await.unwrap();
    let (waiting, id, lease) = (Arc::clone(&any), mails[1].id, mails[1].lease);
    let withdrawn = tokio::spawn(async move { waiting.settle_mail(id, lease, at(30), &Settlement::Withdrawn).await });
    let waits = "SELECT (count(*) = 1)::text FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while database.look(waits).as_deref() != Some("true") {
        assert!(!withdrawn.is_finished(), "the event was taken for one that is yet to be addressed");
        tokio::task::yield_now().await;
    }
    tx.commit().await.unwrap();
    withdrawn.await.unwrap().unwrap();
    let due = any.claim_mail(at(30), at(130), 10).await.unwrap();
    assert_eq!(due.iter().map(Claimed::id).collect::<Vec<_>>(), [event]);
}

/// Mails are withdrawn and their events addressed again by several hosts, which wait for each other and for nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn withdrawals_and_addressing_do_not_wait_in_a_circle() {
    let database = Database::create();
    let hosts = hosts(&database, 4).await;
    acme(&hosts[0]).await;
    let event = addressed(&hosts[0], &["u-1", "u-2", "u-3"]).await;
    let mut tasks = JoinSet::new();
    for n in 0..8 {
        let store = Arc::clone(&hosts[n % 4]);
        tasks.spawn(async move {
            for _ in 0..30 {
                for row in store.claim_mail(at(1_000), at(2_000), 2).await.unwrap() {
                    let result = match row {
                        Claimed::Mail(_) => Settlement::Withdrawn,
                        Claimed::Event(_) => about_event(&["u-1", "u-2", "u-3"]),
                    };
                    store.settle_mail(row.id(), row.lease(), at(1_000), &result).await.unwrap();
                }
            }
        });
    }
    tasks.join_all().await;
    // An event that is over has nobody whose mail was withdrawn and who has no other.
    let over = format!("SELECT state FROM outbox WHERE id = {event}");
    let lacking =
        format!("SELECT count(DISTINCT to_user)::text FROM outbox WHERE event_id = {event} AND state <> 'withdrawn'");
    if database.look(&over).as_deref() == Some("sent") {
        assert_eq!(database.look(&lacking).as_deref(), Some("3"));
    }
}

/// An event of `a-1` that has a mail to each of those people, and its number.
async fn addressed(store: &Arc<dyn Store>, ids: &[&str]) -> i64 {
    let event = NewEvent {
        key: "key".parse().unwrap(),
        event: Event { kind: "breach_alert".parse().unwrap(), severity: "high".parse().unwrap() },
        text: "a text".parse().unwrap(),
    };
    store.queue_event(&account("a-1"), &event, at(10)).await.unwrap();
    let event = store.claim_mail(at(10), at(110), 10).await.unwrap().remove(0);
    store.settle_mail(event.id(), event.lease(), at(10), &about_event(ids)).await.unwrap();
    event.id()
}

fn about_event(ids: &[&str]) -> Settlement {
    Settlement::Addressed { mails: ids.iter().map(|id| mail_to(id)).collect() }
}

/// An account that is decided on while it is claimed is not reverted twice: the claim's decision is stale.
#[tokio::test]
async fn a_claim_that_was_overtaken_decides_nothing() {
    let database = Database::create();
    let (one, other) = (connect(&database).await as Arc<dyn Store>, connect(&database).await as Arc<dyn Store>);
    let new = acme(&one).await;
    stored(&one, &Commit { next_review_at: Some(at(0)), ..commit_on(&new) }).await;
    let claimed = one.claim_reviews(at(0), at(100), POLICY, 1).await.unwrap().remove(0).unwrap();
    let now = snapshot(&other, "a-1").await;
    stored(&other, &Commit { designation: choose("u-2"), ..commit_on(&now) }).await;
    assert_eq!(one.commit(&commit_on(&claimed)).await.unwrap(), Committed::Stale);
}

/// Directories, decisions and bounces that want the same accounts and people, in every order.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_in_a_circle() {
    let database = Database::create();
    let hosts = hosts(&database, 4).await;
    let ids: Vec<String> = (0..6).map(|n| format!("a-{n}")).collect();
    for id in &ids {
        put(&hosts[0], &entry(id, &[member("u-2", "Ada Admin")]), 0).await;
    }
    let mut tasks = JoinSet::new();
    for worker in 0..12 {
        let (store, mut ids) = (Arc::clone(&hosts[worker % 4]), ids.clone());
        ids.rotate_left(worker % 6);
        tasks.spawn(async move {
            for round in 0..10 {
                match worker % 3 {
                    0 => rename(&store, &ids, worker, round).await,
                    1 => decide(&store, &ids).await,
                    _ => bounce(&store, round).await,
                }
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(verify(&*hosts[0], |_| {}).await.unwrap().first_break, None);
}

/// People who are someone else each time, with another address, in all those accounts at once.
async fn rename(store: &Arc<dyn Store>, ids: &[String], worker: usize, round: i64) {
    let mut writes: Vec<DirectoryWrite> = Vec::new();
    for id in ids {
        let mut person = member("u-2", &format!("Ada {worker} {round}"));
        person.email = Some(format!("ada-{worker}-{round}@example.com").parse().unwrap());
        let entry = DirectoryEntry { people: vec![person], ..change(id) };
        writes.push(write_of(store, &entry, round).await);
    }
    store.put_directories(&writes).await.unwrap();
}

async fn decide(store: &Arc<dyn Store>, ids: &[String]) {
    let mut commits = Vec::new();
    for id in ids {
        let found = store.snapshot(&account(id), &[user("u-2")]).await.unwrap().unwrap();
        let address = found.member(&user("u-2")).and_then(|member| member.email.clone());
        let mails = vec![NewMail { address, ..mail_to("u-2") }];
        commits.push(Commit { audit: Some(audit_entry(0)), mails, ..commit_on(&found) });
    }
    store.commit_all(&commits).await.unwrap();
}

async fn bounce(store: &Arc<dyn Store>, round: i64) {
    for mail in store.claim_mail(at(1_000), at(100_000), 5).await.unwrap() {
        let audit = Box::new(audit_entry(round));
        let Claimed::Mail(ClaimedMail { account, .. }) = &mail else { panic!("{mail:?}") };
        let revision = store.snapshot(account, &[]).await.unwrap().unwrap().revision;
        let bounced = Settlement::Bounced { error: "550".into(), revision, audit, mails: vec![mail_to("u-1")] };
        // Somebody else may have moved the account meanwhile.
        let recorded = store.settle_mail(mail.id(), mail.lease(), at(1_000), &bounced).await.unwrap();
        assert!(matches!(recorded, Recorded::Done | Recorded::Stale));
    }
}

#[tokio::test]
async fn who_holds_a_lock_for_too_long_makes_the_store_busy() {
    let database = Database::create();
    let store = connect_within(database.url(), Limits { lock: Duration::from_millis(50), ..patient() }).await;
    let any: Arc<dyn Store> = store.clone();
    let new = acme(&any).await;
    let mut other = store.pool.get().await.unwrap();
    let tx = other.transaction().await.unwrap();
    tx.batch_execute("SELECT FROM accounts FOR UPDATE").await.unwrap();
    let error = any.commit(&commit_on(&new)).await.unwrap_err();
    assert!(error.is_busy, "{error:?}");
    tx.rollback().await.unwrap();
    stored(&any, &commit_on(&new)).await;
}

#[tokio::test]
async fn who_has_all_connections_makes_the_store_busy() {
    let database = Database::create();
    let limits = Limits { wait: Duration::from_millis(50), ..patient() };
    let store = PostgresStore::connect_within(database.url(), 1, limits).await.unwrap();
    let taken = store.pool.get().await.unwrap();
    let error = store.use_policy("one").await.unwrap_err();
    assert!(error.is_busy, "{error:?}");
    assert_eq!(error.to_string(), "the store failed: PostgreSQL did not answer in time");
    drop(taken);
    store.use_policy("one").await.unwrap();
}

/// A caller who goes away in the midst of a write leaves nothing behind.
#[tokio::test]
async fn work_that_is_broken_off_leaves_its_connection_usable() {
    let database = Database::create();
    let store = PostgresStore::connect_within(database.url(), 1, patient()).await.unwrap();
    let broken = store.run(async |client| {
        let tx = client.transaction().await?;
        tx.batch_execute("INSERT INTO policy (id, fingerprint, generation) VALUES (1, 'half', 1)").await?;
        std::future::pending::<Result<(), crate::store::postgres::fault::Fault>>().await
    });
    let inserted = "SELECT EXISTS (SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'idle in transaction' AND query LIKE 'INSERT%')::text";
    tokio::select! {
        biased;
        _ = broken => panic!("nothing ends it"),
        () = happened(&database, inserted) => {}
    }
    store.use_policy("one").await.unwrap();
    assert_eq!(database.look("SELECT fingerprint FROM policy").as_deref(), Some("one"));
}

/// Waits until the server says `true`.
async fn happened(database: &Database, sql: &str) {
    while database.look(sql).as_deref() != Some("true") {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_beside_servers_loses_nothing() {
    let database = Database::create();
    let hosts = hosts(&database, 4).await;
    let mut tasks = JoinSet::new();
    for n in 0..40 {
        let store = Arc::clone(&hosts[n % 4]);
        tasks.spawn(async move { put(&store, &entry(&format!("a-{n}"), &[]), 0).await });
    }
    tasks.join_all().await;
    assert_eq!(hosts[0].accounts(None, 100).await.unwrap().len(), 40);
}

/// Mails that are written by one host while another sends: each is sent once.
#[tokio::test(flavor = "multi_thread")]
async fn no_mail_is_handed_out_twice() {
    let (store, database) = open_store().await;
    acme(&store).await;
    queue(&store, &["u-2"; 200], 10).await;
    let hosts = hosts(&database, 4).await;
    let mut tasks = JoinSet::new();
    for n in 0..32 {
        let store = Arc::clone(&hosts[n % 4]);
        tasks.spawn(async move {
            let mut mine = Vec::new();
            loop {
                let page = store.claim_mail(at(10), at(100), 3).await.unwrap();
                if page.is_empty() {
                    break mine;
                }
                mine.extend(page.iter().map(|claimed| claimed.id()));
            }
        });
    }
    let mut ids = tasks.join_all().await.concat();
    assert_eq!(ids.len(), 200);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 200);
}
