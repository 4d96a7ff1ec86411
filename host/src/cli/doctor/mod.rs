//! `doctor`: whether everything is there that a server needs.

mod checks;
mod report;

use std::net::SocketAddr;

use clap::Args;

use super::End;
use super::callers::Callers;
use super::options::Options;
use super::work::{Work, smtp_help};
use report::Report;

/// Look at everything that a server needs, and say what to do where something is wrong
///
/// Give it the configuration or the options of `security-contact serve`, or of `worker`: it looks at the configuration,
/// the policy module, the database and its schema, who may ask, who else can read the secrets, the address to listen on,
/// the mail server, and the clock. Nothing is changed, and no mail is sent. What the options do not speak of is skipped.
///
/// It ends with 0 if nothing failed, and with 1 otherwise.
#[derive(Args)]
#[command(after_help = concat!(smtp_help!(), "
Examples:
  $ security-contact doctor
  $ security-contact doctor --listen 127.0.0.1:8787 --token-file token \\
      --mail-from security@example.com --maildir ./mail
  $ security-contact doctor --config config.toml
  $ security-contact doctor --json"))]
pub(super) struct Doctor {
    /// Where a server is to listen
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    callers: Callers,
    #[command(flatten)]
    work: Work,
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let mut report = Report::default();
        let engine = checks::policy(options, &mut report);
        let store = checks::database(options, engine.is_some(), &mut report).await;
        checks::callers(&self.callers, &mut report).await;
        checks::secrets(
            [options.database_url_file(), self.work.secret_file()]
                .into_iter()
                .flatten()
                .chain(self.callers.secret_files()),
            &mut report,
        );
        checks::listen(self.listen, &mut report).await;
        checks::mail(&self.work, &mut report).await;
        checks::clock(store.as_deref(), engine.as_ref(), &mut report).await;
        if self.json {
            report.print_json()?;
        } else {
            report.tell()?;
        }
        Ok(if report.is_well() { End::Done } else { End::Failed })
    }
}
