//! Mails on their way, and events that are yet to be addressed.

use security_contact_policy::{Instant, UserId};
use uuid::Uuid;

use super::State;
use crate::domain::model::{
    AccountId, Claimed, ClaimedEvent, ClaimedMail, EmailAddress, Message, NewEvent, NewMail, OutboxFilter, OutboxRow,
    OutboxState, Queued, Recorded, Settlement,
};
use crate::domain::ports::StoreError;

/// Rows by their number, which begins with 1.
#[derive(Clone, Debug, Default)]
pub(super) struct Outbox(Vec<Row>);

#[derive(Clone, Debug)]
struct Row {
    /// What is shown of it, and how far it is.
    shown: OutboxRow,
    content: Content,
    trying_since: Instant,
    /// Grows with every claim.
    lease: i64,
    leased_until: Option<Instant>,
}

#[derive(Clone, Debug)]
enum Content {
    Event(NewEvent),
    Mail(Mail),
}

#[derive(Clone, Debug)]
struct Mail {
    to: UserId,
    address: Option<EmailAddress>,
    message_id: String,
    message: Message,
    /// The row of the event that it tells of.
    event: Option<i64>,
}

impl Outbox {
    fn add(
        &mut self,
        account: &AccountId,
        to: Option<UserId>,
        state: OutboxState,
        content: Content,
        now: Instant,
    ) -> i64 {
        let id = self.0.last().map_or(1, |last| last.shown.id + 1);
        let shown = OutboxRow {
            id,
            account: account.clone(),
            to,
            state,
            attempts: 0,
            queued_at: now,
            due_at: now,
            last_error: None,
        };
        self.0.push(Row { shown, content, trying_since: now, lease: 0, leased_until: None });
        id
    }

    /// Queues a mail, unless it tells of an event of which that person has one that was not withdrawn.
    pub(super) fn add_mail(&mut self, account: &AccountId, event: Option<i64>, mail: &NewMail, now: Instant) {
        let NewMail { to, address, message } = mail.clone();
        let has_one = |row: &Row| {
            let is_same = matches!(&row.content, Content::Mail(known) if known.event == event && known.to == to);
            is_same && row.shown.state != OutboxState::Withdrawn
        };
        if event.is_some() && self.0.iter().any(has_one) {
            return;
        }
        let state = if address.is_some() { OutboxState::Pending } else { OutboxState::Unreachable };
        let message_id = format!("<{}@security-contact>", Uuid::new_v4());
        let content = Content::Mail(Mail { to: to.clone(), address, message_id, message, event });
        self.add(account, Some(to), state, content, now);
    }

    pub(super) fn add_event(&mut self, account: &AccountId, new: &NewEvent, now: Instant) -> Queued {
        let known = self.0.iter().filter(|row| row.shown.account == *account).find_map(|row| match &row.content {
            Content::Event(event) if event.key == new.key => Some((row.shown.id, event)),
            _ => None,
        });
        match known {
            Some((id, event)) if event == new => Queued::Repeated(id),
            Some(_) => Queued::KeyReused,
            None => Queued::New(self.add(account, None, OutboxState::Pending, Content::Event(new.clone()), now)),
        }
    }

    pub(super) fn claim(&mut self, now: Instant, leased_until: Instant, limit: usize) -> Vec<Claimed> {
        let mut due: Vec<&mut Row> = self.0.iter_mut().filter(|row| row.is_due(now)).collect();
        due.sort_by_key(|row| row.shown.due_at);
        due.into_iter().take(limit).filter_map(|row| row.claim(now, leased_until)).collect()
    }

    fn row(&mut self, id: i64) -> Option<&mut Row> {
        self.0.iter_mut().find(|row| row.shown.id == id)
    }

    /// Has an event addressed again, and tried from now on, unless that is under way.
    fn address_again(&mut self, event: i64, now: Instant) {
        if let Some(row) = self.row(event).filter(|row| row.shown.state == OutboxState::Sent) {
            row.shown.state = OutboxState::Pending;
            row.shown.due_at = now;
            row.trying_since = now;
        }
    }

    pub(super) fn list(&self, filter: &OutboxFilter, after: i64, limit: usize) -> Vec<OutboxRow> {
        let rest = self.0.iter().map(|row| &row.shown).filter(|row| {
            row.id > after
                && filter.account.as_ref().is_none_or(|account| row.account == *account)
                && filter.state.is_none_or(|state| row.state == state)
        });
        rest.take(limit).cloned().collect()
    }

    pub(super) fn retry(&mut self, id: i64, now: Instant) -> bool {
        let is_over = |row: &&mut Row| matches!(row.shown.state, OutboxState::Failed | OutboxState::Dropped);
        let Some(row) = self.row(id).filter(is_over) else { return false };
        row.shown = OutboxRow { state: OutboxState::Pending, attempts: 0, due_at: now, ..row.shown.clone() };
        row.trying_since = now;
        // A try from before settles nothing.
        row.leased_until = None;
        true
    }

    /// Drops a row. Its lease stays, for a try that is under way.
    pub(super) fn discard(&mut self, id: i64) -> bool {
        let is_open = |row: &&mut Row| matches!(row.shown.state, OutboxState::Pending | OutboxState::Failed);
        let Some(row) = self.row(id).filter(is_open) else { return false };
        row.shown.state = OutboxState::Dropped;
        true
    }
}

impl Row {
    fn is_due(&self, now: Instant) -> bool {
        let is_free = self.leased_until.is_none_or(|until| until <= now);
        self.shown.state == OutboxState::Pending && self.shown.due_at <= now && is_free
    }

    fn claim(&mut self, now: Instant, leased_until: Instant) -> Option<Claimed> {
        self.lease += 1;
        if self.shown.attempts == 0 {
            self.trying_since = now;
        }
        self.leased_until = Some(leased_until);
        let OutboxRow { id, account, attempts, queued_at, .. } = self.shown.clone();
        let (lease, trying_since) = (self.lease, self.trying_since);
        match self.content.clone() {
            Content::Event(NewEvent { event, text, .. }) => Some(Claimed::Event(ClaimedEvent {
                id,
                lease,
                attempts,
                trying_since,
                queued_at,
                account,
                event,
                text,
            })),
            // A mail without an address is never due.
            Content::Mail(Mail { to, address, message_id, message, event }) => address.map(|address| {
                Claimed::Mail(ClaimedMail {
                    id,
                    lease,
                    attempts,
                    trying_since,
                    queued_at,
                    account,
                    to,
                    address,
                    message_id,
                    message,
                    event,
                })
            }),
        }
    }

    /// Records a result, if the lease is the present one and was not settled before. A row that was dropped meanwhile
    /// stays dropped, unless it went out all the same. Says whether the row has another state.
    fn settle(&mut self, lease: i64, result: &Settlement) -> bool {
        let is_open = match self.shown.state {
            OutboxState::Pending => true,
            OutboxState::Dropped => matches!(result, Settlement::Sent { .. }),
            _ => false,
        };
        if !is_open || self.lease != lease || self.leased_until.is_none() {
            return false;
        }
        self.leased_until = None;
        let (state, error) = match result {
            Settlement::Released => return false,
            Settlement::Sent { .. } | Settlement::Addressed { .. } => (OutboxState::Sent, None),
            Settlement::Retry { error, .. } => (OutboxState::Pending, Some(error)),
            Settlement::Failed { error } | Settlement::Bounced { error, .. } => (OutboxState::Failed, Some(error)),
            Settlement::Withdrawn => (OutboxState::Withdrawn, None),
        };
        if let Settlement::Retry { at, .. } = result {
            self.shown.due_at = *at;
        }
        self.shown.state = state;
        self.shown.attempts += 1;
        self.shown.last_error = error.cloned().or(self.shown.last_error.take());
        true
    }
}

impl State {
    pub(super) fn settle(
        &mut self,
        id: i64,
        lease: i64,
        now: Instant,
        result: &Settlement,
    ) -> Result<Recorded, StoreError> {
        let before = self.clone();
        let Some(row) = self.outbox.row(id) else { return Ok(Recorded::Done) };
        if !row.settle(lease, result) {
            return Ok(Recorded::Done);
        }
        let row = row.clone();
        let recorded = self.follow(&row, now, result)?;
        if recorded == Recorded::Stale {
            *self = before;
        }
        Ok(recorded)
    }

    /// What else a result means. Of one that is stale nothing may stay.
    fn follow(&mut self, row: &Row, now: Instant, result: &Settlement) -> Result<Recorded, StoreError> {
        let id = &row.shown.account;
        let Some(account) = self.accounts.get_mut(id) else { return Ok(Recorded::Done) };
        match (result, &row.content) {
            (Settlement::Sent { audit }, content) => {
                if let Content::Mail(Mail { to, address: Some(address), .. }) = content {
                    account.mark_reachable(to, address);
                }
                account.record(id, audit.as_deref(), None, now)?;
            }
            (Settlement::Addressed { mails }, _) => {
                mails.iter().for_each(|mail| self.outbox.add_mail(id, Some(row.shown.id), mail, now));
            }
            (Settlement::Withdrawn, Content::Mail(Mail { event: Some(event), .. })) => {
                self.outbox.address_again(*event, now);
            }
            (
                Settlement::Bounced { revision, audit, mails, .. },
                Content::Mail(Mail { to, address: Some(address), .. }),
            ) if account.mark_unreachable(to, address, now) => {
                if account.revision != revision + 1 {
                    return Ok(Recorded::Stale);
                }
                account.record(id, Some(audit), None, now)?;
                mails.iter().for_each(|mail| self.outbox.add_mail(id, None, mail, now));
            }
            _ => {}
        }
        Ok(Recorded::Done)
    }
}
