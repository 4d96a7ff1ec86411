//! What arrives is what was sent, on connections that are used again.

use std::sync::Arc;

use security_contact_host::domain::ports::{Mailer, RenderedMail};
use security_contact_host::mail::MaildirMailer;
use serde_json::json;

use super::peer::{Peer, sender};
use super::{NOTHING, mail, mail_named, other_mail, permanent};

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
async fn an_address_outside_ascii_needs_a_server_that_takes_it() {
    let sent = RenderedMail { to: "zoë@example.com".parse().unwrap(), ..mail() };
    let mut peer = Peer::start("accept");
    peer.plain().send(&sent).await.unwrap();
    let got = peer.mail();
    assert_eq!(got["to"], json!(["zoë@example.com"]));
    assert_eq!(got["parsed"]["to"], json!([{ "address": "zoë@example.com", "name": "Ada Lovelace" }]));
    for (mode, extension) in [("no-smtputf8", "SMTPUTF8"), ("no-8bitmime", "8BITMIME")] {
        let text = permanent(Peer::start(mode).plain().send(&sent).await);
        assert_eq!(text, format!("the server lacks what the mail needs: {extension}"));
    }
}
