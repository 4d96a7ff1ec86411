//! The examples do what they say.

use security_contact_tests_postgres::Database;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// An example as it stands in its file. Here nobody calls its `main`.
macro_rules! example {
    ($name:ident, $path:literal) => {
        #[path = $path]
        #[allow(dead_code, reason = "its `main` is not called here")]
        mod $name;
    };
}
example!(axum_example, "../../examples/axum.rs");
example!(decisions, "../../examples/decisions.rs");
example!(workers, "../../examples/workers.rs");

#[test]
fn decisions_are_made_without_anything_else() {
    let lines = decisions::report().unwrap();
    assert_eq!(lines[..2], ["olga: eligible true, []", "ada: eligible false, [LoginTooOld]"]);
    assert_eq!(lines[2], "the contact is olga (fallback)");
    assert!(lines[3].starts_with("decided by "), "{}", lines[3]);
}

/// Status and body of the answer.
async fn ask(port: u16, request: &str, actor: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let head = format!("{request} HTTP/1.1\r\nhost: localhost\r\nuser: {actor}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// The recipients of the mails in the backend's own table, as soon as there are so many.
async fn mails(folder: &std::path::Path, count: usize) -> Vec<String> {
    let database = rusqlite::Connection::open(folder.join("backend.sqlite")).unwrap();
    let mut select = database.prepare("SELECT recipient FROM mails ORDER BY rowid").unwrap();
    loop {
        let rows = select.query_map([], |row| row.get(0)).unwrap();
        let recipients: Vec<String> = rows.collect::<Result<_, _>>().unwrap();
        if recipients.len() >= count {
            return recipients;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_backend_has_its_own_users_and_mail() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let backend = axum_example::serve(listener, folder.path());
    let talk = async {
        let contact = async || ask(port, "GET /accounts/acme/contact", "").await.1;
        assert!(contact().await.contains(r#""userId":"olga","source":"default""#));
        let (status, body) = ask(port, "PUT /accounts/acme/contact/eve", "olga").await;
        assert_eq!((status, body.as_str()), (403, r#"["not_a_member",[]]"#));
        assert_eq!(ask(port, "PUT /accounts/acme/contact/ada", "eve").await.0, 403);
        assert_eq!(ask(port, "PUT /accounts/acme/contact/ada", "olga").await.0, 200);
        assert!(contact().await.contains(r#""userId":"ada","source":"designated""#));
        assert_eq!(ask(port, "DELETE /accounts/acme/users/ada", "olga").await.1, r#"{"removed":1}"#);
        assert!(contact().await.contains(r#""userId":"olga","source":"default""#));
        assert_eq!(ask(port, "GET /accounts/nowhere/contact", "").await.0, 404);
        assert_eq!(ask(port, "PUT /accounts/acme/contact/ada", "").await.0, 400);
        // Somebody who has left has no address any more.
        let mut recipients = mails(folder.path(), 3).await;
        recipients.sort();
        recipients
    };
    let recipients = tokio::select! {
        ended = backend => panic!("the backend ended: {ended:?}"),
        recipients = talk => recipients,
    };
    assert_eq!(recipients, ["ada", "olga", "olga"].map(|user| format!("{user}@acme.example")));
}

#[test]
fn a_backend_with_its_own_users_is_short() {
    let source = include_str!("../../examples/axum.rs");
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    let count = source.lines().filter(is_code).count();
    assert!(count < 150, "{count} lines");
}

#[test]
fn the_readme_shows_lines_of_the_examples() {
    let examples = [include_str!("../../examples/axum.rs"), include_str!("../../examples/decisions.rs")].concat();
    let examples: Vec<&str> = examples.lines().map(str::trim).collect();
    let readme = include_str!("../../../README.md");
    let blocks = readme.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let shown: Vec<&str> = blocks.flat_map(str::lines).collect();
    assert_eq!(shown.len(), 4);
    for line in shown {
        assert!(examples.contains(&line), "no example has `{line}`");
    }
}

#[tokio::test]
async fn several_workers_send_each_mail_once() {
    let database = Database::create();
    let sent = workers::run(database.url(), 40).await.unwrap();
    let mut recipients: Vec<&str> = sent.iter().map(|(_, mail)| mail.to.as_str()).collect();
    recipients.sort_unstable();
    let mut expected: Vec<String> = (0..40).map(|number| format!("olga@account-{number}.example")).collect();
    expected.sort_unstable();
    assert_eq!(recipients, expected);
    assert!(sent.iter().all(|(worker, mail)| *worker > 0 && mail.subject.contains("Action")), "{sent:?}");
}
