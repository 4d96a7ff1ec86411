//! What `serve` and `worker` share: sending mail and reviewing designations, and the options of that.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::UsageError;
use super::secret::read_secret;
use crate::domain::model::InvalidText;
use crate::mail::Sender;
use crate::wiring::{self, MailTo, Parts};
use crate::worker::{Courier, Pauses, Worker};

/// Holds the URL of the SMTP server where `--smtp-url-file` does not.
const SMTP_URL: &str = "SECURITY_CONTACT_SMTP_URL";

/// What `--help` tells of SMTP servers.
macro_rules! smtp_help {
    () => {
        "\
Environment:
  SECURITY_CONTACT_SMTP_URL  the SMTP server's URL, in place of `--smtp-url-file`

URLs of an SMTP server:
  smtps://user:password@mail.example.com           TLS from the first byte
  smtp://user:password@mail.example.com            STARTTLS, or nothing is sent
  smtp://mail.example.com?tls=opportunistic        STARTTLS if the server has it
  smtp://mail.example.com?tls=none                 no encryption
"
    };
}
pub(super) use smtp_help;

/// Where mail goes, and whom it comes from.
pub(super) struct Mail {
    pub(super) to: MailTo,
    pub(super) from: Sender,
}

/// How mail is sent, and how often designations are reviewed.
#[derive(Args)]
#[command(next_help_heading = "Mail and reviews")]
pub(super) struct Work {
    /// A file with the URL of the SMTP server that mail goes to
    #[arg(long, value_name = "FILE", conflicts_with = "maildir")]
    smtp_url_file: Option<PathBuf>,
    /// A Maildir that mail goes to instead; it is made if it is missing
    #[arg(long, value_name = "DIR")]
    maildir: Option<PathBuf>,
    /// The address that mail comes from
    #[arg(long, value_name = "EMAIL", value_parser = sender)]
    mail_from: Option<Sender>,
    /// How often to look for designations that are due, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    review_every: u64,
    /// How long a mail waits that was not taken, in seconds; twice as long after each further try, up to 6 hours
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=21_600))]
    retry_after: u64,
    /// How long mails and reviews wait for a process that took them in hand and died, in seconds
    ///
    /// Below 150, a slow mail server can get a mail twice, with the same Message-ID.
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    lease: u64,
}

impl Work {
    /// Where mail goes: as the options say, or else the environment. Nothing is opened or made yet.
    pub(super) fn mail(&self) -> anyhow::Result<Mail> {
        let to = self.mail_to()?;
        let from = self.mail_from.clone();
        let from = from.ok_or_else(|| UsageError("mail needs `--mail-from`, the address that it comes from".into()))?;
        Ok(Mail { to, from })
    }

    pub(super) fn pauses(&self) -> Pauses {
        Pauses {
            review: Duration::from_secs(self.review_every),
            retry: Duration::from_secs(self.retry_after),
            lease: Duration::from_secs(self.lease),
            ..Pauses::default()
        }
    }

    /// The file with the password of the mail server.
    pub(super) fn secret_file(&self) -> Option<&Path> {
        self.smtp_url_file.as_deref()
    }

    fn mail_to(&self) -> anyhow::Result<MailTo> {
        if let Some(folder) = &self.maildir {
            return Ok(MailTo::Folder(folder.clone()));
        }
        if let Some(file) = &self.smtp_url_file {
            return Ok(MailTo::Server(read_secret(file)?.reveal()));
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

/// Whoever does the work. What was decided under another policy than this program's is due for review from now on.
pub(super) async fn worker(parts: &Parts, mail: Mail, pauses: Pauses) -> anyhow::Result<Worker> {
    let mailer = wiring::mailer(mail.to, mail.from)?;
    adopt_policy(parts).await?;
    let courier = Courier::new(parts.store.clone(), parts.events.clone(), mailer, parts.clock.clone());
    Ok(Worker::new(courier, parts.reviews.clone(), parts.contacts.clone(), pauses))
}

/// Makes this program's policy the present one. Whoever replaces another one by mistake reads of it in the log.
async fn adopt_policy(parts: &Parts) -> anyhow::Result<()> {
    let policy = parts.engine.identity().key();
    let before = parts.store.policy().await?;
    parts.store.use_policy(&policy).await?;
    if let Some(before) = before.filter(|before| *before != policy) {
        tracing::warn!(
            before,
            policy,
            "other rules or another module hold from now on; every account is due for review"
        );
    }
    Ok(())
}

fn sender(address: &str) -> Result<Sender, InvalidText> {
    Sender::new(address, "Security Contact")
}
