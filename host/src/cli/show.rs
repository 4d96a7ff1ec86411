//! `show`: who the contact of an account is.

use clap::Args;
use ureq::http::Method;

use super::contact::ContactJson;
use super::options::Options;
use super::remote::{Ask, At, Place, Server};
use super::{End, print};
use crate::auth::Scope;
use crate::domain::model::AccountId;
use crate::wiring::IfMissing;

/// Show who the security contact of an account is, and why
///
/// There is always one. An account's choice holds while the person meets the criteria; else it is the owner. The
/// answer is that of this moment, whether or not the account was reviewed lately.
///
/// A server wants a token with the scope `read`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact show acme
  $ security-contact show acme --json
  $ security-contact show acme --server https://contacts.example.com --token-file token")]
pub(super) struct Show {
    /// The account's id
    account: AccountId,
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Show {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let contact = match self.at.place(options, IfMissing::Fail).await? {
            Place::Here(parts) => ContactJson::of(&parts.contacts.show(&self.account).await?, &parts.engine),
            Place::There(server) => there(&server, &self.account)?,
        };
        if self.json {
            print::json(&contact)?;
        } else {
            contact.tell()?;
        }
        Ok(End::Done)
    }
}

/// The contact of an account as a server says.
fn there(server: &Server, account: &AccountId) -> anyhow::Result<ContactJson> {
    server.get(Ask::account(Method::GET, account, "/security-contact", Scope::Read))
}
