//! Logins, and who may see them.

use security_contact_host::domain::ports::Mailer;
use security_contact_host::mail::SmtpMailer;
use serde_json::json;

use super::certificate::Certificate;
use super::peer::{Peer, sender};
use super::{NOTHING, mail, temporary};

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
        let mut peer = certificate.peer(mode);
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
        let peer = certificate.peer(mode);
        let text = temporary(peer.mailer(scheme, "user:secret@", tls).send(&mail()).await);
        assert_eq!(text, "the connection failed: invalid peer certificate: UnknownIssuer");
        assert_eq!(peer.rest(), NOTHING);
    }
}

#[tokio::test]
async fn a_certificate_of_another_host_stops_everything() {
    let certificate = Certificate::of("mail.example.com");
    for (mode, scheme, tls) in ENCRYPTED {
        let peer = certificate.peer(mode);
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
