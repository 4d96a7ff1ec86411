//! Opening databases, good ones and others.

use std::error::Error;

use security_contact_tests_postgres::{Database, NOT_DURABLE, Server, Stop};
use tokio::task::JoinSet;

use super::{connect, connect_within, patient};
use crate::domain::ports::Store;
use crate::store::conformance::{acme, entry, put, snapshot};
use crate::store::postgres::migrate::{MigrateError, migrate};
use crate::store::postgres::{Limits, OpenError, PostgresStore};

const VERSION: &str = "SELECT string_agg(version::text, ' ') FROM security_contact_schema";

async fn open_error(url: &str) -> OpenError {
    let error = PostgresStore::connect(url, 1).await.unwrap_err();
    let source = error.source().map(ToString::to_string).unwrap_or_default();
    assert!(!format!("{error} {error:?} {source}").contains("pass?word"), "{error:?}");
    assert!(!error.to_string().contains('\n'));
    error
}

#[tokio::test]
async fn a_url_that_leads_nowhere_is_refused() {
    let urls = [
        "",
        "contacts.db",
        "mysql://user@host/database",
        "host=localhost user=postgres",
        "postgres://",
        "postgres:///database",
        "postgres://user:pass?word@host:port/database",
        "postgres://user:pass?word",
        "postgres://user:pass%3Fword@host/database?unknown=1",
        "postgres://host/database?sslrootcert=%ff",
    ];
    for url in urls {
        let error = open_error(url).await;
        assert!(matches!(error, OpenError::Url), "{url}: {error:?}");
    }
    for mode in ["prefer", "allow", "verify-ca", ""] {
        let error = open_error(&format!("postgres://user:pass%3Fword@host/database?sslmode={mode}")).await;
        assert!(matches!(error, OpenError::SslMode), "{mode}: {error:?}");
    }
}

#[tokio::test]
async fn a_root_certificate_that_is_none_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for path in ["/nowhere/root.crt", file.path().to_str().unwrap()] {
        let error = open_error(&format!("postgres://host/database?sslrootcert={path}")).await;
        assert!(matches!(error, OpenError::RootCertificate { .. }), "{error:?}");
        assert!(error.to_string().contains(path), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told() {
    let folder = tempfile::TempDir::new().unwrap();
    let socket = format!("postgres://user:pass%3Fword@/database?host={}", folder.path().display());
    let places = [
        (socket.as_str(), folder.path().to_str().unwrap()),
        ("postgres://user:pass%3Fword@nowhere.invalid:99/database", "`nowhere.invalid:99`"),
        // Nobody listens on the port of TCP's multiplexer.
        ("postgres://user:pass%3Fword@127.0.0.1:1/database?sslmode=disable", "`127.0.0.1:1`"),
    ];
    for (url, place) in places {
        let error = open_error(url).await;
        assert!(matches!(error, OpenError::Unreachable { .. }), "{error:?}");
        assert!(error.to_string().contains(place), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_or_user_is_told() {
    let server = Server::start(NOT_DURABLE);
    let url = |user: &str| server.url("postgres").replace("postgres@", &format!("{user}@"));
    let admin = connect_within(&server.url("postgres"), patient()).await;
    let client = admin.pool.get().await.unwrap();
    client.batch_execute("CREATE ROLE ada LOGIN SUPERUSER PASSWORD 'the right one'").await.unwrap();
    drop((client, admin));
    server.write("pg_hba.conf", "local all all scram-sha-256\n");
    server.stop(Stop::Fast);
    server.start_again();
    for user in ["ada:pass%3Fword", "nobody:pass%3Fword"] {
        let error = open_error(&url(user)).await;
        assert!(matches!(error, OpenError::Refused { .. }), "{error:?}");
        assert!(error.to_string().contains(server.folder().to_str().unwrap()), "{error}");
    }
    connect_within(&url("ada:the%20right%20one"), patient()).await;
}

#[tokio::test]
async fn a_missing_database_is_told() {
    let database = Database::create();
    let error = open_error(&database.url().replace("/test_", "/missing_")).await;
    assert!(matches!(error, OpenError::NoDatabase { .. }), "{error:?}");
    assert!(error.to_string().contains("`createdb missing_"), "{error}");
}

#[tokio::test]
async fn a_database_that_cannot_hold_every_text_is_refused() {
    let database = Database::create_with("TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'");
    let error = open_error(database.url()).await;
    assert!(matches!(&error, OpenError::Encoding { found } if found == "SQL_ASCII"), "{error:?}");
}

#[tokio::test]
async fn another_programs_database_is_refused_and_left_alone() {
    let database = Database::create();
    database.execute(&["CREATE TABLE theirs (n INTEGER)"]);
    let error = open_error(database.url()).await;
    assert!(matches!(error, OpenError::Foreign), "{error:?}");
    let tables = "SELECT string_agg(relname, ' ') FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(database.look(tables).as_deref(), Some("theirs"));
}

/// The URL's `options` say where plain names lead.
#[tokio::test]
async fn a_schema_of_ones_own_is_as_good_as_a_database() {
    let database = Database::create();
    database.execute(&["CREATE TABLE theirs (n INTEGER)", "CREATE SCHEMA one", "CREATE SCHEMA two"]);
    for schema in ["one", "two"] {
        let mark = if database.url().contains('?') { '&' } else { '?' };
        let url = format!("{}{mark}options=-c%20search_path%3D{schema}", database.url());
        let store: std::sync::Arc<dyn Store> = connect_within(&url, patient()).await;
        put(&store, &entry(schema, &[]), 0).await;
        assert_eq!(store.accounts(None, 10).await.unwrap().len(), 1);
    }
    assert_eq!(
        database.look("SELECT (SELECT id FROM one.accounts) || (SELECT id FROM two.accounts)").as_deref(),
        Some("onetwo")
    );
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let database = Database::create();
    connect(&database).await;
    database.execute(&["UPDATE security_contact_schema SET version = 99"]);
    let error = open_error(database.url()).await;
    assert!(matches!(error, OpenError::NewerSchema { found: 99, known: 1 }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_hosts_can_open_a_new_database_at_once() {
    for _ in 0..3 {
        let database = Database::create();
        let mut hosts = JoinSet::new();
        for _ in 0..8 {
            let url = database.url().to_owned();
            hosts.spawn(async move { connect_within(&url, patient()).await });
        }
        hosts.join_all().await;
        assert_eq!(database.look(VERSION).as_deref(), Some("1"));
    }
}

#[tokio::test]
async fn a_database_with_all_steps_is_only_read() {
    let database = Database::create();
    let store: std::sync::Arc<dyn Store> = connect(&database).await;
    acme(&store).await;
    let mark = if database.url().contains('?') { '&' } else { '?' };
    let url = format!("{}{mark}options=-c%20default_transaction_read_only%3Don", database.url());
    let reader: std::sync::Arc<dyn Store> = connect_within(&url, patient()).await;
    assert_eq!(snapshot(&reader, "a-1").await, snapshot(&store, "a-1").await);
    assert!(!reader.use_policy("one").await.unwrap_err().is_busy);
}

#[tokio::test]
async fn an_older_database_gets_only_the_steps_it_lacks() {
    let (database, mut client) = bare().await;
    migrate(&mut client, &["CREATE TABLE one (n INTEGER)"]).await.unwrap();
    let steps = ["this would fail if it ran again", "CREATE TABLE two (n INTEGER)"];
    migrate(&mut client, &steps).await.unwrap();
    migrate(&mut client, &steps).await.unwrap();
    database.execute(&["INSERT INTO one SELECT n FROM two"]);
    assert_eq!(database.look(VERSION).as_deref(), Some("2"));
}

#[tokio::test]
async fn a_step_that_fails_leaves_nothing_behind() {
    let (database, mut client) = bare().await;
    let steps = ["CREATE TABLE one (n INTEGER)", "CREATE TABLE one (n INTEGER)"];
    let error = migrate(&mut client, &steps).await.unwrap_err();
    assert!(matches!(error, MigrateError::Fault(_)), "{error:?}");
    assert_eq!(database.look("SELECT to_regclass('one')::text"), None);
    assert_eq!(database.look("SELECT to_regclass('security_contact_schema')::text"), None);
    migrate(&mut client, &steps[..1]).await.unwrap();
}

/// An empty database, and a connection without the store's schema.
async fn bare() -> (Database, deadpool_postgres::tokio_postgres::Client) {
    let database = Database::create();
    let (client, connection) = tokio_postgres::connect(database.url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    (database, client)
}

/// A server may be set to answer before a commit is on the disk, and a database to another isolation.
#[tokio::test]
async fn every_connection_has_its_settings() {
    let database = Database::create();
    let name = database.look("SELECT current_database()::text").unwrap();
    let set = |what: &str| database.execute(&[&format!("ALTER DATABASE {name} SET {what}")]);
    set("synchronous_commit = off");
    set("default_transaction_isolation = serializable");
    set("jit = on");
    let limits = Limits::default();
    let store = PostgresStore::connect_within(database.url(), 2, limits).await.unwrap();
    let settings = async |client: &deadpool_postgres::Client| {
        let names = [
            "synchronous_commit",
            "default_transaction_isolation",
            "jit",
            "statement_timeout",
            "lock_timeout",
            "idle_in_transaction_session_timeout",
            "application_name",
        ];
        let mut values = Vec::new();
        for name in names {
            values.push(client.query_one(&format!("SHOW {name}"), &[]).await.unwrap().get::<_, String>(0));
        }
        values.join(" ")
    };
    let (one, two) = (store.pool.get().await.unwrap(), store.pool.get().await.unwrap());
    for client in [&one, &two] {
        assert_eq!(settings(client).await, "on read committed off 8s 5s 10s security-contact");
    }
    drop((one, two, store));
    set("synchronous_commit = remote_apply");
    let store = PostgresStore::connect_within(database.url(), 1, Limits::default()).await.unwrap();
    let stricter = settings(&store.pool.get().await.unwrap()).await;
    assert!(stricter.starts_with("remote_apply "), "{stricter}");
}
