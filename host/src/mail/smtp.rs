//! Mail to an SMTP server.

use std::error::Error as StdError;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Severity;

use super::MailSetupError;
use super::message::build;
use super::sender::Sender;
use super::smtp_url::{Encryption, Server};
use crate::domain::ports::{Mailer, RenderedMail, SendError};

/// How many connections wait for the next mail.
const MAX_IDLE: usize = 4;

/// The server wants a login, or encryption, before it takes any mail.
const AUTHENTICATION_REQUIRED: u16 = 530;

/// Hands mail to an SMTP server.
///
/// It keeps connections for the next mail. lettre has a pool too, which this does not use: there, a conversation that
/// is broken off at the time limit goes back to the pool, and the next mail on it would read the answers to the last
/// one. Here only a conversation that ended well is kept.
pub struct SmtpMailer {
    server: Server,
    tls: TlsParameters,
    sender: Sender,
    timeout: Duration,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
}

impl SmtpMailer {
    /// How long one mail may take, with connecting and logging in.
    pub const TIMEOUT: Duration = Duration::from_secs(30);

    /// A mailer for the server of that URL. User and password are percent-encoded where they have to be; IPv6
    /// addresses stand in brackets.
    ///
    /// | URL | encryption | default port |
    /// |---|---|---|
    /// | `smtps://user:password@host:port` | from the first byte | 465 |
    /// | `smtp://user:password@host:port?tls=required` | STARTTLS, or nothing is sent | 587 |
    /// | `smtp://…?tls=opportunistic` | STARTTLS if the server offers it: safe from listeners only | 587 |
    /// | `smtp://…?tls=none` | none | 25 |
    /// | `smtp://…` | none to this machine (`localhost` and loopback addresses), else as `required` | 25 or 587 |
    ///
    /// Certificates are always checked, against Mozilla's list of authorities. Nothing is sent yet.
    ///
    /// # Errors
    /// [`MailSetupError::SmtpUrl`] for a URL that is none of these. It quotes nothing of the URL.
    pub fn from_url(url: &str, sender: Sender) -> Result<Self, MailSetupError> {
        let server = Server::from_url(url)?;
        let tls = TlsParameters::new(server.host.clone())
            .map_err(|_| MailSetupError::SmtpUrl { reason: "TLS cannot be set up for its host".to_owned() })?;
        Ok(Self { server, tls, sender, timeout: Self::TIMEOUT, idle: Mutex::default() })
    }

    /// The same mailer, which also accepts certificates of these authorities: one or more certificates in PEM.
    ///
    /// # Errors
    /// [`MailSetupError::Authorities`] when there is none in it, or one is broken.
    pub fn with_authorities(self, pem: &[u8]) -> Result<Self, MailSetupError> {
        // lettre takes a text without any for one that adds none.
        const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
        if !pem.windows(BEGIN.len()).any(|window| window == BEGIN) {
            return Err(MailSetupError::Authorities);
        }
        let tls = Certificate::from_pem(pem)
            .and_then(|certificate| {
                TlsParameters::builder(self.server.host.clone()).add_root_certificate(certificate).build()
            })
            .map_err(|_| MailSetupError::Authorities)?;
        Ok(Self { tls, ..self })
    }

    /// The same mailer with another limit in place of [`TIMEOUT`](Self::TIMEOUT).
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    async fn deliver(&self, mail: &RenderedMail) -> Result<(), SendError> {
        let message = build(mail, &self.sender)?;
        // What goes wrong before the mail is offered says nothing about the mail.
        let mut connection = self.connection().await.map_err(|error| SendError::Temporary(describe(&error)))?;
        let reply = connection.send(message.envelope(), &message.formatted()).await.map_err(|error| judge(&error))?;
        if reply.code().severity != Severity::PositiveCompletion {
            return Err(SendError::Temporary(format!("the server replied {} to the whole mail", reply.code())));
        }
        let mut idle = self.idle();
        if idle.len() < MAX_IDLE {
            idle.push(connection);
        }
        Ok(())
    }

    /// A connection that the server still answers on.
    async fn connection(&self) -> Result<AsyncSmtpConnection, Error> {
        while let Some(mut connection) = self.take_idle() {
            if connection.test_connected().await {
                return Ok(connection);
            }
        }
        self.connect().await
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let Server { host, port, encryption, credentials } = &self.server;
        let name = ClientId::default();
        let wrapped = (*encryption == Encryption::Wrapped).then(|| self.tls.clone());
        let address = (host.as_str(), *port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(self.timeout), &name, wrapped, None).await?;
        let starttls = match encryption {
            Encryption::Required => true,
            Encryption::Opportunistic => connection.can_starttls(),
            Encryption::Never | Encryption::Wrapped => false,
        };
        if starttls {
            connection.starttls(self.tls.clone(), &name).await?;
        }
        if let Some(credentials) = credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    fn take_idle(&self) -> Option<AsyncSmtpConnection> {
        self.idle().pop()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<AsyncSmtpConnection>> {
        // A list of connections is whole at any moment, so that a panic elsewhere cannot have spoilt it.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    /// A mail that the server took while its answer was lost is sent again; its Message-ID stays the same.
    async fn send(&self, mail: &RenderedMail) -> Result<(), SendError> {
        match tokio::time::timeout(self.timeout, self.deliver(mail)).await {
            Ok(result) => result,
            Err(_) => Err(SendError::Temporary(format!("the server did not finish within {:?}", self.timeout))),
        }
    }
}

/// Whether trying again may help, after the mail was offered.
fn judge(error: &Error) -> SendError {
    let about_the_mail = error.is_permanent() && error.status().map(u16::from) != Some(AUTHENTICATION_REQUIRED);
    // The only fault that the client itself finds here: an address outside ASCII, and a server without SMTPUTF8.
    if about_the_mail || error.is_client() {
        SendError::Permanent(describe(error))
    } else {
        SendError::Temporary(describe(error))
    }
}

/// What went wrong, without the server's own words: they often repeat the address.
fn describe(error: &Error) -> String {
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
    use super::enhanced_code;

    #[test]
    fn only_codes_are_taken_from_replies() {
        assert_eq!(enhanced_code("5.1.1 <ada@example.com> is unknown"), Some("5.1.1"));
        assert_eq!(enhanced_code("4.7.650"), Some("4.7.650"));
        for reply in ["", "ada@example.com", "5.1", "5.1.1.1", "5.1.x", "5..1", "5.1.1234 x", "192.0.2.1 is blocked"] {
            assert_eq!(enhanced_code(reply), None, "{reply}");
        }
    }
}
