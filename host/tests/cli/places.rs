//! The same commands on a store and on a server: what they print and how they end is the same.

use std::fs;

use serde_json::Value;

use crate::running::{Running, TOKEN};
use crate::support::{Ended, Folder, account, acme, person, program, run_with};

/// A server on the accounts of a folder, and nothing else.
pub(crate) fn served(folder: &Folder, more: &[&str]) -> Running {
    let token = folder.write("token", format!("{TOKEN}\n"));
    let mut command = folder.program(&["serve", "--listen", "127.0.0.1:0", "--token-file", &token, "--without-worker"]);
    command.args(more);
    Running::start(command)
}

/// The program as it asks a server.
pub(crate) fn asking(server: &Running, token_file: &str, args: &[&str], input: &[u8]) -> Ended {
    let url = format!("http://{}", server.address());
    let mut command = program([args, &["--server", &url, "--token-file", token_file]].concat());
    // What it must not open.
    command.args(["--data", "/no/such/folder"]);
    run_with(command, input)
}

/// Two stores that begin alike: one that commands open, and one that a server has.
struct Places {
    here: Folder,
    there: Folder,
    server: Running,
}

impl Places {
    fn new() -> Self {
        let (here, there) = (Folder::new(), Folder::new());
        for folder in [&here, &there] {
            folder.run(&["migrate"]).printed();
        }
        let server = served(&there, &[]);
        Self { here, there, server }
    }

    /// Runs a command in both places, and expects the same of both.
    fn run_with(&self, args: &[&str], input: &[u8]) -> Ended {
        let here = run_with(self.here.program(args), input);
        let token = self.there.path().join("token").display().to_string();
        let there = asking(&self.server, &token, args, input);
        assert_eq!(plain(&there), plain(&here), "{args:?}");
        here
    }

    fn run(&self, args: &[&str]) -> Ended {
        self.run_with(args, b"")
    }

    fn import(&self, lines: &[String]) -> Ended {
        self.run_with(&["import", "-"], lines.join("\n").as_bytes())
    }
}

/// How a command ended, without what has to differ: when it was, and how the actor proved themselves.
fn plain(ended: &Ended) -> (Option<i32>, String, String) {
    let plain = |text: &str| {
        let text = without_instants(text).replace("service_token", "command_line");
        let text = text.split(", in ").next().unwrap_or_default().to_owned();
        // The width of a column may differ with it.
        text.split("  ").filter(|cell| !cell.is_empty()).map(str::trim_start).collect::<Vec<_>>().join("  ")
    };
    (ended.code, plain(&ended.stdout), plain(&ended.stderr))
}

/// The text with each instant, such as `2026-11-01T00:00:00.000Z`, as a word.
fn without_instants(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        let is_instant = from.get(..24).is_some_and(|text| text.ends_with('Z') && text.as_bytes()[10] == b'T');
        let length = if is_instant { 24 } else { from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len()) };
        plain.push_str(if is_instant { "INSTANT" } else { &from[..length] });
        rest = &from[length..];
    }
    plain + rest
}

#[test]
fn contacts_are_shown_and_changed_alike() {
    let places = Places::new();
    places.import(&acme()).printed();
    places.run(&["show", "acme"]).printed();
    places.run(&["show", "acme", "--json"]).printed();
    assert_eq!(places.run(&["show", "nobody"]).failed(1), "error: there is no account `nobody`");
    places.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    places.run(&["show", "acme"]).printed();
    let again = places.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    assert!(again.starts_with("unchanged: it was so already\n"), "{again}");
    for (person, actor) in
        [("u-late", "u-owner"), ("u-owner", "u-analyst"), ("u-owner", "u-nobody"), ("u-nobody", "u-owner")]
    {
        let refused = ["set", "acme", person, "--actor", actor];
        places.run(&refused).failed(3);
        let ended = places.run(&[&refused[..], &["--json"]].concat());
        assert!(ended.code == Some(3) && ended.stdout.contains("\"refused\""), "{}", ended.stdout);
    }
    assert_eq!(places.run(&["reset", "acme", "--actor", "u-late", "--if-version", "0"]).code, Some(4));
    places.run(&["reset", "acme", "--actor", "u-owner", "--if-version", "0", "--json"]);
    places.run(&["reset", "acme", "--actor", "u-owner", "--if-version", "1", "--json"]).printed();
    places.run(&["show", "acme", "--json"]).printed();
    // Whether there is such an account.
    let error = places.run(&["set", "nobody", "u-admin", "--actor", "u-owner"]).failed(1);
    assert_eq!(error, "error: there is no account `nobody`");
    places.run(&["history", "acme"]).printed();
    places.run(&["history", "acme", "--json"]).printed();
    places.run(&["history", "acme", "--limit", "2"]).printed();
    places.run(&["history", "acme", "--limit", "2", "--before", "3", "--json"]).printed();
    assert_eq!(places.run(&["history", "nobody"]).failed(1), "error: there is no account `nobody`");
}

#[test]
fn a_request_that_comes_again_is_answered_alike() {
    let places = Places::new();
    places.import(&acme()).printed();
    let keyed = |person: &str, key: &str, more: &[&str]| {
        let args = ["set", "acme", person, "--actor", "u-owner", "--idempotency-key", key];
        places.run(&[&args[..], more].concat())
    };
    let first = keyed("u-admin", "k-1", &["--json"]).printed();
    places.run(&["reset", "acme", "--actor", "u-owner"]).printed();
    let again = "nothing was done: this request came before under the same key, and was changed\n";
    assert_eq!(keyed("u-admin", "k-1", &[]).printed(), again);
    assert_eq!(keyed("u-admin", "k-1", &["--json"]).printed(), first);
    assert_eq!(keyed("u-late", "k-1", &[]).code, Some(4));
    assert_eq!(keyed("u-late", "k-1", &["--json"]).stdout, "{\"outcome\":\"key_reused\"}\n");
    keyed("u-late", "k-2", &[]).failed(3);
    let again = keyed("u-late", "k-2", &[]);
    assert!(again.code == Some(3) && again.stdout.ends_with("and was refused\n"), "{}", again.stdout);
    let stranger = ["set", "acme", "u-admin", "--actor", "u-nobody", "--idempotency-key", "k-2"];
    for _ in 0..2 {
        places.run(&stranger).failed(3);
    }
    keyed("u-admin", "k-3", &["--if-version", "0"]).failed(4);
    let again = keyed("u-admin", "k-3", &["--if-version", "0"]);
    assert!(again.code == Some(4) && again.stdout.ends_with("and was conflict\n"), "{}", again.stdout);
}

#[test]
fn directories_are_taken_over_and_searched_alike() {
    let places = Places::new();
    let odd = "a/../b?c#d é%2e";
    let owner = person(odd, "u/1", "owner", "active", 1);
    let lines = [
        acme(),
        vec![account(odd, "u/1"), owner.replace(&format!("u/1@{odd}.example"), "odd@example.com"), account("b", "u-1")],
        vec![person("b", "u-1", "owner", "actve", 1), account("c", "u-9"), "}".into()],
    ];
    let ended = places.import(&lines.concat());
    assert!(ended.code == Some(1) && ended.stderr.lines().count() == 2, "{}", ended.stderr);
    let ended = places.run_with(&["import", "-", "--json"], lines.concat().join("\n").as_bytes());
    let last: Value = serde_json::from_str(ended.stdout.lines().last().unwrap()).unwrap();
    assert_eq!((&last["told"], &last["accounts"], &last["refused"]), (&"done".into(), &2.into(), &2.into()));
    places.run(&["show", odd, "--json"]).printed();
    places.run(&["set", odd, "u/1", "--actor", "u/1"]).printed();

    let found = places.run(&["candidates", "acme"]).printed();
    assert!(found.contains("no: the last login is too long ago [login_too_old]"), "{found}");
    assert!(found.contains("yes, until ") && found.lines().count() == 5, "{found}");
    places.run(&["candidates", "acme", "--json"]).printed();
    assert_eq!(places.run(&["candidates", "acme", "--search", "NAME late"]).printed().lines().count(), 2);
    assert_eq!(places.run(&["candidates", "acme", "--search", "nobody"]).printed(), "nobody was found\n");
    assert_eq!(places.run(&["candidates", "nobody"]).failed(1), "error: there is no account `nobody`");
    let page = places.run(&["candidates", "acme", "--limit", "3"]).printed();
    let (_, cursor) = page.split_once("go on with `--cursor '").unwrap();
    let cursor = cursor.trim_end().trim_end_matches("'`");
    let rest = places.run(&["candidates", "acme", "--cursor", cursor]).printed();
    assert!(rest.lines().count() == 2 && rest.contains("u-owner"), "{rest}");
    let error = places.run(&["candidates", "acme", "--cursor", "u-owner"]).failed(2);
    assert_eq!(error, "error: `--cursor`: expected the `nextCursor` of an earlier page");
}

#[test]
fn events_are_taken_in_alike() {
    let places = Places::new();
    places.import(&acme()).printed();
    let send = |account: &str, kind: &str, more: &[&str]| {
        let args =
            ["events", "send", account, "--kind", kind, "--severity", "high", "--key", "k", "--text", "Rotate\nit."];
        places.run(&[&args[..], more].concat())
    };
    send("acme", "action_required", &[]).printed();
    send("acme", "action_required", &[]).printed();
    send("acme", "action_required", &["--json"]).printed();
    send("acme", "breach_alert", &[]).failed(4);
    assert_eq!(send("acme", "breach_alert", &["--json"]).code, Some(4));
    assert_eq!(send("nobody", "breach_alert", &[]).failed(1), "error: there is no account `nobody`");
}

#[test]
fn long_lists_come_as_a_whole_from_a_server_too() {
    let folder = Folder::new();
    let people = (0..250).map(|number| person("acme", &format!("u-{number:03}"), "admin", "active", 2));
    folder.import(&acme().into_iter().chain(people).collect::<Vec<_>>()).printed();
    let server = served(&folder, &[]);
    let headers = format!("authorization: Bearer {TOKEN}\r\nsecurity-contact-person: u-analyst\r\nif-match: *\r\n");
    for _ in 0..205 {
        assert_eq!(server.ask("DELETE /v1/accounts/acme/security-contact", &headers, "").0, 403);
    }
    let token = folder.path().join("token").display().to_string();
    for args in [
        &["candidates", "acme", "--limit", "230", "--json"][..],
        &["candidates", "acme", "--limit", "200", "--json"],
        &["candidates", "acme", "--limit", "1000"],
        &["history", "acme", "--limit", "203", "--json"],
        &["history", "acme", "--limit", "205"],
        &["history", "acme", "--limit", "1000", "--json"],
    ] {
        let (here, there) = (folder.run(args).printed(), asking(&server, &token, args, b"").printed());
        assert!(here.len() > 10_000, "{here}");
        assert_eq!(without_instants(&there), without_instants(&here), "{args:?}");
    }
}

#[test]
fn people_are_checked_by_the_rules_of_the_server() {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    let rules = folder.write("strict.json", r#"{"maxLoginAgeDays":1,"expiryReminderDays":[]}"#);
    let server = served(&folder, &["--rules", &rules]);
    let token = folder.path().join("token").display().to_string();
    let people = acme().join("\n");
    let there = asking(&server, &token, &["check", "-"], people.as_bytes());
    assert!(there.code == Some(3) && there.stdout.ends_with("4 people: 0 can be the contact, 4 cannot\n"));
    let here = run_with(program(["check", "-", "--rules", &rules]), people.as_bytes());
    assert_eq!((here.code, here.stdout, here.stderr), (there.code, there.stdout, there.stderr));

    let there = asking(&server, &token, &["policy"], b"").printed();
    assert_eq!(there, run_with(program(["policy", "--rules", &rules]), b"").printed());
    assert_eq!(there, asking(&server, &token, &["policy", "--json"], b"").printed());
}

#[test]
fn a_token_that_does_not_suffice_is_told_with_what_it_lacks() {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    let tokens = folder.path().join("tokens.json").display().to_string();
    let file = |name: &str| folder.path().join(name).display().to_string();
    for scope in ["read", "directory:write", "events:write", "people:act"] {
        let (name, secret) = (scope.replace(':', "-"), file(&scope.replace(':', "-")));
        let new = ["token", "new", &name, "--scope", scope, "--tokens", &tokens, "--secret-file", &secret];
        run_with(program(new), b"").printed();
    }
    let server = served(&folder, &["--tokens", &tokens]);
    let lines = acme().join("\n");
    let event = ["--kind", "breach_alert", "--severity", "low", "--key", "k", "--text", "x"];
    for (scope, args) in [
        ("read", &["show", "acme"][..]),
        ("read", &["candidates", "acme"]),
        ("read", &["history", "acme"]),
        ("people:act", &["set", "acme", "u-admin", "--actor", "u-owner"]),
        ("people:act", &["reset", "acme", "--actor", "u-owner"]),
        ("directory:write", &["import", "-"]),
        ("events:write", &[&["events", "send", "acme"][..], &event].concat()),
    ] {
        let other = if scope == "events:write" { "directory-write" } else { "events-write" };
        let other = file(other);
        let error = asking(&server, &other, args, lines.as_bytes()).failed(5);
        let expected = format!(
            "error: the token in `{other}` may not do this: it needs the scope `{scope}`, see `security-contact token \
             new --help`"
        );
        assert!(error.ends_with(&expected["error: ".len()..]), "{error}");
        asking(&server, &file(&scope.replace(':', "-")), args, lines.as_bytes()).printed();
        let wrong = folder.write("wrong", "sct_0123456789");
        let error = asking(&server, &wrong, args, lines.as_bytes()).failed(5);
        assert!(error.contains(&format!("the server does not accept the token in `{wrong}`: ")), "{error}");
        assert!(!error.contains("sct_0123456789"), "{error}");
    }
    // A stranger stays one where the token may not read.
    let set = ["set", "nobody", "u-admin", "--actor", "u-owner"];
    let error = asking(&server, &file("people-act"), &set, b"").failed(3);
    assert!(error.contains("[not_a_member]"), "{error}");
}

#[test]
fn a_server_that_cannot_be_asked_is_told() {
    let folder = Folder::new();
    let token = folder.write("token", TOKEN);
    let ask = |url: &str, token: &str| run_with(program(["show", "acme", "--server", url, "--token-file", token]), b"");
    for url in ["contacts.example.com", "http://contacts.example.com", "https://u:p@contacts.example.com"] {
        let error = ask(url, &token).failed(2);
        assert!(error.starts_with("error: `--server`: expected "), "{error}");
    }
    let error = ask("http://127.0.0.1:1/", &token).failed(1);
    assert!(error.starts_with("error: the server `http://127.0.0.1:1` gives no answer: "), "{error}");
    let error = ask("http://127.0.0.1:1", "missing").failed(1);
    assert!(error.starts_with("error: the file `missing` cannot be read: "), "{error}");
    for contents in ["", "two words", "é"] {
        let file = folder.write("unfit", contents);
        assert_eq!(
            ask("http://127.0.0.1:1", &file).failed(1),
            format!("error: the file `{file}` cannot be used: expected one token")
        );
    }
    for wrong in [&["--server", "http://127.0.0.1:1"][..], &["--token-file", &token]] {
        assert_eq!(run_with(program([&["show", "acme"], wrong].concat()), b"").code, Some(2), "{wrong:?}");
    }
    let two = ["show", "acme", "--server", "http://127.0.0.1:1", "--token-file", &token, "--database-url-file", &token];
    let error = run_with(program(two), b"").failed(2);
    assert_eq!(error, "error: `--server` and `--database-url-file` name two places: leave out one of them");
}

#[test]
fn whatever_else_answers_is_told_and_gets_no_second_request() {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    let folder = Folder::new();
    let token = folder.write("token", TOKEN);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let code = |detail: &str| format!("{{\"code\":\"internal\",\"detail\":\"{detail}\"}}");
    let refusal = r#"{"code":"not_active","detail":"x","reasons":["not_active"]}"#;
    for (status, body, expected) in [
        ("200 OK", "{}", "with the status 200 that this program does not understand"),
        ("200 OK", "<p>hi</p>", "with the status 200 that this program does not understand"),
        ("302 Found\r\nlocation: http://127.0.0.1:1/", "", "with the status 302"),
        ("404 Not Found", "", "with the status 404"),
        ("500 Oops", &code("\u{1b}[0mlog"), "with the status 500"),
        ("500 Oops", &code("\\u001b[0mlog"), "the server refuses: [0mlog [internal]"),
        ("403 No", refusal, "the server refuses: the user is not active [not_active]"),
    ] {
        let length = body.len();
        let answering = std::thread::spawn({
            let (listener, answer) =
                (listener.try_clone().unwrap(), format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}"));
            move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte).unwrap();
                    request.extend(byte);
                }
                stream.write_all(answer.as_bytes()).unwrap();
                String::from_utf8(request).unwrap()
            }
        });
        let ended = run_with(program(["show", "acme", "--server", &url, "--token-file", &token]), b"");
        let request = answering.join().unwrap();
        assert!(request.starts_with("GET /v1/accounts/acme/security-contact HTTP/1.1\r\n"), "{request}");
        assert!(request.contains(&format!("authorization: Bearer {TOKEN}\r\n")), "{request}");
        let error = ended.failed(if status == "403 No" { 3 } else { 1 });
        assert!(error.contains(expected) && !error.contains('\u{1b}'), "{error}");
    }
}

#[test]
fn a_store_that_others_hold_is_told_alike() {
    let places = Places::new();
    places.import(&acme()).printed();
    let hold = |folder: &Folder| {
        let writer = rusqlite::Connection::open(folder.database()).unwrap();
        writer.execute_batch("BEGIN IMMEDIATE").unwrap();
        writer
    };
    let _held = [hold(&places.here), hold(&places.there)];
    let set = ["set", "acme", "u-admin", "--actor", "u-owner"];
    let token = places.there.path().join("token").display().to_string();
    let (here, review, there) = std::thread::scope(|scope| {
        let folder = &places.here;
        let here = scope.spawn(move || folder.run(&set));
        let review = scope.spawn(move || folder.run(&["review"]));
        let there = asking(&places.server, &token, &set, b"");
        (here.join().unwrap(), review.join().unwrap(), there)
    });
    for ended in [here, review, there] {
        assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    }
    assert!(fs::exists(places.here.database()).unwrap());
}
