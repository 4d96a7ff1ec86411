//! One account with a courier, over a real store, on a clock that the tests move.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use security_contact_host::domain::model::{
    AccountId, Action, AuditEntry, Authentication, DirectoryEntry, Member, NewEvent, OutboxFilter, OutboxRow,
};
use security_contact_host::domain::ports::{Clock, Mailer, RenderedMail, SendError, Store};
use security_contact_host::domain::{Answered, Contacts, Directories, Dispatched, Events, Request, Reviews, Wish};
use security_contact_host::engine::Engine;
use security_contact_host::store::sqlite::{OpenMode, SqliteStore};
use security_contact_host::worker::{Courier, Delivered, Stop};
use security_contact_policy::{AccountSettings, Event, EventKind, Instant, Person, Rules, Severity, Status, UserId};
use tempfile::TempDir;
use tokio::sync::mpsc;

pub(crate) const START: &str = "2026-10-01T09:30:00Z";
pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const DAY: i64 = 24 * 60 * MINUTE;

/// A clock that stands until it is moved.
pub(crate) struct StandingClock {
    at: AtomicI64,
    jumps: Mutex<VecDeque<i64>>,
}

impl StandingClock {
    pub(crate) fn advance(&self, millis: i64) {
        self.at.fetch_add(millis, Ordering::SeqCst);
    }

    /// Moves it by so much before each of the next looks at it.
    pub(crate) fn jump(&self, jumps: &[i64]) {
        self.jumps.lock().unwrap().extend(jumps);
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Instant {
        self.advance(self.jumps.lock().unwrap().pop_front().unwrap_or(0));
        Instant::from_millis(self.at.load(Ordering::SeqCst)).unwrap()
    }
}

/// What a mailer comes to say of one mail.
type Step = Pin<Box<dyn Future<Output = Result<(), SendError>> + Send>>;

/// A mailer that does what the test says next, and takes every mail after that, unless its address is unknown.
pub(crate) struct ScriptedMailer {
    script: Mutex<VecDeque<Step>>,
    unknown: Mutex<Vec<String>>,
    taken: mpsc::UnboundedSender<RenderedMail>,
}

#[async_trait]
impl Mailer for ScriptedMailer {
    async fn send(&self, mail: &RenderedMail) -> Result<(), SendError> {
        let step = self.script.lock().unwrap().pop_front();
        if let Some(step) = step {
            step.await?;
        }
        if self.unknown.lock().unwrap().iter().any(|unknown| unknown == mail.to.as_str()) {
            return no_such_address();
        }
        self.taken.send(mail.clone()).unwrap();
        Ok(())
    }
}

pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<StandingClock>,
    pub(crate) contacts: Arc<Contacts>,
    pub(crate) directories: Arc<Directories>,
    pub(crate) reviews: Arc<Reviews>,
    pub(crate) events: Arc<Events>,
    pub(crate) stop: Stop,
    pub(crate) taken: mpsc::UnboundedReceiver<RenderedMail>,
    engine: Arc<Engine>,
    mailer: Arc<ScriptedMailer>,
}

impl World {
    /// The account `acme` of `u-1`, the owner, and the admins `u-2` and `u-3`.
    pub(crate) async fn new() -> Self {
        Self::under(&Rules::default()).await
    }

    /// The same under other rules.
    pub(crate) async fn under(rules: &Rules) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let start = START.parse::<Instant>().unwrap().millis();
        let clock = Arc::new(StandingClock { at: AtomicI64::new(start), jumps: Mutex::default() });
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.path().join("db"), OpenMode::Create).unwrap());
        let engine = Arc::new(Engine::embedded(rules).unwrap());
        let (sender, taken) = mpsc::unbounded_channel();
        let world = Self {
            contacts: Arc::new(Contacts::new(engine.clone(), store.clone(), clock.clone())),
            directories: Arc::new(Directories::new(engine.clone(), store.clone(), clock.clone())),
            reviews: Arc::new(Reviews::new(engine.clone(), store.clone(), clock.clone())),
            events: Arc::new(Events::new(engine.clone(), store.clone(), clock.clone())),
            mailer: Arc::new(ScriptedMailer { script: Mutex::default(), unknown: Mutex::default(), taken: sender }),
            stop: Stop::default(),
            folder,
            store,
            clock,
            taken,
            engine,
        };
        let profile = Some(("Acme".parse().unwrap(), user("u-1")));
        let people = ["u-1", "u-2", "u-3"].map(member).to_vec();
        world.put(DirectoryEntry { profile, people, ..nothing_new() }).await;
        world
    }

    pub(crate) async fn put(&self, entry: DirectoryEntry) {
        self.directories.put_one(&entry).await.unwrap().unwrap();
    }

    /// Gives somebody another address, or none.
    pub(crate) async fn move_address(&self, id: &str, address: Option<&str>) {
        self.put(other_address(id, address)).await;
    }

    /// Brings somebody as they were in the beginning.
    pub(crate) async fn put_back(&self, id: &str) {
        self.put(DirectoryEntry { people: vec![member(id)], ..nothing_new() }).await;
    }

    /// Somebody leaves the account.
    pub(crate) async fn leave(&self, id: &str) {
        self.put(left(id)).await;
    }

    /// Makes somebody the contact, which queues a mail to them and one to the contact before.
    pub(crate) async fn choose(&self, id: &str) {
        change(&self.contacts, &Wish::Designate(user(id))).await;
    }

    /// Makes the owner the contact by default, which queues two mails if somebody was chosen.
    pub(crate) async fn reset(&self) {
        change(&self.contacts, &Wish::Reset).await;
    }

    /// Queues 6 mails.
    pub(crate) async fn queue_six(&self) {
        self.choose("u-2").await;
        self.reset().await;
        self.choose("u-2").await;
    }

    /// Makes somebody the contact, and has them told.
    pub(crate) async fn choose_and_tell(&mut self, id: &str) {
        self.choose(id).await;
        self.deliver().await;
        self.taken();
    }

    /// Queues an event.
    pub(crate) async fn dispatch(&self, key: &str) {
        let dispatched = self.events.dispatch(&acme(), &new_event(key)).await.unwrap();
        assert!(matches!(dispatched, Dispatched::Queued { .. }), "{dispatched:?}");
    }

    /// What the mailer says of the next mail.
    pub(crate) fn script(&self, step: impl FnOnce() -> Result<(), SendError> + Send + 'static) {
        self.script_async(async move { step() });
    }

    /// The same, for a mailer that takes its time.
    pub(crate) fn script_async(&self, step: impl Future<Output = Result<(), SendError>> + Send + 'static) {
        self.mailer.script.lock().unwrap().push_back(Box::pin(step));
    }

    /// From now on the mailer refuses that address for good.
    pub(crate) fn refuse_address(&self, address: &str) {
        self.mailer.unknown.lock().unwrap().push(address.to_owned());
    }

    pub(crate) fn courier(&self) -> Courier {
        self.courier_to(self.mailer.clone())
    }

    pub(crate) fn courier_to(&self, mailer: Arc<dyn Mailer>) -> Courier {
        Courier::new(self.store.clone(), self.events.clone(), mailer, self.clock.clone())
    }

    /// A courier of another server on the same store.
    pub(crate) fn other_courier(&self) -> Courier {
        let path = self.folder.path().join("db");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, OpenMode::Existing).unwrap());
        let events = Arc::new(Events::new(self.engine.clone(), store.clone(), self.clock.clone()));
        Courier::new(store, events, self.mailer.clone(), self.clock.clone())
    }

    pub(crate) async fn deliver(&self) -> Delivered {
        self.courier().deliver_due(&self.stop).await.unwrap()
    }

    /// The addresses of the mails that were taken since the last look.
    pub(crate) fn taken(&mut self) -> Vec<String> {
        self.taken_mails().iter().map(|mail| mail.to.as_str().to_owned()).collect()
    }

    /// The same, of the mails that tell of an event.
    pub(crate) fn taken_events(&mut self) -> Vec<String> {
        let events = self.taken_mails().into_iter().filter(|mail| mail.subject.starts_with("[High] "));
        events.map(|mail| mail.to.as_str().to_owned()).collect()
    }

    pub(crate) fn taken_mails(&mut self) -> Vec<RenderedMail> {
        std::iter::from_fn(|| self.taken.try_recv().ok()).collect()
    }

    pub(crate) async fn outbox(&self) -> Vec<OutboxRow> {
        self.store.outbox(&OutboxFilter::default(), 0, 1_000).await.unwrap()
    }

    /// State, attempts and last error of each row of the outbox.
    pub(crate) async fn states(&self) -> Vec<(String, u32, Option<String>)> {
        let rows = self.outbox().await.into_iter();
        rows.map(|row| (row.state.to_string(), row.attempts, row.last_error)).collect()
    }

    /// The account's history, oldest first.
    pub(crate) async fn history(&self) -> Vec<AuditEntry> {
        let mut history = self.contacts.history(&acme(), None, 1_000).await.unwrap();
        history.reverse();
        history.into_iter().map(|(_, entry)| entry).collect()
    }

    /// The entries of the history that tell of that.
    pub(crate) async fn entries(&self, action: Action) -> Vec<AuditEntry> {
        self.history().await.into_iter().filter(|entry| entry.action == action).collect()
    }

    pub(crate) async fn member(&self, id: &str) -> Member {
        let snapshot = self.store.snapshot(&acme(), &[user(id)]).await.unwrap().unwrap();
        snapshot.member(&user(id)).unwrap().clone()
    }

    /// Does to the store's file what the product never would.
    pub(crate) fn damage(&self, sql: &str) {
        rusqlite::Connection::open(self.folder.path().join("db")).unwrap().execute_batch(sql).unwrap();
    }
}

async fn change(contacts: &Contacts, wish: &Wish) {
    let (account, actor) = (acme(), user("u-1"));
    let authenticated = Authentication::Library;
    let request = Request { account: &account, actor: &actor, authenticated, wish, version: None, once: None };
    let answered = contacts.change(&request).await.unwrap();
    assert!(matches!(answered, Answered::Changed(_)), "{answered:?}");
}

pub(crate) fn acme() -> AccountId {
    "acme".parse().unwrap()
}

pub(crate) fn user(id: &str) -> UserId {
    id.parse().unwrap()
}

/// An entry for a test to say what is new.
pub(crate) fn nothing_new() -> DirectoryEntry {
    DirectoryEntry { account: acme(), profile: None, people: Vec::new(), left: Vec::new() }
}

pub(crate) fn other_address(id: &str, address: Option<&str>) -> DirectoryEntry {
    let email = address.map(|address| address.parse().unwrap());
    DirectoryEntry { people: vec![Member { email, ..member(id) }], ..nothing_new() }
}

pub(crate) fn left(id: &str) -> DirectoryEntry {
    DirectoryEntry { left: vec![user(id)], ..nothing_new() }
}

/// An active admin, whose address has the id in it.
pub(crate) fn member(id: &str) -> Member {
    let person = Person {
        id: user(id),
        role: "admin".parse().unwrap(),
        account_settings: AccountSettings::None,
        status: Status::Active,
        last_login_at: Some("2026-09-30T00:00:00Z".parse().unwrap()),
        staff_role: None,
    };
    let name = format!("Name of {id}").parse().unwrap();
    Member { person, name, email: Some(address(id).parse().unwrap()), unreachable_since: None }
}

pub(crate) fn address(id: &str) -> String {
    format!("{id}@acme.example")
}

pub(crate) fn new_event(key: &str) -> NewEvent {
    NewEvent { key: key.parse().unwrap(), event: breach(), text: "A key was found in public.".parse().unwrap() }
}

pub(crate) fn breach() -> Event {
    Event { kind: EventKind::BreachAlert, severity: Severity::High }
}

pub(crate) fn sent(sent: u64) -> Delivered {
    Delivered { sent, ..Delivered::default() }
}

pub(crate) fn put_off(put_off: u64) -> Delivered {
    Delivered { put_off, ..Delivered::default() }
}

pub(crate) fn failed(failed: u64) -> Delivered {
    Delivered { failed, ..Delivered::default() }
}

pub(crate) fn busy() -> Result<(), SendError> {
    Err(SendError::Temporary("the server replied 451".into()))
}

pub(crate) fn refused() -> Result<(), SendError> {
    Err(SendError::Permanent("the server replied 550 (5.7.1)".into()))
}

pub(crate) fn no_such_address() -> Result<(), SendError> {
    Err(SendError::Address("the server replied 550 (5.1.1)".into()))
}
