//! Mail to a real SMTP server: npm's `smtp-server`, started by `tests/smtp/peer.mjs` in the mode a test needs. What
//! arrives is read by another program than the one that wrote it: npm's `postal-mime`.

mod arriving;
mod certificate;
mod encryption;
mod peer;
mod replies;

use security_contact_host::domain::model::{About, ClaimedMail, Message};
use security_contact_host::domain::ports::{RenderedMail, SendError};
use security_contact_host::mail::render;
use security_contact_policy::{Cause, NoticeKind};
use serde_json::Value;

const NOTHING: [Value; 0] = [];

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

/// That the address is refused.
fn address(result: Result<(), SendError>) -> String {
    let error = result.unwrap_err();
    assert!(matches!(error, SendError::Address(_)), "{error}");
    text_of(&error)
}
