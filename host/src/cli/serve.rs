//! `serve`: the server of a deployment.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::Args;

use super::logging::Format;
use super::options::Options;
use super::server::Server;
use super::{End, UsageError};
use crate::domain::model::InvalidText;
use crate::http::{Mode, ServiceToken};
use crate::mail::Sender;
use crate::wiring::{self, IfMissing, MailTo};
use crate::worker::Pauses;

/// Holds the URL of the SMTP server where `--smtp-url-file` does not.
const SMTP_URL: &str = "SECURITY_CONTACT_SMTP_URL";

/// Serve the API and the settings page, send mail and review designations
///
/// Only the platform's own backend may ask, and proves itself with a token. The accounts have to be there: see
/// `security-contact import`, which can run while this serves. Secrets come from files or the environment, since
/// others can read a command line. Put a proxy with TLS in front of it.
#[derive(Args)]
#[command(after_help = "\
Environment:
  SECURITY_CONTACT_SMTP_URL  the SMTP server's URL, in place of `--smtp-url-file`

URLs of an SMTP server:
  smtps://user:password@mail.example.com           TLS from the first byte
  smtp://user:password@mail.example.com            STARTTLS, or nothing is sent
  smtp://mail.example.com?tls=opportunistic        STARTTLS if the server has it
  smtp://mail.example.com?tls=none                 no encryption

Examples:
  $ openssl rand -hex 32 > token
  $ security-contact serve --listen 127.0.0.1:8787 --token-file token \\
      --mail-from security@example.com --maildir ./mail
  $ security-contact serve --listen 0.0.0.0:8787 --token-file token \\
      --mail-from security@example.com --smtp-url-file smtp-url")]
pub(super) struct Serve {
    /// Where to listen, as in `127.0.0.1:8787`; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS")]
    listen: SocketAddr,
    /// A file with the token that the platform's backend sends: at least 32 visible ASCII characters
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    /// A file with the URL of the SMTP server that mail goes to
    #[arg(long, value_name = "FILE", conflicts_with = "maildir")]
    smtp_url_file: Option<PathBuf>,
    /// A Maildir that mail goes to instead; it is made if it is missing
    #[arg(long, value_name = "DIR")]
    maildir: Option<PathBuf>,
    /// The address that mail comes from
    #[arg(long, value_name = "EMAIL", value_parser = sender)]
    mail_from: Sender,
    /// How often to look for designations that are due, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    review_every: u64,
    /// How long a mail waits that was not taken, in seconds; twice as long after each further try, up to 6 hours
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=21_600))]
    retry_after: u64,
    /// How long mails and reviews wait for a server that took them in hand and died, in seconds
    ///
    /// Below 150, a slow mail server can get a mail twice, with the same Message-ID.
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    lease: u64,
    /// How the log is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    log_format: Format,
}

impl Serve {
    pub(super) fn log_format(&self) -> Format {
        self.log_format
    }

    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let mail_to = self.mail_to()?;
        let token = ServiceToken::from_file_contents(&read(&self.token_file)?)
            .with_context(|| format!("the file `{}` cannot be used", self.token_file.display()))?;
        let parts = options.open(IfMissing::Fail)?;
        let mailer = wiring::mailer(mail_to, self.mail_from)?;
        let server = Server::listen(self.listen).await?;
        let identity = parts.engine.identity();
        tracing::info!(
            listen = %server.address()?,
            policy_version = identity.policy_version,
            module_sha256 = identity.module_sha256,
            fingerprint = identity.fingerprint,
            "serving"
        );
        let pauses = Pauses {
            review: Duration::from_secs(self.review_every),
            retry: Duration::from_secs(self.retry_after),
            lease: Duration::from_secs(self.lease),
            ..Pauses::default()
        };
        server.run(parts, mailer, Mode::Service { token }, pauses).await?;
        Ok(End::Done)
    }

    /// Where mail goes: as the options say, or else the environment.
    fn mail_to(&self) -> anyhow::Result<MailTo> {
        if let Some(folder) = &self.maildir {
            return Ok(MailTo::Folder(folder.clone()));
        }
        if let Some(file) = &self.smtp_url_file {
            return Ok(MailTo::Server(read(file)?.trim().to_owned()));
        }
        match std::env::var(SMTP_URL) {
            Ok(url) if !url.is_empty() => Ok(MailTo::Server(url)),
            _ => {
                let message = format!("mail needs one of `--smtp-url-file`, `--maildir` and the variable `{SMTP_URL}`");
                Err(UsageError(message).into())
            }
        }
    }
}

/// The text of a file that holds a secret.
fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("the file `{}` cannot be read", file.display()))
}

fn sender(address: &str) -> Result<Sender, InvalidText> {
    Sender::new(address, "Security Contact")
}
