//! `outbox`: mails that cannot be sent, and what becomes of them.

use serde_json::{Value, json};

use crate::peer::Peer;
use crate::places::{asking, served};
use crate::running::{Running, worker};
use crate::support::{Folder, account, acme, person};

/// Two mails that no server took: `u-admin` was chosen in place of `u-owner`.
fn with_waiting_mail() -> Folder {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    folder
}

fn rows(folder: &Folder, filter: &[&str]) -> Vec<Value> {
    let printed = folder.run(&[&["outbox", "list", "--json"], filter].concat()).printed();
    assert!(!printed.contains('@'), "{printed}");
    let page: Value = serde_json::from_str(&printed).unwrap();
    page["rows"].as_array().unwrap().clone()
}

fn states(folder: &Folder) -> Vec<String> {
    rows(folder, &[]).iter().map(|row| row["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_was_not_taken_is_listed_with_its_reason_and_sent_when_asked_for() {
    let folder = with_waiting_mail();
    let url = folder.write("url", "smtp://127.0.0.1:1?tls=none");
    let mut failing = Running::spawn(worker(&folder, &["--smtp-url-file", &url]));
    failing.until("a row of the outbox is put off");
    failing.until("a row of the outbox is put off");
    assert_eq!(failing.stop(), Some(0));

    let waiting = rows(&folder, &["--state", "pending"]);
    let told = |row: &Value| (row["to"].clone(), row["attempts"].clone(), row["dueAt"] == row["queuedAt"]);
    let told: Vec<_> = waiting.iter().map(told).collect();
    assert_eq!(told, [(json!("u-admin"), json!(1), false), (json!("u-owner"), json!(1), false)]);
    let reason = waiting[0]["lastError"].as_str().unwrap();
    assert!(reason.starts_with("the connection failed: "), "{reason}");
    let listed = folder.run(&["outbox", "list"]).printed();
    let due = waiting[0]["dueAt"].as_str().unwrap();
    assert!(listed.starts_with("number  account  to       state    tries  queued  "), "{listed}");
    assert!(listed.lines().nth(1).unwrap().ends_with(&format!("{due}  {reason}")), "{listed}");

    assert_eq!(folder.run(&["outbox", "drop", "1", "2"]).printed(), "1 is dropped\n2 is dropped\n");
    assert_eq!(states(&folder), ["dropped", "dropped"]);
    assert_eq!(folder.run(&["outbox", "retry", "2"]).printed(), "2 will be tried again\n");
    let maildir = folder.data().join("mail").display().to_string();
    let mut sending = Running::spawn(worker(&folder, &["--maildir", &maildir]));
    sending.until_sent(1);
    assert_eq!(sending.stop(), Some(0));
    assert_eq!((states(&folder), folder.mails()), (vec!["dropped".to_owned(), "sent".to_owned()], 1));
}

#[test]
fn a_row_in_another_state_is_told_and_the_others_are_done() {
    let folder = with_waiting_mail();
    let ended = folder.run(&["outbox", "drop", "7", "1"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), "1 is dropped\n"));
    assert_eq!(ended.stderr, "error: the outbox has no number 7: see `security-contact outbox list`\n");
    let error = folder.run(&["outbox", "drop", "1"]).failed(1);
    assert_eq!(error, "error: 1 is dropped: only what is pending or failed can be dropped");
    let error = folder.run(&["outbox", "retry", "2"]).failed(1);
    assert_eq!(error, "error: 2 is pending: only what failed or was dropped is tried again");

    let ended = folder.run(&["outbox", "retry", "1", "2", "7", "--json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""));
    let refused = json!([{"id":2,"state":"pending"},{"id":7,"state":null}]);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report, json!({"act":"retry","done":[1],"refused":refused}));
    let report: Value = serde_json::from_str(&folder.run(&["outbox", "drop", "2", "--json"]).printed()).unwrap();
    assert_eq!(report, json!({"act":"drop","done":[2],"refused":[]}));
    assert_eq!(states(&folder), ["pending", "dropped"]);
}

#[test]
fn everything_that_failed_is_tried_again() {
    let folder = with_waiting_mail();
    let report = folder.run(&["outbox", "retry", "--all-failed", "--json"]).printed();
    assert_eq!(report, "{\"act\":\"retry\",\"done\":[],\"refused\":[]}\n");
    let url = |peer: &Peer| folder.write("url", format!("smtp://127.0.0.1:{}?tls=none", peer.port()));
    let refusing = Peer::start("message:552 5.3.4");
    let mut failing = Running::spawn(worker(&folder, &["--smtp-url-file", &url(&refusing)]));
    failing.until("a row of the outbox is given up");
    failing.until("a row of the outbox is given up");
    assert_eq!(failing.stop(), Some(0));
    let failed = rows(&folder, &["--state", "failed"]);
    assert_eq!(failed.iter().map(|row| &row["lastError"]).collect::<Vec<_>>(), ["the server replied 552 (5.3.4)"; 2]);

    assert_eq!(folder.run(&["outbox", "retry", "--all-failed"]).printed(), "2 that failed will be tried again\n");
    let mut accepting = Peer::start("accept");
    let mut sending = Running::spawn(worker(&folder, &["--smtp-url-file", &url(&accepting)]));
    sending.until_sent(2);
    assert_eq!(sending.stop(), Some(0));
    let mut to = [accepting.mail(), accepting.mail()].map(|mail| mail["to"][0].as_str().unwrap().to_owned());
    to.sort();
    assert_eq!(to, ["u-admin@acme.example", "u-owner@acme.example"]);
    assert_eq!(states(&folder), ["sent", "sent"]);
}

#[test]
fn the_list_goes_on_page_by_page() {
    let folder = with_waiting_mail();
    folder.import(&[account("b", "u-1"), person("b", "u-1", "owner", "active", 1)]).printed();
    folder.run(&["reset", "acme", "--actor", "u-owner"]).printed();
    let page = |args: &[&str]| folder.run(&[&["outbox", "list", "--limit", "3"], args].concat()).printed();
    assert!(page(&[]).ends_with("\nthere are more: go on with `--after 3`\n"));
    let json: Value = serde_json::from_str(&page(&["--json"])).unwrap();
    assert_eq!((json["rows"].as_array().unwrap().len(), &json["nextAfter"]), (3, &json!(3)));
    let json: Value = serde_json::from_str(&page(&["--json", "--after", "3"])).unwrap();
    assert_eq!((&json["rows"][0]["id"], &json["nextAfter"]), (&json!(4), &Value::Null));
    assert_eq!(page(&["--after", "3"]).lines().count(), 2);

    let nothing = "there is nothing of that kind in the outbox\n";
    assert_eq!(page(&["--account", "b"]), nothing);
    assert_eq!(page(&["--state", "unreachable"]), nothing);
    assert_eq!(rows(&folder, &["--account", "acme"]).len(), 4);
    assert_eq!(folder.run(&["outbox", "list", "--account", "c"]).failed(1), "error: there is no account `c`");
}

#[test]
fn an_address_that_takes_no_mail_is_shown_where_its_person_is() {
    let folder = with_waiting_mail();
    let peer = Peer::start("rcpt:550 5.1.1");
    let url = folder.write("url", format!("smtp://127.0.0.1:{}?tls=none", peer.port()));
    let mut failing = Running::spawn(worker(&folder, &["--smtp-url-file", &url]));
    // Of the two addresses, that of the contact and that of the owner.
    failing.until("its address is unreachable");
    failing.until("its address is unreachable");
    assert_eq!(failing.stop(), Some(0));

    let server = served(&folder, &[]);
    let token = folder.path().join("token").display().to_string();
    let both = |args: &[&str]| {
        let printed = folder.run(args).printed();
        assert_eq!(asking(&server, &token, args, b"").printed(), printed);
        printed
    };
    let shown: Value = serde_json::from_str(&both(&["show", "acme", "--json"])).unwrap();
    let since = shown["contact"]["unreachableSince"].as_str().unwrap();
    let warning =
        format!("\nwarning  no mail reaches the contact: the mail server refuses the address since {since}\n");
    let told = both(&["show", "acme"]);
    assert!(told.contains(&warning), "{told}");
    let listed = both(&["candidates", "acme"]);
    assert!(listed.contains(&format!("u-admin@acme.example (refused since {since})")), "{listed}");
    assert_eq!(listed.matches("refused since").count(), 2, "{listed}");
    let found: Value = serde_json::from_str(&both(&["candidates", "acme", "--json"])).unwrap();
    let marked = found["candidates"].as_array().unwrap().iter().filter(|row| row.get("unreachableSince").is_some());
    assert_eq!(marked.map(|row| &row["person"]["id"]).collect::<Vec<_>>(), ["u-admin", "u-owner"]);
}
