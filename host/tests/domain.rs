//! The domain on a real store with the real module, at times that the test chooses.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use security_contact_host::domain::model::{
    About, AccountId, ClaimedMail, DirectoryEntry, Member, Settlement, Snapshot,
};
use security_contact_host::domain::ports::{Clock, Store};
use security_contact_host::domain::{Answered, Contacts, DomainError, ReviewReport, Reviews, Wish};
use security_contact_host::engine::Engine;
use security_contact_host::store::sqlite::{OpenMode, SqliteStore};
use security_contact_policy::{
    AccountSettings, Cause, Instant, NoticeKind, Person, Reason, RefusalCode, Rules, Source, Status, UserId,
};

const DAY_MS: i64 = 86_400_000;
/// 2026-10-01T00:00:00Z, when every test begins.
const START_MS: i64 = 1_790_812_800_000;

/// A clock that stands still until the test moves it.
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

struct World {
    contacts: Contacts,
    reviews: Reviews,
    store: Arc<dyn Store>,
    clock: Arc<TestClock>,
    folder: tempfile::TempDir,
}

impl World {
    /// The account `acme`: owner `olga`, admin `ada`, editor `ed`, analyst `tom`.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, OpenMode::Create).unwrap());
        let engine = Arc::new(Engine::embedded(&Rules::default()).unwrap());
        let clock = Arc::new(TestClock(AtomicI64::new(START_MS)));
        let contacts = Contacts::new(engine.clone(), store.clone(), clock.clone());
        let reviews = Reviews::new(engine, store.clone(), clock.clone());
        let world = Self { contacts, reviews, store, clock, folder };
        let people = vec![
            member("olga", "owner", AccountSettings::Edit),
            member("ada", "admin", AccountSettings::None),
            member("ed", "marketing", AccountSettings::Edit),
            member("tom", "analyst", AccountSettings::View),
        ];
        world.put(Some("olga"), people, &[]).await;
        world
    }

    async fn put(&self, owner: Option<&str>, people: Vec<Member>, left: &[&str]) {
        let profile = owner.map(|owner| ("Acme".parse().unwrap(), id(owner)));
        let left = left.iter().map(|left| id(left)).collect();
        let entry = DirectoryEntry { account: acme(), profile, people, left };
        self.store.put_directory(&entry, self.clock.now()).await.unwrap().unwrap();
    }

    async fn designate(&self, actor: &str, user_id: &str) -> Answered {
        self.contacts.change(&acme(), &id(actor), &Wish::Designate(id(user_id)), None).await.unwrap()
    }

    async fn review(&self) -> ReviewReport {
        self.reviews.review_due().await.unwrap()
    }

    /// Does to the store's file what the product never would.
    fn database(&self, sql: &str) {
        rusqlite::Connection::open(self.folder.path().join("test.db")).unwrap().execute_batch(sql).unwrap();
    }

    fn days_pass(&self, days: i64) {
        self.clock.0.fetch_add(days * DAY_MS, Ordering::SeqCst);
    }

    async fn snapshot(&self) -> Snapshot {
        self.store.snapshot(&acme(), &[]).await.unwrap().unwrap()
    }

    /// The contact's id and why it is that person.
    async fn contact(&self) -> (String, Source) {
        let contact = self.contacts.show(&acme()).await.unwrap().contact;
        (contact.user_id.to_string(), contact.source)
    }

    /// Takes the mails out of the outbox, by recipient's name.
    async fn mails(&self) -> Vec<(String, About)> {
        let now = self.clock.now();
        let claimed = self.store.claim_mail(now, now.plus_days(1), 100).await.unwrap();
        for ClaimedMail { id, lease, .. } in &claimed {
            self.store.settle_mail(*id, *lease, now, &Settlement::Sent).await.unwrap();
        }
        claimed.into_iter().map(|mail| (mail.message.recipient_name, mail.message.about)).collect()
    }

    async fn history(&self) -> Vec<(Cause, Option<String>, String)> {
        let history = self.contacts.history(&acme(), None, 100).await.unwrap();
        let row = |(_, entry): (i64, security_contact_host::domain::model::AuditEntry)| {
            (entry.action, entry.before.map(|before| before.to_string()), entry.after.to_string())
        };
        history.into_iter().map(row).collect()
    }
}

fn acme() -> AccountId {
    "acme".parse().unwrap()
}

fn id(text: &str) -> UserId {
    UserId::new(text).unwrap()
}

/// Somebody who logged in when the test began.
fn member(user_id: &str, role: &str, account_settings: AccountSettings) -> Member {
    let person = Person {
        id: id(user_id),
        role: role.parse().unwrap(),
        account_settings,
        status: Status::Active,
        last_login_at: Instant::from_millis(START_MS),
        staff_role: None,
    };
    let email = format!("{user_id}@acme.example").parse().unwrap();
    Member { person, name: user_id.parse().unwrap(), email: Some(email) }
}

fn change_of(kind: NoticeKind, cause: Cause, counterpart: Option<&str>, actor: Option<&str>) -> About {
    About::Change {
        kind,
        cause,
        counterpart_name: counterpart.map(str::to_owned),
        actor_name: actor.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_change_is_stored_told_and_remembered() {
    let world = World::new().await;
    assert_eq!(world.contact().await, ("olga".into(), Source::Default));
    let Answered::Changed(view) = world.designate("olga", "ed").await else { panic!("not changed") };
    assert_eq!((view.contact.user_id.as_str(), view.contact.source), ("ed", Source::Designated));
    assert_eq!(world.contact().await, ("ed".into(), Source::Designated));
    let assigned = change_of(NoticeKind::Assigned, Cause::Designated, Some("olga"), Some("olga"));
    let unassigned = change_of(NoticeKind::Unassigned, Cause::Designated, Some("ed"), Some("olga"));
    assert_eq!(world.mails().await, [("ed".into(), assigned), ("olga".into(), unassigned)]);
    assert_eq!(world.history().await, [(Cause::Designated, Some("olga".into()), "ed".into())]);
    assert!(matches!(world.designate("ada", "ed").await, Answered::Unchanged(_)));
    assert!(world.mails().await.is_empty());
    let answered = world.contacts.change(&acme(), &id("ada"), &Wish::Reset, None).await.unwrap();
    assert!(matches!(answered, Answered::Changed(_)));
    assert_eq!(world.contact().await, ("olga".into(), Source::Default));
    assert_eq!(world.history().await.len(), 2);
}

#[tokio::test]
async fn refusals_give_every_reason_and_store_nothing() {
    let world = World::new().await;
    let before = world.snapshot().await;
    let Answered::Refused { code, reasons } = world.designate("ed", "ada").await else { panic!("not refused") };
    assert_eq!((code, reasons), (RefusalCode::ActorNotPermitted, vec![Reason::ManagerRoleRequired]));
    let Answered::Refused { code, reasons } = world.designate("nobody", "ada").await else { panic!("not refused") };
    assert_eq!((code, reasons), (RefusalCode::ActorNotPermitted, vec![Reason::NotAMember]));
    let Answered::Refused { code, reasons } = world.designate("ada", "tom").await else { panic!("not refused") };
    assert_eq!((code, reasons), (RefusalCode::NotEligible, vec![Reason::RoleNotAllowed]));
    let Answered::Refused { code, .. } = world.designate("ada", "nobody").await else { panic!("not refused") };
    assert_eq!(code, RefusalCode::NotAMember);
    assert_eq!(world.snapshot().await, before);
    assert!(world.mails().await.is_empty() && world.history().await.is_empty());
}

#[tokio::test]
async fn a_wish_on_an_old_version_is_a_conflict_and_shows_what_is() {
    let world = World::new().await;
    let version = world.snapshot().await.version;
    world.designate("olga", "ada").await;
    let wish = Wish::Designate(id("ed"));
    let answered = world.contacts.change(&acme(), &id("olga"), &wish, Some(version)).await.unwrap();
    let Answered::Conflict(view) = answered else { panic!("no conflict") };
    assert_eq!(view.contact.user_id, id("ada"));
    // Who may not change the field learns nothing from a conflict.
    let answered = world.contacts.change(&acme(), &id("tom"), &wish, Some(version)).await.unwrap();
    assert!(matches!(answered, Answered::Refused { .. }));
    let answered = world.contacts.change(&acme(), &id("olga"), &wish, Some(view.snapshot.version)).await.unwrap();
    assert!(matches!(answered, Answered::Changed(_)));
}

#[tokio::test]
async fn an_unknown_account_is_an_error() {
    let world = World::new().await;
    let unknown: AccountId = "nobody-knows".parse().unwrap();
    let error = world.contacts.show(&unknown).await.unwrap_err();
    assert!(matches!(error, DomainError::UnknownAccount { .. }), "{error}");
}

#[tokio::test]
async fn a_deactivated_contact_is_replaced_and_learns_nothing_of_who_follows() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.review().await;
    world.mails().await;
    let mut ada = member("ada", "admin", AccountSettings::None);
    ada.person.status = Status::Deactivated;
    world.put(None, vec![ada], &[]).await;
    // At once, before any review.
    assert_eq!(world.contact().await, ("olga".into(), Source::Fallback));
    let report = world.review().await;
    assert_eq!(report.reverted.len(), 1);
    assert_eq!(report.reverted[0].reasons, [Reason::NotActive]);
    assert_eq!(world.contact().await, ("olga".into(), Source::Default));
    let assigned = change_of(NoticeKind::Assigned, Cause::Reverted, Some("ada"), None);
    let unassigned = change_of(NoticeKind::Unassigned, Cause::Reverted, None, None);
    assert_eq!(world.mails().await, [("olga".into(), assigned), ("ada".into(), unassigned)]);
    assert_eq!(world.history().await[0], (Cause::Reverted, Some("ada".into()), "olga".into()));
    assert_eq!(world.review().await, ReviewReport::default());
}

#[tokio::test]
async fn a_choice_ahead_of_the_review_is_told_as_following_the_contact_who_was_told() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.mails().await;
    world.put(None, vec![], &["ada"]).await;
    world.designate("olga", "ed").await;
    assert_eq!(world.history().await[0], (Cause::Designated, Some("ada".into()), "ed".into()));
    let assigned = change_of(NoticeKind::Assigned, Cause::Designated, Some("ada"), Some("olga"));
    assert_eq!(world.mails().await, [("ed".into(), assigned)]);
}

#[tokio::test]
async fn a_contact_who_left_is_recorded_as_unreachable_and_fails_nothing() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.mails().await;
    world.put(None, vec![], &["ada"]).await;
    let report = world.review().await;
    assert_eq!(report.reverted[0].reasons, [Reason::NotAMember]);
    let assigned = change_of(NoticeKind::Assigned, Cause::Reverted, Some("ada"), None);
    assert_eq!(world.mails().await, [("olga".into(), assigned)]);
}

#[tokio::test]
async fn nobody_who_is_locked_out_learns_the_successor_from_the_actor() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.review().await;
    world.mails().await;
    let mut ada = member("ada", "admin", AccountSettings::None);
    ada.person.status = Status::Suspended;
    let mut bo = member("bo", "admin", AccountSettings::None);
    bo.name = "bo".parse().unwrap();
    world.put(None, vec![ada, bo], &[]).await;
    world.designate("bo", "bo").await;
    let unassigned = change_of(NoticeKind::Unassigned, Cause::Designated, None, None);
    assert_eq!(world.mails().await[1], ("ada".into(), unassigned));
}

#[tokio::test]
async fn the_default_follows_the_owner_and_both_are_told() {
    let world = World::new().await;
    assert_eq!(world.review().await.owner_changed, 0);
    assert!(world.mails().await.is_empty(), "an account seen for the first time tells nobody");
    world.put(Some("ada"), vec![], &[]).await;
    assert_eq!(world.review().await.owner_changed, 1);
    let to: Vec<_> = world.mails().await.into_iter().map(|(to, _)| to).collect();
    assert_eq!(to, ["ada", "olga"]);
    assert_eq!(world.history().await[0], (Cause::OwnerChanged, Some("olga".into()), "ada".into()));
}

#[tokio::test]
async fn a_contact_who_lapses_is_reminded_once_and_then_replaced() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.review().await;
    world.mails().await;
    assert_eq!(world.snapshot().await.next_review_at, Instant::from_millis(START_MS + 351 * DAY_MS));
    world.days_pass(350);
    assert_eq!(world.review().await, ReviewReport::default(), "not due before the day");
    world.days_pass(1);
    assert_eq!(world.review().await.reminded, 1);
    let to: Vec<_> = world.mails().await.into_iter().map(|(to, _)| to).collect();
    assert_eq!(to, ["ada", "olga"]);
    world.reviews.review_all(|_| {}).await.unwrap();
    assert!(world.mails().await.is_empty(), "one reminder is enough");
    world.days_pass(14);
    assert_eq!(world.review().await, ReviewReport::default(), "exactly 365 days old is recent enough");
    world.days_pass(1);
    assert_eq!(world.review().await.reverted[0].reasons, [Reason::LoginTooOld]);
    assert_eq!(world.contact().await.0, "olga");
}

#[tokio::test]
async fn a_full_review_finds_what_a_due_date_missed_and_reports_progress() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.review().await;
    world.days_pass(400);
    let seen = std::sync::Mutex::new(Vec::new());
    let report = world.reviews.review_all(|count| seen.lock().unwrap().push(count)).await.unwrap();
    assert_eq!((report.reviewed, report.reverted.len()), (1, 1));
    assert_eq!(*seen.lock().unwrap(), [1]);
}

#[tokio::test]
async fn accounts_that_cannot_be_read_hold_up_no_other() {
    let world = World::new().await;
    // More than go through the module at once, and all of them due before `acme`.
    let broken: Vec<DirectoryEntry> = (0..501)
        .map(|n| DirectoryEntry {
            account: format!("broken-{n}").parse().unwrap(),
            profile: Some(("Broken".parse().unwrap(), id("olga"))),
            people: vec![member("olga", "owner", AccountSettings::Edit)],
            left: vec![],
        })
        .collect();
    let before = Instant::from_millis(START_MS - 1).unwrap();
    world.store.put_directories(&broken, before).await.unwrap();
    world.database("UPDATE people SET status = 'frozen' WHERE account_id LIKE 'broken-%'");
    for _ in 0..2 {
        world.put(None, vec![member("ada", "admin", AccountSettings::Edit)], &[]).await;
        let report = world.review().await;
        assert_eq!(report.failed.len(), 501);
        assert!(report.failed[0].1.starts_with("`people.status` cannot be read"), "{}", report.failed[0].1);
        assert_eq!(report.reviewed, 1);
        world.put(None, vec![member("ada", "admin", AccountSettings::None)], &[]).await;
    }
    let report = world.reviews.review_all(|_| {}).await.unwrap();
    assert_eq!((report.reviewed, report.failed.len()), (1, 501));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_on_one_version_have_one_winner() {
    let world = Arc::new(World::new().await);
    let version = world.snapshot().await.version;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..32 {
        let world = world.clone();
        let wish = if writer % 2 == 0 { Wish::Designate(id("ada")) } else { Wish::Designate(id("ed")) };
        writers.spawn(async move { world.contacts.change(&acme(), &id("olga"), &wish, Some(version)).await });
    }
    let mut changed = 0;
    while let Some(answered) = writers.join_next().await {
        match answered.unwrap() {
            Ok(Answered::Changed(_)) => changed += 1,
            Ok(Answered::Conflict(_)) | Err(DomainError::Busy) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(changed, 1);
    assert_eq!((world.history().await.len(), world.mails().await.len()), (1, 2));
}
