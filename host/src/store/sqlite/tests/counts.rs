//! What operations take, counted and not timed, so that a dearer one fails here on any machine.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use rusqlite::StatementStatus::VmStep;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use security_contact_policy::{Instant, Rules, UserId};
use tempfile::TempDir;

use super::super::{OpenMode, SqliteStore};
use super::on_each_reader;
use crate::domain::model::{AccountId, Authentication, DirectoryEntry, Member};
use crate::domain::ports::{Clock, Store};
use crate::domain::{Answered, Contacts, Directories, Request, Reviews, Wish};
use crate::engine::Engine;

/// What each operation took when it was last looked at: a name, its statements and the steps of SQLite's machine.
const BUDGETS: &str = include_str!("counts.txt");

/// How much more is too much, in percent.
const TOLERANCE: u64 = 5;

/// So many accounts are due.
const DUE: u32 = 20;

const NOW: &str = "2026-10-01T09:30:00Z";

struct Still;

impl Clock for Still {
    fn now(&self) -> Instant {
        NOW.parse().unwrap()
    }
}

/// How many statements ran, and how many steps they took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    statements: u64,
    steps: u64,
}

struct World {
    engine: Arc<Engine>,
    store: Arc<SqliteStore>,
    counted: Arc<Mutex<Count>>,
    _folder: TempDir,
}

impl World {
    /// So many accounts with an owner and two admins, nobody chosen, nothing due.
    async fn new(accounts: u32) -> Self {
        let folder = TempDir::new().unwrap();
        let store = Arc::new(SqliteStore::open(&folder.path().join("contacts.db"), OpenMode::Create).unwrap());
        let engine = Arc::new(Engine::embedded(&Rules::default()).unwrap());
        let world = Self { engine, store, counted: Arc::default(), _folder: folder };
        world.store.use_policy(&world.engine.identity().key()).await.unwrap();
        let directories = Directories::new(world.engine.clone(), world.store.clone(), Arc::new(Still));
        let entries: Vec<DirectoryEntry> = (0..accounts).map(entry).collect();
        for taken in directories.put(&entries).await.unwrap() {
            taken.unwrap();
        }
        world.listen().await;
        world
    }

    /// Counts every statement from now on.
    async fn listen(&self) {
        let listener = |counted: Arc<Mutex<Count>>| {
            let mut before = HashMap::new();
            move |event: TraceEvent<'_>| {
                if let TraceEvent::Profile(statement, _) = event {
                    let mut counted = counted.lock().unwrap();
                    counted.statements += 1;
                    // It grows from run to run of a statement.
                    let steps = u64::from(statement.get_status(VmStep).unsigned_abs());
                    let before = before.insert(statement.sql().into_owned(), steps).unwrap_or_default();
                    counted.steps += steps.checked_sub(before).unwrap_or(steps);
                }
            }
        };
        let codes = TraceEventCodes::SQLITE_TRACE_PROFILE;
        let writer = self.counted.clone();
        self.store.writer.run(move |connection| Ok(connection.trace_v2(codes, Some(listener(writer)))?)).await.unwrap();
        let reader = self.counted.clone();
        let listen =
            move |connection: &mut Connection| connection.trace_v2(codes, Some(listener(reader.clone()))).unwrap();
        on_each_reader(&self.store, listen).await;
    }

    /// What an act takes, when statements are prepared.
    async fn count(&self, act: impl AsyncFn()) -> Count {
        *self.counted.lock().unwrap() = Count::default();
        act().await;
        *self.counted.lock().unwrap()
    }

    async fn choose(&self, account: u32, user_id: &str) {
        let contacts = Contacts::new(self.engine.clone(), self.store.clone(), Arc::new(Still));
        let (account, actor) = (id(account), UserId::new("u-1").unwrap());
        let wish = Wish::Designate(UserId::new(user_id).unwrap());
        let authenticated = Authentication::ServiceToken;
        let request =
            Request { account: &account, actor: &actor, authenticated, wish: &wish, version: None, once: None };
        assert!(matches!(contacts.change(&request).await.unwrap(), Answered::Changed(_)));
    }

    async fn show(&self) {
        let contacts = Contacts::new(self.engine.clone(), self.store.clone(), Arc::new(Still));
        contacts.show(&id(3)).await.unwrap();
    }

    fn reviews(&self) -> Reviews {
        Reviews::new(self.engine.clone(), self.store.clone(), Arc::new(Still))
    }

    /// What a tick takes with some accounts due, whose designations stay as they are.
    async fn tick(&self) -> Count {
        for account in 0..DUE {
            self.choose(account * 7, "u-2").await;
        }
        let tick = async || assert_eq!(self.reviews().review_due(drop).await.unwrap().reviewed, u64::from(DUE));
        self.count(tick).await
    }
}

fn id(number: u32) -> AccountId {
    format!("account-{number:06}").parse().unwrap()
}

fn entry(number: u32) -> DirectoryEntry {
    let owner = UserId::new("u-1").unwrap();
    let people = ["owner", "admin", "admin"].iter().zip(1..).map(|(role, number)| member(role, number)).collect();
    DirectoryEntry { account: id(number), profile: Some(("Acme".parse().unwrap(), owner)), people, left: Vec::new() }
}

fn member(role: &str, number: u32) -> Member {
    let person = format!(
        r#"{{"id":"u-{number}","role":"{role}","accountSettings":"edit","status":"active",
            "lastLoginAt":"2026-09-20T08:00:00Z","staffRole":null}}"#
    );
    Member {
        person: serde_json::from_str(&person).unwrap(),
        name: "Ada".parse().unwrap(),
        email: Some("ada@acme.example".parse().unwrap()),
        unreachable_since: None,
    }
}

#[tokio::test]
async fn no_operation_takes_more_statements_or_steps_than_it_did() {
    let world = World::new(200).await;
    let mut measured = BTreeMap::new();
    measured.insert("tick-20-due", world.tick().await);
    world.choose(3, "u-2").await;
    measured.insert("change", world.count(async || world.choose(3, "u-3").await).await);
    measured.insert("show", world.count(async || world.show().await).await);
    let audit = async || assert_eq!(world.reviews().review_all(|_| ()).await.unwrap().reviewed, 200);
    audit().await;
    measured.insert("audit-200", world.count(audit).await);
    let table = measured.iter().fold(String::new(), |mut table, (name, count)| {
        let _ = writeln!(table, "{name} {} {}", count.statements, count.steps); // a String takes any text
        table
    });
    let budgets: BTreeMap<&str, (u64, u64)> = BUDGETS.lines().filter_map(budget).collect();
    assert_eq!(budgets.keys().collect::<Vec<_>>(), measured.keys().collect::<Vec<_>>(), "counts.txt:\n{table}");
    for (name, Count { statements, steps }) in &measured {
        let (most_statements, known_steps) = budgets[name];
        let most_steps = known_steps * (100 + TOLERANCE) / 100;
        assert!(*statements <= most_statements && *steps <= most_steps, "`{name}`; counts.txt would be:\n{table}");
    }
}

fn budget(line: &str) -> Option<(&str, (u64, u64))> {
    let mut words = line.split(' ');
    Some((words.next()?, (words.next()?.parse().ok()?, words.next()?.parse().ok()?)))
}

/// A tick looks at nothing but what is due: among ten times as many accounts it takes exactly the same steps.
#[tokio::test]
async fn a_tick_takes_the_same_steps_among_ten_times_as_many_accounts() {
    let (few, many) = (World::new(200).await.tick().await, World::new(2_000).await.tick().await);
    assert!(few.steps > 1_000, "nothing was counted");
    assert_eq!(few, many);
}
