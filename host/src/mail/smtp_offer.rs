//! Offering one mail to an SMTP server, and what its replies mean for the mail.

use std::error::Error as StdError;
use std::fmt;

use lettre::Message;
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter, ServerInfo};
use lettre::transport::smtp::response::{Response, Severity};

use crate::domain::ports::SendError;

/// The server wants a login, or encryption, before it takes any mail.
const AUTHENTICATION_REQUIRED: u16 = 530;

/// More than fits at once. Older servers say so when they mean for now (RFC 5321, section 4.5.3.1.10).
const EXCEEDED_STORAGE: u16 = 552;

/// The mailbox is full, which its owner can change: a failure that lasts for a while (RFC 3463, section 3.3).
const MAILBOX_FULL: &str = "5.2.2";

/// What RFC 3463 and 7505 have for a recipient's address that no mail reaches. Others of 5.1 are about the sender's.
const ADDRESS_REFUSED: [&str; 8] = ["5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"];

/// What a reply is about. A reply to the recipient alone says something of their address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Sender,
    Recipient,
    Data,
    Message,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sender => "the sender",
            Self::Recipient => "the recipient",
            Self::Data => "`DATA`",
            Self::Message => "the whole mail",
        })
    }
}

/// Hands the message over: the commands that lettre's `send` has, which does not tell what a refusal was about. After an
/// error the connection is of no more use than to say goodbye.
pub(super) async fn offer(connection: &mut AsyncSmtpConnection, message: &Message) -> Result<(), SendError> {
    let (envelope, bytes) = (message.envelope(), message.formatted());
    let parameters = parameters(connection.server_info(), envelope, &bytes)?;
    taken(Step::Sender, connection.command(Mail::new(envelope.from().cloned(), parameters)).await)?;
    for recipient in envelope.to() {
        taken(Step::Recipient, connection.command(Rcpt::new(recipient.clone(), Vec::new())).await)?;
    }
    taken(Step::Data, connection.command(Data).await)?;
    taken(Step::Message, connection.message(&bytes).await)
}

/// What the server has to know of the mail before it comes: signs outside ASCII, in addresses or anywhere.
fn parameters(server: &ServerInfo, envelope: &Envelope, bytes: &[u8]) -> Result<Vec<MailParameter>, SendError> {
    let mut addresses = envelope.from().into_iter().chain(envelope.to());
    let wanted = [
        (
            addresses.all(|address| AsRef::<str>::as_ref(address).is_ascii()),
            Extension::SmtpUtfEight,
            MailParameter::SmtpUtfEight,
        ),
        (bytes.is_ascii(), Extension::EightBitMime, MailParameter::Body(MailBodyParameter::EightBitMime)),
    ];
    let mut parameters = Vec::new();
    for (is_ascii, extension, parameter) in wanted {
        if is_ascii {
            continue;
        }
        if !server.supports_feature(extension) {
            return Err(SendError::Permanent(format!("the server lacks what the mail needs: {extension}")));
        }
        parameters.push(parameter);
    }
    Ok(parameters)
}

/// Whether the server took that part.
fn taken(step: Step, reply: Result<Response, Error>) -> Result<(), SendError> {
    let code = reply.map_err(|error| judge(step, &error))?.code();
    let expected = if step == Step::Data { Severity::PositiveIntermediate } else { Severity::PositiveCompletion };
    if code.severity == expected {
        Ok(())
    } else {
        Err(SendError::Temporary(format!("the server replied {code} to {step}")))
    }
}

/// Whether trying again may help.
fn judge(step: Step, error: &Error) -> SendError {
    let (cause, text) = (root_cause(error), describe(error));
    match error.status().filter(|_| error.is_permanent()).map(u16::from) {
        Some(code) => refusal(step, code, enhanced_code(&cause), text),
        None => SendError::Temporary(text),
    }
}

/// What a permanent reply means. Only an enhanced code says that it is the address: a bare 550 is also how servers refuse
/// by policy.
fn refusal(step: Step, code: u16, enhanced: Option<&str>, text: String) -> SendError {
    match (step, enhanced) {
        _ if code == AUTHENTICATION_REQUIRED => SendError::Temporary(text),
        (_, Some(MAILBOX_FULL)) => SendError::Temporary(text),
        (Step::Recipient, None) if code == EXCEEDED_STORAGE => SendError::Temporary(text),
        (Step::Recipient, Some(enhanced)) if ADDRESS_REFUSED.contains(&enhanced) => SendError::Address(text),
        _ => SendError::Permanent(text),
    }
}

/// What went wrong, without the server's own words: they often repeat the address.
pub(super) fn describe(error: &Error) -> String {
    let cause = root_cause(error);
    if let Some(code) = error.status() {
        match enhanced_code(&cause) {
            Some(enhanced) => format!("the server replied {code} ({enhanced})"),
            None => format!("the server replied {code}"),
        }
    } else if error.is_response() {
        "the server hung up, or replied with what is not SMTP".to_owned()
    } else if error.is_client() {
        format!("the server lacks what is needed: {cause}")
    } else {
        format!("the connection failed: {cause}")
    }
}

fn root_cause(error: &Error) -> String {
    let mut cause: &dyn StdError = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// The first word of a reply, if it is a code such as `5.1.1` (RFC 3463).
fn enhanced_code(reply: &str) -> Option<&str> {
    let word = reply.split_whitespace().next()?;
    let mut parts = word.split('.');
    let digits = |part: Option<&str>| {
        part.is_some_and(|part| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let three = digits(parts.next()) && digits(parts.next()) && digits(parts.next()) && parts.next().is_none();
    three.then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a permanent reply of that text means, by the first letter.
    fn meaning(step: Step, code: u16, reply: &str) -> &'static str {
        match refusal(step, code, enhanced_code(reply), String::new()) {
            SendError::Temporary(_) => "temporary",
            SendError::Permanent(_) => "permanent",
            SendError::Address(_) => "address",
        }
    }

    #[test]
    fn only_the_recipients_address_can_be_refused() {
        for step in [Step::Sender, Step::Data, Step::Message] {
            for reply in ["", "5.0.0", "5.1.1", "5.1.10", "5.2.1", "5.7.1"] {
                for code in [550, 551, 552, 553, 554, 556] {
                    assert_eq!(meaning(step, code, reply), "permanent", "{code} {reply} to {step}");
                }
            }
        }
    }

    #[test]
    fn an_address_is_refused_by_what_the_reply_says_of_it() {
        let to = |code, reply| meaning(Step::Recipient, code, reply);
        for reply in ["5.1.0", "5.1.1 <ada@example.com>", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"] {
            assert_eq!(to(550, reply), "address", "{reply}");
        }
        // A relay says so too where it refuses the sender, or everybody.
        for code in [550, 551, 553, 556] {
            for reply in ["no such user", "relaying denied", "5.0.0 no"] {
                assert_eq!(to(code, reply), "permanent", "{code} {reply}");
            }
        }
        // Our own address, the mailbox's other troubles, the system, the network, the protocol, the text, and policy.
        for reply in ["5.1.7", "5.1.8", "5.1.9", "5.2.3", "5.2.4", "5.3.0", "5.4.6", "5.5.1", "5.6.7", "5.7.1", "4.1.1"]
        {
            assert_eq!(to(550, reply), "permanent", "{reply}");
        }
        // The command was not understood, or nothing is said of what it was.
        for code in [500, 501, 502, 503, 504, 521, 535, 554, 555] {
            assert_eq!(to(code, "no"), "permanent", "{code}");
        }
    }

    #[test]
    fn a_full_mailbox_may_have_room_again() {
        for step in [Step::Recipient, Step::Message] {
            assert_eq!(meaning(step, 552, "5.2.2 over quota"), "temporary", "{step}");
        }
        assert_eq!(meaning(Step::Recipient, 552, "over quota"), "temporary");
        assert_eq!(meaning(Step::Message, 552, "too large"), "permanent");
    }

    #[test]
    fn a_login_that_is_missing_says_nothing_of_the_mail() {
        for step in [Step::Sender, Step::Recipient, Step::Data, Step::Message] {
            assert_eq!(meaning(step, 530, "5.7.0 log in first"), "temporary", "{step}");
        }
    }

    #[test]
    fn only_codes_are_taken_from_replies() {
        assert_eq!(enhanced_code("5.1.1 <ada@example.com> is unknown"), Some("5.1.1"));
        assert_eq!(enhanced_code("4.7.650"), Some("4.7.650"));
        for reply in ["", "ada@example.com", "5.1", "5.1.1.1", "5.1.x", "5..1", "5.1.1234 x", "192.0.2.1 is blocked"] {
            assert_eq!(enhanced_code(reply), None, "{reply}");
        }
    }
}
