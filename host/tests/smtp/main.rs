//! Mail to a real SMTP server: npm's `smtp-server`, started by `tests/smtp/peer.mjs` in the mode a test needs. What
//! arrives is read by another program than the one that wrote it: npm's `postal-mime`.

mod peer;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use security_contact_host::domain::model::{About, ClaimedMail, Message};
use security_contact_host::domain::ports::{Mailer, RenderedMail, SendError};
use security_contact_host::mail::{MaildirMailer, Sender, SmtpMailer, render};
use security_contact_policy::{Cause, NoticeKind};
use serde_json::{Value, json};

use peer::{Certificate, Peer};

const NOTHING: [Value; 0] = [];

fn sender() -> Sender {
    Sender::new("security-contact@localhost", "Security Contact").unwrap()
}

fn mail_named(name: &str) -> RenderedMail {
    let about = About::Change {
        kind: NoticeKind::Assigned,
        cause: Cause::Designated,
        counterpart_name: Some(name.to_owned()),
        actor_name: Some(name.to_owned()),
    };
    let message = Message {
        account_name: name.to_owned(),
        recipient_name: name.to_owned(),
        about,
        at: "2026-10-01T09:30:00Z".parse().unwrap(),
    };
    render(&ClaimedMail {
        id: 7,
        lease: 1,
        attempts: 0,
        trying_since: "2026-10-01T09:30:01.250Z".parse().unwrap(),
        queued_at: "2026-10-01T09:30:01.250Z".parse().unwrap(),
        account: "a-1".parse().unwrap(),
        to: "u-1".parse().unwrap(),
        address: "ada@example.com".parse().unwrap(),
        message_id: "7.1f0c@security-contact".to_owned(),
        message,
        event: None,
    })
    .unwrap()
}

fn mail() -> RenderedMail {
    mail_named("Ada Lovelace")
}

/// The same mail as another one.
fn other_mail(number: u32) -> RenderedMail {
    RenderedMail { message_id: format!("{number}.1f0c@security-contact"), ..mail() }
}

/// The error's text, which must not have the address.
fn text_of(error: &SendError) -> String {
    let (SendError::Temporary(text) | SendError::Permanent(text) | SendError::Address(text)) = error;
    assert!(!text.contains('@') && !text.contains("ada"), "{text}");
    text.clone()
}

fn temporary(result: Result<(), SendError>) -> String {
    let error = result.unwrap_err();
    assert!(matches!(error, SendError::Temporary(_)), "{error}");
    text_of(&error)
}

fn permanent(result: Result<(), SendError>) -> String {
    let error = result.unwrap_err();
    assert!(matches!(error, SendError::Permanent(_)), "{error}");
    text_of(&error)
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_rendered() {
    let mut peer = Peer::start("accept");
    let sent = mail();
    peer.plain().send(&sent).await.unwrap();
    let got = peer.mail();
    assert_eq!(got["from"], "security-contact@localhost");
    assert_eq!(got["to"], json!(["ada@example.com"]));
    let parsed = &got["parsed"];
    assert_eq!(parsed["from"], json!({ "address": "security-contact@localhost", "name": "Security Contact" }));
    assert_eq!(parsed["to"], json!([{ "address": "ada@example.com", "name": "Ada Lovelace" }]));
    assert_eq!(parsed["subject"], sent.subject);
    assert_eq!(parsed["messageId"], "<7.1f0c@security-contact>");
    assert_eq!(parsed["date"], "2026-10-01T09:30:01.000Z");
    assert_eq!(parsed["text"].as_str().unwrap().trim_end(), sent.text.trim_end());
    assert_eq!(parsed["html"].as_str().unwrap().trim_end(), sent.html.trim_end());
    assert_eq!(parsed["attachments"], json!([]));
    let headers = parsed["headers"].as_array().unwrap();
    for (name, value) in [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")] {
        assert!(headers.iter().any(|header| header["originalKey"] == name && header["value"] == value), "{name}");
    }
    assert_eq!(peer.rest(), NOTHING);
}

#[tokio::test]
async fn names_and_subjects_arrive_as_they_are() {
    let mut peer = Peer::start("accept");
    let mailer = peer.plain();
    let long = format!("{} end", "é👩‍🚀".repeat(49));
    let names = [
        "Lovelace, Ada",
        r#"Ada "the \ first""#,
        "<eve@example.com>, Ada",
        "=?utf-8?q?Eve?=",
        "(Ada) [x]; y: z",
        ".",
        "Zoë Åberg 👩‍🚀 שלום",
        &long,
        &"\"".repeat(200),
        &"x".repeat(200),
    ];
    for name in names {
        let sent = mail_named(name);
        mailer.send(&sent).await.unwrap();
        let parsed = &peer.mail()["parsed"];
        assert_eq!(parsed["to"], json!([{ "address": "ada@example.com", "name": name }]));
        assert_eq!(parsed["subject"], sent.subject);
        assert!(sent.subject.ends_with(name), "{}", sent.subject);
        assert_eq!(parsed["text"].as_str().unwrap().replace("\r\n", "\n").trim_end(), sent.text.trim_end());
    }
}

#[tokio::test]
async fn both_mailers_hand_over_the_same_bytes() {
    let mut peer = Peer::start("accept");
    let folder = tempfile::tempdir().unwrap();
    peer.plain().send(&mail()).await.unwrap();
    MaildirMailer::create(folder.path(), sender()).unwrap().send(&mail()).await.unwrap();
    let file = std::fs::read_dir(folder.path().join("new")).unwrap().next().unwrap().unwrap();
    let stored = std::fs::read_to_string(file.path()).unwrap();
    assert_eq!(peer.mail()["raw"].as_str().unwrap().trim_end(), stored.trim_end());
}

#[tokio::test]
async fn a_mail_that_is_sent_again_is_the_same_mail_on_the_same_connection() {
    let mut peer = Peer::start("accept");
    let mailer = peer.plain();
    mailer.send(&mail()).await.unwrap();
    mailer.send(&mail()).await.unwrap();
    let (first, second) = (peer.mail(), peer.mail());
    assert_eq!(first["raw"], second["raw"]);
    assert_eq!(first["parsed"]["messageId"], "<7.1f0c@security-contact>");
    assert_eq!(first["session"], second["session"]);
}

#[tokio::test]
async fn mails_that_are_sent_at_once_all_arrive() {
    let peer = Peer::start("accept");
    let mailer = Arc::new(peer.plain());
    let send = |number| {
        let mailer = Arc::clone(&mailer);
        tokio::spawn(async move { mailer.send(&other_mail(number)).await })
    };
    let sends: Vec<_> = (0..8).map(send).collect();
    for send in sends {
        send.await.unwrap().unwrap();
    }
    let mut ids: Vec<_> = peer.rest().iter().map(|got| got["parsed"]["messageId"].to_string()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 8);
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_replaced() {
    let mut peer = Peer::start("hang-up-after-mail");
    let mailer = peer.plain();
    mailer.send(&mail()).await.unwrap();
    mailer.send(&mail()).await.unwrap();
    assert_ne!(peer.mail()["session"], peer.mail()["session"]);
}

#[tokio::test]
async fn replies_about_the_mail_are_temporary_or_permanent_by_their_code() {
    for (mode, text) in [("421", "the server replied 421 (4.3.2)"), ("451", "the server replied 451 (4.7.1)")] {
        assert_eq!(temporary(Peer::start(mode).plain().send(&mail()).await), text);
    }
    for (mode, text) in [("550", "the server replied 550 (5.1.1)"), ("552", "the server replied 552")] {
        assert_eq!(permanent(Peer::start(mode).plain().send(&mail()).await), text);
    }
}

#[tokio::test]
async fn refusals_of_us_are_temporary_whatever_their_code() {
    assert_eq!(temporary(Peer::start("530").plain().send(&mail()).await), "the server replied 530 (5.7.0)");
    assert_eq!(temporary(Peer::start("554").plain().send(&mail()).await), "the server replied 554");
    let peer = Peer::start("535");
    let mailer = peer.mailer("smtp", "ada%40example.com:secret@", "");
    assert_eq!(temporary(mailer.send(&mail()).await), "the server replied 535 (5.7.8)");
    assert_eq!(peer.rest(), NOTHING);
}

#[tokio::test]
async fn a_server_that_makes_no_sense_is_temporary() {
    let nonsense = "the server hung up, or replied with what is not SMTP";
    for mode in ["garbage", "drop-after-data"] {
        assert_eq!(temporary(Peer::start(mode).plain().send(&mail()).await), nonsense, "{mode}");
    }
    assert_eq!(temporary(Peer::start("354").plain().send(&mail()).await), "the server replied 354 to the whole mail");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_on() {
    let peer = Peer::start("hang");
    let mailer = peer.plain().with_timeout(Duration::from_millis(100));
    assert_eq!(temporary(mailer.send(&mail()).await), "the server did not finish within 100ms");
}

#[tokio::test]
async fn nobody_there_is_temporary() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    drop(listener);
    let mailer = SmtpMailer::from_url(&url, sender()).unwrap();
    let text = temporary(mailer.send(&mail()).await);
    assert!(text.starts_with("the connection failed: Connection refused"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_answer_is_never_taken_for_the_next_mails() {
    let mut peer = Peer::start("late-answer");
    let mailer = Arc::new(peer.plain());
    let first = tokio::spawn({
        let mailer = Arc::clone(&mailer);
        async move { mailer.send(&mail()).await }
    });
    assert_eq!(peer.mail()["parsed"]["messageId"], "<7.1f0c@security-contact>");
    // Breaks the conversation off as the time limit does, just when the peer owes an answer.
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    mailer.send(&other_mail(8)).await.unwrap();
    assert_eq!(peer.mail()["parsed"]["messageId"], "<8.1f0c@security-contact>");
}

#[tokio::test]
async fn it_logs_in_with_the_decoded_user_and_password() {
    let mut peer = Peer::start("accept");
    peer.mailer("smtp", "ada%40example.com:p%2F%40%C3%A9%25@", "").send(&mail()).await.unwrap();
    assert_eq!(peer.mail()["login"], json!({ "username": "ada@example.com", "password": "p/@é%" }));
}

/// Every way to encrypt: the peer's mode, and what the URL says.
const ENCRYPTED: [(&str, &str, &str); 3] =
    [("tls", "smtps", ""), ("starttls", "smtp", "?tls=required"), ("starttls", "smtp", "?tls=opportunistic")];

#[tokio::test]
async fn a_certificate_of_a_trusted_authority_lets_login_and_mail_through() {
    let certificate = Certificate::of("127.0.0.1");
    for (mode, scheme, tls) in ENCRYPTED {
        let mut peer = Peer::start_encrypted(mode, &certificate);
        let mailer = peer.mailer(scheme, "user:secret@", tls).with_authorities(certificate.pem.as_bytes()).unwrap();
        mailer.send(&mail()).await.unwrap();
        let got = peer.mail();
        assert_eq!(got["encrypted"], true);
        assert_eq!(got["login"], json!({ "username": "user", "password": "secret" }));
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_stops_everything() {
    let certificate = Certificate::of("127.0.0.1");
    for (mode, scheme, tls) in ENCRYPTED {
        let peer = Peer::start_encrypted(mode, &certificate);
        let text = temporary(peer.mailer(scheme, "user:secret@", tls).send(&mail()).await);
        assert_eq!(text, "the connection failed: invalid peer certificate: UnknownIssuer");
        assert_eq!(peer.rest(), NOTHING);
    }
}

#[tokio::test]
async fn a_certificate_of_another_host_stops_everything() {
    let certificate = Certificate::of("mail.example.com");
    for (mode, scheme, tls) in ENCRYPTED {
        let peer = Peer::start_encrypted(mode, &certificate);
        let mailer = peer.mailer(scheme, "user:secret@", tls).with_authorities(certificate.pem.as_bytes()).unwrap();
        let text = temporary(mailer.send(&mail()).await);
        assert!(text.contains("invalid peer certificate: certificate not valid for name \"127.0.0.1\""), "{text}");
        assert_eq!(peer.rest(), NOTHING);
    }
}

#[test]
fn certificates_that_are_none_are_refused() {
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for pem in ["", "no PEM", broken, "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n"] {
        let mailer = SmtpMailer::from_url("smtps://mail.example.com", sender()).unwrap();
        let error = mailer.with_authorities(pem.as_bytes()).err().unwrap();
        let expected = "the certificates of the mail server's authorities cannot be used: expected one or more in PEM";
        assert_eq!(error.to_string(), expected);
    }
}

#[tokio::test]
async fn encryption_that_is_required_and_not_offered_stops_everything() {
    let peer = Peer::start("accept");
    let text = temporary(peer.mailer("smtp", "user:secret@", "?tls=required").send(&mail()).await);
    assert_eq!(text, "the server lacks what is needed: STARTTLS is not supported on this server");
    assert_eq!(peer.rest(), NOTHING);
}

#[tokio::test]
async fn encryption_that_is_not_required_may_be_missing() {
    for tls in ["?tls=opportunistic", "?tls=none"] {
        let mut peer = Peer::start("accept");
        peer.mailer("smtp", "", tls).send(&mail()).await.unwrap();
        assert_eq!(peer.mail()["to"], json!(["ada@example.com"]));
    }
}

#[tokio::test]
async fn an_address_outside_ascii_needs_a_server_that_takes_it() {
    let sent = RenderedMail { to: "zoë@example.com".parse().unwrap(), ..mail() };
    let mut peer = Peer::start("accept");
    peer.plain().send(&sent).await.unwrap();
    let got = peer.mail();
    assert_eq!(got["to"], json!(["zoë@example.com"]));
    assert_eq!(got["parsed"]["to"], json!([{ "address": "zoë@example.com", "name": "Ada Lovelace" }]));
    let text = permanent(Peer::start("no-smtputf8").plain().send(&sent).await);
    assert!(text.ends_with("server does not support SMTPUTF8"), "{text}");
}
