//! Mail to an SMTP server.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;

use super::MailSetupError;
use super::message::build;
use super::sender::Sender;
use super::smtp_offer::{describe, offer};
use super::smtp_url::{Encryption, Server};
use crate::domain::ports::{Mailer, RenderedMail, SendError};

/// How many connections wait for the next mail.
const MAX_IDLE: usize = 4;

/// How long a server has to answer a goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

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

    /// Connects and logs in, and says goodbye: whether mail could be sent now.
    ///
    /// # Errors
    /// [`SendError::Temporary`], in the words that a mail would be put off with.
    pub async fn greet(&self) -> Result<(), SendError> {
        match tokio::time::timeout(self.timeout, self.connect()).await {
            Ok(Ok(connection)) => {
                say_goodbye(connection);
                Ok(())
            }
            Ok(Err(error)) => Err(SendError::Temporary(describe(&error))),
            Err(_) => Err(self.too_slow()),
        }
    }

    fn too_slow(&self) -> SendError {
        SendError::Temporary(format!("the server did not finish within {:?}", self.timeout))
    }

    async fn deliver(&self, mail: &RenderedMail) -> Result<(), SendError> {
        let message = build(mail, &self.sender)?;
        // What goes wrong before the mail is offered says nothing about the mail.
        let mut connection = self.connection().await.map_err(|error| SendError::Temporary(describe(&error)))?;
        let offered = offer(&mut connection, &message).await;
        match offered {
            Ok(()) => self.keep(connection),
            Err(_) => say_goodbye(connection),
        }
        offered
    }

    /// Keeps a connection whose conversation ended well for the next mail.
    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle();
        if idle.len() < MAX_IDLE {
            idle.push(connection);
        }
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
            Err(_) => Err(self.too_slow()),
        }
    }
}

/// Ends a conversation that did not end well. Nobody waits for it: what the server said of the mail stays what it said,
/// even if it says nothing more.
fn say_goodbye(mut connection: AsyncSmtpConnection) {
    tokio::spawn(async move {
        // A server that does not answer is left without an answer too.
        let _ = tokio::time::timeout(GOODBYE, connection.abort()).await;
    });
}
