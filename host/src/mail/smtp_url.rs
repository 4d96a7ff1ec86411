//! Where the SMTP server is, read from a URL.

use std::net::IpAddr;

use lettre::transport::smtp::authentication::Credentials;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::MailSetupError;

/// An SMTP server and how to talk to it.
pub(super) struct Server {
    /// A name, or an IP address without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) credentials: Option<Credentials>,
}

/// How the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    /// Not at all.
    Never,
    /// By STARTTLS when the server offers it.
    Opportunistic,
    /// By STARTTLS, or nothing is sent.
    Required,
    /// From the first byte.
    Wrapped,
}

impl Server {
    /// Reads the forms that [`SmtpMailer::from_url`](super::SmtpMailer::from_url) lists.
    pub(super) fn from_url(text: &str) -> Result<Self, MailSetupError> {
        let url = Url::parse(text).map_err(|error| refuse(error.to_string()))?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(refuse(
                "nothing but `?tls=` may follow the host; `/`, `?`, `#` in a password are written `%2F`, `%3F`, `%23`",
            ));
        }
        let host = host(&url)?;
        let credentials = credentials(&url)?;
        let (encryption, default_port) = encryption(&url, &host)?;
        Ok(Self { port: url.port().unwrap_or(default_port), host, encryption, credentials })
    }
}

// Every reason is the same for all URLs of its kind: a part that is quoted might be a part of the password.
fn refuse(reason: impl Into<String>) -> MailSetupError {
    MailSetupError::SmtpUrl { reason: reason.into() }
}

fn host(url: &Url) -> Result<String, MailSetupError> {
    match url.host() {
        Some(Host::Domain(name)) if !name.is_empty() => Ok(name.to_owned()),
        Some(Host::Ipv4(address)) => Ok(address.to_string()),
        Some(Host::Ipv6(address)) => Ok(address.to_string()),
        _ => Err(refuse("expected a host, as in `smtps://mail.example.com`")),
    }
}

/// The encryption that the URL asks for, and the port that goes with it.
fn encryption(url: &Url, host: &str) -> Result<(Encryption, u16), MailSetupError> {
    let asked: Vec<_> = url.query_pairs().collect();
    let asked: Vec<_> = asked.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
    match (url.scheme(), asked.as_slice()) {
        ("smtps", []) => Ok((Encryption::Wrapped, 465)),
        ("smtp", [("tls", "none")]) => Ok((Encryption::Never, 25)),
        ("smtp", []) if is_this_machine(host) => Ok((Encryption::Never, 25)),
        ("smtp", [("tls", "opportunistic")]) => Ok((Encryption::Opportunistic, 587)),
        ("smtp", [] | [("tls", "required")]) => Ok((Encryption::Required, 587)),
        ("smtp", _) => Err(refuse("expected at most one of `?tls=required`, `?tls=opportunistic`, `?tls=none`")),
        ("smtps", _) => Err(refuse("`smtps` takes nothing after a `?`")),
        _ => Err(refuse("expected it to begin with `smtp://` or `smtps://`")),
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn credentials(url: &Url) -> Result<Option<Credentials>, MailSetupError> {
    let decode = |text| percent_decode_str(text).decode_utf8().map(String::from);
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (user, Some(password)) if !user.is_empty() && !password.is_empty() => match (decode(user), decode(password)) {
            (Ok(user), Ok(password)) => Ok(Some(Credentials::new(user, password))),
            _ => Err(refuse("user and password have to be UTF-8")),
        },
        _ => Err(refuse("expected a user and a password, or none of them")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> (String, u16, Encryption) {
        let server = Server::from_url(url).unwrap();
        assert_eq!(server.credentials.is_some(), url.contains("u:p@"));
        (server.host, server.port, server.encryption)
    }

    fn reason(url: &str) -> String {
        Server::from_url(url).err().unwrap().to_string()
    }

    #[test]
    fn ports_follow_the_encryption() {
        let at = |port, encryption| ("mail.example.com".to_owned(), port, encryption);
        assert_eq!(read("smtps://mail.example.com"), at(465, Encryption::Wrapped));
        assert_eq!(read("smtp://mail.example.com"), at(587, Encryption::Required));
        assert_eq!(read("smtp://u:p@mail.example.com:2525/?tls=required"), at(2525, Encryption::Required));
        assert_eq!(read("smtp://u:p@mail.example.com?tls=opportunistic"), at(587, Encryption::Opportunistic));
        assert_eq!(read("smtp://mail.example.com?tls=none"), at(25, Encryption::Never));
    }

    #[test]
    fn only_this_machine_gets_plain_text_unasked() {
        assert_eq!(read("smtp://localhost").2, Encryption::Never);
        assert_eq!(read("smtp://127.0.0.1:2525").2, Encryption::Never);
        assert_eq!(read("smtp://[::1]:2525"), ("::1".to_owned(), 2525, Encryption::Never));
        assert_eq!(read("smtp://localhost?tls=required").2, Encryption::Required);
        for host in ["192.0.2.1", "[2001:db8::1]", "localhost.example.com"] {
            assert_eq!(read(&format!("smtp://{host}")).2, Encryption::Required);
        }
    }

    #[test]
    fn users_and_passwords_may_be_percent_encoded() {
        let server = Server::from_url("smtps://ada%40example.com:p%2F%40%C3%A9+%25@mail.example.com").unwrap();
        let expected = Credentials::new("ada@example.com".to_owned(), "p/@é+%".to_owned());
        assert!(server.credentials == Some(expected));
    }

    #[test]
    fn refuses_with_reasons_that_quote_nothing() {
        let refused = [
            ("mail.example.com", "relative URL without a base"),
            ("smtp://", "expected a host"),
            ("smtp:mail.example.com", "nothing but `?tls=` may follow"),
            ("http://secret@mail.example.com", "expected a user and a password"),
            ("http://mail.example.com", "expected it to begin with `smtp://` or `smtps://`"),
            ("smtp://user:secret@", "empty host"),
            ("smtp://user:se/cret@mail.example.com", "invalid port number"),
            ("smtp://user:25/secret@mail.example.com", "nothing but `?tls=` may follow"),
            ("smtp://user:25#secret@mail.example.com", "nothing but `?tls=` may follow"),
            ("smtp://user:25?secret@mail.example.com", "expected at most one of `?tls=required`"),
            ("smtp://mail.example.com?tls=secret", "expected at most one of `?tls=required`"),
            ("smtp://mail.example.com?tls=none&tls=required", "expected at most one of `?tls=required`"),
            ("smtps://mail.example.com?tls=none", "`smtps` takes nothing"),
            ("smtps://secret@mail.example.com", "expected a user and a password"),
            ("smtps://:secret@mail.example.com", "expected a user and a password"),
            ("smtps://user:%ffsecret@mail.example.com", "user and password have to be UTF-8"),
        ];
        for (url, expected) in refused {
            let reason = reason(url);
            assert!(reason.contains(expected), "{url}: {reason}");
            assert!(!reason.contains("secret"), "{url}: {reason}");
        }
    }
}
