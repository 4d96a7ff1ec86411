//! Requests that come again.

use std::sync::Arc;

use security_contact_host::domain::model::{AccountId, Authentication, IdempotencyKey};
use security_contact_host::domain::{Answered, Contacts, DomainError, Events, Once, Request, Wish};
use security_contact_host::mail::{MaildirMailer, Sender};
use security_contact_host::worker::{Courier, Pauses, Stop, Worker};
use security_contact_policy::AccountSettings;

use crate::world::{DAY_MS, ENGINE, World, acme, entry, id, member};

/// What is kept of an answer in these tests.
fn write(answered: &Answered) -> String {
    match answered {
        Answered::Changed(view) => format!("changed to {} in version {}", view.contact.user_id, view.snapshot.version),
        Answered::Unchanged(view) => format!("still {} in version {}", view.contact.user_id, view.snapshot.version),
        Answered::Conflict(view) => format!("conflict with version {}", view.snapshot.version),
        Answered::Refused { code, reasons } => format!("refused: {code} {reasons:?}"),
        Answered::Again(text) => text.clone(),
        Answered::KeyReused => "key reused".into(),
    }
}

/// A request with a key.
#[derive(Clone)]
struct Keyed {
    account: AccountId,
    actor: &'static str,
    wish: Wish,
    version: Option<i64>,
    key: &'static str,
    authenticated: Authentication,
}

impl Keyed {
    fn choose(actor: &'static str, user_id: &str, version: i64, key: &'static str) -> Self {
        let (wish, authenticated) = (Wish::Designate(id(user_id)), Authentication::Library);
        Self { account: acme(), actor, wish, version: Some(version), key, authenticated }
    }

    async fn ask(&self, contacts: &Contacts) -> Result<Answered, DomainError> {
        let (actor, key): (_, IdempotencyKey) = (id(self.actor), self.key.parse().unwrap());
        let Self { account, wish, version, authenticated, .. } = self;
        let once = Some(Once { key: &key, write: &write });
        let request = Request { account, actor: &actor, authenticated: *authenticated, wish, version: *version, once };
        contacts.change(&request).await
    }

    async fn asked(&self, world: &World) -> Answered {
        self.ask(&world.contacts).await.unwrap()
    }
}

/// What is stored of the account.
async fn stored(world: &World) -> impl PartialEq + std::fmt::Debug {
    (world.snapshot().await, world.entries().await, world.outbox().await)
}

/// Requests with each kind of answer, on the version that is stored once `ada` was chosen.
fn of_each_kind() -> [(Keyed, &'static str); 5] {
    [
        (Keyed::choose("olga", "ed", 1, "k-changed"), "changed to ed in version 2"),
        (Keyed::choose("olga", "ada", 1, "k-unchanged"), "still ada in version 1"),
        (Keyed::choose("olga", "ed", 0, "k-conflict"), "conflict with version 1"),
        (Keyed::choose("olga", "tom", 1, "k-not-eligible"), "refused: not_eligible [RoleNotAllowed]"),
        (Keyed::choose("mallory", "ada", 1, "k-stranger"), "refused: actor_not_permitted [NotAMember]"),
    ]
}

#[tokio::test]
async fn the_same_request_gets_the_same_answer_and_does_nothing_else() {
    for (request, expected) in of_each_kind() {
        let world = World::new().await;
        world.designate("olga", "ada").await;
        let first = request.asked(&world).await;
        assert!(!matches!(first, Answered::Again(_)));
        assert_eq!(write(&first), expected);
        let after = stored(&world).await;
        for _ in 0..2 {
            let Answered::Again(again) = request.asked(&world).await else { panic!("{expected}: not again") };
            assert_eq!(again, expected);
            assert_eq!(stored(&world).await, after, "{expected}");
        }
        // Even when the account is another one by then.
        world.put(Some("ada"), vec![], &["ed", "tom"]).await;
        let Answered::Again(again) = request.asked(&world).await else { panic!("{expected}: not again") };
        assert_eq!(again, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_at_once_one_is_done_and_all_are_answered_alike() {
    for (request, expected) in of_each_kind() {
        let world = Arc::new(World::new().await);
        world.designate("olga", "ada").await;
        let rows = (world.entries().await.len(), world.outbox().await.len());
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let (world, request) = (world.clone(), request.clone());
            tasks.spawn(async move { request.ask(&world.contacts).await.unwrap() });
        }
        let answers = tasks.join_all().await;
        assert!(answers.iter().all(|answered| write(answered) == expected), "{answers:?}");
        assert_eq!(answers.iter().filter(|answered| !matches!(answered, Answered::Again(_))).count(), 1, "{expected}");
        let added = (world.entries().await.len() - rows.0, world.outbox().await.len() - rows.1);
        let told = if expected.starts_with("changed") { 2 } else { 0 };
        let recorded = usize::from(told > 0 || expected.starts_with("refused"));
        assert_eq!(added, (recorded, told), "{expected}");
    }
}

#[tokio::test]
async fn a_key_is_for_one_request() {
    let world = World::new().await;
    let first = Keyed::choose("olga", "ada", 0, "k-1");
    assert!(matches!(first.asked(&world).await, Answered::Changed(_)));
    let after = stored(&world).await;
    let others = [
        Keyed { wish: Wish::Designate(id("ed")), ..first.clone() },
        Keyed { wish: Wish::Reset, ..first.clone() },
        Keyed { version: Some(1), ..first.clone() },
        Keyed { version: None, ..first.clone() },
        // Its answers are written in another form.
        Keyed { authenticated: Authentication::CommandLine, ..first.clone() },
    ];
    for other in others {
        assert!(matches!(other.asked(&world).await, Answered::KeyReused), "{:?}", other.wish);
    }
    assert_eq!(stored(&world).await, after);
    assert!(matches!(first.asked(&world).await, Answered::Again(_)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_requests_under_one_key_one_is_done() {
    let world = Arc::new(World::new().await);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..16 {
        let (world, chosen) = (world.clone(), if number % 2 == 0 { "ada" } else { "ed" });
        let request = Keyed::choose("olga", chosen, 0, "k-1");
        tasks.spawn(async move { request.ask(&world.contacts).await.unwrap() });
    }
    let answers: Vec<String> = tasks.join_all().await.iter().map(write).collect();
    assert_eq!(answers.iter().filter(|answer| *answer == "key reused").count(), 8, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer.starts_with("changed")).count(), 8, "{answers:?}");
    assert_eq!(world.entries().await.len(), 1);
}

#[tokio::test]
async fn keys_of_others_are_other_keys() {
    let world = World::new().await;
    let people = vec![member("olga", "owner", AccountSettings::Edit), member("ada", "admin", AccountSettings::None)];
    world.try_put(&[entry("other", Some("olga"), people, &[])]).await.remove(0).unwrap();
    let first = Keyed::choose("olga", "ada", 0, "k-1");
    let of_another_actor = Keyed { actor: "ada", wish: Wish::Reset, version: None, ..first.clone() };
    let of_another_account = Keyed { account: "other".parse().unwrap(), ..first.clone() };
    let another_key = Keyed { key: "K-1", wish: Wish::Designate(id("ed")), version: None, ..first.clone() };
    for request in [first, of_another_actor, of_another_account, another_key] {
        assert!(matches!(request.asked(&world).await, Answered::Changed(_)), "{} {}", request.actor, request.account);
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_remembered() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.designate("olga", "tom").await;
    world.designate("olga", "tom").await;
    assert_eq!(world.entries().await.len(), 3);
    assert_eq!(world.count("SELECT count(*) FROM answers"), 0);
}

#[tokio::test]
async fn nothing_is_kept_of_what_failed() {
    let world = World::new().await;
    let request = Keyed::choose("olga", "ada", 0, "k-1");
    world.spy.fail("commit_all", 1, false);
    assert!(matches!(request.ask(&world.contacts).await, Err(DomainError::Store(_))));
    assert_eq!(write(&request.asked(&world).await), "changed to ada in version 1");
}

#[tokio::test]
async fn an_answer_is_kept_for_two_days_and_then_forgotten() {
    let world = World::new().await;
    let request = Keyed::choose("olga", "tom", 0, "k-1");
    request.asked(&world).await;
    world.days_pass(2);
    world.contacts.forget_answers().await.unwrap();
    assert!(matches!(request.asked(&world).await, Answered::Again(_)));
    world.millis_pass(1);
    world.contacts.forget_answers().await.unwrap();
    assert!(matches!(request.asked(&world).await, Answered::Refused { .. }));
    // What is asked anew is kept anew, for more than a day.
    world.millis_pass(DAY_MS + 1);
    world.contacts.forget_answers().await.unwrap();
    assert!(matches!(request.asked(&world).await, Answered::Again(_)));
}

#[tokio::test]
async fn a_worker_forgets_by_itself() {
    let world = World::new().await;
    Keyed::choose("olga", "tom", 0, "k-1").asked(&world).await;
    world.days_pass(3);
    let World { reviews, contacts, spy, clock, .. } = World::beside(&world);
    let sender = Sender::new("security@example.com", "Security Contact").unwrap();
    let mailer = Arc::new(MaildirMailer::create(world.path().join("mail"), sender).unwrap());
    let events = Arc::new(Events::new(ENGINE.clone(), spy.clone(), clock.clone()));
    let courier = Courier::new(spy.clone(), events, mailer, clock);
    let worker = Worker::new(courier, Arc::new(reviews), Arc::new(contacts), Pauses::default());
    let stop = Stop::default();
    tokio::join!(worker.run(&stop), async {
        spy.until("forget").await;
        stop.ask();
    });
    assert_eq!(world.count("SELECT count(*) FROM answers"), 0);
}
