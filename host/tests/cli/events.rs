//! `events`: from the command line to the mail.

use std::fs;

use serde_json::Value;

use crate::running::{Running, worker};
use crate::support::{Folder, acme, run_with};

fn folder_with_acme() -> Folder {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    folder
}

/// `events send` with all but the text and whatever else there is.
fn send<'a>(kind: &'a str, key: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["events", "send", "acme", "--kind", kind, "--severity", "high", "--key", key], more].concat()
}

#[test]
fn an_event_reaches_whoever_is_the_contact_when_it_is_sent() {
    let folder = folder_with_acme();
    let text = ["--text", "A login from <another> country.\nCall us."];
    let queued = folder.run(&send("abnormal_login", "login-1", &text)).printed();
    assert_eq!(queued, "queued as number 1 of the outbox: a running server or worker sends it\n");
    let listed = folder.run(&["outbox", "list"]).printed();
    assert!(listed.contains("1       acme     (event)  pending"), "{listed}");
    // Nobody was told yet: the contact that counts is the one of the moment when the event is sent.
    folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    let maildir = folder.data().join("mail").display().to_string();
    let mut worker = Running::spawn(worker(&folder, &["--maildir", &maildir]));
    worker.until_sent(3);
    assert_eq!(worker.stop(), Some(0));

    let mails = fs::read_dir(folder.data().join("mail/new")).unwrap();
    let mails: Vec<String> = mails.map(|mail| fs::read_to_string(mail.unwrap().path()).unwrap()).collect();
    let of_event: Vec<&String> = mails.iter().filter(|mail| mail.contains("Subject: [High]")).collect();
    assert_eq!(of_event.len(), 1);
    assert!(of_event[0].contains("u-admin@acme.example") && !of_event[0].contains("u-owner"), "{}", of_event[0]);
    assert!(of_event[0].contains("A login from <another> country."), "{}", of_event[0]);
    let history = folder.run(&["history", "acme"]).printed();
    let newest = history.lines().nth(1).unwrap();
    assert!(newest.contains("event_sent  (host)") && newest.ends_with("high abnormal_login to u-admin"), "{history}");
}

#[test]
fn an_event_is_queued_once_and_its_key_is_its_own() {
    let folder = folder_with_acme();
    let text = ["--text", "Rotate the key."];
    folder.run(&send("action_required", "k", &text)).printed();
    let again = folder.run(&send("action_required", "k", &text)).printed();
    assert_eq!(again, "nothing was done: this event came before under the same key, as number 1 of the outbox\n");
    let taken = "error: another event of the account came under this key: choose another key";
    assert_eq!(folder.run(&send("breach_alert", "k", &text)).failed(4), taken);
    assert_eq!(folder.run(&send("action_required", "k", &["--text", "Rotate it."])).failed(4), taken);

    let json = |args: &[&str]| folder.run(&[args, &["--json"]].concat());
    assert_eq!(json(&send("action_required", "k", &text)).printed(), "{\"outcome\":\"repeated\",\"id\":1}\n");
    assert_eq!(json(&send("action_required", "l", &text)).printed(), "{\"outcome\":\"queued\",\"id\":2}\n");
    let reused = json(&send("breach_alert", "k", &text));
    assert_eq!((reused.code, reused.stdout.as_str()), (Some(4), "{\"outcome\":\"key_reused\"}\n"));
}

#[test]
fn the_text_can_come_from_a_file_or_standard_input() {
    let folder = folder_with_acme();
    let file = folder.write("text", "One line.\r\nAnother.\r\n");
    folder.run(&send("breach_alert", "k", &["--text-file", &file])).printed();
    // The same text, however its lines end.
    let from_input = folder.program(&send("breach_alert", "k", &["--text-file", "-", "--json"]));
    assert_eq!(run_with(from_input, b"One line.\nAnother.").printed(), "{\"outcome\":\"repeated\",\"id\":1}\n");
}

#[test]
fn an_event_that_cannot_be_sent_is_told() {
    let folder = folder_with_acme();
    let send_to = |account: &str| {
        let args =
            ["events", "send", account, "--kind", "breach_alert", "--severity", "low", "--key", "k", "--text", "x"];
        folder.run(&args)
    };
    assert_eq!(send_to("nobody").failed(1), "error: there is no account `nobody`");

    for (contents, expected) in [
        ("", "expected a text of 1 to 2,000 characters"),
        ("\n \n", "expected a text of 1 to 2,000 characters"),
        (&"x".repeat(2_001), "expected a text of 1 to 2,000 characters"),
        (&"x".repeat(1 << 20), "expected a text of 1 to 2,000 characters"),
        ("a\u{7}b", "without control characters"),
    ] {
        let file = folder.write("text", contents);
        let error = folder.run(&send("breach_alert", "k", &["--text-file", &file])).failed(1);
        assert!(error.starts_with(&format!("error: the text in `{file}` cannot be used: ")), "{error}");
        assert!(error.contains(expected), "{error}");
    }
    let file = folder.write("text", b"\xff");
    let error = folder.run(&send("breach_alert", "k", &["--text-file", &file])).failed(1);
    assert!(
        error.starts_with(&format!("error: `{file}` cannot be read: stream did not contain valid UTF-8")),
        "{error}"
    );
    let error = folder.run(&send("breach_alert", "k", &["--text-file", "missing"])).failed(1);
    assert!(error.starts_with("error: `missing` cannot be read: No such file"), "{error}");

    for wrong in [
        send("breach", "k", &["--text", "x"]),
        send("breach_alert", "k 1", &["--text", "x"]),
        send("breach_alert", "k", &["--text", ""]),
        send("breach_alert", "k", &[]),
        send("breach_alert", "k", &["--text", "x", "--text-file", "-"]),
        vec!["events"],
    ] {
        assert_eq!(folder.run(&wrong).code, Some(2), "{wrong:?}");
    }
    let listed: Value = serde_json::from_str(&folder.run(&["outbox", "list", "--json"]).printed()).unwrap();
    assert_eq!(listed["rows"], serde_json::json!([]));
}
