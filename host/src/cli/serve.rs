//! `serve`: the server of a deployment.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;

use super::End;
use super::callers::Callers;
use super::limits::Limits;
use super::logging::{Format, LogFormat};
use super::operate::Operate;
use super::options::Options;
use super::reload::Reload;
use super::server::Server;
use super::traces::Traces;
use super::work::{Work, smtp_help, worker};
use crate::http::Mode;

/// Serve the API and the settings page, send mail and review designations
///
/// People prove who they are with a JWT of the platform, machines with a service token. The accounts have to be there: see
/// `security-contact import`, which can run while this serves. Secrets come from files or the environment, since
/// others can read a command line. Put a proxy with TLS in front of it.
///
/// It stops at SIGTERM or Ctrl-C, and finishes the requests and mails in hand before. At SIGHUP it reads the rules and the
/// service tokens anew: all of them, or, when there is something wrong with any, none.
#[derive(Args)]
#[command(after_help = concat!(smtp_help!(), "
Examples:
  $ (umask 077; openssl rand -hex 32 > token)
  $ security-contact serve --listen 127.0.0.1:8787 --token-file token \\
      --mail-from security@example.com --maildir ./mail
  $ security-contact serve --listen 0.0.0.0:8787 --token-file token \\
      --mail-from security@example.com --smtp-url-file smtp-url"))]
pub(super) struct Serve {
    /// Where to listen, as in `127.0.0.1:8787`; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS")]
    listen: SocketAddr,
    #[command(flatten)]
    callers: Callers,
    #[command(flatten)]
    limits: Limits,
    /// Answer only, and leave mail and reviews to `security-contact worker`
    #[arg(long, conflicts_with_all = ["smtp_url_file", "maildir", "mail_from", "review_every", "retry_after", "lease"])]
    without_worker: bool,
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    operate: Operate,
    #[command(flatten)]
    log: LogFormat,
}

impl Serve {
    pub(super) fn log_format(&self) -> Format {
        self.log.format()
    }

    pub(super) fn traces(&self) -> &Traces {
        &self.operate.traces
    }

    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let mail = if self.without_worker { None } else { Some(self.work.mail()?) };
        let server = Server::listen(self.listen, &self.operate).await?;
        let parts = server.operation().open(options).await?;
        let authenticator = self.callers.authenticator(&parts.clock).await?;
        let worker = match mail {
            Some(mail) => Some(worker(&parts, mail, self.work.pauses()).await?),
            None => None,
        };
        let identity = parts.engine.identity();
        tracing::info!(
            listen = %server.address()?,
            policy_version = identity.policy_version,
            module_sha256 = identity.module_sha256,
            fingerprint = identity.fingerprint,
            "serving"
        );
        let reload = Reload::new(options, &parts, worker.is_some(), server.operation().metrics())?
            .with_callers(self.callers, Arc::clone(&authenticator));
        server.run(reload, parts, Mode::Proven(authenticator), self.limits.limits(), worker).await?;
        Ok(End::Done)
    }
}
