//! What time changes.

use security_contact_host::domain::ReviewReport;
use security_contact_host::domain::model::DirectoryEntry;
use security_contact_policy::{AccountSettings, Instant, Reason};

use crate::world::{DAY_MS, START_MS, World, entry, member};

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
    assert_eq!(world.told().await, ["ada", "olga"]);
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
    let broken =
        |n| entry(&format!("broken-{n}"), Some("olga"), vec![member("olga", "owner", AccountSettings::Edit)], &[]);
    let broken: Vec<DirectoryEntry> = (0..501).map(broken).collect();
    assert_eq!(world.try_put(&broken).await.len(), 501);
    world.database("UPDATE people SET status = 'frozen' WHERE account_id LIKE 'broken-%'");
    world.database("UPDATE designations SET next_review_at = 0 WHERE account_id LIKE 'broken-%'");
    world.designate("olga", "ada").await;
    let report = world.review().await;
    assert_eq!(report.failed.len(), 501);
    assert!(report.failed[0].1.starts_with("`people.status` cannot be read"), "{}", report.failed[0].1);
    assert_eq!(report.reviewed, 1);
    assert_eq!(world.review().await, ReviewReport::default(), "put off for an hour");
    let report = world.reviews.review_all(|_| {}).await.unwrap();
    assert_eq!((report.reviewed, report.failed.len()), (1, 501));
}
