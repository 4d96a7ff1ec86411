//! What is sent to do harm: bodies without end, text that is none, one bad line among very many, and mail headers in
//! every text that finds its way into a mail.

use std::convert::Infallible;
use std::iter;
use std::sync::Arc;

use axum::body::Body;
use security_contact_host::http::serve;
use security_contact_host::mail::{MaildirMailer, Sender};
use security_contact_host::worker::{Courier, Stop};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::world::{AUTHORIZATION, Answer, CONTACT, TestClock, World};

const IMPORT: &str = "/v1/directory:import";

/// The answer on a connection to which the head goes, and then as much of the body as the server likes to take.
async fn poured(world: &World, head: &str, bytes: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let served = tokio::spawn(serve(listener, world.router.clone(), std::future::pending()));
    let (mut answers, mut requests) = client.into_split();
    requests.write_all(head.as_bytes()).await.unwrap();
    let pouring = tokio::spawn(async move {
        let chunk = [b' '; 64 << 10];
        // It ends early when the server hangs up, as it may.
        for _ in 0..bytes / chunk.len() {
            if requests.write_all(&chunk).await.is_err() {
                break;
            }
        }
        requests
    });
    let mut answer = Vec::new();
    let _ = answers.read_to_end(&mut answer).await; // whatever came before the server hung up is the answer
    served.abort();
    drop(pouring.await.unwrap());
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_hundred_megabytes_are_refused_before_they_arrive() {
    let world = World::service().await;
    for length in ["content-length: 104857600", "transfer-encoding: chunked"] {
        let chunk = if length.starts_with('t') { "6400000\r\n" } else { "" };
        let head = format!(
            "PUT {CONTACT} HTTP/1.1\r\nhost: localhost\r\nauthorization: {AUTHORIZATION}\r\n\
             security-contact-person: u-maya\r\nif-match: \"v0\"\r\ncontent-type: application/json\r\n{length}\r\n\r\n{chunk}"
        );
        let answer = poured(&world, &head, 100 << 20).await;
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("\"body_too_long\""), "{answer}");
    }
    assert_eq!(world.get("u-maya", CONTACT).await.ok()["version"], 0);
}

#[tokio::test]
async fn a_body_that_comes_drop_by_drop_is_given_up() {
    let world = World::service().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let served = tokio::spawn(serve(listener, world.router.clone(), std::future::pending()));
    let (mut answers, mut requests) = client.into_split();
    let head = format!(
        "PUT {CONTACT} HTTP/1.1\r\nhost: localhost\r\nauthorization: {AUTHORIZATION}\r\n\
         security-contact-person: u-maya\r\nif-match: \"v0\"\r\ncontent-type: application/json\r\n\
         content-length: 1000\r\n\r\n"
    );
    requests.write_all(head.as_bytes()).await.unwrap();
    let mut drops = tokio::time::interval(std::time::Duration::from_millis(100));
    let dripping = tokio::spawn(async move {
        while requests.write_all(b" ").await.is_ok() {
            drops.tick().await;
        }
    });
    let mut answer = [0; 12];
    answers.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
    dripping.abort();
    served.abort();
}

#[tokio::test]
async fn who_may_not_send_a_body_is_told_before_it_is_read() {
    let world = World::service().await;
    let head = format!("POST {IMPORT} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 104857600\r\n\r\n");
    let answer = poured(&world, &head, 100 << 20).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

#[tokio::test]
async fn text_that_is_no_utf_8_is_refused() {
    let world = World::service().await;
    let bytes = |text: &str| {
        text.replace('?', "\u{1}").bytes().map(|byte| if byte == 1 { 0xff } else { byte }).collect::<Vec<u8>>()
    };
    let put = |path| {
        let ask = world.ask("PUT", path).by("u-maya").header("if-match", "\"v0\"");
        ask.header("content-type", "application/json")
    };
    for (path, body) in [
        (CONTACT, r#"{"userId":"u-?"}"#),
        (CONTACT, r#"{"?":1}"#),
        ("/v1/accounts/acme", r#"{"name":"?","owner":"u-maya"}"#),
        ("/v1/accounts/acme/people/u-x", r#"{"name":"?"}"#),
    ] {
        let problem = put(path).body(bytes(body)).send().await.problem(400, "invalid_input");
        assert_eq!(problem["field"], "body");
    }
    let half_a_surrogate = r#"{"userId":"\ud800"}"#.to_owned();
    put(CONTACT).body(half_a_surrogate).send().await.problem(400, "invalid_input");
    let report = world.ask("POST", IMPORT).by("u-maya").body(bytes("{\"type\":\"?\"}\n")).send().await.ok();
    assert_eq!((&report["refused"], &report["faults"][0]["line"]), (&json!(1), &json!(1)));
}

/// An import of a stream of lines.
async fn imported(world: &World, lines: impl Iterator<Item = String> + Send + 'static) -> Answer {
    let chunks = futures_util::stream::iter(lines.map(|line| Ok::<_, Infallible>(line + "\n")));
    world.ask("POST", IMPORT).by("u-maya").body(Body::from_stream(chunks)).send().await
}

/// The two lines of an account of that number.
fn account(number: usize) -> [String; 2] {
    let account = json!({ "type": "account", "id": format!("a-{number}"), "name": "A", "owner": "u-1" });
    let owner = json!({
        "type": "person", "account": format!("a-{number}"), "id": "u-1", "name": "Ada", "email": "ada@a.example",
        "role": "owner", "accountSettings": "none", "status": "active", "lastLoginAt": null, "staffRole": null,
    });
    [account.to_string(), owner.to_string()]
}

/// How many people the accounts of a long directory have; each person has a line, and so has the account.
const PEOPLE: usize = 19;

/// The lines of the account of that number, with all its people.
fn whole_account(number: usize) -> impl Iterator<Item = String> {
    let name = format!(r#"{{"type":"account","id":"a-{number}","name":"A","owner":"u-1"}}"#);
    let people = (1..=PEOPLE).map(move |person| {
        let role = if person == 1 { "owner" } else { "analyst" };
        format!(
            r#"{{"type":"person","account":"a-{number}","id":"u-{person}","name":"Ada","email":"ada@a.example","role":"{role}","accountSettings":"none","status":"active","lastLoginAt":null,"staffRole":null}}"#
        )
    });
    iter::once(name).chain(people)
}

#[tokio::test]
async fn one_bad_line_in_a_million_spoils_its_account_alone() {
    const ACCOUNTS: usize = 1_000_000 / (1 + PEOPLE);
    // In the middle of an account.
    const BAD: usize = 612_352;
    let world = World::empty_service();
    let lines = (0..ACCOUNTS).flat_map(whole_account).enumerate();
    let lines =
        lines.map(|(index, line)| if index + 1 == BAD { line.replace("\"active\"", "\"actve\"") } else { line });
    let report = imported(&world, lines).await.ok();
    let faults = json!([{ "line": BAD, "message": report["faults"][0]["message"] }]);
    let people = (ACCOUNTS - 1) * PEOPLE;
    assert_eq!(report, json!({ "accounts": ACCOUNTS - 1, "people": people, "refused": 1, "faults": faults }));
    assert!(!report.to_string().contains("Ada") && !report.to_string().contains("ada@"), "{report}");

    // What is stored is all of the others, and of the spoiled account nothing.
    let number = (BAD - 1) / (1 + PEOPLE);
    assert_eq!(world.count("SELECT count(*) FROM accounts"), ACCOUNTS - 1);
    assert_eq!(world.count("SELECT count(*) FROM people"), people);
    for (number, stored) in [(number - 1, PEOPLE), (number, 0), (number + 1, PEOPLE)] {
        let sql = format!("SELECT count(*) FROM people WHERE account_id = 'a-{number}'");
        assert_eq!(world.count(&sql), stored, "{number}");
        let path = format!("/v1/accounts/a-{number}/security-contact");
        let answer = world.ask("GET", &path).header("authorization", AUTHORIZATION).send().await;
        assert_eq!(answer.status, if stored == 0 { 404 } else { 200 }, "{number}");
    }
}

#[tokio::test]
async fn a_line_without_end_ends_the_import() {
    let world = World::service().await;
    let [name, owner] = account(1);
    let endless = std::iter::repeat_with(|| " ".repeat(64 << 10)).map(Ok::<_, Infallible>);
    let first = [Ok(name + "\n"), Ok(owner + "\n"), Ok(account(2)[0].clone() + "\n")];
    let body = Body::from_stream(futures_util::stream::iter(first.into_iter().chain(endless)));
    world.ask("POST", IMPORT).by("u-maya").body(body).send().await.problem(413, "line_too_long");
}

#[tokio::test]
async fn as_many_faults_are_told_as_anybody_reads() {
    let world = World::service().await;
    let report = imported(&world, (0..5_000).map(|_| "{".to_owned())).await.ok();
    assert_eq!(report["faults"].as_array().unwrap().len(), 100);
}

/// What begins another header, in every way that a mail server could understand.
const INJECTIONS: [&str; 6] = [
    "x\r\nBcc: evil@evil.example",
    "x\nBcc: evil@evil.example",
    "x\rBcc: evil@evil.example",
    "x\r\n\r\nevil",
    "x\u{0}Bcc: evil@evil.example",
    "x\u{85}Bcc: evil@evil.example",
];

/// Text that is taken, and looks like headers to whoever reads carelessly.
const TRICKS: [&str; 4] = [
    "x\u{2028}Bcc: evil@evil.example",
    "=?utf-8?Q?x=0D=0ABcc:_evil@evil.example?=",
    "x\" <evil@evil.example>, \"y",
    "x%0d%0aBcc: evil@evil.example",
];

async fn put(world: &World, path: &str, body: Value) -> Answer {
    world.ask("PUT", path).by("u-maya").json(&body.to_string()).send().await
}

fn person(facts: Value) -> Value {
    let mut person = json!({
        "name": "Jonas Weber", "email": "jonas@acme.example", "role": "admin", "accountSettings": "none",
        "status": "active", "lastLoginAt": "2026-09-01T00:00:00Z", "staffRole": null,
    });
    person.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
    person
}

fn event(world: &World, key: &'static str, text: &str) -> impl Future<Output = Answer> {
    let body = json!({ "kind": "breach_alert", "severity": "high", "text": text }).to_string();
    let ask = world.ask("POST", "/v1/accounts/acme/security-events").by("u-maya").header("idempotency-key", key);
    ask.json(&body).send()
}

#[tokio::test]
async fn no_text_with_a_line_break_gets_into_a_header() {
    let world = World::service().await;
    for text in INJECTIONS {
        let refused = [
            put(&world, "/v1/accounts/acme", json!({ "name": text, "owner": "u-maya" })).await,
            put(&world, "/v1/accounts/acme", json!({ "name": "Acme", "owner": text })).await,
            put(&world, "/v1/accounts/acme/people/u-jonas", person(json!({ "name": text }))).await,
            put(&world, "/v1/accounts/acme/people/u-jonas", person(json!({ "email": format!("a@b.example{text}") })))
                .await,
            put(&world, "/v1/accounts/acme/people/u-jonas", person(json!({ "email": format!("{text}@b.example") })))
                .await,
            put(&world, "/v1/accounts/acme/people/u-jonas", person(json!({ "id": text }))).await,
        ];
        for answer in refused {
            answer.problem(400, "invalid_input");
        }
        if text.contains(['\r', '\u{0}', '\u{85}']) {
            event(&world, "k", text).await.problem(400, "invalid_input");
        }
    }
}

/// The header's names of a mail, those that go on in the next line taken together.
fn header_names(mail: &str) -> Vec<String> {
    let head = mail.split("\r\n\r\n").next().unwrap().split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    let mut names: Vec<_> = head.map(|line| line.split(':').next().unwrap().to_ascii_lowercase()).collect();
    names.sort();
    names
}

/// The value of a header, its lines taken together.
fn header(mail: &str, name: &str) -> String {
    let head = mail.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ").replace("\r\n\t", "\t");
    let start = format!("{name}: ");
    head.split("\r\n").find_map(|line| line.strip_prefix(&start)).unwrap().to_owned()
}

/// What is left of a header's value without what stands in quotes.
fn unquoted(value: &str) -> String {
    let (mut left, mut inside, mut characters) = (String::new(), false, value.chars());
    while let Some(character) = characters.next() {
        match character {
            '\\' if inside => drop(characters.next()),
            '"' => inside = !inside,
            _ if !inside => left.push(character),
            _ => {}
        }
    }
    left
}

#[tokio::test]
async fn tricks_in_every_text_change_no_header() {
    let maildir = tempfile::tempdir().unwrap();
    let mut expected: Option<Vec<String>> = None;
    for text in ["Jonas Weber"].into_iter().chain(TRICKS) {
        let world = World::service().await;
        put(&world, "/v1/accounts/acme", json!({ "name": text, "owner": "u-maya" })).await;
        put(&world, "/v1/accounts/acme/people/u-jonas", person(json!({ "name": text, "role": text }))).await;
        let role = json!({ "name": text, "role": "admin", "staffRole": text });
        assert_eq!(put(&world, "/v1/accounts/acme/people/u-jonas", person(role)).await.status, 204);
        world.choose("u-maya", "u-jonas", 0).await.ok();
        assert_eq!(event(&world, "k", &format!("{text}\nBcc: evil@evil.example\n.\nQUIT\n")).await.status, 202);
        let folder = maildir.path().join("mail");
        let sender = Sender::new("security@example.com", "Security Contact").unwrap();
        let mailer = Arc::new(MaildirMailer::create(&folder, sender).unwrap());
        let courier = Courier::new(world.store.clone(), world.events.clone(), mailer, Arc::new(TestClock));
        courier.deliver_due(&Stop::default()).await.unwrap();
        courier.deliver_due(&Stop::default()).await.unwrap();
        let mails =
            std::fs::read_dir(folder.join("new")).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        let mails: Vec<String> =
            mails.map(|bytes| String::from_utf8(bytes).unwrap().replace("\r\n", "\n").replace('\n', "\r\n")).collect();
        assert_eq!(mails.len(), 3, "{text}");
        for mail in &mails {
            let names = header_names(mail);
            assert!(!names.contains(&"bcc".to_owned()) && names.contains(&"subject".to_owned()), "{mail}");
            assert_eq!(&names, expected.get_or_insert(names.clone()), "{text}: {mail}");
            assert!(!unquoted(&header(mail, "To")).contains("evil@"), "{mail}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
