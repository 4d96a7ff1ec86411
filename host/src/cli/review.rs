//! `review`: checks designations against the rules now.

use clap::Args;
use indicatif::ProgressBar;
use security_contact_policy::{Reason, UserId};
use serde::Serialize;

use super::options::Options;
use super::{End, print, progress, same_policy};
use crate::domain::model::AccountId;
use crate::domain::{Reverted, ReviewReport, Told};
use crate::wiring::{IfMissing, Parts};

/// Check the designations against the rules
///
/// A choice that no longer meets the criteria is cleared, so that the owner is the contact, and both are told by mail. A
/// running server or worker does this by itself when time, the directory or other rules give it a reason. This command
/// does now what is due; with `--all` it looks at every account, in case a reason was missed. Under other rules than those of
/// the server it refuses to, unless that is meant: `--new-rules`, or only `--dry-run`.
///
/// Each choice that is cleared has a line as soon as that is stored, and the last line counts. It ends with 1 if an
/// account could not be reviewed; the others are reviewed all the same.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact review
  $ security-contact review --dry-run --rules new-rules.json
  $ security-contact review --new-rules --rules new-rules.json
  $ security-contact review --all --json")]
pub(super) struct Review {
    /// Look at every account, due or not
    #[arg(long)]
    all: bool,
    /// Only say what a review of every account would change: nothing is stored, and nobody is told
    #[arg(long)]
    dry_run: bool,
    /// Have the rules of this command hold from now on: every account that was decided on under others is due
    #[arg(long, conflicts_with = "dry_run")]
    new_rules: bool,
    /// Print JSON objects, for programs: a line for each choice that is cleared, one for each account that cannot be
    /// reviewed, and the last one with the counts
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
#[serde(tag = "told", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Line<'a> {
    Reverted { account: &'a AccountId, from: &'a UserId, to: &'a UserId, reasons: &'a [Reason] },
    Failed { account: &'a AccountId, error: &'a str },
    Done { reviewed: u64, reverted: u64, owner_changed: u64, reminded: u64, failed: u64, stored: bool },
}

impl Review {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let parts = options.open(IfMissing::Fail).await?;
        if !self.dry_run {
            self.settle_policy(&parts).await?;
        }
        let bar = progress::count("accounts")?;
        let mut printed = Ok(());
        let tell = |told| {
            let told = self.tell(told, &bar);
            printed = std::mem::replace(&mut printed, Ok(())).and(told);
        };
        let report = if self.dry_run {
            parts.reviews.rehearse_all(tell).await
        } else if self.all {
            parts.reviews.review_all(tell).await
        } else {
            parts.reviews.review_due(tell).await
        };
        bar.finish_and_clear();
        let report = report?;
        printed?;
        self.sum_up(&report)?;
        Ok(if report.failed == 0 { End::Done } else { End::Failed })
    }

    /// Makes this command's policy the present one, where that is meant. What was decided under another one is due then.
    async fn settle_policy(&self, parts: &Parts) -> anyhow::Result<()> {
        if !self.new_rules {
            same_policy(parts).await?;
        }
        if self.new_rules || !self.all {
            parts.store.use_policy(&parts.engine.identity().key()).await?;
        }
        Ok(())
    }

    /// Tells one thing, above the bar.
    fn tell(&self, told: Told, bar: &ProgressBar) -> anyhow::Result<()> {
        match told {
            Told::SoFar(reviewed) => bar.set_position(reviewed),
            Told::Reverted(reverted) => bar.suspend(|| self.tell_reverted(&reverted))?,
            Told::Failed { account, error } => bar.suspend(|| self.tell_failed(&account, &error))?,
        }
        Ok(())
    }

    fn tell_reverted(&self, Reverted { account, from, to, reasons }: &Reverted) -> anyhow::Result<()> {
        if self.json {
            return print::json(&Line::Reverted { account, from, to, reasons });
        }
        let is_replaced = if self.dry_run { "would be replaced" } else { "was replaced" };
        Ok(print::line(&format!("{account}: {from} {is_replaced} by {to}: {}", print::reasons(reasons)))?)
    }

    fn tell_failed(&self, account: &AccountId, error: &str) -> anyhow::Result<()> {
        if self.json {
            return print::json(&Line::Failed { account, error });
        }
        print::error(&format!("error: the account `{account}` was not reviewed: {error}"));
        Ok(())
    }

    fn sum_up(&self, report: &ReviewReport) -> anyhow::Result<()> {
        let ReviewReport { reviewed, reverted, owner_changed, reminded, failed } = *report;
        if self.json {
            let stored = !self.dry_run;
            return print::json(&Line::Done { reviewed, reverted, owner_changed, reminded, failed, stored });
        }
        Ok(print::line(&if self.dry_run {
            format!(
                "{reviewed} accounts looked at, nothing stored: {reverted} to revert, {owner_changed} with another \
                 owner, {reminded} to remind"
            )
        } else {
            let due = if self.all { "" } else { "were due and " };
            format!(
                "{reviewed} accounts {due}are reviewed: {reverted} reverted, {owner_changed} with another owner, \
                 {reminded} reminded"
            )
        })?)
    }
}
