//! What a server says or does instead of taking the mail.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use security_contact_host::domain::ports::{Mailer, SendError};
use security_contact_host::mail::SmtpMailer;

use super::peer::{Peer, sender};
use super::{NOTHING, address, mail, other_mail, permanent, temporary};

/// What a peer in that mode makes of the mail.
async fn sent_to(mode: &str) -> Result<(), SendError> {
    Peer::start(mode).plain().send(&mail()).await
}

#[tokio::test]
async fn a_reply_that_is_not_for_good_is_temporary_at_every_step() {
    for (mode, text) in [
        ("rcpt:421 4.3.2", "the server replied 421 (4.3.2)"),
        ("rcpt:450 4.2.1", "the server replied 450 (4.2.1)"),
        ("rcpt:451 4.7.1", "the server replied 451 (4.7.1)"),
        ("rcpt:452", "the server replied 452"),
        ("mail:451", "the server replied 451"),
        ("message:452 4.3.1", "the server replied 452 (4.3.1)"),
        ("connect:421", "the server replied 421"),
    ] {
        assert_eq!(temporary(sent_to(mode).await), text, "{mode}");
    }
}

#[tokio::test]
async fn the_recipient_alone_can_have_an_address_that_is_refused() {
    for (mode, text) in [
        ("rcpt:550 5.1.1", "the server replied 550 (5.1.1)"),
        ("rcpt:550 5.2.1", "the server replied 550 (5.2.1)"),
        ("two-lines", "the server replied 550 (5.1.1)"),
        // It is known before the server takes leave.
        ("550-and-silence", "the server replied 550 (5.1.1)"),
    ] {
        assert_eq!(address(sent_to(mode).await), text, "{mode}");
    }
    for (mode, text) in [
        ("mail:553", "the server replied 553"),
        ("mail:550 5.1.1", "the server replied 550 (5.1.1)"),
        ("rcpt:550 5.7.1", "the server replied 550 (5.7.1)"),
        // A relay says so by policy, too.
        ("rcpt:550", "the server replied 550"),
        ("rcpt:553 5.0.0", "the server replied 553 (5.0.0)"),
        ("rcpt:554", "the server replied 554"),
        ("554-to-data", "the server replied 554 (5.5.1)"),
        ("message:550 5.1.1", "the server replied 550 (5.1.1)"),
        ("message:552", "the server replied 552"),
    ] {
        assert_eq!(permanent(sent_to(mode).await), text, "{mode}");
    }
}

#[tokio::test]
async fn a_full_mailbox_is_temporary() {
    assert_eq!(temporary(sent_to("rcpt:552 5.2.2").await), "the server replied 552 (5.2.2)");
    assert_eq!(temporary(sent_to("rcpt:552").await), "the server replied 552");
}

#[tokio::test]
async fn refusals_of_us_are_temporary_whatever_their_code() {
    assert_eq!(temporary(sent_to("mail:530 5.7.0").await), "the server replied 530 (5.7.0)");
    assert_eq!(temporary(sent_to("rcpt:530 5.7.0").await), "the server replied 530 (5.7.0)");
    assert_eq!(temporary(sent_to("connect:554").await), "the server replied 554");
    let peer = Peer::start("auth:535 5.7.8");
    let mailer = peer.mailer("smtp", "ada%40example.com:secret@", "");
    assert_eq!(temporary(mailer.send(&mail()).await), "the server replied 535 (5.7.8)");
    assert_eq!(peer.rest(), NOTHING);
}

#[tokio::test]
async fn a_server_that_makes_no_sense_is_temporary() {
    let nonsense = "the server hung up, or replied with what is not SMTP";
    for mode in ["garbage", "garbage-to-rcpt", "drop-at-rcpt", "drop-after-data"] {
        assert_eq!(temporary(sent_to(mode).await), nonsense, "{mode}");
    }
    assert_eq!(temporary(sent_to("message:354").await), "the server replied 354 to the whole mail");
    assert_eq!(temporary(sent_to("250-to-data").await), "the server replied 250 to `DATA`");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_on() {
    let peer = Peer::start("hang");
    let mailer = peer.plain().with_timeout(Duration::from_millis(100));
    assert_eq!(temporary(mailer.send(&mail()).await), "the server did not finish within 100ms");
}

#[tokio::test]
async fn a_server_that_says_nothing_after_the_mail_is_given_up_on() {
    let mut timeout = Duration::from_millis(500);
    loop {
        let peer = Peer::start("hang-after-data");
        let result = peer.plain().with_timeout(timeout).send(&mail()).await;
        assert_eq!(temporary(result), format!("the server did not finish within {timeout:?}"));
        // On a slow machine the time was up before the mail was there.
        if !peer.rest().is_empty() {
            break;
        }
        timeout *= 2;
    }
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
