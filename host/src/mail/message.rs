//! From a rendered mail to the bytes that travel: RFC 5322 with a text and an HTML part.

use std::fmt::Write;
use std::time::{Duration, SystemTime};

use lettre::Address;
use lettre::message::header::{Date, HeaderName, HeaderValue};
use lettre::message::{Message, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use super::sender::Sender;
use crate::domain::ports::{RenderedMail, SendError};

/// The message of that mail. Nothing in it is random or read from a clock: the same mail gives the same bytes.
///
/// # Errors
/// [`SendError::Permanent`] when the recipient's address, the Message-ID or the date cannot stand in a mail.
pub(super) fn build(mail: &RenderedMail, sender: &Sender) -> Result<Message, SendError> {
    let refuse = |what: &str| SendError::Permanent(what.to_owned());
    // Every `EmailAddress` is one that lettre takes; a test next to this file compares the two.
    let to: Address =
        mail.to.as_str().parse().map_err(|_| refuse("the recipient's address is none that mail can go to"))?;
    let id = message_id(mail).ok_or_else(|| refuse("the Message-ID is not of the form `left@right`"))?;
    let since_epoch = u64::try_from(mail.date.millis()).map_err(|_| refuse("the mail's date is before 1970"))?;
    let date = SystemTime::UNIX_EPOCH + Duration::from_millis(since_epoch);
    // The content counts too, so that no text can hold the line that ends its part.
    let boundary = digest(&[id, &mail.text, &mail.html]);
    let alternatives = MultiPart::alternative()
        .boundary(boundary)
        .singlepart(SinglePart::plain(mail.text.clone()))
        .singlepart(SinglePart::html(mail.html.clone()));
    Message::builder()
        .raw_header(mailbox("From", sender.name(), sender.address()))
        .raw_header(mailbox("To", &mail.to_name, &to))
        .header(Date::new(date))
        .message_id(Some(format!("<{id}>")))
        .raw_header(subject(&mail.subject))
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"))
        .multipart(alternatives)
        .map_err(|error| SendError::Permanent(format!("the mail cannot be put together: {error}")))
}

/// The Message-ID without its angle brackets, or `None` when it is none.
fn message_id(mail: &RenderedMail) -> Option<&str> {
    let id = mail.message_id.as_str();
    let id = id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(id);
    let (left, right) = id.split_once('@')?;
    let word = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte))
    };
    (id.len() <= 250 && word(left) && word(right)).then_some(id)
}

/// 32 hexadecimal digits that stand for these texts alone.
pub(super) fn digest(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text);
        hash.update([0]);
    }
    hash.finalize().iter().take(16).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing into a String cannot fail
        text
    })
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn mailbox(header: &'static str, name: &str, address: &Address) -> HeaderValue {
    let phrase = if is_plain(name) {
        format!("\"{}\" ", name.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        encoded_words(name) + "\r\n "
    };
    // What lettre reads is the address alone; what it sends has the name.
    let name = HeaderName::new_from_ascii_str(header);
    HeaderValue::dangerous_new_pre_encoded(name, address.to_string(), format!("{phrase}<{address}>"))
}

fn subject(text: &str) -> HeaderValue {
    if is_plain(text) {
        header("Subject", text)
    } else {
        let name = HeaderName::new_from_ascii_str("Subject");
        HeaderValue::dangerous_new_pre_encoded(name, text.to_owned(), encoded_words(text))
    }
}

/// Whether a reader of the header sees just these characters. What looks encoded already, such as
/// `=?utf-8?q?Eve?=`, would be decoded.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && !text.contains("=?")
}

/// The text in the Q encoding of RFC 2047, one word a line. The words are short enough for any header's name to
/// stand before them, and no character is split over two.
///
/// lettre has an encoder too. It leaves alone what looks encoded already, and names such as `.` unquoted.
fn encoded_words(text: &str) -> String {
    const MAX_PAYLOAD: usize = 50;
    let mut words = vec![String::new()];
    for character in text.chars() {
        let encoded: String = character.to_string().bytes().map(q).collect();
        match words.last_mut() {
            Some(word) if word.len() + encoded.len() <= MAX_PAYLOAD => word.push_str(&encoded),
            _ => words.push(encoded),
        }
    }
    let words: Vec<String> = words.iter().map(|word| format!("=?utf-8?q?{word}?=")).collect();
    words.join("\r\n ")
}

fn q(byte: u8) -> String {
    match byte {
        b' ' => "_".to_owned(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("={byte:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> RenderedMail {
        RenderedMail {
            message_id: "7.1f0c@security-contact".to_owned(),
            date: "2026-10-01T09:30:01.250Z".parse().unwrap(),
            to_name: "Ada Lovelace".to_owned(),
            to: "ada@example.com".parse().unwrap(),
            subject: "[High] Breach alert for Acme GmbH".to_owned(),
            text: "Hello Ada,\n.\nZoë\n".to_owned(),
            html: "<p>Hello Ada</p>\n".to_owned(),
            may_be_known: false,
        }
    }

    fn sender() -> Sender {
        Sender::new("security-contact@localhost", "Security Contact").unwrap()
    }

    fn bytes(mail: &RenderedMail) -> String {
        String::from_utf8(build(mail, &sender()).unwrap().formatted()).unwrap()
    }

    /// The lines of the header of that name.
    fn header_of(mail: &RenderedMail, name: &str) -> String {
        let bytes = bytes(mail);
        let (headers, _) = bytes.split_once("\r\n\r\n").unwrap();
        let headers = headers.replace("\r\n ", "\n ");
        headers.split("\r\n").find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap().to_owned()
    }

    #[test]
    fn the_whole_message() {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("message", bytes(&mail()).replace("\r\n", "\n"));
        });
        assert_eq!(bytes(&mail()).matches('\n').count(), bytes(&mail()).matches("\r\n").count());
    }

    #[test]
    fn the_same_mail_gives_the_same_bytes() {
        assert_eq!(bytes(&mail()), bytes(&mail()));
        assert_eq!(
            bytes(&mail()),
            bytes(&RenderedMail { message_id: "<7.1f0c@security-contact>".to_owned(), ..mail() })
        );
        assert_ne!(bytes(&mail()), bytes(&RenderedMail { message_id: "8.1f0c@security-contact".to_owned(), ..mail() }));
    }

    #[test]
    fn a_text_that_holds_the_boundary_moves_it() {
        let boundary_of = |mail: &RenderedMail| header_of(mail, "Content-Type").split('"').nth(1).unwrap().to_owned();
        let old = boundary_of(&mail());
        let text = format!("\n--{old}--\n");
        assert_ne!(boundary_of(&RenderedMail { text, ..mail() }), old);
    }

    #[test]
    fn names_arrive_as_they_are() {
        let written = |name: &str| header_of(&RenderedMail { to_name: name.to_owned(), ..mail() }, "To");
        assert_eq!(written("Lovelace, Ada"), "\"Lovelace, Ada\" <ada@example.com>");
        assert_eq!(written("."), "\".\" <ada@example.com>");
        assert_eq!(written(r#"Ada "the \ first""#), r#""Ada \"the \\ first\"" <ada@example.com>"#);
        assert_eq!(written("<eve@example.com>, Ada"), "\"<eve@example.com>, Ada\" <ada@example.com>");
        assert_eq!(written("Zoë_Å"), "=?utf-8?q?Zo=C3=AB=5F=C3=85?=\n <ada@example.com>");
        assert_eq!(written("=?utf-8?q?Eve?="), "=?utf-8?q?=3D=3Futf=2D8=3Fq=3FEve=3F=3D?=\n <ada@example.com>");
        assert_eq!(written("Ada\r\nBcc: e"), "=?utf-8?q?Ada=0D=0ABcc=3A_e?=\n <ada@example.com>");
    }

    #[test]
    fn long_names_are_cut_into_lines_between_characters() {
        let name = "👩‍🚀é".repeat(50);
        let written = header_of(&RenderedMail { to_name: name.clone(), ..mail() }, "To");
        let mut decoded = Vec::new();
        for line in written.lines() {
            assert!(line.len() <= 76, "{line}");
            let Some(word) = line.trim().strip_prefix("=?utf-8?q?").and_then(|word| word.strip_suffix("?=")) else {
                continue;
            };
            let word: Vec<u8> = word.split('=').skip(1).map(|digits| u8::from_str_radix(digits, 16).unwrap()).collect();
            decoded.push(String::from_utf8(word).unwrap());
        }
        assert_eq!(decoded.concat(), name);
        let plain = header_of(&RenderedMail { to_name: "\"".repeat(200), ..mail() }, "To");
        assert_eq!(plain.matches("\\\"").count(), 200);
    }

    #[test]
    fn subjects_arrive_as_they_are() {
        let written = |subject: &str| header_of(&RenderedMail { subject: subject.to_owned(), ..mail() }, "Subject");
        assert_eq!(written("[Low] Acme, \"Inc\""), "[Low] Acme, \"Inc\"");
        assert_eq!(written("in Zoë & co"), "=?utf-8?q?in_Zo=C3=AB_=26_co?=");
        assert_eq!(written("in =?utf-8?q?Eve?="), "=?utf-8?q?in_=3D=3Futf=2D8=3Fq=3FEve=3F=3D?=");
        assert_eq!(written("a\r\nBcc: e@example.com"), "=?utf-8?q?a=0D=0ABcc=3A_e=40example=2Ecom?=");
        assert!(written(&"word ".repeat(60)).lines().all(|line| line.len() <= 78));
    }

    #[test]
    fn refuses_what_cannot_stand_in_a_mail() {
        let refused = |mail: &RenderedMail| build(mail, &sender()).unwrap_err().to_string();
        let date = "1969-12-31T23:59:59.999Z".parse().unwrap();
        assert_eq!(refused(&RenderedMail { date, ..mail() }), "refused: the mail's date is before 1970");
        let long = format!("{}@x", "a".repeat(249));
        for id in ["", "7", "@x", "7@", "7 @x", "a@b@c", "<7@x", "7@x\r\nBcc: e", "é@x", &long] {
            let refused = refused(&RenderedMail { message_id: id.to_owned(), ..mail() });
            assert_eq!(refused, "refused: the Message-ID is not of the form `left@right`", "{id}");
        }
    }

    #[test]
    fn the_last_date_is_still_one() {
        let date = "9999-12-31T23:59:59.999Z".parse().unwrap();
        assert_eq!(header_of(&RenderedMail { date, ..mail() }, "Date"), "Fri, 31 Dec 9999 23:59:59 +0000");
    }
}
