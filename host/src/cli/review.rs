//! `review`: checks every account at once.

use std::io;

use clap::Args;
use security_contact_policy::{Reason, UserId};
use serde::Serialize;

use super::options::Options;
use super::{End, print, progress};
use crate::domain::model::AccountId;
use crate::domain::{Reverted, ReviewReport, Told};
use crate::wiring::IfMissing;

/// Check the designations of all accounts against the rules
///
/// A choice that no longer meets the criteria is cleared, so that the owner is the contact, and both are told by mail.
/// A running server does this by itself when time or the directory give it a reason; this command looks at every
/// account now. It ends with 1 if an account could not be reviewed.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  $ security-contact review --json")]
pub(super) struct Review {
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportJson<'a> {
    reviewed: u64,
    reverted: Vec<RevertedJson<'a>>,
    owner_changed: u64,
    reminded: u64,
    failed: Vec<FailedJson<'a>>,
}

#[derive(Serialize)]
struct RevertedJson<'a> {
    account: &'a AccountId,
    from: &'a UserId,
    to: &'a UserId,
    reasons: &'a [Reason],
}

#[derive(Serialize)]
struct FailedJson<'a> {
    account: &'a AccountId,
    error: &'a str,
}

/// What a review of all accounts found.
struct Found {
    report: ReviewReport,
    reverted: Vec<Reverted>,
    failed: Vec<(AccountId, String)>,
}

impl Review {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let parts = options.open(IfMissing::Fail)?;
        let bar = progress::count("accounts")?;
        let (mut reverted, mut failed) = (Vec::new(), Vec::new());
        let report = parts.reviews.review_all(|told| match told {
            Told::Reverted(one) => reverted.push(one),
            Told::Failed { account, error } => failed.push((account, error)),
            Told::SoFar(reviewed) => bar.set_position(reviewed),
        });
        let report = report.await;
        bar.finish_and_clear();
        let found = Found { report: report?, reverted, failed };
        if self.json {
            print::json(&report_json(&found))?
        } else {
            tell(&found)?
        }
        Ok(if found.failed.is_empty() { End::Done } else { End::Failed })
    }
}

fn report_json(found: &Found) -> ReportJson<'_> {
    let Found { report, reverted, failed } = found;
    let reverted =
        reverted.iter().map(|Reverted { account, from, to, reasons }| RevertedJson { account, from, to, reasons });
    let failed = failed.iter().map(|(account, error)| FailedJson { account, error });
    ReportJson {
        reviewed: report.reviewed,
        reverted: reverted.collect(),
        owner_changed: report.owner_changed,
        reminded: report.reminded,
        failed: failed.collect(),
    }
}

fn tell(found: &Found) -> io::Result<()> {
    let Found { report: ReviewReport { reviewed, owner_changed, reminded, .. }, reverted, failed } = found;
    if !reverted.is_empty() {
        let head = ["account", "from", "to", "because"].map(str::to_owned).to_vec();
        let rows = reverted.iter().map(|Reverted { account, from, to, reasons }| {
            vec![account.to_string(), from.to_string(), to.to_string(), print::reasons(reasons)]
        });
        print::table(&std::iter::once(head).chain(rows).collect::<Vec<_>>())?;
    }
    print::line(&format!(
        "{reviewed} accounts reviewed: {} reverted, {owner_changed} with another owner, {reminded} reminded",
        reverted.len()
    ))?;
    for (account, error) in failed {
        print::error(&format!("error: the account `{account}` was not reviewed: {error}"));
    }
    Ok(())
}
