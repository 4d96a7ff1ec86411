//! What ought to happen, in the plainest terms: no transactions, no revisions, no claims by number.
//!
//! Whether a person is eligible, who the contact is and who is told is asked of the policy, which is proven elsewhere.
//! What follows from its answers is kept here.

use std::collections::BTreeMap;

use security_contact_host::domain::model::{
    About, AccountId, Action, AuditEntry, Authentication, Detail, DirectoryEntry, EmailAddress, Member, Message,
};
use security_contact_host::engine::PolicyIdentity;
use security_contact_policy::{
    self as policy, ChangeOutcome, ChangeRequest, Contact, Designee, Instant, Notice, RemindedFor, ReviewOutcome,
    ReviewRequest, Rules, UserId,
};

use crate::history::entry;
use crate::outbox::Row;
use crate::reviewed::Reviewed;
use crate::universe;

/// The name of every account.
pub(crate) const NAME: &str = "Account";

/// All that a host knows.
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) now: Instant,
    /// Which rules are in force.
    pub(crate) rules: usize,
    pub(crate) identity: PolicyIdentity,
    pub(crate) accounts: BTreeMap<AccountId, Account>,
}

/// One account.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) owner: UserId,
    pub(crate) people: BTreeMap<UserId, Member>,
    pub(crate) designation: Option<Designation>,
    pub(crate) version: i64,
    /// Who was told last that they are the contact.
    pub(crate) announced: Option<UserId>,
    pub(crate) reminded_for: Option<RemindedFor>,
    /// When time changes something.
    pub(crate) due: Option<Instant>,
    /// Until when somebody has it in hand for review.
    pub(crate) claimed_until: Option<Instant>,
    /// Under which rules it was decided on last.
    pub(crate) decided_under: usize,
    pub(crate) recheck: Recheck,
    /// Oldest first.
    pub(crate) history: Vec<AuditEntry>,
    pub(crate) answers: BTreeMap<(UserId, usize), Answer>,
    /// Oldest first.
    pub(crate) outbox: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Designation {
    pub(crate) user_id: UserId,
    pub(crate) since: Instant,
    pub(crate) by: UserId,
}

/// Whether an account has to be reviewed because the rules are others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recheck {
    /// It was decided on since.
    No,
    /// The rules are the same again as when it was decided on, so that a host need not.
    May,
    /// It has to be.
    Must,
}

/// What was answered to a request with a key.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    request: String,
    text: String,
    at: Instant,
}

/// A change that somebody asks for.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) actor: &'a UserId,
    pub(crate) wish: Option<&'a UserId>,
    pub(crate) version: Option<i64>,
    pub(crate) key: Option<usize>,
    pub(crate) authenticated: Authentication,
}

/// What every decision needs.
pub(crate) struct Moment {
    pub(crate) now: Instant,
    pub(crate) number: usize,
    pub(crate) rules: Rules,
    pub(crate) identity: PolicyIdentity,
}

impl Model {
    pub(crate) fn moment(&self) -> Moment {
        let (now, number, identity) = (self.now, self.rules, self.identity.clone());
        Moment { now, number, rules: universe::rules(number), identity }
    }

    /// The host starts under these rules.
    pub(crate) fn use_rules(&mut self, number: usize, identity: PolicyIdentity) {
        if number != self.rules {
            for account in self.accounts.values_mut() {
                account.recheck = if account.decided_under == number { Recheck::May } else { Recheck::Must };
            }
        }
        (self.rules, self.identity) = (number, identity);
    }

    /// What somebody is answered who asks for a change.
    pub(crate) fn change(&mut self, id: &AccountId, asked: &Asked<'_>) -> String {
        let moment = self.moment();
        let Some(account) = self.accounts.get_mut(id) else { return "unknown account".into() };
        let request = format!("{:?} {:?} {:?}", asked.authenticated, asked.wish, asked.version);
        let slot = asked.key.map(|key| (asked.actor.clone(), key));
        match slot.as_ref().and_then(|slot| account.answers.get(slot)) {
            Some(known) if known.request == request => return format!("again: {}", known.text),
            Some(_) => return "key reused".into(),
            None => {}
        }
        let text = account.change(asked, &moment);
        if let Some(slot) = slot {
            account.answers.insert(slot, Answer { request, text: text.clone(), at: moment.now });
        }
        text
    }

    /// What becomes of an entry of a directory.
    pub(crate) fn put(&mut self, entry: &DirectoryEntry) -> Result<(), &'static str> {
        let moment = self.moment();
        let known = self.accounts.get(&entry.account);
        let mut after = match (known, &entry.profile) {
            (None, None) => return Err("unknown account"),
            (None, Some((_, owner))) => Account::of(owner.clone(), moment.number),
            (Some(account), _) => account.clone(),
        };
        if let Some((_, owner)) = &entry.profile {
            after.owner = owner.clone();
        }
        for member in &entry.people {
            let before = after.people.get(&member.person.id).filter(|before| before.email == member.email);
            let unreachable_since = before.and_then(|before| before.unreachable_since);
            after.people.insert(member.person.id.clone(), Member { unreachable_since, ..member.clone() });
        }
        for user_id in &entry.left {
            after.people.remove(user_id);
        }
        if !after.people.contains_key(&after.owner) {
            return Err("no owner");
        }
        if known.is_none_or(|known| (&known.owner, &known.people) != (&after.owner, &after.people)) {
            after.review(&moment, Authentication::Directory, false);
            self.accounts.insert(entry.account.clone(), after);
        }
        Ok(())
    }

    pub(crate) fn review_due(&mut self) -> Reviewed {
        let moment = self.moment();
        let mut reviewed = Reviewed::default();
        for account in self.accounts.values_mut() {
            let is_due = account.is_due(moment.now);
            let recheck = account.recheck(moment.now);
            if is_due || recheck != Recheck::No {
                let is_owed = is_due || recheck == Recheck::Must;
                *(if is_owed { &mut reviewed.must } else { &mut reviewed.may }) += 1;
                reviewed.add(&account.review(&moment, Authentication::Host, false));
            }
        }
        reviewed
    }

    pub(crate) fn review_all(&mut self) -> Reviewed {
        let moment = self.moment();
        let mut reviewed = Reviewed { must: self.accounts.len() as u64, ..Reviewed::default() };
        for account in self.accounts.values_mut() {
            reviewed.add(&account.review(&moment, Authentication::Host, true));
        }
        reviewed
    }

    /// Answers that are older than two days are forgotten.
    pub(crate) fn forget(&mut self) {
        let before = self.now.minus_days(2);
        for account in self.accounts.values_mut() {
            account.answers.retain(|_, answer| answer.at >= before);
        }
    }
}

impl Account {
    fn of(owner: UserId, rules: usize) -> Self {
        Self {
            owner,
            people: BTreeMap::new(),
            designation: None,
            version: 0,
            announced: None,
            reminded_for: None,
            due: None,
            claimed_until: None,
            decided_under: rules,
            recheck: Recheck::No,
            history: Vec::new(),
            answers: BTreeMap::new(),
            outbox: Vec::new(),
        }
    }

    /// The account as the rules see it.
    pub(crate) fn facts(&self) -> policy::Account {
        let designation = self.designation.as_ref().map(|designation| self.designee(&designation.user_id));
        policy::Account { owner: self.people[&self.owner].person.clone(), designation }
    }

    pub(crate) fn contact(&self, moment: &Moment) -> Contact {
        policy::resolve(&self.facts(), moment.now, &moment.rules)
    }

    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.is_free(now) && self.due.is_some_and(|due| due <= now)
    }

    /// Whether it is handed out because of the rules.
    pub(crate) fn recheck(&self, now: Instant) -> Recheck {
        if self.is_free(now) { self.recheck } else { Recheck::No }
    }

    fn is_free(&self, now: Instant) -> bool {
        self.claimed_until.is_none_or(|until| until <= now)
    }

    fn designee(&self, user_id: &UserId) -> Designee {
        match self.people.get(user_id) {
            Some(member) => Designee::Member(member.person.clone()),
            None => Designee::Left(user_id.clone()),
        }
    }

    fn change(&mut self, asked: &Asked<'_>, moment: &Moment) -> String {
        let change = match asked.wish {
            Some(user_id) => policy::Change::Designate(self.designee(user_id)),
            None => policy::Change::Reset,
        };
        let request = ChangeRequest {
            account: self.facts(),
            announced: self.announced.clone(),
            actor: self.people.get(asked.actor).map(|actor| actor.person.clone()),
            change,
            now: moment.now,
        };
        let outcome = policy::change(&request, &moment.rules);
        let is_refused = matches!(outcome, ChangeOutcome::Refused { .. });
        if !is_refused && asked.version.is_some_and(|version| version != self.version) {
            return format!("conflict: {:?} in version {}", self.contact(moment), self.version);
        }
        match outcome {
            ChangeOutcome::Refused { code, reasons } => {
                let text = format!("refused: {code} {reasons:?}");
                let action = if asked.wish.is_some() { Action::DesignationRefused } else { Action::ResetRefused };
                let detail = Detail::Refused { code, asked: asked.wish.cloned() };
                self.history.push(AuditEntry {
                    actor: Some(asked.actor.clone()),
                    before: self.announced.clone(),
                    reasons,
                    detail: Some(detail),
                    ..entry(moment, asked.authenticated, action)
                });
                text
            }
            ChangeOutcome::Unchanged { contact } => format!("unchanged: {contact:?} in version {}", self.version),
            ChangeOutcome::Changed { contact, notices, .. } => {
                self.changed(asked, &contact, &notices, moment);
                format!("changed: {contact:?} in version {}", self.version)
            }
        }
    }

    fn changed(&mut self, asked: &Asked<'_>, contact: &Contact, notices: &[Notice], moment: &Moment) {
        let before = self.announced.clone().unwrap_or_else(|| self.contact(moment).user_id);
        let action = if asked.wish.is_some() { Action::Designated } else { Action::Reset };
        self.history.push(AuditEntry {
            actor: Some(asked.actor.clone()),
            before: Some(before),
            after: Some(contact.user_id.clone()),
            ..entry(moment, asked.authenticated, action)
        });
        self.tell(notices, Some(asked.actor), moment.now);
        let by = asked.actor;
        self.designation =
            asked.wish.map(|user_id| Designation { user_id: user_id.clone(), since: moment.now, by: by.clone() });
        self.version += 1;
        self.announced = Some(contact.user_id.clone());
        self.reminded_for = None;
        self.decided(Some(moment.now), moment);
    }

    /// Reviews the account. Who looks at all of them leaves one alone of which all is known.
    fn review(&mut self, moment: &Moment, authenticated: Authentication, at_all: bool) -> ReviewOutcome {
        let request = ReviewRequest {
            account: self.facts(),
            announced: self.announced.clone(),
            reminded_for: self.reminded_for.clone(),
            now: moment.now,
        };
        let outcome = policy::review(&request, &moment.rules);
        let (contact, notices, reminders, next) = match &outcome {
            ReviewOutcome::Kept { contact, notices, reminders, next_review_at }
            | ReviewOutcome::Reverted { contact, notices, reminders, next_review_at, .. } => {
                (contact.clone(), notices, reminders, *next_review_at)
            }
        };
        let is_kept = matches!(outcome, ReviewOutcome::Kept { .. });
        let is_known = is_kept && notices.is_empty() && reminders.is_empty();
        if at_all && is_known && self.announced.as_ref() == Some(&contact.user_id) && self.due == next {
            if self.recheck == Recheck::Must {
                self.recheck = Recheck::May;
            }
            return outcome;
        }
        self.remember(&outcome, &contact, moment, authenticated);
        self.tell(notices, None, moment.now);
        for reminder in reminders {
            let about = About::Expiring {
                valid_until: reminder.valid_until,
                days: reminder.days,
                to_contact: reminder.to == contact.user_id,
                contact_name: self.name_of(&contact.user_id),
            };
            self.mail(&reminder.to, about, moment.now, moment.now, None);
        }
        let known = self.reminded_for.take().filter(|known| Some(known.valid_until) == contact.valid_until);
        let mut days = known.map(|known| known.days).unwrap_or_default();
        days.extend(reminders.first().map(|reminder| reminder.days));
        let valid_until = contact.valid_until.filter(|_| !days.is_empty());
        self.reminded_for = valid_until.map(|valid_until| RemindedFor { valid_until, days });
        self.announced = Some(contact.user_id);
        self.decided(next, moment);
        outcome
    }

    /// What the history says of a review, and what becomes of the designation.
    fn remember(&mut self, outcome: &ReviewOutcome, contact: &Contact, moment: &Moment, authenticated: Authentication) {
        let (action, before, reasons) = match outcome {
            ReviewOutcome::Reverted { reasons, .. } => {
                self.version += 1;
                let before = self.designation.take().map(|designation| designation.user_id);
                (Action::Reverted, before, reasons.clone())
            }
            ReviewOutcome::Kept { notices, .. } if !notices.is_empty() => {
                (Action::OwnerChanged, self.announced.clone(), Vec::new())
            }
            ReviewOutcome::Kept { .. } => return,
        };
        let after = Some(contact.user_id.clone());
        self.history.push(AuditEntry { before, after, reasons, ..entry(moment, authenticated, action) });
    }

    fn decided(&mut self, due: Option<Instant>, moment: &Moment) {
        (self.due, self.decided_under, self.recheck) = (due, moment.number, Recheck::No);
        self.claimed_until = None;
    }

    fn tell(&mut self, notices: &[Notice], actor: Option<&UserId>, now: Instant) {
        for notice in notices {
            let counterpart_name = notice.counterpart.as_ref().map(|id| self.name_of(id));
            let actor_name = actor.filter(|_| notice.counterpart.is_some()).map(|id| self.name_of(id));
            let about = About::Change { kind: notice.kind, cause: notice.cause, counterpart_name, actor_name };
            self.mail(&notice.to, about, now, now, None);
        }
    }

    /// Queues a mail about something that happened at `at`.
    pub(crate) fn mail(&mut self, to: &UserId, about: About, at: Instant, now: Instant, event: Option<usize>) {
        let message = Message { account_name: NAME.into(), recipient_name: self.name_of(to), about, at };
        let address = self.address_of(to).cloned();
        self.outbox.push(Row::mail(to.clone(), address, message, event, now));
    }

    pub(crate) fn address_of(&self, user_id: &UserId) -> Option<&EmailAddress> {
        self.people.get(user_id).and_then(|member| member.email.as_ref())
    }

    pub(crate) fn name_of(&self, user_id: &UserId) -> String {
        self.people.get(user_id).map_or_else(|| user_id.to_string(), |member| member.name.as_str().to_owned())
    }
}
