//! The courier and the worker, over a real store and a real Maildir, at times that the tests say.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use security_contact_host::domain::ports::{Clock, Mailer, RenderedMail, SendError, Store};
use security_contact_host::domain::{Contacts, DirectoryReader, Reviews, Wish};
use security_contact_host::engine::Engine;
use security_contact_host::mail::{MaildirMailer, Sender};
use security_contact_host::store::sqlite::{OpenMode, SqliteStore};
use security_contact_host::worker::{Courier, Delivered, Pauses, Stop, Worker};
use security_contact_policy::{Instant, Rules, UserId};
use tempfile::TempDir;
use tokio::sync::mpsc;

const START: &str = "2026-10-01T09:30:00Z";
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// A clock that stands until it is moved.
struct StandingClock(AtomicI64);

impl StandingClock {
    fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// What a mailer does with one mail.
type Step = Box<dyn FnOnce() -> Result<(), SendError> + Send>;

/// A mailer that does what the test says next, and takes every mail after that.
struct ScriptedMailer {
    script: Mutex<VecDeque<Step>>,
    taken: mpsc::UnboundedSender<String>,
}

#[async_trait]
impl Mailer for ScriptedMailer {
    async fn send(&self, mail: &RenderedMail) -> Result<(), SendError> {
        let step = self.script.lock().unwrap().pop_front();
        step.map_or(Ok(()), |step| step())?;
        self.taken.send(mail.to.as_str().to_owned()).unwrap();
        Ok(())
    }
}

struct World {
    folder: TempDir,
    store: Arc<dyn Store>,
    clock: Arc<StandingClock>,
    contacts: Contacts,
    reviews: Arc<Reviews>,
    mailer: Arc<ScriptedMailer>,
    taken: mpsc::UnboundedReceiver<String>,
    stop: Stop,
}

impl World {
    /// An account of `u-1`, the owner, and the admin `u-2`.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(StandingClock(AtomicI64::new(START.parse::<Instant>().unwrap().millis())));
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.path().join("db"), OpenMode::Create).unwrap());
        let engine = Arc::new(Engine::embedded(&Rules::default()).unwrap());
        let (sender, taken) = mpsc::unbounded_channel();
        let mailer = Arc::new(ScriptedMailer { script: Mutex::default(), taken: sender });
        let contacts = Contacts::new(engine.clone(), store.clone(), clock.clone());
        let reviews = Arc::new(Reviews::new(engine, store.clone(), clock.clone()));
        let world = Self { folder, store, clock, contacts, reviews, mailer, taken, stop: Stop::default() };
        world
            .directory(r#"{"type":"account","id":"acme","name":"Acme","owner":"u-1"}"#, &[person("u-1"), person("u-2")])
            .await;
        world
    }

    async fn directory(&self, first: &str, people: &[String]) {
        let mut reader = DirectoryReader::default();
        assert_eq!(reader.push(first.as_bytes()), None);
        for line in people {
            assert_eq!(reader.push(line.as_bytes()), None);
        }
        let entry = reader.finish().unwrap().entry.unwrap();
        self.store.put_directory(&entry, self.clock.now()).await.unwrap().unwrap();
    }

    /// Makes `u-2` the contact, which queues a mail to `u-2` and one to `u-1`.
    async fn choose(&self) {
        let owner: UserId = "u-1".parse().unwrap();
        let wish = Wish::Designate("u-2".parse().unwrap());
        self.contacts.change(&"acme".parse().unwrap(), &owner, &wish, None).await.unwrap();
    }

    /// Queues 6 mails.
    async fn choose_and_choose_again(&self) {
        self.choose().await;
        let owner: UserId = "u-1".parse().unwrap();
        self.contacts.change(&"acme".parse().unwrap(), &owner, &Wish::Reset, None).await.unwrap();
        self.choose().await;
    }

    fn script(&self, step: impl FnOnce() -> Result<(), SendError> + Send + 'static) {
        self.mailer.script.lock().unwrap().push_back(Box::new(step));
    }

    fn courier(&self) -> Courier {
        Courier::new(self.store.clone(), self.mailer.clone(), self.clock.clone())
    }

    async fn deliver(&self) -> (u64, u64, u64) {
        let Delivered { sent, put_off, failed } = self.courier().deliver_due(&self.stop).await.unwrap();
        (sent, put_off, failed)
    }

    fn taken(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.taken.try_recv().ok()).collect()
    }

    fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("db")).unwrap()
    }

    /// State, attempts and last error of each mail.
    fn outbox(&self) -> Vec<(String, u32, Option<String>)> {
        let database = self.database();
        let mut query = database.prepare("SELECT state, attempts, last_error FROM outbox ORDER BY id").unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }
}

fn person(id: &str) -> String {
    format!(
        r#"{{"type":"person","account":"acme","id":"{id}","name":"Name of {id}","email":"{id}@acme.example","role":"admin","accountSettings":"none","status":"active","lastLoginAt":"2026-09-30T00:00:00Z","staffRole":null}}"#
    )
}

fn busy() -> Result<(), SendError> {
    Err(SendError::Temporary("the server replied 451".into()))
}

#[tokio::test]
async fn each_mail_is_one_file() {
    let world = World::new().await;
    let maildir = world.folder.path().join("mail");
    let sender = Sender::new("security@example.com", "Security Contact").unwrap();
    let mailer = Arc::new(MaildirMailer::create(&maildir, sender).unwrap());
    let courier = Courier::new(world.store.clone(), mailer, world.clock.clone());
    world.choose().await;
    let delivered = courier.deliver_due(&world.stop).await.unwrap();
    assert_eq!(delivered, Delivered { sent: 2, put_off: 0, failed: 0 });
    assert_eq!(courier.deliver_due(&world.stop).await.unwrap(), Delivered::default());
    let files = |part: &str| std::fs::read_dir(maildir.join(part)).unwrap().count();
    assert_eq!((files("new"), files("tmp")), (2, 0));
}

#[tokio::test]
async fn a_mail_that_is_not_taken_waits_longer_each_time() {
    let mut world = World::new().await;
    world.choose().await;
    for _ in 0..4 {
        world.script(busy);
    }
    assert_eq!(world.deliver().await, (0, 2, 0));
    world.clock.advance(30_000 - 1);
    assert_eq!(world.deliver().await, (0, 0, 0));
    world.clock.advance(1);
    assert_eq!(world.deliver().await, (0, 2, 0));
    world.clock.advance(60_000 - 1);
    assert_eq!(world.deliver().await, (0, 0, 0));
    world.clock.advance(1);
    assert_eq!(world.deliver().await, (2, 0, 0));
    assert_eq!(world.taken(), ["u-2@acme.example", "u-1@acme.example"]);
    assert!(world.outbox().iter().all(|(state, attempts, _)| state == "sent" && *attempts == 3));
}

#[tokio::test]
async fn a_mail_is_given_up_after_five_days() {
    let world = World::new().await;
    world.choose().await;
    let mut tries = 0;
    for _ in 0..20_000 {
        world.script(busy);
    }
    while world.outbox().iter().any(|(state, ..)| state == "pending") {
        let (_, put_off, failed) = world.deliver().await;
        tries += u64::from(put_off + failed > 0);
        world.clock.advance(10 * MINUTE);
    }
    let passed = world.clock.now().millis() - START.parse::<Instant>().unwrap().millis();
    assert!((5 * DAY..5 * DAY + 7 * 60 * MINUTE).contains(&passed), "{passed}");
    assert!((20..40).contains(&tries), "{tries}");
    let (state, _, error) = &world.outbox()[0];
    assert_eq!((state.as_str(), error.as_deref()), ("failed", Some("the server replied 451; tried for 5 days")));
}

#[tokio::test]
async fn a_mail_that_is_refused_is_given_up_and_holds_up_no_other() {
    let mut world = World::new().await;
    world.choose().await;
    world.script(|| Err(SendError::Permanent("the server replied 550 (5.1.1)".into())));
    assert_eq!(world.deliver().await, (1, 0, 1));
    assert_eq!(world.taken(), ["u-1@acme.example"]);
    world.clock.advance(DAY);
    assert_eq!(world.deliver().await, (0, 0, 0));
    let expected = ("failed".to_owned(), 1, Some("the server replied 550 (5.1.1)".to_owned()));
    assert_eq!(world.outbox()[0], expected);
}

#[tokio::test]
async fn the_mail_in_hand_is_finished_and_the_next_start_sends_the_rest() {
    let mut world = World::new().await;
    world.choose_and_choose_again().await;
    let stop = world.stop.clone();
    world.script(move || {
        stop.ask();
        Ok(())
    });
    assert_eq!(world.deliver().await, (4, 0, 0));
    assert_eq!(world.deliver().await, (0, 0, 0));
    // Nobody tried the rest, and no lease holds it.
    assert!(world.outbox()[4..].iter().all(|row| *row == ("pending".to_owned(), 0, None)));
    world.stop = Stop::default();
    assert_eq!(world.deliver().await, (2, 0, 0));
    assert_eq!(world.taken().len(), 6);
}

#[tokio::test]
async fn no_mail_is_begun_when_its_lease_is_about_to_end() {
    let mut world = World::new().await;
    world.choose_and_choose_again().await;
    let clock = world.clock.clone();
    world.script(move || {
        clock.advance(4 * MINUTE + 1);
        Ok(())
    });
    // The rest is sent as well, on a new lease and in its first try.
    assert_eq!(world.deliver().await, (6, 0, 0));
    assert_eq!(world.taken().len(), 6);
    assert!(world.outbox().iter().all(|row| *row == ("sent".to_owned(), 1, None)));
    let sql = "SELECT group_concat(lease, ' ' ORDER BY id) FROM outbox";
    let leases: String = world.database().query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(leases, "1 1 1 1 2 2");
}

/// A mailer that is never done at once, and counts how many mails it has in hand.
#[derive(Default)]
struct SlowMailer {
    in_hand: AtomicI64,
    most: AtomicI64,
}

#[async_trait]
impl Mailer for SlowMailer {
    async fn send(&self, _: &RenderedMail) -> Result<(), SendError> {
        let in_hand = self.in_hand.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(in_hand, Ordering::SeqCst);
        tokio::task::yield_now().await;
        self.in_hand.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }
}

#[tokio::test]
async fn four_mails_are_under_way_at_once() {
    let world = World::new().await;
    world.choose_and_choose_again().await;
    let mailer = Arc::new(SlowMailer::default());
    let courier = Courier::new(world.store.clone(), mailer.clone(), world.clock.clone());
    assert_eq!(courier.deliver_due(&world.stop).await.unwrap().sent, 6);
    assert_eq!(mailer.most.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_delivery_that_panics_ends_no_other() {
    let mut world = World::new().await;
    world.choose().await;
    world.script(|| panic!("a test breaks off"));
    assert_eq!(world.deliver().await, (1, 0, 0));
    world.clock.advance(5 * MINUTE);
    assert_eq!(world.deliver().await, (1, 0, 0));
    assert_eq!(world.taken(), ["u-1@acme.example", "u-2@acme.example"]);
}

/// A worker that runs beside the test until it is asked to stop. It hardly rests.
fn start(world: &World) -> tokio::task::JoinHandle<()> {
    let pause = Duration::from_millis(5);
    let pauses = Pauses { mail: pause, failure: pause, review: pause };
    let worker = Worker::new(world.courier(), world.reviews.clone(), pauses);
    let stop = world.stop.clone();
    tokio::spawn(async move { worker.run(&stop).await })
}

#[tokio::test]
async fn a_worker_reviews_and_delivers_until_it_is_stopped() {
    let mut world = World::new().await;
    world.choose().await;
    world.directory(r#"{"type":"left","account":"acme","id":"u-2"}"#, &[]).await;
    let running = start(&world);
    let mut taken = Vec::new();
    for _ in 0..3 {
        taken.push(world.taken.recv().await.unwrap());
    }
    taken.sort();
    // Nobody can be told who has left, but was told of the choice before.
    assert_eq!(taken, ["u-1@acme.example", "u-1@acme.example", "u-2@acme.example"]);
    world.stop.ask();
    running.await.unwrap();
}

/// What is logged on this thread, line by line.
struct Log(mpsc::UnboundedSender<String>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(String::from_utf8(bytes.to_vec()).unwrap()).unwrap();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_store_that_fails_is_logged_and_asked_again() {
    let mut world = World::new().await;
    world.choose().await;
    let (sender, mut log) = mpsc::unbounded_channel();
    let subscriber = tracing_subscriber::fmt().with_writer(move || Log(sender.clone())).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    world.database().execute_batch("ALTER TABLE outbox RENAME TO o; ALTER TABLE designations RENAME TO d").unwrap();
    let running = start(&world);
    let mut expected = vec!["mail cannot be delivered", "designations cannot be reviewed"];
    while !expected.is_empty() {
        let line = log.recv().await.unwrap();
        assert!(line.contains("no such table") && !line.contains('@'), "{line}");
        expected.retain(|expected| !line.contains(expected));
    }
    world.database().execute_batch("ALTER TABLE o RENAME TO outbox; ALTER TABLE d RENAME TO designations").unwrap();
    assert_eq!(world.taken.recv().await.unwrap(), "u-2@acme.example");
    world.stop.ask();
    running.await.unwrap();
}
