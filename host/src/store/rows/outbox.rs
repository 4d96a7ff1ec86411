//! Mails and events on their way.

use security_contact_policy::{Event, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Cells, Columns, Unreadable};
use crate::domain::model::{AccountId, Claimed, ClaimedEvent, ClaimedMail, EventText, NewEvent, OutboxRow, Settlement};

/// An event as its row holds it.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredEvent {
    event: Event,
    text: EventText,
}

impl StoredEvent {
    pub(in crate::store) fn of(new: &NewEvent) -> Self {
        Self { event: new.event, text: new.text.clone() }
    }
}

pub(in crate::store) fn new_message_id() -> String {
    format!("<{}@security-contact>", Uuid::new_v4())
}

/// The columns of `outbox` in the order that [`claimed`] reads.
macro_rules! due_columns {
    () => {
        "outbox.account_id, outbox.id, outbox.lease, outbox.attempts, outbox.trying_since, outbox.queued_at,
            outbox.to_user, outbox.address, outbox.message_id, outbox.message, outbox.event_id"
    };
}
pub(in crate::store) use due_columns;

pub(in crate::store) fn claimed<R: Cells>(row: &R) -> Result<Claimed, Unreadable> {
    let mut columns = Columns::new(row);
    let account = columns.text("outbox.account_id")?;
    let id = columns.integer("outbox.id")?;
    let lease = columns.integer("outbox.lease")?;
    let attempts = columns.count("outbox.attempts")?;
    let trying_since = columns.instant("outbox.trying_since")?;
    let queued_at = columns.instant("outbox.queued_at")?;
    let Some(to) = columns.optional_text("outbox.to_user")? else {
        columns.skip(2);
        let StoredEvent { event, text } = columns.json("outbox.message")?;
        return Ok(Claimed::Event(ClaimedEvent { id, lease, attempts, trying_since, queued_at, account, event, text }));
    };
    Ok(Claimed::Mail(ClaimedMail {
        id,
        lease,
        attempts,
        trying_since,
        queued_at,
        account,
        to,
        address: columns.text("outbox.address")?,
        message_id: columns.text("outbox.message_id")?,
        message: columns.json("outbox.message")?,
        event: columns.optional_integer("outbox.event_id")?,
    }))
}

/// What a row of the outbox becomes when it is settled.
pub(in crate::store) struct Outcome<'r> {
    pub(in crate::store) state: &'static str,
    /// When it is tried again; `None` leaves what is there.
    pub(in crate::store) due_at: Option<i64>,
    /// What went wrong; `None` leaves what is there.
    pub(in crate::store) error: Option<&'r str>,
}

impl<'r> Outcome<'r> {
    /// `None` for a row that was not tried.
    pub(in crate::store) fn of(result: &'r Settlement) -> Option<Self> {
        let (state, due_at, error) = match result {
            Settlement::Sent { .. } | Settlement::Addressed { .. } => ("sent", None, None),
            Settlement::Retry { at, error } => ("pending", Some(at.millis()), Some(error.as_str())),
            Settlement::Failed { error } | Settlement::Bounced { error, .. } => ("failed", None, Some(error.as_str())),
            Settlement::Withdrawn => ("withdrawn", None, None),
            Settlement::Released => return None,
        };
        Some(Self { state, due_at, error })
    }
}

/// A row that was settled.
pub(in crate::store) struct Settled {
    pub(in crate::store) account: AccountId,
    pub(in crate::store) to: Option<UserId>,
    pub(in crate::store) address: Option<String>,
    pub(in crate::store) event: Option<i64>,
}

/// The columns of `outbox` in the order that [`settled`] reads.
macro_rules! settled_columns {
    () => {
        "account_id, to_user, address, event_id"
    };
}
pub(in crate::store) use settled_columns;

pub(in crate::store) fn settled<R: Cells>(row: &R) -> Result<Settled, Unreadable> {
    let mut columns = Columns::new(row);
    Ok(Settled {
        account: columns.text("outbox.account_id")?,
        to: columns.optional_text("outbox.to_user")?,
        address: columns.optional_text("outbox.address")?,
        event: columns.optional_integer("outbox.event_id")?,
    })
}

/// The columns of `outbox` in the order that [`listed`] reads.
macro_rules! listed_columns {
    () => {
        "account_id, id, to_user, state, attempts, queued_at, due_at, last_error"
    };
}
pub(in crate::store) use listed_columns;

pub(in crate::store) fn listed<R: Cells>(row: &R) -> Result<OutboxRow, Unreadable> {
    let mut columns = Columns::new(row);
    Ok(OutboxRow {
        account: columns.text("outbox.account_id")?,
        id: columns.integer("outbox.id")?,
        to: columns.optional_text("outbox.to_user")?,
        state: columns.text("outbox.state")?,
        attempts: columns.count("outbox.attempts")?,
        queued_at: columns.instant("outbox.queued_at")?,
        due_at: columns.instant("outbox.due_at")?,
        last_error: columns.optional_any_text("outbox.last_error")?,
    })
}
