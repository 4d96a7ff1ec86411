//! `serve`: the server of a deployment.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::End;
use super::logging::{Format, LogFormat};
use super::options::{Options, read_secret};
use super::server::Server;
use super::work::{Work, smtp_help, worker};
use crate::http::{Mode, ServiceToken};
use crate::wiring::IfMissing;

/// Serve the API and the settings page, send mail and review designations
///
/// Only the platform's own backend may ask, and proves itself with a token. The accounts have to be there: see
/// `security-contact import`, which can run while this serves. Secrets come from files or the environment, since
/// others can read a command line. Put a proxy with TLS in front of it.
#[derive(Args)]
#[command(after_help = concat!(smtp_help!(), "
Examples:
  $ openssl rand -hex 32 > token
  $ security-contact serve --listen 127.0.0.1:8787 --token-file token \\
      --mail-from security@example.com --maildir ./mail
  $ security-contact serve --listen 0.0.0.0:8787 --token-file token \\
      --mail-from security@example.com --smtp-url-file smtp-url"))]
pub(super) struct Serve {
    /// Where to listen, as in `127.0.0.1:8787`; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS")]
    listen: SocketAddr,
    /// A file with the token that the platform's backend sends: at least 32 visible ASCII characters
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    /// Answer only, and leave mail and reviews to `security-contact worker`
    #[arg(long, conflicts_with_all = ["smtp_url_file", "maildir", "mail_from", "review_every", "retry_after", "lease"])]
    without_worker: bool,
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    log: LogFormat,
}

impl Serve {
    pub(super) fn log_format(&self) -> Format {
        self.log.format()
    }

    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let mail = if self.without_worker { None } else { Some(self.work.mail()?) };
        let token = ServiceToken::from_file_contents(&read_secret(&self.token_file)?)
            .with_context(|| format!("the file `{}` cannot be used", self.token_file.display()))?;
        let parts = options.open(IfMissing::Fail).await?;
        let worker = match mail {
            Some(mail) => Some(worker(&parts, mail, self.work.pauses()).await?),
            None => None,
        };
        let server = Server::listen(self.listen).await?;
        let identity = parts.engine.identity();
        tracing::info!(
            listen = %server.address()?,
            policy_version = identity.policy_version,
            module_sha256 = identity.module_sha256,
            fingerprint = identity.fingerprint,
            "serving"
        );
        server.run(parts, Mode::Service { token }, worker).await?;
        Ok(End::Done)
    }
}
