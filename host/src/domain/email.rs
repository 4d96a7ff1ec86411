//! Where mail reaches people.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::model::InvalidText;

/// A mail address that mail can go to: `local@domain` of at most 254 bytes.
///
/// The local part is words with dots between them, the domain is labels with dots between them; both may have letters
/// of any language. Quoted local parts and addresses of machines in brackets are not taken.
///
/// Its `Debug` is redacted and it has no `Display`, so that no log shows it by accident.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The address's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        match text.split_once('@') {
            Some((local, domain)) if text.len() <= 254 && is_local_part(local) && is_domain(domain) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(InvalidText { expected: "a mail address such as `ada@example.com`" }),
        }
    }
}

/// A dot-atom of RFC 5322, with the letters of RFC 6531: at most 64 bytes.
fn is_local_part(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c));
    text.len() <= 64 && text.split('.').all(is_word)
}

/// Labels of 1 to 63 bytes, of letters, digits and hyphens, with no hyphen at either end.
fn is_domain(text: &str) -> bool {
    text.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    })
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_mail_can_go_to() {
        let longest = format!("{}@{}.example", "a".repeat(64), "b".repeat(63));
        for text in ["ada@localhost", "a.b+c@mail-1.example.com", "zoë@bücher.example", "o'hara/x@1.example", &longest]
        {
            assert_eq!(text.parse::<EmailAddress>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn refuses_what_no_mail_can_go_to() {
        let (local, label) = (format!("{}@x", "a".repeat(65)), format!("a@{}", "b".repeat(64)));
        let whole = format!("a@{}", ["b"; 127].join("."));
        let refused = [
            "",
            "@",
            "a",
            "a@",
            "@b",
            "a,b@c.example",
            "<a>@b",
            "a..b@x.example",
            ".a@b",
            "a.@b",
            "a@b@c.example",
            "a@-",
            "a@-b",
            "a@b-",
            "a@b..c",
            "a@.b",
            "a@b.",
            "a b@c",
            "a@b c",
            "a@b\n",
            "a\u{0}@b",
            "\"a\"@b",
            "a@[::1]",
            "a@b_c",
            &local,
            &label,
            &whole,
        ];
        for text in refused {
            assert!(text.parse::<EmailAddress>().is_err(), "{text:?}");
        }
    }
}
