//! One account on a real store with the real module, at times that the test chooses.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

use security_contact_host::domain::model::{
    About, AccountId, Action, AuditEntry, Authentication, Claimed, DirectoryEntry, DirectoryFault, Member,
    OutboxFilter, OutboxState, Settlement, Snapshot,
};
use security_contact_host::domain::ports::{Clock, Store};
use security_contact_host::domain::{
    Answered, Contacts, Directories, Request, Reverted, ReviewReport, Reviews, Told, Wish,
};
use security_contact_host::engine::Engine;
use security_contact_host::store::sqlite::{OpenMode, SqliteStore};
use security_contact_policy::{
    AccountSettings, Cause, Instant, NoticeKind, Person, Reason, RefusalCode, Rules, Source, Status, UserId,
};
use tempfile::TempDir;

use crate::spy::Spy;

pub(crate) const DAY_MS: i64 = 86_400_000;
/// 2026-10-01T00:00:00Z, when every test begins.
pub(crate) const START_MS: i64 = 1_790_812_800_000;

pub(crate) const MINUTE_MS: i64 = 60_000;

/// One account was reviewed, and no more happened.
pub(crate) const KEPT: ReviewReport =
    ReviewReport { reviewed: 1, reverted: 0, owner_changed: 0, reminded: 0, failed: 0 };
/// One account was reviewed, and its designation cleared.
pub(crate) const REVERTED: ReviewReport = ReviewReport { reverted: 1, ..KEPT };

/// Compiling the module takes the longest by far, so that all tests share one engine.
pub(crate) static ENGINE: LazyLock<Arc<Engine>> =
    LazyLock::new(|| Arc::new(Engine::embedded(&Rules::default()).unwrap()));

/// A clock that stands still until the test moves it.
pub(crate) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

impl TestClock {
    pub(crate) fn pass(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

pub(crate) struct World {
    pub(crate) contacts: Contacts,
    pub(crate) directories: Directories,
    pub(crate) reviews: Reviews,
    pub(crate) store: Arc<dyn Store>,
    /// What the services have as their store.
    pub(crate) spy: Arc<Spy>,
    pub(crate) clock: Arc<TestClock>,
    folder: Arc<TempDir>,
}

impl World {
    /// The account `acme`: owner `olga`, admin `ada`, editor `ed`, analyst `tom`.
    pub(crate) async fn new() -> Self {
        let world = Self::empty();
        let people = vec![
            member("olga", "owner", AccountSettings::Edit),
            member("ada", "admin", AccountSettings::None),
            member("ed", "marketing", AccountSettings::Edit),
            member("tom", "analyst", AccountSettings::View),
        ];
        world.put(Some("olga"), people, &[]).await;
        world
    }

    /// No account at all.
    pub(crate) fn empty() -> Self {
        Self::with(ENGINE.clone())
    }

    /// No account, and another engine than the others have.
    pub(crate) fn with(engine: Arc<Engine>) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let store = Arc::new(SqliteStore::open(&folder.path().join("test.db"), OpenMode::Create).unwrap());
        Self::over(engine, store, Arc::new(TestClock(AtomicI64::new(START_MS))), folder)
    }

    /// The same store and clock, without the spy between.
    pub(crate) fn beside(world: &Self) -> Self {
        Self::over(ENGINE.clone(), world.store.clone(), world.clock.clone(), world.folder.clone())
    }

    fn over(engine: Arc<Engine>, store: Arc<dyn Store>, clock: Arc<TestClock>, folder: Arc<TempDir>) -> Self {
        let spy = Arc::new(Spy::on(store.clone()));
        let contacts = Contacts::new(engine.clone(), spy.clone(), clock.clone());
        let directories = Directories::new(engine.clone(), spy.clone(), clock.clone());
        let reviews = Reviews::new(engine, spy.clone(), clock.clone());
        Self { contacts, directories, reviews, store, spy, clock, folder }
    }

    pub(crate) async fn put(&self, owner: Option<&str>, people: Vec<Member>, left: &[&str]) {
        self.try_put(&[entry("acme", owner, people, left)]).await.remove(0).unwrap();
    }

    pub(crate) async fn try_put(&self, entries: &[DirectoryEntry]) -> Vec<Result<(), DirectoryFault>> {
        self.directories.put(entries).await.unwrap()
    }

    pub(crate) async fn ask(&self, actor: &str, wish: &Wish, version: Option<i64>) -> Answered {
        self.contacts.change(&request(&acme(), &id(actor), wish, version)).await.unwrap()
    }

    pub(crate) async fn designate(&self, actor: &str, user_id: &str) -> Answered {
        self.ask(actor, &Wish::Designate(id(user_id)), None).await
    }

    /// Makes `ada` the contact, adds that many accounts beside `acme`, and has all that reviewed and told.
    pub(crate) async fn choose_ada_among(&self, neighbours: usize) {
        self.designate("olga", "ada").await;
        let entries: Vec<DirectoryEntry> = (0..neighbours).map(|n| small(format!("n-{n:04}"))).collect();
        assert!(self.try_put(&entries).await.iter().all(Result::is_ok));
        self.review().await;
        self.mails().await;
    }

    pub(crate) async fn review(&self) -> ReviewReport {
        self.reviews.review_due(|_| {}).await.unwrap()
    }

    /// What a review of what is due tells, but for how far it is.
    pub(crate) async fn review_telling(&self) -> (ReviewReport, Vec<Told>) {
        let mut told = Vec::new();
        let report = self.reviews.review_due(|one| told.push(one)).await.unwrap();
        told.retain(|one| !matches!(one, Told::SoFar(_)));
        (report, told)
    }

    /// Does to the store's file what the product never would.
    pub(crate) fn database(&self, sql: &str) {
        let connection = rusqlite::Connection::open(self.folder.path().join("test.db")).unwrap();
        connection.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
    }

    /// The number that the query finds in the store's file.
    pub(crate) fn count(&self, sql: &str) -> i64 {
        let connection = rusqlite::Connection::open(self.path().join("test.db")).unwrap();
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// The folder of the store's file.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn millis_pass(&self, millis: i64) {
        self.clock.pass(millis);
    }

    pub(crate) fn days_pass(&self, days: i64) {
        self.millis_pass(days * DAY_MS);
    }

    pub(crate) async fn snapshot(&self) -> Snapshot {
        self.store.snapshot(&acme(), &[]).await.unwrap().unwrap()
    }

    /// The contact's id and why it is that person.
    pub(crate) async fn contact(&self) -> (String, Source) {
        let contact = self.contacts.show(&acme()).await.unwrap().contact;
        (contact.user_id.to_string(), contact.source)
    }

    /// Takes the mails out of the outbox, by recipient's name.
    pub(crate) async fn mails(&self) -> Vec<(String, About)> {
        let now = self.clock.now();
        let claimed = self.store.claim_mail(now, now.plus_days(1), 100).await.unwrap();
        for row in &claimed {
            let sent = Settlement::Sent { audit: None };
            self.store.settle_mail(row.id(), row.lease(), now, &sent).await.unwrap();
        }
        let mails = claimed.into_iter().map(|row| match row {
            Claimed::Mail(mail) => (mail.message.recipient_name, mail.message.about),
            Claimed::Event(_) => panic!("an event was queued"),
        });
        mails.collect()
    }

    /// The names of those whose mails are in the outbox, taken out of it.
    pub(crate) async fn told(&self) -> Vec<String> {
        self.mails().await.into_iter().map(|(to, _)| to).collect()
    }

    /// Who each mail of the outbox is for, and how far it is.
    pub(crate) async fn outbox(&self) -> Vec<(String, OutboxState)> {
        let rows = self.store.outbox(&OutboxFilter::default(), 0, 1_000).await.unwrap();
        rows.into_iter().map(|row| (row.to.unwrap().to_string(), row.state)).collect()
    }

    /// The history of `acme`, newest first.
    pub(crate) async fn entries(&self) -> Vec<AuditEntry> {
        let history = self.contacts.history(&acme(), None, 1_000).await.unwrap();
        history.into_iter().map(|(_, entry)| entry).collect()
    }

    /// What was done, and who was the contact before and after, newest first.
    pub(crate) async fn history(&self) -> Vec<(Action, Option<String>, Option<String>)> {
        let text = |id: Option<UserId>| id.map(|id| id.to_string());
        self.entries().await.into_iter().map(|entry| (entry.action, text(entry.before), text(entry.after))).collect()
    }
}

pub(crate) fn acme() -> AccountId {
    "acme".parse().unwrap()
}

pub(crate) fn id(text: &str) -> UserId {
    UserId::new(text).unwrap()
}

/// What a directory says of one account.
pub(crate) fn entry(account: &str, owner: Option<&str>, people: Vec<Member>, left: &[&str]) -> DirectoryEntry {
    let profile = owner.map(|owner| ("Acme".parse().unwrap(), id(owner)));
    DirectoryEntry {
        account: account.parse().unwrap(),
        profile,
        people,
        left: left.iter().map(|left| id(left)).collect(),
    }
}

/// An account of that id with an owner and nobody else.
pub(crate) fn small(account: String) -> DirectoryEntry {
    entry(&account, Some("olga"), vec![member("olga", "owner", AccountSettings::Edit)], &[])
}

/// A request without a key.
pub(crate) fn request<'a>(
    account: &'a AccountId,
    actor: &'a UserId,
    wish: &'a Wish,
    version: Option<i64>,
) -> Request<'a> {
    Request { account, actor, authenticated: Authentication::Library, wish, version, once: None }
}

/// Somebody who logged in when the test began.
pub(crate) fn member(user_id: &str, role: &str, account_settings: AccountSettings) -> Member {
    let person = Person {
        id: id(user_id),
        role: role.parse().unwrap(),
        account_settings,
        status: Status::Active,
        last_login_at: Instant::from_millis(START_MS),
        staff_role: None,
    };
    let email = format!("{user_id}@acme.example").parse().unwrap();
    Member { person, name: user_id.parse().unwrap(), email: Some(email), unreachable_since: None }
}

/// The admin `ada` with that status.
pub(crate) fn ada(status: Status) -> Member {
    let mut ada = member("ada", "admin", AccountSettings::None);
    ada.person.status = status;
    ada
}

pub(crate) fn change_of(kind: NoticeKind, cause: Cause, counterpart: Option<&str>, actor: Option<&str>) -> About {
    About::Change {
        kind,
        cause,
        counterpart_name: counterpart.map(str::to_owned),
        actor_name: actor.map(str::to_owned),
    }
}

/// A row of the history that settles the contact.
pub(crate) fn row(action: Action, before: &str, after: &str) -> (Action, Option<String>, Option<String>) {
    (action, Some(before.to_owned()), Some(after.to_owned()))
}

/// A designation of `acme` that a review cleared.
pub(crate) fn reverted(from: &str, to: &str, reasons: &[Reason]) -> Told {
    Told::Reverted(Reverted { account: acme(), from: id(from), to: id(to), reasons: reasons.to_vec() })
}

/// The code and reasons of a refusal.
#[track_caller]
pub(crate) fn refusal(answered: Answered) -> (RefusalCode, Vec<Reason>) {
    match answered {
        Answered::Refused { code, reasons } => (code, reasons),
        other => panic!("not refused: {other:?}"),
    }
}
