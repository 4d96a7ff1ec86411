//! Every command on a PostgreSQL database, and servers that share one.

use std::fs;

use security_contact_tests_postgres::{Database, NOT_DURABLE, Server, Stop};
use serde_json::{Value, json};

use crate::running::{Running, TOKEN, serve, worker};
use crate::support::{Folder, acme, person};

/// A database of its own with the account `acme`, and a folder that stands for it.
fn with_acme() -> (Database, Folder) {
    let database = Database::create();
    let folder = Folder::with_database(database.url());
    folder.import(&acme()).printed();
    (database, folder)
}

fn json_of(folder: &Folder, args: &[&str]) -> Value {
    serde_json::from_str(&folder.run(&[args, &["--json"]].concat()).printed()).unwrap()
}

/// Who the contact is, and under which version, as a server says.
fn asked(server: &Running) -> (u16, String) {
    let headers = format!("authorization: Bearer {TOKEN}\r\nsecurity-contact-person: u-owner\r\n");
    server.ask("GET /v1/accounts/acme/security-contact", &headers, "")
}

fn maildir(folder: &Folder, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

fn mails_in(maildir: &str) -> usize {
    fs::read_dir(format!("{maildir}/new")).unwrap().count()
}

#[test]
fn contacts_are_chosen_reviewed_and_told_of() {
    let (_database, folder) = with_acme();
    let told = folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    assert!(told.contains("contact  u-admin  Name of u-admin <u-admin@acme.example>"), "{told}");
    let keyed = ["set", "acme", "u-late", "--actor", "u-owner", "--idempotency-key", "k"];
    folder.run(&keyed).failed(3);
    assert!(folder.run(&keyed).stdout.starts_with("nothing was done: this request came before"));
    folder.run(&["reset", "acme", "--actor", "u-owner", "--if-version", "0"]).failed(4);

    // The rules are those of the data folder.
    fs::create_dir(folder.data()).unwrap();
    folder.write("data/rules.json", r#"{"maxLoginAgeDays":1,"expiryReminderDays":[]}"#);
    let would = folder.run(&["review", "--dry-run"]).printed();
    assert!(would.starts_with("acme: u-admin would be replaced by u-owner: "), "{would}");
    let reviewed = folder.run(&["review"]).printed();
    assert!(reviewed.ends_with("1 accounts were due and are reviewed: 1 reverted, 0 with another owner, 0 reminded\n"));
    assert_eq!(json_of(&folder, &["show", "acme"])["contact"]["source"], "default");
    folder.import(&[person("acme", "u-owner", "owner", "active", 0)]).printed();
    let actions = json_of(&folder, &["history", "acme"]);
    let actions: Vec<&Value> = actions["entries"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["reverted", "designation_refused", "designated"]);
    assert_eq!(folder.run(&["show", "nobody"]).failed(1), "error: there is no account `nobody`");
    assert!(!folder.database().exists());
}

#[test]
fn the_outbox_and_the_histories_are_looked_after() {
    let (database, folder) = with_acme();
    folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    let event = ["events", "send", "acme", "--kind", "breach_alert", "--severity", "high", "--key", "k", "--text", "x"];
    assert_eq!(json_of(&folder, &event), json!({"outcome":"queued","id":3}));
    assert_eq!(json_of(&folder, &event), json!({"outcome":"repeated","id":3}));
    assert_eq!(folder.run(&["outbox", "drop", "1"]).printed(), "1 is dropped\n");
    let maildir = maildir(&folder, "mail");
    let mut worker = Running::spawn(worker(&folder, &["--maildir", &maildir]));
    worker.until_sent(2);
    folder.run(&["outbox", "retry", "1"]).printed();
    worker.until_sent(3);
    assert_eq!((worker.stop(), mails_in(&maildir)), (Some(0), 3));
    let listed = json_of(&folder, &["outbox", "list", "--account", "acme", "--limit", "3"]);
    let states: Vec<&str> = listed["rows"].as_array().unwrap().iter().flat_map(|row| row["state"].as_str()).collect();
    assert_eq!((states, &listed["nextAfter"]), (vec!["sent"; 3], &json!(3)));

    let kept = folder.run(&["audit", "head"]).printed();
    let heads = folder.write("heads", &kept);
    assert_eq!(kept, folder.run(&["audit", "head", "acme"]).printed());
    assert_eq!(
        folder.run(&["audit", "verify", "--heads", &heads]).printed(),
        "1 histories with 2 rows are as they were written\nall of 1 heads that were kept are in them\n"
    );
    database.execute(&[
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "UPDATE audit SET actor = 'u-late' WHERE account_id = 'acme' AND seq = 1",
    ]);
    assert_eq!(
        folder.run(&["audit", "verify"]).failed(1),
        "error: the history of the account `acme` is broken at row 1: its contents do not have its hash"
    );
}

#[test]
fn a_database_is_made_ready_and_says_its_schema() {
    let database = Database::create();
    let folder = Folder::with_database(database.url());
    assert_eq!(json_of(&folder, &["migrate"]), json!({"store":"postgresql","schema":1}));
    let told = "the store is PostgreSQL with schema 1, as this program needs it\n";
    assert_eq!(folder.run(&["migrate"]).printed(), told);
    assert_eq!(folder.run(&["review", "--all"]).printed().split(' ').next(), Some("0"));
    database.execute(&["UPDATE security_contact_schema SET version = 999"]);
    let newer = "error: the database has schema 999 and this program knows schema 1: use a newer version of it";
    assert_eq!(folder.run(&["migrate"]).failed(1), newer);
}

#[test]
fn two_servers_share_a_database() {
    let (_database, folder) = with_acme();
    let maildirs = [maildir(&folder, "mail-1"), maildir(&folder, "mail-2")];
    let servers = maildirs.each_ref().map(|to| Running::start(serve(&folder, &["--maildir", to])));
    let change = |server: &Running, version: u32, person: &str| {
        let headers = format!(
            "authorization: Bearer {TOKEN}\r\nsecurity-contact-person: u-owner\r\nif-match: \"v{version}\"\r\n\
             content-type: application/json\r\n"
        );
        let body = format!(r#"{{"userId":"{person}"}}"#);
        server.ask("PUT /v1/accounts/acme/security-contact", &headers, &body).0
    };
    let [one, other] = &servers;
    assert_eq!(change(one, 0, "u-admin"), 200);
    let (status, body) = asked(other);
    assert!(status == 200 && body.contains(r#""userId":"u-admin""#), "{status} {body}");
    assert_eq!(change(other, 0, "u-owner"), 412, "the version that the first server gave counts here too");
    assert_eq!(change(other, 1, "u-owner"), 200);
    assert!(asked(one).1.contains(r#""userId":"u-owner""#));

    // Each mail is sent by one of them, so that there is one file a mail.
    let states = || -> Vec<Value> {
        let rows = json_of(&folder, &["outbox", "list"])["rows"].as_array().unwrap().clone();
        rows.iter().map(|row| row["state"].clone()).collect()
    };
    while states().contains(&json!("pending")) {}
    let [one, other] = servers;
    assert_eq!((one.stop(), other.stop()), (Some(0), Some(0)));
    assert_eq!(states(), vec!["sent"; 4]);
    assert_eq!(maildirs.iter().map(|to| mails_in(to)).sum::<usize>(), 4);
}

#[test]
fn a_server_goes_on_when_its_database_is_back() {
    let postgres = Server::start(NOT_DURABLE);
    let folder = Folder::with_database(&postgres.url("postgres"));
    folder.import(&acme()).printed();
    let mut server = Running::start(serve(&folder, &["--maildir", &maildir(&folder, "mail")]));
    assert_eq!(asked(&server).0, 200);
    postgres.stop(Stop::Immediate);
    assert_eq!(asked(&server).0, 503);
    let (status, body) = server.ask("GET /readyz", "", "");
    assert!(status == 503 && body.contains(r#""detail":"the store does not answer""#), "{status} {body}");
    assert_eq!(server.ask("GET /healthz", "", "").0, 200);
    server.until("mail cannot be delivered");
    let error = folder.run(&["show", "acme"]).failed(1);
    assert!(error.starts_with("error: there is no way to PostgreSQL at `"), "{error}");
    assert!(error.contains("check the URL, and that the server runs"), "{error}");
    postgres.start_again();
    assert_eq!(asked(&server).0, 200);
    assert_eq!(server.ask("GET /readyz", "", "").0, 200);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_password_that_is_refused_is_not_told() {
    let postgres = Server::start(NOT_DURABLE);
    postgres.stop(Stop::Fast);
    postgres.write("pg_hba.conf", "local all all scram-sha-256\n");
    postgres.start_again();
    let url = postgres.url("postgres").replace("postgres@", "postgres:hunter2@");
    let folder = Folder::new();
    let file = folder.write("url", format!("{url}\n"));
    for args in [&["show", "acme"][..], &["migrate"], &["audit", "verify"]] {
        let error = folder.run(&[args, &["--database-url-file", &file]].concat()).failed(1);
        assert!(error.starts_with("error: PostgreSQL at `") && error.contains("refuses the user or the password"));
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn a_url_that_cannot_be_used_is_told_without_it() {
    let folder = Folder::new();
    for (url, expected) in [
        ("mysql://hunter2@db/x", "the store's URL cannot be read"),
        ("postgres://user:hunter2@db/x?sslmode=prefer", "another `sslmode`"),
        ("postgres://user:hunter2@127.0.0.1:1/x?sslmode=disable", "there is no way to PostgreSQL at `127.0.0.1:1`"),
    ] {
        let file = folder.write("url", url);
        let error = folder.run(&["review", "--database-url-file", &file]).failed(1);
        assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
    }
    let error = folder.run(&["review", "--database-url-file", "missing"]).failed(1);
    assert!(error.starts_with("error: the file `missing` cannot be read: No such file"), "{error}");
    // The file counts before the environment, and an empty variable is none.
    let none = Folder::with_database("");
    assert!(none.run(&["review"]).failed(1).starts_with("error: there are no accounts in `"));
    let other = Folder::with_database("mysql://x");
    let error = other.run(&["review", "--database-url-file", "missing"]).failed(1);
    assert!(error.starts_with("error: the file `missing` cannot be read"), "{error}");
}

#[test]
fn a_demo_opens_no_database() {
    let database = Database::create();
    let folder = Folder::with_database(database.url());
    let error = folder.run(&["demo", "--listen", "127.0.0.1:0"]).failed(2);
    assert!(error.starts_with("error: the demo keeps its accounts in the data folder: name no database"), "{error}");
    assert!(!folder.data().exists());
    assert_eq!(database.look("SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'").unwrap(), "0");
}
