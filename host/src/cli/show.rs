//! `show`: who the contact of an account is.

use clap::Args;

use super::options::Options;
use super::{End, print};
use crate::domain::model::AccountId;
use crate::wiring::IfMissing;

/// Show who the security contact of an account is, and why
///
/// There is always one. An account's choice holds while the person meets the criteria; else it is the owner. The
/// answer is that of this moment, whether or not the account was reviewed lately.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  $ security-contact show acme")]
pub(super) struct Show {
    /// The account's id
    account: AccountId,
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let parts = options.open(IfMissing::Fail).await?;
        let view = parts.contacts.show(&self.account).await?;
        if self.json {
            print::json(&print::ContactJson::of(&view, &parts.engine))?;
        } else {
            print::contact(&view)?;
        }
        Ok(End::Done)
    }
}
