//! What whoever operates a server or worker does with it: signals, health, metrics.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use crate::gate::Gate;
use crate::peer::Peer;
use crate::running::{Running, TOKEN, ask_at, serve, worker};
use crate::support::{Folder, acme, run_with};

const CONTACT: &str = "/v1/accounts/acme/security-contact";
const STRICT: &str = r#"{"maxLoginAgeDays":1,"expiryReminderDays":[]}"#;

fn folder_with_acme() -> Folder {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    folder
}

fn maildir(folder: &Folder) -> String {
    folder.data().join("mail").display().to_string()
}

/// What the machine with the token gets for `u-owner`.
fn get(server: &Running, path: &str) -> Value {
    let headers = format!("authorization: Bearer {TOKEN}\r\nsecurity-contact-person: u-owner\r\n");
    let (status, body) = server.ask(&format!("GET {path}"), &headers, "");
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

fn states(folder: &Folder) -> Vec<Value> {
    let page: Value = serde_json::from_str(&folder.run(&["outbox", "list", "--json"]).printed()).unwrap();
    page["rows"].as_array().unwrap().iter().map(|row| row["state"].clone()).collect()
}

/// The fingerprint by which what is due is told in the store.
fn policy_of(folder: &Folder) -> String {
    let store = rusqlite::Connection::open(folder.database()).unwrap();
    store.query_row("SELECT fingerprint FROM policy", [], |row| row.get(0)).unwrap()
}

/// The lines of the metrics, apart from what explains them.
fn metrics(address: &str) -> BTreeSet<String> {
    let (status, text) = ask_at(address, "GET /metrics", "", "");
    assert_eq!(status, 200, "{text}");
    text.lines().filter(|line| !line.starts_with('#')).map(ToOwned::to_owned).collect()
}

#[test]
fn other_rules_hold_after_sighup_and_make_everything_due() {
    let folder = folder_with_acme();
    folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    let mut server = Running::start(serve(&folder, &["--maildir", &maildir(&folder), "--review-every", "1"]));
    server.until_sent(2);
    let before = get(&server, "/v1/policy");
    assert_eq!(get(&server, CONTACT)["contact"]["source"], "designated");

    folder.write("data/rules.json", STRICT);
    server.send("-HUP");
    let told = server.until("the rules were read anew");
    let after = get(&server, "/v1/policy");
    assert_eq!((&after["rules"]["maxLoginAgeDays"], &after["moduleSha256"]), (&1.into(), &before["moduleSha256"]));
    assert!(told.contains(after["fingerprint"].as_str().unwrap()), "{told}");
    // Whoever logged in two days ago is no contact any more, and that is stored without anybody asking.
    assert_eq!(get(&server, CONTACT)["contact"]["userId"], "u-owner");
    server.until("reverted=1");
    assert!(policy_of(&folder).starts_with(after["fingerprint"].as_str().unwrap()));
    let (_, history) = {
        let headers = format!("authorization: Bearer {TOKEN}\r\nsecurity-contact-person: u-owner\r\n");
        server.ask(&format!("GET {CONTACT}/history"), &headers, "")
    };
    assert!(history.contains(after["fingerprint"].as_str().unwrap()), "{history}");
    server.send("-HUP");
    server.until("are as they were");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn bad_rules_are_told_in_the_log_and_those_before_stay() {
    let folder = folder_with_acme();
    let mut server =
        Running::start(serve(&folder, &["--maildir", &maildir(&folder), "--metrics-listen", "127.0.0.1:0"]));
    let address = server.until_metrics();
    let before = get(&server, "/v1/policy");
    for (rules, expected) in [
        ("{", "expected JSON: EOF while parsing"),
        (r#"{"maxLoginAgeDays":0}"#, "maxLoginAgeDays"),
        (r#"{"maxLoginAge":30}"#, "maxLoginAge"),
    ] {
        folder.write("data/rules.json", rules);
        server.send("-HUP");
        let told = server.until("the rules cannot be read anew: everything stays as it was");
        assert!(told.contains("ERROR") && told.contains(expected), "{rules}: {told}");
        assert_eq!(get(&server, "/v1/policy"), before);
        assert!(policy_of(&folder).starts_with(before["fingerprint"].as_str().unwrap()));
    }
    folder.write("data/rules.json", STRICT);
    server.send("-HUP");
    server.until("the rules were read anew");
    assert_ne!(get(&server, "/v1/policy"), before);
    let found = metrics(&address);
    for line in [
        r#"security_contact_rules_reloads_total{result="failed"} 3"#,
        r#"security_contact_rules_reloads_total{result="changed"} 1"#,
    ] {
        assert!(found.contains(line), "{line} is not in {found:#?}");
    }
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn rules_hold_on_while_their_file_is_gone() {
    let folder = folder_with_acme();
    folder.write("data/rules.json", STRICT);
    let mut server = Running::start(serve(&folder, &["--maildir", &maildir(&folder)]));
    let strict = get(&server, "/v1/policy");
    std::fs::remove_file(folder.data().join("rules.json")).unwrap();
    server.send("-HUP");
    let told = server.until("the rules cannot be read anew: everything stays as it was");
    assert!(told.contains("rules.json` cannot be read: No such file"), "{told}");
    assert_eq!(get(&server, "/v1/policy"), strict);
    folder.write("data/rules.json", "{}");
    server.send("-HUP");
    server.until("the rules were read anew");
    assert_ne!(get(&server, "/v1/policy"), strict);
    assert_eq!(server.stop(), Some(0));

    // Where there was none at first, the one that came later is not to be missing either.
    std::fs::remove_file(folder.data().join("rules.json")).unwrap();
    let mut server = Running::start(serve(&folder, &["--maildir", &maildir(&folder)]));
    folder.write("data/rules.json", STRICT);
    server.send("-HUP");
    server.until("the rules were read anew");
    std::fs::remove_file(folder.data().join("rules.json")).unwrap();
    server.send("-HUP");
    server.until("the rules cannot be read anew");
    assert_eq!(get(&server, "/v1/policy"), strict);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn tokens_are_read_anew_with_the_rules_all_or_none() {
    let folder = folder_with_acme();
    let tokens = folder.path().join("tokens.json").display().to_string();
    let new = |name: &str| {
        folder.run(&["token", "new", name, "--scope", "read", "--tokens", &tokens]).printed().trim_end().to_owned()
    };
    let leaked = new("leaked");
    let mut server = Running::start(serve(&folder, &["--maildir", &maildir(&folder), "--tokens", &tokens]));
    let status = |server: &Running, token: &str| {
        server.ask("GET /v1/policy", &format!("authorization: Bearer {token}\r\n"), "").0
    };
    let before = get(&server, "/v1/policy");
    folder.run(&["token", "revoke", "leaked", "--tokens", &tokens]).printed();
    let fresh = new("fresh");

    // What is wrong with the one spoils the other.
    folder.write("data/rules.json", "{");
    server.send("-HUP");
    server.until("the rules cannot be read anew: everything stays as it was");
    folder.write("data/rules.json", STRICT);
    let good = std::fs::read(&tokens).unwrap();
    folder.write("tokens.json", "{}");
    server.send("-HUP");
    let told = server.until("the service tokens cannot be read anew: everything stays as it was");
    assert!(told.contains("tokens.json` cannot be used: expected a JSON array of tokens"), "{told}");
    assert_eq!((status(&server, &leaked), status(&server, &fresh)), (200, 401));
    assert_eq!(get(&server, "/v1/policy"), before);

    folder.write("tokens.json", good);
    let other = "another-horse-battery-staple-0002";
    folder.write("token", other);
    server.send("-HUP");
    server.until("the rules were read anew");
    server.until("the service tokens were read anew");
    assert_eq!((status(&server, &leaked), status(&server, &fresh)), (401, 200));
    assert_eq!((status(&server, TOKEN), status(&server, other)), (401, 200));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_server_that_leaves_reviews_to_others_leaves_it_to_them_to_say_what_is_due() {
    let folder = folder_with_acme();
    let worker_first = Running::start(serve(&folder, &["--maildir", &maildir(&folder)]));
    assert_eq!(worker_first.stop(), Some(0));
    let before = policy_of(&folder);
    let token = folder.write("token", TOKEN);
    let args = ["serve", "--listen", "127.0.0.1:0", "--token-file", &token, "--without-worker"];
    let mut server = Running::start(folder.program(&args));
    folder.write("data/rules.json", STRICT);
    server.send("-HUP");
    server.until("the rules were read anew");
    assert_eq!(get(&server, "/v1/policy")["rules"]["maxLoginAgeDays"], 1);
    assert_eq!(policy_of(&folder), before);
    assert_eq!(server.stop(), Some(0));

    let mut worker = Running::spawn(worker(&folder, &["--maildir", &maildir(&folder)]));
    worker.until("working");
    assert_ne!(policy_of(&folder), before, "it has read the same rules when it started");
    let strict = policy_of(&folder);
    folder.write("data/rules.json", "{}");
    worker.send("-HUP");
    worker.until("the rules were read anew");
    assert_eq!((policy_of(&folder) == before, policy_of(&folder) == strict), (true, false));
    assert_eq!(worker.stop(), Some(0));
}

#[test]
fn a_request_and_a_mail_in_hand_are_finished_when_it_is_time_to_stop() {
    let folder = folder_with_acme();
    folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    let peer = Peer::start("accept");
    let gate = Gate::before(peer.port());
    let url = folder.write("url", gate.url());
    let mut server = Running::start(serve(&folder, &["--smtp-url-file", &url]));
    gate.until_in_hand(2);
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let body = r#"{"userId":"u-owner"}"#;
    let head = format!(
        "PUT {CONTACT} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {TOKEN}\r\nsecurity-contact-person: u-owner\r\n\
         if-match: \"v1\"\r\ncontent-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        server.address(),
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // It is under way as soon as its body is asked for.
    let mut begun = [0; 25];
    stream.read_exact(&mut begun).unwrap();
    assert_eq!(&begun, b"HTTP/1.1 100 Continue\r\n\r\n");
    server.signal();
    server.until("stopping");
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    gate.open();
    server.until("sent=2");
    assert_eq!(server.ended(), Some(0));
    assert_eq!(states(&folder), ["sent", "sent", "pending", "pending"]);
    let shown: Value = serde_json::from_str(&folder.run(&["show", "acme", "--json"]).printed()).unwrap();
    assert_eq!(shown["contact"]["userId"], "u-owner");
}

#[test]
fn the_end_takes_no_longer_than_it_may() {
    let folder = folder_with_acme();
    folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    let peer = Peer::start("accept");
    let gate = Gate::before(peer.port());
    let url = folder.write("url", gate.url());
    let mut stuck = Running::spawn(worker(&folder, &["--smtp-url-file", &url, "--stop-within", "1", "--lease", "1"]));
    gate.until_in_hand(2);
    stuck.signal();
    stuck.until("stopped before all that was in hand was finished");
    assert_eq!(stuck.ended(), Some(0));
    assert_eq!(states(&folder), ["pending", "pending"]);
    gate.open();
    let mut next = Running::spawn(worker(&folder, &["--smtp-url-file", &url]));
    next.until_sent(2);
    assert_eq!(next.stop(), Some(0));
    assert_eq!(states(&folder), ["sent", "sent"]);
}

#[test]
fn the_metrics_tell_what_happened_and_name_nobody() {
    let folder = folder_with_acme();
    folder.run(&[
        "events",
        "send",
        "acme",
        "--kind",
        "breach_alert",
        "--severity",
        "high",
        "--key",
        "k",
        "--text",
        "x",
    ]);
    let mut server =
        Running::start(serve(&folder, &["--maildir", &maildir(&folder), "--metrics-listen", "127.0.0.1:0"]));
    let address = server.until_metrics();
    // Before the contact changes, so that nobody else is to have it.
    server.until_sent(1);
    let headers = format!(
        "authorization: Bearer {TOKEN}\r\nsecurity-contact-person: u-owner\r\nif-match: \"v0\"\r\n\
         content-type: application/json\r\n"
    );
    assert_eq!(server.ask(&format!("PUT {CONTACT}"), &headers, r#"{"userId":"u-late"}"#).0, 422);
    assert_eq!(server.ask(&format!("PUT {CONTACT}"), &headers, r#"{"userId":"u-admin"}"#).0, 200);
    server.until_sent(3);
    let found = metrics(&address);
    for line in [
        r#"security_contact_decisions_total{operation="change",outcome="changed"} 1"#,
        r#"security_contact_decisions_total{operation="change",outcome="refused"} 1"#,
        r#"security_contact_history_entries_total{action="designated"} 1"#,
        r#"security_contact_history_entries_total{action="designation_refused"} 1"#,
        r#"security_contact_http_request_seconds_count{method="PUT",route="/v1/accounts/{account}/security-contact",status="200"} 1"#,
        r#"security_contact_http_request_seconds_count{method="PUT",route="/v1/accounts/{account}/security-contact",status="422"} 1"#,
        r#"security_contact_mails_total{result="sent"} 3"#,
        r#"security_contact_mails_total{result="addressed"} 1"#,
        r#"security_contact_mails_total{result="failed"} 0"#,
        r#"security_contact_outbox_rows{state="pending"} 0"#,
        r#"security_contact_outbox_rows{state="failed"} 0"#,
        "security_contact_outbox_oldest_pending_seconds 0",
        r#"security_contact_instances_replaced_total{reason="failed"} 0"#,
        "security_contact_store_up 1",
    ] {
        assert!(found.contains(line), "{line} is not in {found:#?}");
    }
    let fingerprint = get(&server, "/v1/policy")["fingerprint"].as_str().unwrap().to_owned();
    assert!(found.iter().any(|line| line.starts_with("security_contact_policy{") && line.contains(&fingerprint)));
    for private in ["acme", "u-owner", "u-admin", "example", TOKEN] {
        assert!(!found.iter().any(|line| line.contains(private)), "{private}: {found:#?}");
    }
    assert_eq!(ask_at(&address, "GET /readyz", "", "").0, 200);
    assert_eq!(ask_at(&address, "GET /healthz", "", "").0, 200);
    assert_eq!(ask_at(&address, &format!("GET {CONTACT}"), "", "").0, 404, "nothing else is there");
    assert_eq!(server.ask("GET /metrics", "", "").0, 404, "people's own listener has none");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_worker_tells_how_it_goes_too_and_to_this_machine_only() {
    let folder = folder_with_acme();
    let mail = maildir(&folder);
    let mut worker_ = Running::spawn(worker(&folder, &["--maildir", &mail, "--metrics-listen", "127.0.0.1:0"]));
    let address = worker_.until_metrics();
    assert_eq!(ask_at(&address, "GET /readyz", "", "").0, 200);
    rusqlite::Connection::open(folder.database()).unwrap().execute_batch("PRAGMA user_version = 999").unwrap();
    let (status, body) = ask_at(&address, "GET /readyz", "", "");
    assert!(status == 503 && body.contains("the store has another schema"), "{status} {body}");
    rusqlite::Connection::open(folder.database()).unwrap().execute_batch("ALTER TABLE outbox RENAME TO lost").unwrap();
    assert!(metrics(&address).contains("security_contact_store_up 0"));
    worker_.until("the outbox cannot be counted");
    let again = run_with(worker(&folder, &["--maildir", &mail, "--metrics-listen", &address]), b"").failed(1);
    assert!(again.contains("is used by another program: choose another port with `--metrics-listen`"), "{again}");
    assert_eq!(worker_.stop(), Some(0));
    for address in ["0.0.0.0:9090", "[::]:9090", "192.0.2.1:9090"] {
        let ended = run_with(worker(&folder, &["--maildir", &mail, "--metrics-listen", address]), b"");
        assert_eq!(ended.code, Some(2));
        assert!(ended.stderr.contains("it needs no token, so that it is on `127.0.0.1` or `[::1]` only"));
    }
}

#[cfg(not(feature = "otel"))]
#[test]
fn a_program_that_cannot_send_traces_says_so_when_it_is_to() {
    let folder = folder_with_acme();
    let (maildir, endpoint) = (maildir(&folder), "http://127.0.0.1:4318/v1/traces");
    let file = folder.write("config.toml", format!("otlp-endpoint = \"{endpoint}\"\n"));
    for more in [["--otlp-endpoint", endpoint], ["--config", &file]] {
        let command = serve(&folder, &[&["--maildir", &maildir], &more[..]].concat());
        let expected =
            "error: `otlp-endpoint` is for programs that are built with the feature `otel`, which this one is not";
        assert_eq!(run_with(command, b"").failed(2), expected);
    }
}
