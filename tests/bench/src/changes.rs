//! Changes of contacts, one after the other.

use anyhow::{Result, ensure};
use security_contact_host::domain::model::{AccountId, Authentication};
use security_contact_host::domain::{Answered, Contacts, Request, Wish};
use security_contact_policy::UserId;

use crate::accounts::id;

/// So many accounts are changed in a round, each once.
pub(crate) const CHANGES: u32 = 20;

/// The owner becomes the contact of some accounts in one round, and the admin in the next.
///
/// # Errors
/// When one is not changed.
pub(crate) async fn changes(contacts: &Contacts, round: u32) -> Result<()> {
    for account in 0..CHANGES {
        let actor = UserId::new(format!("u-{account}-1"))?;
        let chosen = UserId::new(format!("u-{account}-{}", 2 - round % 2))?;
        let account: AccountId = id(account).parse()?;
        let wish = Wish::Designate(chosen);
        let authenticated = Authentication::ServiceToken;
        let request =
            Request { account: &account, actor: &actor, authenticated, wish: &wish, version: None, once: None };
        ensure!(matches!(contacts.change(&request).await?, Answered::Changed(_)), "nothing was changed");
    }
    Ok(())
}
