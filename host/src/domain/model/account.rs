//! Accounts and their people.

use security_contact_policy::{Instant, Person, RemindedFor, UserId};

use super::{AccountId, DisplayName, EmailAddress};

/// One user of an account: the facts of the rules, and how people know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// What the rules look at.
    pub person: Person,
    /// How people call them.
    pub name: DisplayName,
    /// Where mail reaches them; `None` when nowhere.
    pub email: Option<EmailAddress>,
    /// Since when that address is refused for good by its mail server; `None` while it is not. The host finds that out
    /// by itself; a directory that brings another address clears it.
    pub unreachable_since: Option<Instant>,
}

impl Member {
    /// A person as a directory knows them.
    ///
    /// ```
    /// use security_contact_host::domain::model::Member;
    ///
    /// let person = serde_json::from_str(
    ///     r#"{"id":"u-1","role":"owner","accountSettings":"none","status":"active",
    ///         "lastLoginAt":null,"staffRole":null}"#,
    /// )?;
    /// let ada = Member::new(person, "Ada Lovelace".parse()?, Some("ada@acme.example".parse()?));
    /// assert!(ada.unreachable_since.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(person: Person, name: DisplayName, email: Option<EmailAddress>) -> Self {
        Self { person, name, email, unreachable_since: None }
    }
}

/// A stored choice, with its history's last word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Who was chosen.
    pub user_id: UserId,
    /// That person, unless they have left.
    pub member: Option<Member>,
    /// When they were chosen.
    pub since: Instant,
    /// Who chose them.
    pub by: UserId,
}

/// An account as it stands in the store: all that a decision about it needs, read at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Which account.
    pub account: AccountId,
    /// How people call it.
    pub name: DisplayName,
    /// Changes with every write to the account, its people included. A [`Commit`](super::Commit) goes through only while it
    /// holds.
    pub revision: i64,
    /// Changes with every change of the designation. People send it back with what they ask for.
    pub version: i64,
    /// Who owns the account.
    pub owner_id: UserId,
    /// The owner; `None` breaks the account, and is reported.
    pub owner: Option<Member>,
    /// The designation; `None` is the default.
    pub chosen: Option<Chosen>,
    /// The contact who was last told.
    pub announced: Option<UserId>,
    /// The reminders that were sent.
    pub reminded_for: Option<RemindedFor>,
    /// When the account is to be reviewed; `None` when time alone changes nothing.
    pub next_review_at: Option<Instant>,
    /// Further people of the account: the announced one, and those who were asked for and exist.
    pub others: Vec<Member>,
}

impl Snapshot {
    /// The member of that id, if the snapshot has it.
    #[must_use]
    pub fn member(&self, user_id: &UserId) -> Option<&Member> {
        let chosen = self.chosen.as_ref().and_then(|chosen| chosen.member.as_ref());
        self.owner.iter().chain(chosen).chain(&self.others).find(|member| member.person.id == *user_id)
    }
}

/// Where a list of people goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateCursor {
    /// The last person's name, folded for search.
    pub folded_name: String,
    /// The last person's id.
    pub user_id: UserId,
}

/// An account that cannot be read, whose neighbours can.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UnreadableAccount {
    /// Which account.
    pub account: AccountId,
    /// What cannot be read, without names or addresses.
    pub message: String,
}
