//! The model's outbox: rows that wait, are sent, given up, or withdrawn.

use security_contact_host::domain::model::{
    About, AccountId, Action, AuditEntry, Authentication, Detail, EmailAddress, Message, NewEvent, OutboxState,
};
use security_contact_policy::{self as policy, Instant, UserId};

use crate::history::entry;
use crate::model::{Account, Model, Moment};
use crate::operation::Reply;
use crate::universe::MINUTE_MS;

/// For how long nobody else gets a row that somebody has in hand.
const LEASE_MS: i64 = 5 * MINUTE_MS;
/// For how many days a row is tried.
const TRIED_DAYS: u32 = 5;
const FIRST_PAUSE_MS: i64 = 30_000;
const LONGEST_PAUSE_MS: i64 = 6 * 60 * MINUTE_MS;

/// A row of an account's outbox.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The host's number for it, once that was seen.
    pub(crate) id: Option<i64>,
    pub(crate) to: Option<UserId>,
    pub(crate) state: OutboxState,
    pub(crate) attempts: u32,
    pub(crate) queued_at: Instant,
    pub(crate) trying_since: Instant,
    /// From when on it is tried, as the host says; it lies between these two.
    pub(crate) due_at: (Instant, Instant),
    /// How often somebody took it in hand, or had it tried again.
    pub(crate) lease: u32,
    pub(crate) leased_until: Option<Instant>,
    pub(crate) has_error: bool,
    pub(crate) content: Content,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Event(NewEvent),
    Mail(Box<Mail>),
}

#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) address: Option<EmailAddress>,
    pub(crate) message: Message,
    /// Which row of the account's outbox is the event that it tells of.
    pub(crate) event: Option<usize>,
    /// The Message-ID and the text that it went out with, once it did.
    pub(crate) sent: Option<(String, String)>,
}

/// One account's row, by its place.
pub(crate) type Place = (AccountId, usize);

impl Row {
    fn new(to: Option<UserId>, state: OutboxState, content: Content, now: Instant) -> Self {
        Self {
            id: None,
            to,
            state,
            attempts: 0,
            queued_at: now,
            trying_since: now,
            due_at: (now, now),
            lease: 0,
            leased_until: None,
            has_error: false,
            content,
        }
    }

    pub(crate) fn mail(
        to: UserId,
        address: Option<EmailAddress>,
        message: Message,
        event: Option<usize>,
        now: Instant,
    ) -> Self {
        let state = if address.is_some() { OutboxState::Pending } else { OutboxState::Unreachable };
        Self::new(Some(to), state, Content::Mail(Box::new(Mail { address, message, event, sent: None })), now)
    }

    fn is_due(&self, now: Instant) -> bool {
        let is_free = self.leased_until.is_none_or(|until| until <= now);
        self.state == OutboxState::Pending && self.due_at.0 <= now && is_free
    }

    fn is_mail_of(&self, event: usize, to: &UserId) -> bool {
        let is_of = matches!(&self.content, Content::Mail(mail) if mail.event == Some(event));
        is_of && self.to.as_ref() == Some(to) && self.state != OutboxState::Withdrawn
    }

    fn settle(&mut self, state: OutboxState, is_error: bool) {
        self.state = state;
        self.attempts += 1;
        self.leased_until = None;
        self.has_error |= is_error;
    }

    /// A try that failed for now: the next one is twice as far away each time, and a tenth more or less.
    fn not_now(&mut self, now: Instant) {
        if now >= self.trying_since.plus_days(TRIED_DAYS) {
            return self.settle(OutboxState::Failed, true);
        }
        let doublings = self.attempts.min(20);
        let pause = (FIRST_PAUSE_MS << doublings).min(LONGEST_PAUSE_MS);
        self.due_at = (now.plus_millis(pause - pause / 10), now.plus_millis(pause + pause / 10));
        self.settle(OutboxState::Pending, true);
    }
}

impl Model {
    /// The rows that are due, in the order in which they are handed out.
    pub(crate) fn due_rows(&self) -> Vec<Place> {
        let rows = self.accounts.iter().flat_map(|(id, account)| {
            account.outbox.iter().enumerate().map(move |(index, row)| (row, (id.clone(), index)))
        });
        let mut due: Vec<_> = rows.filter(|(row, _)| row.is_due(self.now)).collect();
        due.sort_by_key(|(row, _)| (row.due_at.0, row.id));
        due.into_iter().map(|(_, place)| place).collect()
    }

    pub(crate) fn row(&mut self, (account, index): &Place) -> &mut Row {
        &mut self.accounts.get_mut(account).expect("the account of a row").outbox[*index]
    }

    /// Every row, in the order of the host's numbers.
    pub(crate) fn places(&self) -> Vec<Place> {
        let rows = self.accounts.iter().flat_map(|(id, account)| {
            account.outbox.iter().enumerate().map(move |(index, row)| (row.id, (id.clone(), index)))
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort();
        rows.into_iter().map(|(_, place)| place).collect()
    }

    /// Somebody takes a row in hand.
    pub(crate) fn lease(&mut self, place: &Place) {
        let now = self.now;
        let until = now.plus_millis(LEASE_MS);
        let row = self.row(place);
        row.lease += 1;
        row.leased_until = Some(until);
        if row.attempts == 0 {
            row.trying_since = now;
        }
    }

    /// What is answered to an event that is dispatched.
    pub(crate) fn dispatch(&mut self, id: &AccountId, new: &NewEvent) -> String {
        let now = self.now;
        let Some(account) = self.accounts.get_mut(id) else { return "unknown account".into() };
        let known = account.outbox.iter().find_map(|row| match &row.content {
            Content::Event(known) if known.key == new.key => Some((known, row.id)),
            _ => None,
        });
        match known {
            Some((known, id)) if known == new => format!("repeated: {id:?}"),
            Some(_) => "key reused".into(),
            None => {
                account.outbox.push(Row::new(None, OutboxState::Pending, Content::Event(new.clone()), now));
                "queued".into()
            }
        }
    }

    /// Whether a row that somebody has in hand goes to the mail server: an event is addressed instead, and a mail of one
    /// is withdrawn from whoever is not to have it any more.
    pub(crate) fn goes_out(&mut self, place: &Place) -> bool {
        let moment = self.moment();
        let account = &self.accounts[&place.0];
        match &account.outbox[place.1].content {
            Content::Event(_) => false,
            Content::Mail(mail) => account.may_have(&account.outbox[place.1], mail, &moment),
        }
    }

    /// What follows from a row that somebody has in hand, when the mail server says that.
    pub(crate) fn treat(&mut self, place: &Place, reply: Reply) {
        let goes_out = self.goes_out(place);
        let moment = self.moment();
        let account = self.accounts.get_mut(&place.0).expect("the account of a row");
        match account.outbox[place.1].content.clone() {
            Content::Event(event) => account.address(place.1, &event, &moment),
            Content::Mail(mail) if goes_out => account.sent(place.1, &mail, reply, &moment),
            Content::Mail(mail) => account.withdraw(place.1, &mail, moment.now),
        }
    }

    /// Somebody settles a row that they once had in hand, by the lease that they had then.
    pub(crate) fn settle_late(&mut self, place: &Place, lease: u32, was_sent: bool) {
        let row = self.row(place);
        let is_open = row.state == OutboxState::Pending || row.state == OutboxState::Dropped && was_sent;
        if is_open && row.lease == lease && row.leased_until.is_some() {
            row.settle(if was_sent { OutboxState::Sent } else { OutboxState::Failed }, !was_sent);
            if let (true, Some(to), Content::Mail(mail)) = (was_sent, row.to.clone(), row.content.clone()) {
                self.accounts.get_mut(&place.0).expect("the account of a row").taken_at(&to, &mail);
            }
        }
    }

    /// Whether a row can be tried again, which it then is.
    pub(crate) fn retry(&mut self, place: &Place) -> bool {
        let now = self.now;
        let row = self.row(place);
        let is_over = matches!(row.state, OutboxState::Failed | OutboxState::Dropped);
        if is_over {
            let (id, has_error, lease) = (row.id, row.has_error, row.lease + 1);
            let (queued_at, content) = (row.queued_at, row.content.clone());
            *row = Row::new(row.to.clone(), OutboxState::Pending, content, now);
            (row.id, row.has_error, row.lease, row.queued_at) = (id, has_error, lease, queued_at);
        }
        is_over
    }

    /// Whether a row can be dropped, which it then is.
    pub(crate) fn drop_row(&mut self, place: &Place) -> bool {
        let row = self.row(place);
        let is_open = matches!(row.state, OutboxState::Pending | OutboxState::Failed);
        if is_open {
            row.state = OutboxState::Dropped;
        }
        is_open
    }
}

impl Account {
    /// Whether a mail may go out to its recipient: one of an event only to whoever receives the event now, where mail
    /// reaches them now.
    fn may_have(&self, row: &Row, mail: &Mail, moment: &Moment) -> bool {
        let (Some(to), Some(event)) = (&row.to, mail.event) else { return true };
        let Content::Event(event) = &self.outbox[event].content else { return false };
        let route = policy::route(&self.facts(), event.event, moment.now, &moment.rules);
        route.recipients.contains(to) && self.address_of(to) == mail.address.as_ref()
    }

    /// An event becomes mails to whoever receives it now, unless none of them can be reached.
    fn address(&mut self, index: usize, event: &NewEvent, moment: &Moment) {
        let recipients = policy::route(&self.facts(), event.event, moment.now, &moment.rules).recipients;
        if recipients.iter().all(|to| self.address_of(to).is_none()) {
            return self.outbox[index].not_now(moment.now);
        }
        let at = self.outbox[index].queued_at;
        for to in &recipients {
            if !self.outbox.iter().any(|row| row.is_mail_of(index, to)) {
                let about = About::Event { event: event.event, text: event.text.clone() };
                self.mail(to, about, at, moment.now, Some(index));
            }
        }
        self.outbox[index].settle(OutboxState::Sent, false);
    }

    /// A mail of an event is not to go out any more: the event is addressed again, from now on.
    fn withdraw(&mut self, index: usize, mail: &Mail, now: Instant) {
        self.outbox[index].settle(OutboxState::Withdrawn, false);
        let event = mail.event.map(|event| &mut self.outbox[event]);
        if let Some(event) = event.filter(|event| event.state == OutboxState::Sent) {
            event.state = OutboxState::Pending;
            (event.due_at, event.trying_since) = ((now, now), now);
        }
    }

    fn sent(&mut self, index: usize, mail: &Mail, reply: Reply, moment: &Moment) {
        let to = self.outbox[index].to.clone().expect("the recipient of a mail");
        match reply {
            Reply::Taken => {
                self.outbox[index].settle(OutboxState::Sent, false);
                self.taken_at(&to, mail);
                if let (About::Event { event, .. }, Some((message_id, _))) = (&mail.message.about, &mail.sent) {
                    let detail = Detail::Event { event: *event, to, message_id: message_id.clone() };
                    self.record(Action::EventSent, detail, moment);
                }
            }
            Reply::Temporary => self.outbox[index].not_now(moment.now),
            Reply::Permanent => self.outbox[index].settle(OutboxState::Failed, true),
            Reply::Address => {
                self.outbox[index].settle(OutboxState::Failed, true);
                self.bounced(&to, mail, moment);
            }
        }
    }

    /// An address takes mail: it is no longer unreachable, if it is still theirs.
    fn taken_at(&mut self, to: &UserId, mail: &Mail) {
        if let Some(member) = self.people.get_mut(to).filter(|member| member.email == mail.address) {
            member.unreachable_since = None;
        }
    }

    /// An address is refused for good: that is remembered and told to the owner, once and while it is still theirs.
    fn bounced(&mut self, to: &UserId, mail: &Mail, moment: &Moment) {
        let Some(member) = self.people.get_mut(to) else { return };
        if member.email != mail.address || member.unreachable_since.is_some() {
            return;
        }
        member.unreachable_since = Some(moment.now);
        self.record(Action::AddressUnreachable, Detail::Address { person: to.clone() }, moment);
        if *to != self.owner {
            let about = About::Unreachable { person_name: self.name_of(to) };
            self.mail(&self.owner.clone(), about, moment.now, moment.now, None);
        }
    }

    fn record(&mut self, action: Action, detail: Detail, moment: &Moment) {
        self.history.push(AuditEntry { detail: Some(detail), ..entry(moment, Authentication::Host, action) });
    }
}
