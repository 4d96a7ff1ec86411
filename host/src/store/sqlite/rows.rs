//! From columns to the model, and the columns' order in one place.

use std::str::FromStr;

use rusqlite::Row;
use rusqlite::types::ValueRef;
use security_contact_policy::{Instant, Person, RemindedFor};
use serde::de::DeserializeOwned;

use super::fault::Fault;
use crate::domain::model::{Chosen, Member, Snapshot};

/// The columns of `people` that [`member`] reads, of the table or alias of that name.
macro_rules! member_columns {
    ($people:literal) => {
        concat!(
            $people,
            ".id, ",
            $people,
            ".role, ",
            $people,
            ".account_settings, ",
            $people,
            ".status, ",
            $people,
            ".last_login_at, ",
            $people,
            ".staff_role, ",
            $people,
            ".name, ",
            $people,
            ".email, ",
            $people,
            ".unreachable_since"
        )
    };
}
pub(super) use member_columns;

/// Reads the columns of a row from left to right. The first one is always the account's id, which errors name.
pub(super) struct Columns<'r> {
    row: &'r Row<'r>,
    next: usize,
}

impl<'r> Columns<'r> {
    pub(super) fn new(row: &'r Row<'r>) -> Self {
        Self { row, next: 0 }
    }

    /// Text of a type that checks it.
    pub(super) fn text<T: FromStr>(&mut self, field: &'static str) -> Result<T, Fault> {
        self.read(field, |value| value.as_str().ok()?.parse().ok())
    }

    /// Text of a type that checks it, or NULL.
    pub(super) fn optional_text<T: FromStr>(&mut self, field: &'static str) -> Result<Option<T>, Fault> {
        self.read(field, |value| match value.as_str_or_null().ok()? {
            None => Some(None),
            Some(text) => text.parse().ok().map(Some),
        })
    }

    /// Text as it is, without a copy.
    pub(super) fn plain(&mut self, field: &'static str) -> Result<&'r str, Fault> {
        self.read(field, |value| value.as_str().ok())
    }

    pub(super) fn integer(&mut self, field: &'static str) -> Result<i64, Fault> {
        self.read(field, |value| value.as_i64().ok())
    }

    /// A number, or NULL.
    pub(super) fn optional_integer(&mut self, field: &'static str) -> Result<Option<i64>, Fault> {
        self.read(field, |value| value.as_i64_or_null().ok())
    }

    /// A number that is never negative.
    pub(super) fn count(&mut self, field: &'static str) -> Result<u32, Fault> {
        self.read(field, |value| u32::try_from(value.as_i64().ok()?).ok())
    }

    pub(super) fn instant(&mut self, field: &'static str) -> Result<Instant, Fault> {
        self.read(field, |value| Instant::from_millis(value.as_i64().ok()?))
    }

    pub(super) fn optional_instant(&mut self, field: &'static str) -> Result<Option<Instant>, Fault> {
        self.read(field, |value| match value.as_i64_or_null().ok()? {
            None => Some(None),
            Some(millis) => Instant::from_millis(millis).map(Some),
        })
    }

    pub(super) fn json<T: DeserializeOwned>(&mut self, field: &'static str) -> Result<T, Fault> {
        self.read(field, |value| serde_json::from_str(value.as_str().ok()?).ok())
    }

    /// JSON, or NULL.
    pub(super) fn optional_json<T: DeserializeOwned>(&mut self, field: &'static str) -> Result<Option<T>, Fault> {
        self.read(field, |value| match value.as_str_or_null().ok()? {
            None => Some(None),
            Some(text) => serde_json::from_str(text).ok().map(Some),
        })
    }

    pub(super) fn skip(&mut self, columns: usize) {
        self.next += columns;
    }

    fn read<T>(&mut self, field: &'static str, read: impl FnOnce(ValueRef<'r>) -> Option<T>) -> Result<T, Fault> {
        let value = self.row.get_ref(self.next)?;
        self.next += 1;
        match read(value) {
            Some(value) => Ok(value),
            None => Err(Fault::Unreadable { account: self.account()?, field }),
        }
    }

    /// The account's id for an error, as far as it is text.
    fn account(&self) -> Result<String, Fault> {
        Ok(self.row.get_ref(0)?.as_bytes().map(|id| String::from_utf8_lossy(id).into_owned()).unwrap_or_default())
    }
}

/// The account, designation and people of one row of the snapshot query; `others` has the announced person at most.
pub(super) fn snapshot(row: &Row<'_>) -> Result<Snapshot, Fault> {
    let mut columns = Columns::new(row);
    Ok(Snapshot {
        account: columns.text("accounts.id")?,
        name: columns.text("accounts.name")?,
        owner_id: columns.text("accounts.owner_id")?,
        revision: columns.integer("accounts.revision")?,
        version: columns.integer("designations.version")?,
        announced: columns.optional_text("designations.announced")?,
        reminded_for: reminded_for(&mut columns)?,
        next_review_at: columns.optional_instant("designations.next_review_at")?,
        owner: member(&mut columns)?,
        chosen: chosen(&mut columns)?,
        others: Vec::from_iter(member(&mut columns)?),
    })
}

fn reminded_for(columns: &mut Columns<'_>) -> Result<Option<RemindedFor>, Fault> {
    let valid_until = columns.optional_instant("designations.reminded_valid_until")?;
    let days = columns.optional_json("designations.reminded_days")?;
    Ok(valid_until.zip(days).map(|(valid_until, days)| RemindedFor { valid_until, days }))
}

fn chosen(columns: &mut Columns<'_>) -> Result<Option<Chosen>, Fault> {
    let Some(user_id) = columns.optional_text("designations.user_id")? else {
        columns.skip(2);
        columns.skip(MEMBER_COLUMNS);
        return Ok(None);
    };
    let since = columns.instant("designations.chosen_at")?;
    let by = columns.text("designations.chosen_by")?;
    Ok(Some(Chosen { user_id, member: member(columns)?, since, by }))
}

const MEMBER_COLUMNS: usize = 9;

/// One person; `None` when the columns come from a join that found nobody.
pub(super) fn member(columns: &mut Columns<'_>) -> Result<Option<Member>, Fault> {
    let Some(id) = columns.optional_text("people.id")? else {
        columns.skip(MEMBER_COLUMNS - 1);
        return Ok(None);
    };
    let person = Person {
        id,
        role: columns.text("people.role")?,
        account_settings: columns.text("people.account_settings")?,
        status: columns.text("people.status")?,
        last_login_at: columns.optional_instant("people.last_login_at")?,
        staff_role: columns.optional_text("people.staff_role")?,
    };
    Ok(Some(Member {
        person,
        name: columns.text("people.name")?,
        email: columns.optional_text("people.email")?,
        unreachable_since: columns.optional_instant("people.unreachable_since")?,
    }))
}
