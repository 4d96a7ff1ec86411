//! Doing an operation twice, and comparing what is answered.

use std::collections::{BTreeMap, BTreeSet};

use security_contact_host::domain::model::{
    AccountId, Authentication, Claimed, DirectoryEntry, DirectoryFault, Settlement,
};
use security_contact_host::domain::{Answered, Dispatched, DomainError, Once, Request, ReviewReport, Wish};

use crate::backend::Backend;
use crate::compare::{check_claimed, check_sent, compare};
use crate::model::{Asked, Model, NAME, Recheck};
use crate::operation::{Change, Entry, Facts, Operation, QUALIFIED, Reply, Version};
use crate::outbox::Place;
use crate::reviewed::Reviewed;
use crate::system::System;
use crate::universe::{MINUTE_MS, account_id, event, key, member, user_id};

/// For how long accounts and rows are in somebody's hand.
const CLAIM_MS: i64 = 5 * MINUTE_MS;

/// A host and its model, at the same point of a sequence.
pub(crate) struct Lockstep<B> {
    model: Model,
    /// Gone only while the host starts anew.
    system: Option<System<B>>,
    /// Rows that couriers had in hand when they died, with the lease by which they had them.
    held: Vec<(Place, Claimed, u32)>,
    /// The last change under a key, and the version on which it was asked for.
    keyed: Option<(Change, Option<i64>)>,
    /// Words for what was answered so far.
    answers: BTreeSet<String>,
}

impl<B: Backend> Lockstep<B> {
    /// The first account with an owner, an admin, an editor, and somebody who can do nothing.
    pub(crate) async fn begin() -> Self {
        let system = System::start().await;
        let identity = system.host.engine.identity().clone();
        let model = Model { now: system.now(), rules: 0, identity, accounts: BTreeMap::new() };
        let mut lockstep =
            Self { model, system: Some(system), held: Vec::new(), keyed: None, answers: BTreeSet::new() };
        let facts = |role, may_edit| Facts { role, may_edit, ..QUALIFIED };
        let people = vec![(0, QUALIFIED), (1, facts(1, false)), (2, facts(2, true)), (3, facts(2, false))];
        lockstep.step(&Operation::Put(vec![Entry { account: 0, owner: Some(0), people, left: None }])).await;
        lockstep
    }

    /// Does one operation.
    pub(crate) async fn step(&mut self, operation: &Operation) {
        match operation {
            Operation::Change(change) => self.change(change).await,
            Operation::ChangeAgain => {
                if let Some((change, version)) = self.keyed.clone() {
                    self.ask(&change, version).await;
                }
            }
            Operation::Put(entries) => self.put(entries).await,
            Operation::Pass { millis } => {
                self.system().pass(*millis);
                self.model.now = self.system().now();
            }
            Operation::ReviewDue => {
                let report = self.system().host.reviews.review_due(|_| {}).await.expect("a review of what is due");
                let expected = self.model.review_due();
                self.reviewed(report, &expected);
            }
            Operation::ReviewAll => {
                let report = self.system().host.reviews.review_all(|_| {}).await.expect("a review of all");
                let expected = self.model.review_all();
                self.reviewed(report, &expected);
            }
            Operation::Rehearse => {
                let report = self.system().host.reviews.rehearse_all(|_| {}).await.expect("a rehearsal");
                let expected = self.model.clone().review_all();
                self.reviewed(report, &expected);
            }
            Operation::ClaimReviews { limit } => self.claim_reviews(*limit).await,
            Operation::UseRules(rules) => self.restart(*rules).await,
            Operation::Dispatch { account, key, is_other } => self.dispatch(*account, *key, *is_other).await,
            Operation::Deliver(reply) => drop(self.deliver(*reply, false).await),
            Operation::DeliverAll(reply) => {
                while self.deliver(*reply, false).await {
                    self.compare().await;
                }
            }
            Operation::DeliverAndDie => drop(self.deliver(Reply::Taken, true).await),
            Operation::ClaimMail { limit } => self.claim_mail(*limit).await,
            Operation::SettleLate { which, was_sent } => self.settle_late(*which, *was_sent).await,
            Operation::Retry(which) => self.retry(*which).await,
            Operation::Drop(which) => self.drop_row(*which).await,
            Operation::Forget => {
                self.system().host.contacts.forget_answers().await.expect("answers are forgotten");
                self.model.forget();
            }
            Operation::Crash => self.restart(self.model.rules).await,
        }
        self.compare().await;
    }

    /// Words for all that happened: what was answered, what the histories tell, and how far the rows of the outbox are.
    pub(crate) fn seen(mut self) -> BTreeSet<String> {
        for account in self.model.accounts.values() {
            self.answers.extend(account.history.iter().map(|entry| entry.action.to_string()));
            self.answers.extend(account.outbox.iter().map(|row| row.state.to_string()));
        }
        self.answers
    }

    fn answered(&mut self, answer: &str, expected: &str) {
        assert_eq!(answer, expected);
        let word = answer.split(':').next().unwrap_or_default();
        self.answers.insert(word.to_owned());
    }

    fn reviewed(&mut self, report: ReviewReport, expected: &Reviewed) {
        let ReviewReport { reviewed, reverted, owner_changed, reminded, failed } = report;
        let Reviewed { must, may, .. } = *expected;
        assert!((must..=must + may).contains(&reviewed), "{reviewed} accounts were reviewed, and {must} had to be");
        let happened = (reverted, owner_changed, reminded, failed);
        assert_eq!(happened, (expected.reverted, expected.owner_changed, expected.reminded, 0));
        if reminded > 0 {
            self.answers.insert("reminded".into());
        }
    }

    fn system(&self) -> &System<B> {
        self.system.as_ref().expect("the host runs")
    }

    async fn compare(&mut self) {
        let Self { model, system, .. } = self;
        compare(model, &system.as_ref().expect("the host runs").host).await;
    }

    async fn restart(&mut self, rules: usize) {
        let system = self.system.take().expect("the host runs").restart(rules).await;
        self.model.use_rules(rules, system.host.engine.identity().clone());
        self.system = Some(system);
    }

    async fn change(&mut self, change: &Change) {
        let present = self.model.accounts.get(&account_id(change.account)).map_or(0, |account| account.version);
        let version = match change.version {
            Version::Any => None,
            Version::Present => Some(present),
            Version::Before => Some(present - 1),
        };
        if change.key.is_some() {
            self.keyed = Some((change.clone(), version));
        }
        self.ask(change, version).await;
    }

    async fn ask(&mut self, change: &Change, version: Option<i64>) {
        let (id, actor, wish) = (account_id(change.account), user_id(change.actor), change.wish.map(user_id));
        let way = if change.by_service { Authentication::ServiceToken } else { Authentication::CommandLine };
        let key = change.key.map(key);
        let request = Request {
            account: &id,
            actor: &actor,
            authenticated: way,
            wish: &wish.clone().map_or(Wish::Reset, Wish::Designate),
            version,
            once: key.as_ref().map(|key| Once { key, write: &said }),
        };
        let answered = match self.system().host.contacts.change(&request).await {
            Err(DomainError::UnknownAccount { .. }) => "unknown account".into(),
            answered => said(&answered.expect("a change is answered")),
        };
        let asked = Asked { actor: &actor, wish: wish.as_ref(), version, key: change.key, authenticated: way };
        let expected = self.model.change(&id, &asked);
        self.answered(&answered, &expected);
    }

    async fn put(&mut self, entries: &[Entry]) {
        let entries: Vec<DirectoryEntry> = entries.iter().map(|entry| self.written(entry)).collect();
        let results = self.system().host.directories.put(&entries).await.expect("a directory is taken over");
        let results = results.into_iter().map(|result| {
            result.map_err(|fault| match fault {
                DirectoryFault::UnknownAccount => "unknown account",
                DirectoryFault::OwnerIsNoMember { .. } => "no owner",
                DirectoryFault::Unreadable { message } => panic!("{message}"),
            })
        });
        let results: Vec<Result<(), &str>> = results.collect();
        let expected: Vec<Result<(), &str>> = entries.iter().map(|entry| self.model.put(entry)).collect();
        assert_eq!(results, expected);
        self.answers.extend(expected.into_iter().filter_map(Result::err).map(str::to_owned));
    }

    /// The entry as a directory writes it, which speaks of everybody once.
    fn written(&self, entry: &Entry) -> DirectoryEntry {
        let mut people = BTreeMap::new();
        for (number, facts) in entry.people.iter().filter(|(number, _)| Some(*number) != entry.left) {
            people.insert(*number, member(*number, facts, self.model.now));
        }
        DirectoryEntry {
            account: account_id(entry.account),
            profile: entry.owner.map(|owner| (NAME.parse().expect("a name"), user_id(owner))),
            people: people.into_values().collect(),
            left: entry.left.map(user_id).into_iter().collect(),
        }
    }

    async fn claim_reviews(&mut self, limit: u32) {
        let (now, host) = (self.model.now, &self.system().host);
        let until = now.plus_millis(CLAIM_MS);
        let claimed = host.store.claim_reviews(now, until, &host.engine.identity().fingerprint, limit).await;
        let claimed = claimed.expect("accounts are handed out").into_iter();
        let claimed: Vec<AccountId> = claimed.map(|account| account.expect("it can be read").account).collect();
        let is_due = |id: &AccountId| self.model.accounts[id].is_due(now);
        let recheck = |id: &AccountId| self.model.accounts[id].recheck;
        assert!(claimed.len() <= limit as usize);
        assert!(claimed.iter().all(|id| is_due(id) || recheck(id) != Recheck::No), "{claimed:?}");
        // Whose time has come is handed out before those whom only the rules concern, and nobody is left out.
        assert!(claimed.is_sorted_by_key(|id| (!is_due(id), self.model.accounts[id].due.filter(|due| *due <= now))));
        let left = self.model.accounts.keys().filter(|id| !claimed.contains(id));
        let owed = left.filter(|id| is_due(id) || recheck(id) == Recheck::Must).count();
        assert!(owed == 0 || claimed.len() == limit as usize, "{owed} accounts were left");
        for id in claimed {
            let rules = self.model.rules;
            let account = self.model.accounts.get_mut(&id).expect("an account that was handed out");
            (account.due, account.decided_under, account.recheck) = (Some(until), rules, Recheck::No);
        }
    }

    async fn dispatch(&mut self, account: usize, key: usize, is_other: bool) {
        let (id, event) = (account_id(account), event(key, is_other));
        let answered = match self.system().host.events.dispatch(&id, &event).await {
            Ok(Dispatched::Queued { .. }) => "queued".to_owned(),
            Ok(Dispatched::Repeated { id }) => format!("repeated: {:?}", Some(id)),
            Ok(Dispatched::KeyReused) => "key reused".to_owned(),
            Err(DomainError::UnknownAccount { .. }) => "unknown account".to_owned(),
            Err(error) => panic!("{error}"),
        };
        let expected = self.model.dispatch(&id, &event);
        self.answered(&answered, &expected);
    }

    /// Delivers the row that is due first. Says whether there is one.
    async fn deliver(&mut self, reply: Reply, dies: bool) -> bool {
        let place = self.model.due_rows().into_iter().next();
        let (counter, post) = self.system().deliver(reply, dies).await;
        let (claimed, sent) = (counter.claimed(), post.sent());
        let Some(place) = place else {
            assert!(claimed.is_none() && sent.is_empty(), "{claimed:?} is not due");
            return false;
        };
        let claimed = claimed.expect("a row that is due is handed out");
        check_claimed(self.model.row(&place), &claimed);
        self.model.lease(&place);
        assert_eq!(sent.len(), usize::from(self.model.goes_out(&place)), "how often it went to the mail server");
        for mail in &sent {
            check_sent(&mut self.model, &place, mail);
        }
        if dies {
            let lease = self.model.row(&place).lease;
            self.held.push((place, claimed, lease));
        } else {
            self.model.treat(&place, reply);
        }
        true
    }

    async fn claim_mail(&mut self, limit: u32) {
        let now = self.model.now;
        let claimed = self.system().host.store.claim_mail(now, now.plus_millis(CLAIM_MS), limit).await;
        let claimed = claimed.expect("rows are handed out");
        let due: Vec<Place> = self.model.due_rows().into_iter().take(limit as usize).collect();
        assert_eq!(claimed.len(), due.len(), "{claimed:?}");
        for (place, claimed) in due.into_iter().zip(claimed) {
            check_claimed(self.model.row(&place), &claimed);
            self.model.lease(&place);
            let lease = self.model.row(&place).lease;
            self.held.push((place, claimed, lease));
        }
    }

    async fn settle_late(&mut self, which: usize, was_sent: bool) {
        if self.held.is_empty() {
            return;
        }
        let (place, claimed, lease) = &self.held[which % self.held.len()];
        // An event is never sent itself.
        let was_sent = was_sent && matches!(claimed, Claimed::Mail(_));
        let settlement =
            if was_sent { Settlement::Sent { audit: None } } else { Settlement::Failed { error: "late".into() } };
        let store = &self.system().host.store;
        store.settle_mail(claimed.id(), claimed.lease(), self.model.now, &settlement).await.expect("a row is settled");
        self.model.settle_late(place, *lease, was_sent);
    }

    async fn retry(&mut self, which: usize) {
        let Some((place, id)) = self.any_row(which) else { return };
        let retried = self.system().host.store.retry_mail(id, self.model.now).await.expect("a row is tried again");
        assert_eq!(retried, self.model.retry(&place));
    }

    async fn drop_row(&mut self, which: usize) {
        let Some((place, id)) = self.any_row(which) else { return };
        let dropped = self.system().host.store.drop_mail(id, self.model.now).await.expect("a row is dropped");
        assert_eq!(dropped, self.model.drop_row(&place));
    }

    fn any_row(&mut self, which: usize) -> Option<(Place, i64)> {
        let places = self.model.places();
        let place = places.get(which % places.len().max(1))?.clone();
        let id = self.model.row(&place).id.expect("the number of a row");
        Some((place, id))
    }
}

/// All that an answer says.
fn said(answered: &Answered) -> String {
    let state = |view: &security_contact_host::domain::ContactView| {
        format!("{:?} in version {}", view.contact, view.snapshot.version)
    };
    match answered {
        Answered::Again(text) => format!("again: {text}"),
        Answered::KeyReused => "key reused".into(),
        Answered::Changed(view) => format!("changed: {}", state(view)),
        Answered::Unchanged(view) => format!("unchanged: {}", state(view)),
        Answered::Conflict(view) => format!("conflict: {}", state(view)),
        Answered::Refused { code, reasons } => format!("refused: {code} {reasons:?}"),
    }
}
