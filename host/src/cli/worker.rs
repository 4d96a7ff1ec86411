//! `worker`: mail and reviews, without a server.

use clap::Args;

use super::End;
use super::logging::{Format, LogFormat};
use super::operate::Operate;
use super::options::Options;
use super::reload::Reload;
use super::traces::Traces;
use super::work::{Work, smtp_help, worker};

/// Send mail and review designations, without the API
///
/// `security-contact serve` does this too. A worker of its own is for deployments that keep the mail server's password
/// away from what answers requests: run `serve --without-worker` there, and this elsewhere on the same accounts. There
/// can be several of either; each mail and each review is done by one of them.
///
/// It stops at SIGTERM or Ctrl-C, and finishes the mails in hand before. At SIGHUP it reads the rules anew.
#[derive(Args)]
#[command(after_help = concat!(smtp_help!(), "
Examples:
  $ security-contact worker --mail-from security@example.com --maildir ./mail
  $ security-contact worker --mail-from security@example.com --smtp-url-file smtp-url"))]
pub(super) struct WorkerCommand {
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    operate: Operate,
    #[command(flatten)]
    log: LogFormat,
}

impl WorkerCommand {
    pub(super) fn log_format(&self) -> Format {
        self.log.format()
    }

    pub(super) fn traces(&self) -> &Traces {
        &self.operate.traces
    }

    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let mail = self.work.mail()?;
        let operation = self.operate.begin().await?;
        let parts = operation.open(options).await?;
        let worker = worker(&parts, mail, self.work.pauses()).await?;
        let identity = parts.engine.identity();
        tracing::info!(
            policy_version = identity.policy_version,
            module_sha256 = identity.module_sha256,
            fingerprint = identity.fingerprint,
            "working"
        );
        let (stop, reload) = (operation.stop().clone(), Reload::new(options, &parts, true, operation.metrics())?);
        let work = async {
            worker.run(&stop).await;
            Ok(())
        };
        operation.run(&parts, reload, work).await?;
        Ok(End::Done)
    }
}
