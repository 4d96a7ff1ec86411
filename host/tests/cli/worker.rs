//! `worker`, and a server that leaves the work to it.

use serde_json::Value;

use crate::gate::Gate;
use crate::peer::Peer;
use crate::running::{Running, TOKEN, serve, worker};
use crate::support::{Folder, acme, program, run_with};

fn folder_with_acme() -> Folder {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    folder
}

/// The states of the outbox's rows.
fn states(folder: &Folder) -> Vec<Value> {
    let page: Value = serde_json::from_str(&folder.run(&["outbox", "list", "--json"]).printed()).unwrap();
    page["rows"].as_array().unwrap().iter().map(|row| row["state"].clone()).collect()
}

#[test]
fn a_server_without_worker_leaves_the_work_to_one() {
    let folder = folder_with_acme();
    folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    let token = folder.write("token", TOKEN);
    let serve = ["serve", "--listen", "127.0.0.1:0", "--token-file", &token, "--without-worker"];
    let mut command = folder.program(&serve);
    command.env("SECURITY_CONTACT_SMTP_URL", "no URL: nobody reads it");
    let server = Running::start(command);
    let headers = format!("authorization: Bearer {TOKEN}\r\nsecurity-contact-person: u-owner\r\n");
    let (status, body) = server.ask("GET /v1/accounts/acme/security-contact", &headers, "");
    assert!(status == 200 && body.contains(r#""userId":"u-admin""#), "{status} {body}");
    assert_eq!(server.stop(), Some(0));
    assert_eq!(states(&folder), ["pending", "pending"]);

    // The rules changed meanwhile, so that the worker has something to review.
    folder.write("data/rules.json", r#"{"maxLoginAgeDays":1,"expiryReminderDays":[]}"#);
    let maildir = folder.data().join("mail").display().to_string();
    let mut worker = Running::spawn(worker(&folder, &["--maildir", &maildir]));
    worker.until_sent(4);
    assert_eq!(worker.stop(), Some(0));
    assert_eq!((states(&folder), folder.mails()), (vec!["sent".into(); 4], 4));
    assert!(folder.run(&["history", "acme"]).printed().contains("reverted"));
}

#[test]
fn a_worker_with_other_rules_says_that_they_hold_from_now_on() {
    let folder = folder_with_acme();
    let maildir = folder.data().join("mail").display().to_string();
    let worker = || Running::spawn(worker(&folder, &["--maildir", &maildir]));
    let mut first = worker();
    first.until("working");
    assert_eq!(first.stop(), Some(0));
    folder.write("data/rules.json", r#"{"maxLoginAgeDays":1,"expiryReminderDays":[]}"#);
    let mut second = worker();
    let line = second.until("hold from now on");
    assert!(line.contains("WARN"), "{line}");
    assert_eq!(second.stop(), Some(0));
    // Commands with the same rules work on.
    folder.import(&acme()).printed();
}

#[test]
fn a_worker_that_is_asked_to_stop_finishes_the_mails_in_hand() {
    let folder = folder_with_acme();
    for _ in 0..3 {
        folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
        folder.run(&["reset", "acme", "--actor", "u-owner"]).printed();
    }
    let peer = Peer::start("accept");
    let gate = Gate::before(peer.port());
    let url = folder.write("url", gate.url());
    let mut worker = Running::spawn(worker(&folder, &["--smtp-url-file", &url]));
    gate.until_in_hand(4);
    worker.signal();
    worker.until("stopping");
    gate.open();
    worker.until("sent=4");
    assert_eq!(worker.ended(), Some(0));
    let sent = states(&folder).iter().filter(|state| *state == "sent").count();
    assert_eq!((sent, states(&folder).len(), peer.rest().len()), (4, 12, 4));
}

#[test]
fn the_log_of_a_worker_can_be_json_and_states_the_policy() {
    let folder = folder_with_acme();
    let maildir = folder.data().join("mail").display().to_string();
    let mut worker = Running::spawn(worker(&folder, &["--maildir", &maildir, "--log-format", "json"]));
    let line: Value = serde_json::from_str(&worker.until("\"working\"")).unwrap();
    let policy: Value = serde_json::from_str(&run_with(program(["policy"]), b"").printed()).unwrap();
    assert_eq!((&line["module_sha256"], &line["fingerprint"]), (&policy["moduleSha256"], &policy["fingerprint"]));
    assert_eq!(worker.stop(), Some(0));
}

#[test]
fn what_a_worker_needs_is_told_in_one_line() {
    let folder = Folder::new();
    let error = run_with(worker(&folder, &["--maildir", "unused"]), b"").failed(1);
    assert!(error.starts_with("error: there are no accounts in `"), "{error}");
    let error = run_with(worker(&folder, &[]), b"").failed(2);
    assert!(error.starts_with("error: mail needs one of `--smtp-url-file`, `--maildir`"), "{error}");
    for command in ["worker", "serve"] {
        let args = [command, "--maildir", "unused"];
        let for_serve = ["--listen", "127.0.0.1:0", "--token-file", "t"];
        let all = [&args[..], if command == "serve" { &for_serve } else { &[] }].concat();
        let error = folder.run(&all).failed(2);
        assert_eq!(error, "error: mail needs `--mail-from`, the address that it comes from");
    }
    let ended = run_with(serve(&folder, &["--without-worker"]), b"");
    assert_eq!(ended.code, Some(2), "`--mail-from` is of no use without a worker");
}
