//! `doctor`, on what is well and on what is not.

use std::fs;
use std::net::TcpListener;

use security_contact_tests_postgres::Database;
use serde_json::Value;

use crate::peer::Peer;
use crate::running::TOKEN;
use crate::support::{Ended, Folder, acme, person};

/// The state and the message of each check.
fn found(ended: &Ended) -> Vec<(String, String, String)> {
    assert_eq!(ended.stderr, "");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let checks = report["checks"].as_array().unwrap().iter();
    let checks: Vec<_> =
        checks.map(|line| (text(&line["check"]), text(&line["state"]), text(&line["message"]))).collect();
    let is_well = checks.iter().all(|(_, state, _)| state != "failed");
    assert_eq!((ended.code, &report["ok"]), (Some(i32::from(!is_well)), &Value::Bool(is_well)));
    checks
}

fn doctor(folder: &Folder, more: &[&str]) -> Vec<(String, String, String)> {
    found(&folder.run(&[&["doctor", "--json"], more].concat()))
}

/// The state and message of one check.
fn one(checks: &[(String, String, String)], name: &str) -> (String, String) {
    let (_, state, message) = checks.iter().find(|(check, ..)| check == name).unwrap_or_else(|| panic!("{checks:?}"));
    (state.clone(), message.clone())
}

fn folder_with_acme() -> Folder {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    folder
}

#[test]
fn all_is_well_where_it_is() {
    let folder = folder_with_acme();
    let token = folder.write_secret("token", TOKEN);
    let peer = Peer::start("accept");
    let url = folder.write_secret("url", format!("smtp://127.0.0.1:{}?tls=none", peer.port()));
    let options = ["--listen", "127.0.0.1:0", "--token-file", &token, "--mail-from", "s@example.com"];
    let checks = doctor(&folder, &[&options[..], &["--smtp-url-file", &url]].concat());
    let names: Vec<&str> = checks.iter().map(|(check, ..)| check.as_str()).collect();
    let expected =
        ["configuration", "module", "database", "schema", "accounts", "callers", "secrets", "listen", "mail", "clock"];
    assert_eq!(names, expected);
    assert!(checks.iter().all(|(_, state, _)| state == "ok"), "{checks:?}");
    let told = folder.run(&["doctor"]).printed();
    assert!(told.starts_with("ok       configuration  the default rules\nok       module         policy 1."), "{told}");
    assert!(told.contains("\nskipped  mail           mail needs one of "), "{told}");
    // Nobody was sent a mail, and nothing was made.
    assert_eq!(peer.rest().len(), 0);
}

#[test]
fn the_configuration_of_a_server_is_looked_at() {
    let folder = folder_with_acme();
    folder.write_secret("token", TOKEN);
    let config = |token: &str| {
        let file = folder.path().join(token).display().to_string();
        let (data, mail) = (folder.data().display().to_string(), folder.path().join("mail").display().to_string());
        let keys = [("data", &data), ("token-file", &file), ("maildir", &mail), ("mail-from", &"s@example.com".into())];
        let lines: String = keys.iter().map(|(key, value)| format!("{key} = \"{value}\"\n")).collect();
        folder.write("config.toml", lines + "listen = \"127.0.0.1:0\"\nrequests-per-account = 3\n")
    };
    let file = config("token");
    let checks = doctor(&folder, &["--config", &file]);
    assert!(checks.iter().all(|(_, state, _)| state == "ok"), "{checks:?}");
    assert_eq!(checks[0].2, format!("the file `{file}` and the default rules"));
    let (state, message) = one(&doctor(&folder, &["--config", &config("missing")]), "callers");
    assert!(state == "failed" && message.contains("missing` cannot be read"), "{message}");
    let wrong = folder.write("config.toml", "listn = 1\n");
    assert_eq!(folder.run(&["doctor", "--config", &wrong]).code, Some(2));
}

#[test]
fn secrets_that_everybody_can_read_are_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder_with_acme();
    let token = folder.write("token", TOKEN);
    let (url, database) =
        (folder.write("url", "smtp://127.0.0.1:1"), folder.write("database", "postgres://127.0.0.1:1/x"));
    let options = ["--token-file", &token, "--smtp-url-file", &url, "--database-url-file", &database];
    let set = |file: &str, mode| fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
    for (mode, open) in [(0o644, true), (0o602, true), (0o640, false), (0o400, false)] {
        for changed in [&token, &url, &database] {
            for file in [&token, &url, &database] {
                set(file, if file == changed { mode } else { 0o600 });
            }
            let (state, message) = one(&doctor(&folder, &options), "secrets");
            assert_eq!(state, if open { "warning" } else { "ok" }, "{mode:o} {message}");
            assert_eq!(message.contains(changed.as_str()), open, "{message}");
            assert!(!open || message.ends_with("`chmod o= FILE`"), "{message}");
        }
    }
    let (state, _) = one(&doctor(&folder, &["--token-file", "missing"]), "secrets");
    assert_eq!(state, "skipped");
}

#[test]
fn a_mail_server_that_takes_nothing_is_told_without_its_password() {
    let folder = folder_with_acme();
    let refusing = Peer::start("auth:535 5.7.8");
    for (url, expected) in [
        ("smtp://user:secret@127.0.0.1:1?tls=none".to_owned(), "the connection failed"),
        (format!("smtp://user:secret@127.0.0.1:{}?tls=none", refusing.port()), ""),
        ("smtp://secret@".to_owned(), "the SMTP URL cannot be used"),
    ] {
        let file = folder.write("url", &url);
        let (state, message) =
            one(&doctor(&folder, &["--mail-from", "s@example.com", "--smtp-url-file", &file]), "mail");
        assert!(state == "failed" && message.contains(expected) && !message.contains("secret"), "{url} {message}");
    }
}

#[test]
fn a_maildir_is_looked_at_and_not_made() {
    let folder = folder_with_acme();
    let maildir = folder.path().join("mail").display().to_string();
    let options = ["--mail-from", "s@example.com", "--maildir", &maildir];
    let (state, message) = one(&doctor(&folder, &options), "mail");
    assert!(state == "ok" && message.ends_with("is made when it is needed"), "{message}");
    assert!(!fs::exists(&maildir).unwrap());
    fs::create_dir_all(folder.path().join("mail/tmp")).unwrap();
    let (state, message) = one(&doctor(&folder, &options), "mail");
    assert!(state == "ok" && message.ends_with("can be written"), "{message}");
    assert_eq!(fs::read_dir(folder.path().join("mail/tmp")).unwrap().count(), 0);
    fs::remove_dir(folder.path().join("mail/tmp")).unwrap();
    folder.write("mail/tmp", "no folder");
    let (state, message) = one(&doctor(&folder, &options), "mail");
    assert!(state == "failed" && message.contains("mail/tmp` cannot be made: Not a directory"), "{message}");
}

#[test]
fn what_is_missing_is_told_with_what_to_do() {
    let folder = Folder::new();
    let (state, message) = one(&doctor(&folder, &[]), "database");
    assert!(state == "failed" && message.contains("bring some with `security-contact import`"), "{message}");
    assert!(!folder.data().exists());
    folder.run(&["migrate"]).printed();
    let (state, message) = one(&doctor(&folder, &[]), "accounts");
    assert!(state == "warning" && message.contains("`security-contact import`"), "{message}");

    let rules = folder.write("rules.json", "{\"maxLoginAgeDays\":0}");
    let checks = doctor(&folder, &["--rules", &rules]);
    let (state, message) = one(&checks, "configuration");
    assert!(state == "failed" && message.contains("`rules.maxLoginAgeDays`: expected"), "{message}");
    assert_eq!((one(&checks, "module").0.as_str(), one(&checks, "schema").0.as_str()), ("skipped", "ok"));

    let (state, message) = one(&doctor(&folder, &["--token-file", "missing"]), "callers");
    assert!(state == "failed" && message.contains("`missing` cannot be read"), "{message}");
    let (state, message) = one(&doctor(&folder, &["--database-url-file", "missing"]), "database");
    assert!(state == "failed" && message.contains("`missing` cannot be read"), "{message}");

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    assert_eq!(one(&doctor(&folder, &["--listen", &address]), "listen").0, "warning");
    assert_eq!(one(&doctor(&folder, &["--listen", "192.0.2.1:1"]), "listen").0, "failed");
}

#[test]
fn a_schema_that_is_old_or_new_is_told_and_left_alone() {
    let folder = folder_with_acme();
    let set = |version: i64| {
        rusqlite::Connection::open(folder.database()).unwrap().pragma_update(None, "user_version", version).unwrap();
    };
    set(0);
    let (state, message) = one(&doctor(&folder, &[]), "schema");
    assert!(state == "warning" && message.contains("run `security-contact migrate`"), "{message}");
    set(999);
    let (state, message) = one(&doctor(&folder, &[]), "database");
    assert!(state == "failed" && message.contains("schema 999"), "{message}");
    fs::write(folder.database(), "no database, but a long enough text. ".repeat(100)).unwrap();
    let (state, message) = one(&doctor(&folder, &[]), "database");
    assert!(state == "failed" && message.contains("is not a SQLite database"), "{message}");
}

#[test]
fn a_clock_that_contradicts_the_accounts_is_told() {
    let folder = folder_with_acme();
    assert_eq!(one(&doctor(&folder, &[]), "clock").0, "ok");
    let owner = person("acme", "u-owner", "owner", "active", 1);
    let (before, after) = owner.split_once("\"lastLoginAt\":\"").unwrap();
    let later = format!("{before}\"lastLoginAt\":\"2999-01-01T00:00:00.000Z{}", &after[24..]);
    folder.import(&[later]).printed();
    let (state, message) = one(&doctor(&folder, &[]), "clock");
    assert!(state == "warning" && message.contains("something happened at 2999-01-01T00:00:00.000Z"), "{message}");
}

#[test]
fn a_postgres_database_is_looked_at_and_not_changed() {
    let database = Database::create();
    let folder = Folder::with_database(database.url());
    for _ in 0..2 {
        let checks = doctor(&folder, &[]);
        assert_eq!(one(&checks, "database").1, "PostgreSQL, which answers");
        let (state, message) = one(&checks, "schema");
        assert!(state == "warning" && message.starts_with("it has schema 0 and needs "), "{message}");
    }
    folder.import(&acme()).printed();
    let checks = doctor(&folder, &[]);
    assert_eq!((one(&checks, "schema").0.as_str(), one(&checks, "accounts").0.as_str()), ("ok", "ok"));
    let nowhere = folder.write("url", "postgres://user:secret@127.0.0.1:1/contacts?sslmode=disable");
    let (state, message) = one(&doctor(&folder, &["--database-url-file", &nowhere]), "database");
    assert!(state == "failed" && message.contains("127.0.0.1:1") && !message.contains("secret"), "{message}");
}
