//! `demo` and `serve`, asked over HTTP and stopped by signals.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;

use serde_json::Value;

use crate::running::{Running, TOKEN, serve};
use crate::support::{Folder, account, acme, person, program, run_with};

fn demo(folder: &Folder) -> Running {
    Running::start(folder.program(&["demo", "--listen", "127.0.0.1:0"]))
}

/// Rows that a query counts.
fn count(folder: &Folder, query: &str) -> i64 {
    rusqlite::Connection::open(folder.database()).unwrap().query_row(query, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_change_on_the_page_is_history_and_two_mails() {
    let folder = Folder::new();
    let mut demo = demo(&folder);
    demo.until_sent(4);
    let path = "/v1/accounts/acme/security-contact";
    let headers = "x-view-as: u-maya\r\nif-match: \"v0\"\r\ncontent-type: application/json\r\n";
    let (status, body) = demo.ask(&format!("PUT {path}"), headers, r#"{"userId":"u-jonas"}"#);
    assert_eq!(status, 200, "{body}");
    demo.until_sent(6);
    assert_eq!(folder.mails(), 6);
    assert_eq!(count(&folder, "SELECT count(*) FROM audit WHERE account_id = 'acme'"), 1);
    assert_eq!(count(&folder, "SELECT count(*) FROM outbox WHERE account_id = 'acme' AND state = 'sent'"), 2);
    assert_eq!(demo.stop(), Some(0));
}

#[test]
fn the_demo_shows_every_criterion_and_a_reverted_choice() {
    let folder = Folder::new();
    let mut demo = demo(&folder);
    demo.until_sent(4);
    let (status, body) = demo.ask("GET /v1/accounts/acme/security-contact/candidates", "x-view-as: u-maya\r\n", "");
    assert_eq!(status, 200, "{body}");
    let codes =
        ["role_not_allowed", "not_active", "never_logged_in", "login_too_old", "login_in_future", "blocked_staff_role"];
    for code in codes {
        assert!(body.contains(code), "{code}: {body}");
    }
    let (_, body) = demo.ask("GET /v1/accounts/birch/security-contact/history", "x-view-as: u-rosa\r\n", "");
    let history: Value = serde_json::from_str(&body).unwrap();
    let actions: Vec<&Value> = history["entries"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["reverted", "designated"]);
    assert_eq!(demo.stop(), Some(0));

    let shown = folder.run(&["show", "birch"]).printed();
    assert!(shown.contains("warning  the owner does not meet all criteria"), "{shown}");
    let refused = folder.run(&["set", "acme", "u-sven", "--actor", "u-maya"]).failed(3);
    assert_eq!(refused, "refused: not_eligible: the staff role is blocked [blocked_staff_role]");
}

#[test]
fn a_demo_goes_on_where_it_was_stopped() {
    let folder = Folder::new();
    let mut first = demo(&folder);
    first.until_sent(4);
    assert_eq!(first.stop(), Some(0));
    folder.run(&["set", "acme", "u-priya", "--actor", "u-jonas"]).printed();
    let mut second = demo(&folder);
    second.until_sent(2);
    let (_, body) = second.ask("GET /v1/accounts/acme/security-contact", "x-view-as: u-maya\r\n", "");
    assert!(body.contains(r#""userId":"u-priya""#), "{body}");
    assert_eq!(second.stop(), Some(0));
    assert_eq!(count(&folder, "SELECT count(*) FROM audit"), 3);
}

#[test]
fn a_demo_does_not_open_a_folder_of_other_accounts() {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    for _ in 0..2 {
        let error = folder.run(&["demo", "--listen", "127.0.0.1:0"]).failed(1);
        assert!(error.contains("data` has accounts that are no demo's, and a demo has no login: choose"), "{error}");
        assert!(!folder.data().join("demo").exists() && !folder.data().join("mail").exists());
        assert!(!folder.data().join("rules.json").exists());
    }
    // A demo that was stopped before it brought its people makes nobody else's accounts its own.
    fs::write(folder.data().join("demo"), "begun\n").unwrap();
    let error = folder.run(&["demo", "--listen", "127.0.0.1:0"]).failed(1);
    assert!(error.contains("has accounts that are no demo's"), "{error}");
}

#[test]
fn an_empty_store_becomes_a_whole_demo() {
    let folder = Folder::new();
    folder.import(&[]).printed();
    let mut demo = demo(&folder);
    demo.until_sent(4);
    assert_eq!(demo.stop(), Some(0));
    assert!(fs::read_to_string(folder.data().join("rules.json")).unwrap().contains("support"));
    assert_eq!(fs::read_to_string(folder.data().join("demo")).unwrap(), "seeded\n");
}

#[test]
fn a_demo_that_was_killed_before_all_was_there_goes_on() {
    let folder = Folder::new();
    let people = [
        account("acme", "u-maya"),
        person("acme", "u-maya", "owner", "active", 1),
        account("birch", "u-edda"),
        person("birch", "u-edda", "owner", "active", 1),
        person("birch", "u-finn", "admin", "active", 10),
    ];
    folder.import(&people).printed();
    fs::write(folder.data().join("demo"), "begun\n").unwrap();
    fs::write(folder.data().join("rules.json.tmp"), "{").unwrap();
    let mut demo = demo(&folder);
    demo.until_sent(4);
    assert_eq!(demo.stop(), Some(0));
    assert_eq!(count(&folder, "SELECT count(*) FROM audit WHERE account_id = 'birch'"), 2);
    assert_eq!(fs::read_to_string(folder.data().join("demo")).unwrap(), "seeded\n");
}

#[test]
fn a_mark_that_cannot_be_read_is_told() {
    let folder = Folder::new();
    fs::create_dir_all(folder.data().join("demo")).unwrap();
    let error = folder.run(&["demo", "--listen", "127.0.0.1:0"]).failed(1);
    assert!(error.ends_with("data/demo` cannot be read: Is a directory (os error 21)"), "{error}");
}

#[test]
fn a_demo_with_rules_that_refuse_its_people_starts_all_the_same() {
    let folder = Folder::new();
    let rules = folder.write("strict.json", r#"{"maxLoginAgeDays":1,"expiryReminderDays":[]}"#);
    let demo = Running::start(folder.program(&["demo", "--listen", "127.0.0.1:0", "--rules", &rules]));
    assert_eq!(demo.ask("GET /healthz", "", "").0, 200);
    assert_eq!(demo.stop(), Some(0));
    assert_eq!(count(&folder, "SELECT count(*) FROM audit WHERE action <> 'designation_refused'"), 0);
    assert_eq!(count(&folder, "SELECT count(*) FROM audit"), 1);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = Folder::new();
    let mut demo = demo(&folder);
    // A request that is never complete keeps the server for a while.
    let mut stream = TcpStream::connect(demo.address()).unwrap();
    let head = format!(
        "PUT /v1/accounts/acme/security-contact HTTP/1.1\r\nhost: {}\r\nx-view-as: u-maya\r\nif-match: \"v0\"\r\n\
         content-type: application/json\r\ncontent-length: 20\r\nexpect: 100-continue\r\n\r\n{{\"userId\"",
        demo.address()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // It is under way as soon as its body is asked for.
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100");
    demo.signal();
    demo.until("a second signal stops at once");
    demo.signal();
    assert_eq!(demo.ended(), Some(130));
}

#[test]
fn a_port_that_is_used_is_told_before_anything_is_made() {
    let folder = Folder::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let error = folder.run(&["demo", "--listen", &address]).failed(1);
    let expected = format!("error: `{address}` is used by another program: choose another port with `--listen`");
    assert_eq!(error, expected);
    assert!(!folder.data().exists());
}

#[test]
fn the_demo_listens_to_this_machine_only() {
    let folder = Folder::new();
    for (address, expected) in [
        ("0.0.0.0:8787", "the demo has no login"),
        ("[::]:8787", "the demo has no login"),
        ("192.0.2.1:8787", "the demo has no login"),
        ("localhost", "expected an address such as `127.0.0.1:8787`"),
    ] {
        let ended = folder.run(&["demo", "--listen", address]);
        assert_eq!(ended.code, Some(2));
        assert!(ended.stderr.contains(expected), "{}", ended.stderr);
    }
    assert!(!folder.data().exists());
}

#[test]
fn the_server_answers_who_brings_the_token_and_sends_what_others_change() {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    let maildir = folder.data().join("mail").display().to_string();
    let mut server = Running::start(serve(&folder, &["--maildir", &maildir, "--review-every", "1"]));
    let ask = |token: &str| {
        let headers = format!("authorization: Bearer {token}\r\nsecurity-contact-person: u-owner\r\n");
        server.ask("GET /v1/accounts/acme/security-contact", &headers, "")
    };
    assert_eq!(ask("wrong").0, 401);
    let (status, body) = ask(TOKEN);
    assert!(status == 200 && body.contains(r#""userId":"u-owner""#), "{status} {body}");
    folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    server.until_sent(2);
    assert_eq!(folder.mails(), 2);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn the_log_can_be_json_and_states_the_policy() {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    let mut command = serve(&folder, &["--log-format", "json"]);
    command.env("SECURITY_CONTACT_SMTP_URL", "smtp://localhost:1");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let policy: Value = serde_json::from_str(&run_with(program(["policy"]), b"").printed()).unwrap();
    assert_eq!(line["message"], "serving");
    assert_eq!((&line["module_sha256"], &line["fingerprint"]), (&policy["moduleSha256"], &policy["fingerprint"]));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn what_serve_needs_is_told_in_one_line() {
    let folder = Folder::new();
    let error = run_with(serve(&folder, &["--maildir", "unused"]), b"").failed(1);
    assert!(error.starts_with("error: there are no accounts in `"), "{error}");
    folder.import(&acme()).printed();

    let error = run_with(serve(&folder, &[]), b"").failed(2);
    assert!(error.starts_with("error: mail needs one of `--smtp-url-file`, `--maildir`"), "{error}");
    let maildir = folder.write("no-folder", "");
    let error = run_with(serve(&folder, &["--maildir", &maildir]), b"").failed(1);
    assert!(error.contains("no-folder/tmp` cannot be made: Not a directory"), "{error}");
    let error = run_with(serve(&folder, &["--smtp-url-file", "missing"]), b"").failed(1);
    assert!(error.starts_with("error: the file `missing` cannot be read: No such file"), "{error}");
    let url = folder.write("url", "smtps://user:secret@mail.example.com?tls=none\n");
    let error = run_with(serve(&folder, &["--smtp-url-file", &url]), b"").failed(1);
    assert!(error.starts_with("error: the SMTP URL cannot be used: ") && !error.contains("secret"), "{error}");
    let mut command = serve(&folder, &[]);
    command.env("SECURITY_CONTACT_SMTP_URL", "http://secret");
    let error = run_with(command, b"").failed(1);
    assert!(error.starts_with("error: the SMTP URL cannot be used: ") && !error.contains("secret"), "{error}");

    let command = serve(&folder, &["--maildir", "unused"]);
    folder.write("token", "hunter2");
    let error = run_with(command, b"").failed(1);
    assert!(error.contains("token` cannot be used: a token needs at least 32"), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn a_command_line_that_serve_cannot_use_ends_with_2() {
    let folder = Folder::new();
    for more in [
        &["--maildir", "m", "--smtp-url-file", "u"][..],
        &["--maildir", "m", "--review-every", "0"],
        &["--maildir", "m", "--retry-after", "0"],
        &["--maildir", "m", "--retry-after", "21601"],
        &["--maildir", "m", "--lease", "0"],
        &["--maildir", "m", "--lease", "3601"],
        &["--maildir", "m", "--log-format", "xml"],
    ] {
        assert_eq!(run_with(serve(&folder, more), b"").code, Some(2), "{more:?}");
    }
    let command = folder.program(&["serve", "--listen", "[::1]:0", "--token-file", "t", "--mail-from", "nobody"]);
    let ended = run_with(command, b"");
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("expected a mail address such as `ada@example.com`"), "{}", ended.stderr);
}
