//! What time changes, and another policy.

use std::sync::Arc;
use std::time::Duration;

use security_contact_host::domain::model::{Action, Authentication};
use security_contact_host::domain::ports::Clock;
use security_contact_host::domain::{DomainError, ReviewReport, Reviews, Told};
use security_contact_host::engine::{Engine, Limits, MODULE};
use security_contact_policy::{AccountSettings, Instant, Reason, Rules, Source, Status};

use crate::world::{DAY_MS, ENGINE, KEPT, MINUTE_MS, REVERTED, START_MS, World, ada, entry, member, reverted};

#[tokio::test]
async fn a_contact_who_lapses_is_reminded_once_and_then_replaced() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    assert_eq!(world.review().await, KEPT);
    world.mails().await;
    assert_eq!(world.snapshot().await.next_review_at, Instant::from_millis(START_MS + 351 * DAY_MS));
    world.days_pass(350);
    assert_eq!(world.review().await, ReviewReport::default(), "not due before the day");
    world.days_pass(1);
    assert_eq!(world.review().await, ReviewReport { reminded: 1, ..KEPT });
    assert_eq!(world.told().await, ["ada", "olga"]);
    world.reviews.review_all(|_| {}).await.unwrap();
    assert!(world.mails().await.is_empty(), "one reminder is enough");
    world.days_pass(14);
    assert_eq!(world.review().await, ReviewReport::default(), "exactly 365 days old is recent enough");
    world.millis_pass(1);
    assert_eq!(world.contact().await, ("olga".into(), Source::Fallback), "no review is needed to see that");
    let told = world.review_telling().await;
    assert_eq!(told, (REVERTED, vec![reverted("ada", "olga", &[Reason::LoginTooOld])]));
    assert_eq!(world.contact().await, ("olga".into(), Source::Default));
    assert_eq!(world.told().await, ["olga", "ada"]);
    let entry = world.entries().await.remove(0);
    assert_eq!((entry.action, entry.actor, entry.authenticated), (Action::Reverted, None, Authentication::Host));
    assert_eq!(world.review().await, ReviewReport::default());
}

#[tokio::test]
async fn who_becomes_eligible_again_is_not_restored() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.put(None, vec![ada(Status::Suspended)], &[]).await;
    world.put(None, vec![ada(Status::Active)], &[]).await;
    assert_eq!(world.reviews.review_all(|_| {}).await.unwrap(), KEPT);
    assert_eq!(world.contact().await, ("olga".into(), Source::Default));
}

#[tokio::test]
async fn a_full_review_finds_what_a_due_date_missed_and_tells_it_as_it_goes() {
    let world = World::new().await;
    world.choose_ada_among(700).await;
    world.database("UPDATE accounts SET next_review_at = NULL");
    world.days_pass(400);
    let mut told = Vec::new();
    let report = world.reviews.review_all(|one| told.push(one)).await.unwrap();
    assert_eq!(report, ReviewReport { reviewed: 701, ..REVERTED });
    let found = reverted("ada", "olga", &[Reason::LoginTooOld]);
    assert_eq!(told, [found, Told::SoFar(500), Told::SoFar(701)]);
}

#[tokio::test]
async fn a_rehearsal_tells_what_a_full_review_would_do_and_stores_nothing() {
    let world = World::new().await;
    world.choose_ada_among(3).await;
    world.database("UPDATE people SET status = 'frozen' WHERE account_id = 'n-0001'");
    world.days_pass(400);
    world.spy.calls();
    let (mut told, mut rehearsed) = (Vec::new(), Vec::new());
    let expected = world.reviews.rehearse_all(|one| rehearsed.push(one)).await.unwrap();
    assert_eq!(world.spy.calls(), ["snapshots_after", "snapshots_after"]);
    assert_eq!(expected, ReviewReport { reviewed: 3, failed: 1, ..REVERTED });
    assert_eq!(world.reviews.review_all(|one| told.push(one)).await.unwrap(), expected);
    assert_eq!(told, rehearsed);
}

#[tokio::test]
async fn a_full_review_writes_only_what_is_new() {
    let world = World::new().await;
    world.choose_ada_among(3).await;
    let before = world.snapshot().await;
    world.spy.calls();
    assert_eq!(world.reviews.review_all(|_| {}).await.unwrap(), ReviewReport { reviewed: 4, ..KEPT });
    assert_eq!(world.spy.calls(), ["snapshots_after", "snapshots_after"]);
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn what_a_reviewer_who_died_had_in_hand_comes_back_after_five_minutes() {
    let world = World::new().await;
    world.choose_ada_among(0).await;
    world.days_pass(400);
    let now = world.clock.now();
    let policy = &ENGINE.identity().key();
    // Another reviewer takes it, and is never heard of again.
    let until = now.plus_millis(5 * MINUTE_MS);
    assert_eq!(world.store.claim_reviews(now, until, policy, 500).await.unwrap().len(), 1);
    world.millis_pass(5 * MINUTE_MS - 1);
    assert_eq!(world.review().await, ReviewReport::default());
    assert_eq!(world.contact().await, ("olga".into(), Source::Fallback), "mail does not wait for the review");
    world.millis_pass(1);
    assert_eq!(world.review().await, REVERTED);
}

#[tokio::test]
async fn a_claim_of_this_program_ends_after_a_minute() {
    let world = World::new().await;
    world.choose_ada_among(0).await;
    world.days_pass(400);
    world.spy.fail("commit_all", 2, true);
    for _ in 0..2 {
        let error = world.reviews.review_due(|_| {}).await.unwrap_err();
        assert!(matches!(&error, DomainError::Store(error) if error.is_busy), "{error}");
        world.millis_pass(MINUTE_MS - 1);
        assert_eq!(world.review().await, ReviewReport::default());
        world.millis_pass(1);
    }
    assert_eq!(world.review().await, REVERTED);
}

#[tokio::test]
async fn a_claim_ends_when_the_reviewer_was_told_it_should() {
    let world = World::new().await;
    world.choose_ada_among(0).await;
    world.days_pass(400);
    world.spy.fail("commit_all", 1, true);
    let reviews = Reviews::clone(&world.reviews).with_claim(Duration::from_secs(2));
    assert!(reviews.review_due(|_| {}).await.is_err());
    world.millis_pass(2_000 - 1);
    assert_eq!(world.review().await, ReviewReport::default());
    world.millis_pass(1);
    assert_eq!(world.review().await, REVERTED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_several_reviewers_one_reverts_each_account() {
    let world = World::new().await;
    let people = || vec![member("olga", "owner", AccountSettings::Edit), ada(Status::Active)];
    let entries: Vec<_> = (0..1_200).map(|n| entry(&format!("n-{n:04}"), Some("olga"), people(), &[])).collect();
    assert!(world.try_put(&entries).await.iter().all(Result::is_ok));
    let chosen = "user_id = 'ada', chosen_at = 0, chosen_by = 'olga', announced = 'ada', next_review_at = 0";
    world.database(&format!("UPDATE accounts SET {chosen} WHERE id <> 'acme'"));
    world.days_pass(400);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let beside = World::beside(&world);
        tasks.spawn(async move { beside.review().await });
    }
    let reports = tasks.join_all().await;
    assert_eq!(reports.iter().map(|report| report.reverted).sum::<u64>(), 1_200, "{reports:?}");
    assert_eq!(reports.iter().map(|report| report.reviewed).sum::<u64>(), 1_200, "{reports:?}");
    assert_eq!(world.count("SELECT count(*) FROM audit WHERE action = 'reverted'"), 1_200);
    assert_eq!(world.count("SELECT max(seq) FROM audit"), 1);
    assert_eq!(world.count("SELECT count(*) FROM outbox"), 2_400);
    assert_eq!(world.count("SELECT count(DISTINCT account_id || to_user) FROM outbox"), 2_400);
}

#[tokio::test]
async fn a_claim_that_ended_while_its_holder_was_at_it_reverts_nothing_twice() {
    let world = World::new().await;
    world.choose_ada_among(0).await;
    world.days_pass(400);
    let faster = World::beside(&world);
    world.spy.before("commit_all", async move {
        faster.millis_pass(6 * MINUTE_MS);
        assert_eq!(faster.review().await, REVERTED);
        Ok(())
    });
    assert_eq!(world.review().await, KEPT);
    assert_eq!((world.history().await.len(), world.outbox().await.len()), (2, 4));
}

#[tokio::test]
async fn an_account_that_moved_meanwhile_is_decided_again() {
    let world = World::new().await;
    world.choose_ada_among(0).await;
    world.days_pass(400);
    let mover = World::beside(&world);
    // A login comes in while the review is about to revert.
    world.spy.before("commit_all", async move {
        let mut ada = ada(Status::Active);
        ada.person.last_login_at = Some(mover.clock.now());
        mover.put(None, vec![ada], &[]).await;
        Ok(())
    });
    assert_eq!(world.review().await, KEPT);
    assert_eq!(world.contact().await, ("ada".into(), Source::Designated));
    assert_eq!(world.history().await.len(), 1);
}

#[tokio::test]
async fn one_run_catches_up_after_a_long_time() {
    let world = World::new().await;
    world.choose_ada_among(1_300).await;
    world.database("UPDATE accounts SET next_review_at = abs(random()) % 1000");
    world.days_pass(3_000);
    assert_eq!(world.review().await, ReviewReport { reviewed: 1_301, ..REVERTED });
    assert_eq!(world.review().await, ReviewReport::default());
}

#[tokio::test]
async fn what_becomes_due_while_a_run_goes_on_is_for_the_next() {
    let world = World::new().await;
    world.choose_ada_among(0).await;
    world.database("UPDATE accounts SET next_review_at = 0");
    // Somebody changes the contact whenever the review is about to look, for as long as it looks.
    for number in 0..10 {
        let mover = World::beside(&world);
        world.spy.before("claim_reviews", async move {
            mover.millis_pass(1);
            mover.designate("olga", if number % 2 == 0 { "ed" } else { "ada" }).await;
            Ok(())
        });
    }
    world.spy.calls();
    assert_eq!(world.review().await, ReviewReport::default());
    assert_eq!(world.spy.calls(), ["claim_reviews"]);
}

#[tokio::test]
async fn another_policy_makes_every_account_due_once() {
    let world = World::new().await;
    world.choose_ada_among(1_100).await;
    world.store.use_policy(&ENGINE.identity().key()).await.unwrap();
    assert_eq!(world.review().await, ReviewReport { reviewed: 1_101, ..KEPT }, "decided before there was one");
    assert_eq!(world.review().await, ReviewReport::default());

    let rules = Rules { contact_roles: vec!["owner".parse().unwrap()], ..Rules::default() };
    let engine = Arc::new(Engine::embedded(&rules).unwrap());
    let stricter = Reviews::new(engine.clone(), world.store.clone(), world.clock.clone());
    world.store.use_policy(&engine.identity().key()).await.unwrap();
    assert_eq!(world.review().await, ReviewReport::default(), "the old policy does not do the new one's work");
    let report = stricter.review_due(|_| {}).await.unwrap();
    assert_eq!(report, ReviewReport { reviewed: 1_101, ..REVERTED });
    assert_eq!(world.entries().await[0].decided_by, *engine.identity());
    assert_eq!(world.told().await, ["olga", "ada"]);
    assert_eq!(stricter.review_due(|_| {}).await.unwrap(), ReviewReport::default());

    // The same policy again is no other one; the first one again is, and finds nothing new.
    world.store.use_policy(&engine.identity().key()).await.unwrap();
    assert_eq!(stricter.review_due(|_| {}).await.unwrap(), ReviewReport::default());
    let before = (world.entries().await, world.outbox().await);
    world.store.use_policy(&ENGINE.identity().key()).await.unwrap();
    for reviewed in [1_101, 0] {
        assert_eq!(world.review().await, ReviewReport { reviewed, ..KEPT });
    }
    assert_eq!((world.entries().await, world.outbox().await), before);
}

/// A module that decides otherwise, under the same rules and with the version of before.
#[tokio::test]
async fn another_module_makes_every_account_due_whatever_its_version() {
    let world = World::new().await;
    world.store.use_policy(&ENGINE.identity().key()).await.unwrap();
    world.choose_ada_among(3).await;
    // A custom section that is called `x` and holds nothing.
    let module = [MODULE, &[0, 2, 1, b'x']].concat();
    let engine = Arc::new(Engine::new(&module, &Rules::default(), Limits::default()).unwrap());
    assert_eq!(engine.identity().fingerprint, ENGINE.identity().fingerprint);
    let reviews = Reviews::new(engine.clone(), world.store.clone(), world.clock.clone());
    world.store.use_policy(&engine.identity().key()).await.unwrap();
    for reviewed in [4, 0] {
        assert_eq!(reviews.review_due(|_| {}).await.unwrap(), ReviewReport { reviewed, ..KEPT });
    }
}

#[tokio::test]
async fn a_decision_under_an_older_policy_is_reviewed_under_the_present_one() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    let rules = Rules { contact_roles: vec!["owner".parse().unwrap()], ..Rules::default() };
    let engine = Arc::new(Engine::embedded(&rules).unwrap());
    let stricter = Reviews::new(engine.clone(), world.store.clone(), world.clock.clone());
    world.store.use_policy(&engine.identity().key()).await.unwrap();
    assert_eq!(stricter.review_due(|_| {}).await.unwrap(), REVERTED);
    // A replica that has not been replaced yet decides by what it knows, and so does its review.
    world.designate("olga", "ada").await;
    assert_eq!(world.review().await, KEPT);
    assert_eq!(world.contact().await, ("ada".into(), Source::Designated));
    assert_eq!(stricter.review_due(|_| {}).await.unwrap(), REVERTED);
    assert_eq!(world.contact().await, ("olga".into(), Source::Default));
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_no_harm() {
    let world = World::new().await;
    world.choose_ada_among(0).await;
    world.days_pass(351);
    assert_eq!(world.review().await, ReviewReport { reminded: 1, ..KEPT });
    world.mails().await;
    let before = (world.entries().await, world.outbox().await);
    // By as much as clocks may differ, and by more.
    for back in [5 * MINUTE_MS, DAY_MS, 30 * DAY_MS] {
        world.millis_pass(-back);
        world.review().await;
        world.reviews.review_all(|_| {}).await.unwrap();
        world.millis_pass(back);
        world.review().await;
        assert_eq!((world.entries().await, world.outbox().await), before, "no second reminder after {back}");
    }
    world.days_pass(15);
    assert_eq!(world.review().await, REVERTED);
}

#[tokio::test]
async fn a_clock_that_is_set_back_during_a_run_does_not_keep_it_going() {
    let world = World::new().await;
    world.choose_ada_among(0).await;
    world.days_pass(351);
    let clock = world.clock.clone();
    world.spy.before("claim_reviews", async { Ok(()) });
    world.spy.before("commit_all", async move {
        clock.pass(-400 * DAY_MS);
        Ok(())
    });
    assert_eq!(world.review().await, ReviewReport { reminded: 1, ..KEPT });
    assert_eq!(world.told().await, Vec::<String>::new(), "their mails wait until the clock is right");
    world.days_pass(400);
    assert_eq!(world.review().await, ReviewReport::default());
    assert_eq!(world.told().await, ["ada", "olga"]);
}
