//! All that a store holds, read by statements of our own.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::store::{Query, Row};

/// All that a store holds.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    pub(crate) accounts: BTreeMap<String, Account>,
    /// By account and id.
    pub(crate) people: BTreeMap<(String, String), Person>,
    /// By account, in the order of their numbers.
    pub(crate) audit: BTreeMap<String, Vec<Entry>>,
    /// In the order of their numbers.
    pub(crate) outbox: Vec<Mail>,
}

/// An account with its designation.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) owner: String,
    pub(crate) audit_seq: i64,
    pub(crate) audit_hash: String,
    pub(crate) user_id: Option<String>,
    pub(crate) chosen_at: Option<i64>,
    pub(crate) chosen_by: Option<String>,
    pub(crate) version: u64,
    pub(crate) announced: Option<String>,
    pub(crate) reminded_valid_until: Option<i64>,
    pub(crate) reminded_days: Option<String>,
}

/// Somebody in an account.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) role: String,
    pub(crate) status: String,
    pub(crate) last_login_at: Option<i64>,
    pub(crate) email: Option<String>,
    pub(crate) unreachable_since: Option<i64>,
}

/// A row of the history.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) seq: i64,
    pub(crate) at: i64,
    pub(crate) actor: Option<String>,
    pub(crate) authenticated: String,
    pub(crate) action: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) reasons: String,
    pub(crate) detail: Value,
    pub(crate) previous_hash: String,
    pub(crate) hash: String,
    /// Every column that the hash is of, in its order.
    pub(crate) hashed: Row,
}

/// A row of the outbox: a mail, or an event without a recipient.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) id: i64,
    pub(crate) account: String,
    pub(crate) audit_seq: Option<i64>,
    pub(crate) event_id: Option<i64>,
    pub(crate) event_key: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) message: Value,
    pub(crate) message_id: String,
    pub(crate) state: String,
}

impl Contents {
    /// Reads everything.
    ///
    /// # Errors
    /// When something cannot be read.
    pub fn read(store: &mut dyn Query) -> Result<Self> {
        let mut contents = Self::default();
        for row in store.rows(ACCOUNTS)? {
            let (id, account) = account(row).context("an account cannot be read")?;
            contents.accounts.insert(id, account);
        }
        for row in store.rows(PEOPLE)? {
            let (key, person) = person(row).context("a person cannot be read")?;
            contents.people.insert(key, person);
        }
        for row in store.rows(AUDIT)? {
            let (account, entry) = entry(row).context("a row of the history cannot be read")?;
            contents.audit.entry(account).or_default().push(entry);
        }
        for row in store.rows(OUTBOX)? {
            contents.outbox.push(mail(row).context("a row of the outbox cannot be read")?);
        }
        Ok(contents)
    }

    /// The rows of an account's history.
    pub(crate) fn history(&self, account: &str) -> &[Entry] {
        self.audit.get(account).map_or(&[], Vec::as_slice)
    }
}

const ACCOUNTS: &str = "SELECT id, owner_id, CAST(audit_seq AS TEXT), audit_hash, user_id, CAST(chosen_at AS TEXT),
        chosen_by, CAST(version AS TEXT), announced, CAST(reminded_valid_until AS TEXT),
        reminded_days
    FROM accounts ORDER BY accounts.id";

const PEOPLE: &str = "SELECT account_id, id, role, status, CAST(last_login_at AS TEXT), email,
        CAST(unreachable_since AS TEXT)
    FROM people ORDER BY account_id, id";

const AUDIT: &str = "SELECT account_id, CAST(seq AS TEXT), CAST(at AS TEXT), actor, authenticated, action, before,
        after, CAST(reasons AS TEXT), CAST(detail AS TEXT), policy_version, module_sha256, fingerprint,
        previous_hash, hash
    FROM audit ORDER BY account_id, audit.seq";

const OUTBOX: &str = "SELECT CAST(id AS TEXT), account_id, CAST(audit_seq AS TEXT), CAST(event_id AS TEXT), event_key,
        to_user, address, CAST(message AS TEXT), message_id, state
    FROM outbox ORDER BY outbox.id";

/// Takes a row apart, column by column.
struct Columns(std::vec::IntoIter<Option<String>>);

impl Columns {
    fn optional(&mut self) -> Option<String> {
        self.0.next().flatten()
    }

    fn text(&mut self) -> Result<String> {
        self.optional().context("a column is empty")
    }

    fn optional_number(&mut self) -> Result<Option<i64>> {
        Ok(self.optional().map(|text| text.parse()).transpose()?)
    }

    fn number(&mut self) -> Result<i64> {
        self.optional_number()?.context("a column is empty")
    }

    fn json(&mut self) -> Result<Value> {
        Ok(self.optional().map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default())
    }
}

fn account(row: Row) -> Result<(String, Account)> {
    let mut columns = Columns(row.into_iter());
    let id = columns.text()?;
    let account = Account {
        owner: columns.text()?,
        audit_seq: columns.number()?,
        audit_hash: columns.text()?,
        user_id: columns.optional(),
        chosen_at: columns.optional_number()?,
        chosen_by: columns.optional(),
        version: columns.number()?.try_into()?,
        announced: columns.optional(),
        reminded_valid_until: columns.optional_number()?,
        reminded_days: columns.optional(),
    };
    Ok((id, account))
}

fn person(row: Row) -> Result<((String, String), Person)> {
    let mut columns = Columns(row.into_iter());
    let key = (columns.text()?, columns.text()?);
    let person = Person {
        role: columns.text()?,
        status: columns.text()?,
        last_login_at: columns.optional_number()?,
        email: columns.optional(),
        unreachable_since: columns.optional_number()?,
    };
    Ok((key, person))
}

fn entry(row: Row) -> Result<(String, Entry)> {
    ensure!(row.len() == 15, "the history has {} columns", row.len());
    let hashed = row[..14].to_vec();
    let mut columns = Columns(row.into_iter());
    let account = columns.text()?;
    let (seq, at, actor) = (columns.number()?, columns.number()?, columns.optional());
    let (authenticated, action) = (columns.text()?, columns.text()?);
    let (before, after, reasons, detail) = (columns.optional(), columns.optional(), columns.text()?, columns.json()?);
    columns.0.nth(2); // which policy decided
    let (previous_hash, hash) = (columns.text()?, columns.text()?);
    let entry =
        Entry { seq, at, actor, authenticated, action, before, after, reasons, detail, previous_hash, hash, hashed };
    Ok((account, entry))
}

fn mail(row: Row) -> Result<Mail> {
    let mut columns = Columns(row.into_iter());
    Ok(Mail {
        id: columns.number()?,
        account: columns.text()?,
        audit_seq: columns.optional_number()?,
        event_id: columns.optional_number()?,
        event_key: columns.optional(),
        to: columns.optional(),
        address: columns.optional(),
        message: columns.json()?,
        message_id: columns.text()?,
        state: columns.text()?,
    })
}
