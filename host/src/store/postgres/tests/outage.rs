//! Servers that go away, hang, and come back: the store says so in time, and recovers alone.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use security_contact_tests_postgres::{Database, NOT_DURABLE, Server, Stop};

use super::{connect, connect_within, patient};
use crate::domain::ports::{Store, StoreError};
use crate::store::conformance::{acme, commit_on, snapshot, stored};
use crate::store::postgres::{Limits, OpenError, PostgresStore};

/// Limits that a server which hangs runs into at once, and one that only works a little later.
fn impatient() -> Limits {
    let short = Duration::from_millis(300);
    Limits { create: short, wait: short, check: short, operation: Duration::from_secs(1), ..patient() }
}

/// Uses the store until it works again, and fails if it says that this is in vain.
async fn recovers(store: &Arc<dyn Store>) {
    while let Err(error) = store.use_policy("one").await {
        assert!(error.is_busy, "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_stopped_is_missed_until_it_is_back() {
    let server = Server::start(NOT_DURABLE);
    let store: Arc<dyn Store> = connect_within(&server.url("postgres"), patient()).await;
    let new = acme(&store).await;
    for how in [Stop::Fast, Stop::Immediate] {
        server.stop(how);
        for _ in 0..3 {
            let error = store.commit(&commit_on(&new)).await.unwrap_err();
            assert!(error.is_busy, "{error:?}");
            assert_eq!(error.to_string(), "the store failed: there is no connection to PostgreSQL");
        }
        server.start_again();
        assert_eq!(snapshot(&store, "a-1").await, new);
    }
    stored(&store, &commit_on(&new)).await;
}

/// The server's processes stand still, but their sockets are open.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_given_up_until_it_answers() {
    let server = Server::start(NOT_DURABLE);
    let store = loop {
        // A busy machine may need more than one try.
        match PostgresStore::connect_within(&server.url("postgres"), 2, impatient()).await {
            Ok(store) => break store,
            Err(error) => assert!(matches!(error, OpenError::Unreachable { .. }), "{error:?}"),
        }
    };
    let mut processes = vec![server.process()];
    let (one, two) = (store.pool.get().await.unwrap(), store.pool.get().await.unwrap());
    for client in [&one, &two] {
        let process: i32 = client.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
        processes.push(process.unsigned_abs());
    }
    drop((one, two));
    let signal = |what: &str| {
        let processes = processes.iter().map(ToString::to_string);
        assert!(Command::new("kill").arg(what).args(processes).status().unwrap().success());
    };
    signal("-STOP");
    for _ in 0..3 {
        let StoreError { message, is_busy, .. } = store.use_policy("one").await.unwrap_err();
        assert_eq!((message.as_str(), is_busy), ("PostgreSQL did not answer in time", true));
    }
    signal("-CONT");
    recovers(&(Arc::new(store) as Arc<dyn Store>)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_an_operator_ends_are_made_anew() {
    let database = Database::create();
    let store = connect(&database).await;
    let any: Arc<dyn Store> = store.clone();
    let new = acme(&any).await;
    for _ in 0..3 {
        let held = [store.pool.get().await.unwrap(), store.pool.get().await.unwrap()];
        drop(held);
        database.execute(&["SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()"]);
        recovers(&any).await;
        assert_eq!(snapshot(&any, "a-1").await, new);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_takes_too_long_makes_the_store_busy() {
    let database = Database::create();
    let store = connect_within(database.url(), Limits { statement: Duration::from_millis(20), ..patient() }).await;
    let slow = store.run(async |client| Ok(client.batch_execute("SELECT pg_sleep(60)").await?));
    let error = slow.await.unwrap_err();
    assert!(error.is_busy, "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_room_is_busy_and_a_full_disk_is_not() {
    let database = Database::create();
    let store = connect(&database).await;
    for (state, is_busy) in [("53300", true), ("53100", false), ("40P01", true), ("40001", true), ("23505", false)] {
        let sql = format!("DO $$ BEGIN RAISE 'of a test' USING ERRCODE = '{state}'; END $$");
        let error = store.run(async |client| Ok(client.batch_execute(&sql).await?)).await.unwrap_err();
        assert_eq!(error.is_busy, is_busy, "{error:?}");
    }
}
