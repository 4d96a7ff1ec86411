//! A server that is killed in the middle of changes, again and again: what it stored always fits together.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use rusqlite::Connection;
use serde_json::Value;

const KILLS: u64 = 50;

/// Account, actor, and whom the writers choose; among them the owner, whose choice changes nothing for anybody.
const ACCOUNTS: [(&str, &str, &[&str]); 2] =
    [("acme", "u-maya", &["u-jonas", "u-priya", "u-maya"]), ("birch", "u-edda", &["u-rosa"])];

/// A change that the server said is stored.
struct Acknowledged {
    account: &'static str,
    version: usize,
    contact: String,
}

#[test]
fn killed_in_the_middle_of_changes() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for kill in 0..KILLS {
        // Spread over the first changes of a server and later ones, the same in every run.
        let changes = 1 + (kill * 7_919 % 37);
        acknowledged.extend(write_and_kill(folder.path(), usize::try_from(changes).unwrap()));
        let database = Connection::open(folder.path().join("security-contact.sqlite")).unwrap();
        assert_eq!(faults(&database), [""; 0], "after kill {kill}");
        check_acknowledged(&database, &acknowledged);
    }
    check_mails(folder.path());
    assert!(acknowledged.len() > 500, "{}", acknowledged.len());
}

/// The checks above are worth something only if they fail when they should.
#[test]
fn what_does_not_fit_together_is_found() {
    let folder = tempfile::tempdir().unwrap();
    write_and_kill(folder.path(), 8);
    let mut database = Connection::open(folder.path().join("security-contact.sqlite")).unwrap();
    assert_eq!(faults(&database), [""; 0]);
    for damage in [
        "DELETE FROM outbox WHERE id = 1",
        "UPDATE outbox SET audit_id = NULL WHERE id = 1",
        "UPDATE outbox SET to_user = 'u-nobody' WHERE id = 1",
        "UPDATE designations SET announced = 'u-nobody' WHERE account_id = 'acme'",
        "UPDATE designations SET version = version + 1 WHERE account_id = 'acme'",
        "UPDATE designations SET user_id = 'u-nobody', chosen_at = 0, chosen_by = '' WHERE account_id = 'acme'",
        "INSERT INTO audit SELECT NULL, account_id, at, actor, action, 'u-nobody', after, reasons, policy_version,
            module_sha256, fingerprint FROM audit WHERE id = 1",
    ] {
        let damaged = database.transaction().unwrap();
        assert_eq!(damaged.execute(damage, []).unwrap(), 1, "{damage}");
        assert!(!faults(&damaged).is_empty(), "{damage}");
    }
}

/// Starts a server, changes contacts as fast as it can, and kills it after that many changes.
fn write_and_kill(data: &Path, changes: usize) -> Vec<Acknowledged> {
    let (mut server, address) = start(data);
    let (sender, receiver) = channel();
    let writers: Vec<_> = (0..4)
        .map(|number| {
            let (address, sender) = (address.clone(), sender.clone());
            thread::spawn(move || write(&address, number, &sender))
        })
        .collect();
    drop(sender);
    let mut acknowledged: Vec<Acknowledged> = receiver.iter().take(changes).collect();
    server.kill().unwrap();
    server.wait().unwrap();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    acknowledged.extend(receiver.try_iter());
    acknowledged
}

fn start(data: &Path) -> (Child, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_security-contact"));
    command.args(["demo", "--listen", "127.0.0.1:0", "--log", "warn", "--data"]).arg(data);
    let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = lines.find_map(|line| line.split_once("http://").map(|(_, address)| address.to_owned())).unwrap();
    (server, address)
}

/// Chooses and resets until the server is gone.
fn write(address: &str, number: usize, acknowledged: &Sender<Acknowledged>) {
    let (account, actor, people) = ACCOUNTS[number % ACCOUNTS.len()];
    let request = |method: &str, version: usize, body: &str| {
        let headers = format!("x-view-as: {actor}\r\nif-match: \"v{version}\"\r\ncontent-type: application/json\r\n");
        ask(address, &format!("{method} /v1/accounts/{account}/security-contact"), &headers, body)
    };
    for turn in number.. {
        let Ok((200, state)) = request("GET", 0, "") else { return };
        let version = version(&state);
        let result = match people.get(turn % (people.len() + 1)) {
            Some(person) => request("PUT", version, &format!(r#"{{"userId":"{person}"}}"#)),
            None => request("DELETE", version, ""),
        };
        match result {
            Ok((200, answer)) if answer["outcome"] == "changed" => {
                let contact = answer["contact"]["userId"].as_str().unwrap().to_owned();
                let change = Acknowledged { account, version: self::version(&answer), contact };
                if acknowledged.send(change).is_err() {
                    return;
                }
            }
            Ok((200 | 412, _)) => {}
            Ok((status, answer)) => panic!("{status} {answer}"),
            Err(_) => return,
        }
    }
}

fn version(state: &Value) -> usize {
    state["version"].as_u64().unwrap().try_into().unwrap()
}

/// The status and the answer, if the server lives long enough to give a whole one.
fn ask(address: &str, request: &str, headers: &str, body: &str) -> io::Result<(u16, Value)> {
    let mut stream = TcpStream::connect(address)?;
    let length = body.len();
    let head = format!("{request} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n");
    stream.write_all(format!("{head}{headers}\r\n{body}").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    Ok((status, serde_json::from_str(body)?))
}

/// All rows of a query, each column as text.
fn rows<const COLUMNS: usize>(database: &Connection, query: &str) -> Vec<[String; COLUMNS]> {
    let mut statement = database.prepare(query).unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok(std::array::from_fn(|column| row.get(column).unwrap()));
    statement.query_map([], row).unwrap().map(Result::unwrap).collect()
}

/// Queries that find what does not fit together: designation, history and mails.
const FAULTS: [&str; 5] = [
    // The version counts the entries of the history, and the last one tells who is the contact and was told.
    "SELECT accounts.id FROM accounts JOIN designations ON account_id = accounts.id
        WHERE version <> (SELECT count(*) FROM audit WHERE audit.account_id = accounts.id)
        OR version > 0 AND (announced, coalesce(user_id, owner_id)) IS NOT
            (SELECT after, after FROM audit WHERE audit.account_id = accounts.id ORDER BY id DESC LIMIT 1)",
    // Each entry begins where the one before it ended.
    "SELECT account_id FROM (SELECT account_id, before,
            lag(after) OVER (PARTITION BY account_id ORDER BY id) AS earlier FROM audit)
        WHERE earlier IS NOT NULL AND earlier <> before",
    // A change of the contact has two mails, to the one after and the one before; any other change has none.
    "SELECT account_id FROM audit WHERE
        (SELECT group_concat(to_user, ' ') FROM (SELECT to_user FROM outbox WHERE audit_id = audit.id ORDER BY id))
        IS NOT iif(before = after, NULL, after || ' ' || before)",
    // No mail tells of a change that is not there.
    "SELECT message_id FROM outbox WHERE audit_id IS NULL OR audit_id NOT IN (SELECT id FROM audit)",
    "SELECT message_id FROM outbox WHERE state NOT IN ('pending', 'sent')",
];

/// What is wrong with a database.
fn faults(database: &Connection) -> Vec<String> {
    let checks = ["SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'"];
    let tables = ["SELECT \"table\" FROM pragma_foreign_key_check"];
    let queries = checks.iter().chain(&tables).chain(&FAULTS);
    queries.flat_map(|query| rows(database, query)).map(|[fault]| fault).collect()
}

/// Whatever the server said is stored, is stored: the change that made version n is the history's entry n.
fn check_acknowledged(database: &Connection, acknowledged: &[Acknowledged]) {
    let mut history: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for [account, after] in rows(database, "SELECT account_id, after FROM audit ORDER BY id") {
        history.entry(account).or_default().push(after);
    }
    for Acknowledged { account, version, contact } in acknowledged {
        assert_eq!(history[*account].get(version - 1), Some(contact), "{account} {version}");
    }
}

/// Each file is a whole mail of the outbox, none is there twice, and none that was sent is missing.
fn check_mails(data: &Path) {
    let mut files = BTreeSet::new();
    for file in fs::read_dir(data.join("mail/new")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
        assert!(files.insert(id.to_owned()), "{id} is there twice");
        assert!(text.trim_end().ends_with("--"), "{id} is cut off");
    }
    let database = Connection::open(data.join("security-contact.sqlite")).unwrap();
    let ids = |query| -> BTreeSet<String> { rows(&database, query).into_iter().map(|[id]| id).collect() };
    assert!(files.is_subset(&ids("SELECT message_id FROM outbox")));
    assert!(ids("SELECT message_id FROM outbox WHERE state = 'sent'").is_subset(&files));
}
