//! A backend: its user table, its mail, and the host between them, at times that the test chooses.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use security_contact_host::domain::model::{AccountFacts, AccountId, Action, Member, Snapshot};
use security_contact_host::domain::ports::{Clock, DirectoryError, RenderedMail, SendError, Whom};
use security_contact_host::domain::{Answered, FollowError, fold};
use security_contact_host::policy::{AccountSettings, Instant, Person, Status, UserId};
use security_contact_host::store::sqlite::{OpenMode, SqliteStore};
use security_contact_host::worker::Stop;
use security_contact_host::{Directory, Host, Mailer, Store};
use tempfile::TempDir;
use tokio::sync::mpsc;

pub(crate) const DAY_MS: i64 = 86_400_000;

/// 2026-10-01T00:00:00Z, when every test begins.
const START_MS: i64 = 1_790_812_800_000;

/// The backend's user table.
#[derive(Default)]
pub(crate) struct Users {
    pub(crate) accounts: Mutex<BTreeMap<AccountId, AccountFacts>>,
    /// What happens once after the next reading of an account, before whoever reads learns what was read.
    meanwhile: tokio::sync::Mutex<Option<Meanwhile>>,
    /// How often an account was read.
    pub(crate) reads: AtomicU32,
    pub(crate) is_down: Mutex<bool>,
    /// Whether it tells of everybody, whomever it is asked for.
    pub(crate) tells_all: Mutex<bool>,
}

pub(crate) type Meanwhile = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

impl Users {
    /// Changes what the backend says of `acme`, and tells nobody.
    pub(crate) fn change(&self, change: impl FnOnce(&mut AccountFacts)) {
        change(self.accounts.lock().unwrap().get_mut(&acme()).unwrap());
    }

    /// Changes what the backend says of a person of `acme`, and tells nobody.
    pub(crate) fn change_person(&self, user_id: &str, change: impl FnOnce(&mut Member)) {
        self.change(|facts| change(facts.people.iter_mut().find(|member| member.person.id == id(user_id)).unwrap()));
    }

    pub(crate) fn deactivate(&self, user_id: &str) {
        self.change_person(user_id, |member| member.person.status = Status::Deactivated);
    }

    pub(crate) fn remove(&self, user_id: &str) {
        self.change(|facts| facts.people.retain(|member| member.person.id != id(user_id)));
    }

    pub(crate) fn put(&self, account: &str, facts: AccountFacts) {
        self.accounts.lock().unwrap().insert(account.parse().unwrap(), facts);
    }

    pub(crate) async fn meanwhile(&self, happens: impl Future<Output = ()> + Send + 'static) {
        *self.meanwhile.lock().await = Some(Box::pin(happens));
    }
}

#[async_trait]
impl Directory for Users {
    async fn account(&self, account: &AccountId, whom: Whom<'_>) -> Result<Option<AccountFacts>, DirectoryError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        if *self.is_down.lock().unwrap() {
            return Err("the user table is locked".into());
        }
        let mut facts = self.accounts.lock().unwrap().get(account).cloned();
        let tells_all = *self.tells_all.lock().unwrap();
        if let (Some(facts), Whom::These(asked), false) = (&mut facts, whom, tells_all) {
            let owner = facts.owner.clone();
            facts.people.retain(|member| member.person.id == owner || asked.contains(&member.person.id));
        }
        let meanwhile = self.meanwhile.lock().await.take();
        if let Some(meanwhile) = meanwhile {
            meanwhile.await;
        }
        Ok(facts)
    }

    async fn accounts(&self, after: Option<&AccountId>, limit: u32) -> Result<Vec<AccountId>, DirectoryError> {
        if *self.is_down.lock().unwrap() {
            return Err("the user table is locked".into());
        }
        let accounts = self.accounts.lock().unwrap();
        let later = accounts.keys().filter(|account| after.is_none_or(|after| *account > after));
        Ok(later.take(limit as usize).cloned().collect())
    }
}

/// The backend's mail: it goes to the test.
pub(crate) struct Post(mpsc::UnboundedSender<RenderedMail>);

#[async_trait]
impl Mailer for Post {
    async fn send(&self, mail: &RenderedMail) -> Result<(), SendError> {
        self.0.send(mail.clone()).map_err(|_| SendError::Temporary("the test is over".into()))
    }
}

/// A clock that stands still until the test moves it.
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn pass(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// A backend with the account `acme`: owner `olga`, admins `ada` and `ben`.
pub(crate) struct World {
    pub(crate) users: Arc<Users>,
    pub(crate) host: Arc<Host>,
    /// What the host keeps its copy in.
    pub(crate) copy: Arc<dyn Store>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) post: mpsc::UnboundedReceiver<RenderedMail>,
    pub(crate) stop: Stop,
    _folder: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let copy: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.path().join("db"), OpenMode::Create).unwrap());
        let users = Arc::new(Users::default());
        users.put("acme", facts());
        let clock = Arc::new(TestClock(AtomicI64::new(START_MS)));
        let (sender, post) = mpsc::unbounded_channel();
        let host = host(&copy, &users, &clock).mailer(Arc::new(Post(sender))).build().unwrap();
        Self { users, host: Arc::new(host), copy, clock, post, stop: Stop::default(), _folder: folder }
    }

    /// Another host of the same backend, on the same store.
    pub(crate) fn other_host(&self) -> Arc<Host> {
        Arc::new(host(&self.copy, &self.users, &self.clock).build().unwrap())
    }

    pub(crate) async fn designate(&self, user_id: &str) -> Answered {
        self.host.designate(&acme(), &id("olga"), &id(user_id)).await.unwrap()
    }

    /// The designation and the contact.
    pub(crate) async fn contact(&self) -> (Option<String>, String) {
        let view = self.host.contact(&acme()).await.unwrap();
        (view.snapshot.chosen.map(|chosen| chosen.user_id.to_string()), view.contact.user_id.to_string())
    }

    /// The account as the copy has it.
    pub(crate) async fn copied(&self) -> Snapshot {
        self.copy.snapshot(&acme(), &["olga", "ada", "ben"].map(id)).await.unwrap().unwrap()
    }

    /// How the copy calls a person.
    pub(crate) async fn copied_name(&self, user_id: &str) -> String {
        self.copied().await.member(&id(user_id)).unwrap().name.as_str().to_owned()
    }

    /// What happened, oldest first.
    pub(crate) async fn actions(&self) -> Vec<Action> {
        let history = self.host.history(&acme(), None, 100).await.unwrap();
        history.iter().rev().map(|(_, entry)| entry.action).collect()
    }

    /// The ids of everybody whom a search finds.
    pub(crate) async fn found(&self, query: &str) -> Vec<String> {
        let found = self.host.candidates(&acme(), &fold(query), None, 100).await.unwrap();
        found.iter().map(|candidate| candidate.member.person.id.to_string()).collect()
    }

    pub(crate) async fn reported(&self) -> Result<(), FollowError> {
        self.host.people_changed(&acme()).await
    }
}

fn host(copy: &Arc<dyn Store>, users: &Arc<Users>, clock: &Arc<TestClock>) -> security_contact_host::HostBuilder {
    Host::builder().store(copy.clone()).directory(users.clone()).clock(clock.clone())
}

pub(crate) fn acme() -> AccountId {
    "acme".parse().unwrap()
}

pub(crate) fn id(text: &str) -> UserId {
    text.parse().unwrap()
}

pub(crate) fn facts() -> AccountFacts {
    let people = ["olga", "ada", "ben"].map(member).to_vec();
    AccountFacts { name: "Acme".parse().unwrap(), owner: id("olga"), people }
}

/// An active admin who logged in the day before the test begins.
pub(crate) fn member(user_id: &str) -> Member {
    let person = Person {
        id: id(user_id),
        role: "admin".parse().unwrap(),
        account_settings: AccountSettings::None,
        status: Status::Active,
        last_login_at: Some(Instant::from_millis(START_MS - DAY_MS).unwrap()),
        staff_role: None,
    };
    Member::new(person, format!("Name of {user_id}").parse().unwrap(), Some(address(user_id).parse().unwrap()))
}

pub(crate) fn address(user_id: &str) -> String {
    format!("{user_id}@acme.example")
}
