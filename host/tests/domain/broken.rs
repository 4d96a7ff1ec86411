//! Accounts that cannot be reviewed, and a store that fails: neither holds up what can be done.

use std::sync::Arc;

use security_contact_host::domain::model::{Action, DirectoryEntry};
use security_contact_host::domain::ports::Clock;
use security_contact_host::domain::{DomainError, ReviewReport, Told};
use security_contact_host::engine::{Engine, Limits, MODULE};
use security_contact_policy::{Account, AccountSettings, ReviewRequest, Rules, Source};

use crate::world::{KEPT, MINUTE_MS, REVERTED, World, acme, id, member, row, small};

const FAILED: ReviewReport = ReviewReport { reviewed: 0, failed: 1, ..KEPT };

#[tokio::test]
async fn an_account_that_never_stands_still_holds_up_no_other() {
    let world = World::new().await;
    world.choose_ada_among(1).await;
    world.database("UPDATE accounts SET next_review_at = 0");
    for number in 0..9 {
        let mover = World::beside(&world);
        world.spy.before("commit_all", async move {
            mover.put(None, vec![member(&format!("new-{number}"), "analyst", AccountSettings::None)], &[]).await;
            Ok(())
        });
    }
    let (report, told) = world.review_telling().await;
    assert_eq!(report, ReviewReport { failed: 1, ..KEPT });
    let error = "the account is being changed by others; try again".to_owned();
    assert_eq!(told, [Told::Failed { account: acme(), error }]);
    world.designate("olga", "ed").await;
    assert_eq!(world.review().await, KEPT, "it is not put off");
}

#[tokio::test]
async fn accounts_that_cannot_be_read_hold_up_no_other() {
    let world = World::new().await;
    // More than go through the module at once, and all of them due before `acme`.
    world.choose_ada_among(501).await;
    world.database("UPDATE people SET status = 'frozen' WHERE account_id LIKE 'n-%'");
    world.database("UPDATE accounts SET next_review_at = 0 WHERE id LIKE 'n-%'");
    world.days_pass(400);
    let (report, told) = world.review_telling().await;
    assert_eq!(report, ReviewReport { failed: 501, ..REVERTED });
    let error = "`people.status` cannot be read for the account `n-0000`".to_owned();
    assert_eq!(told[0], Told::Failed { account: "n-0000".parse().unwrap(), error });
    assert_eq!(world.count("SELECT count(*) FROM accounts WHERE review_error LIKE '`people.status`%'"), 501);
    assert_eq!(world.review().await, ReviewReport::default(), "put off for an hour");
    let report = world.reviews.review_all(|_| {}).await.unwrap();
    assert_eq!(report, ReviewReport { failed: 501, ..KEPT });
    world.millis_pass(60 * MINUTE_MS);
    assert_eq!(world.review().await, ReviewReport { failed: 501, reviewed: 0, ..KEPT });
    // What a store can read again is reviewed at the next try.
    world.database("UPDATE people SET status = 'active' WHERE account_id LIKE 'n-%'");
    world.millis_pass(60 * MINUTE_MS);
    assert_eq!(world.review().await, ReviewReport { reviewed: 501, ..KEPT });
    assert_eq!(world.count("SELECT count(review_error) FROM accounts"), 0);
}

#[tokio::test]
async fn an_account_without_its_owner_is_recorded_and_told() {
    let world = World::new().await;
    world.choose_ada_among(1).await;
    world.database("DELETE FROM people WHERE account_id = 'acme' AND id = 'olga'");
    world.days_pass(400);
    let (report, told) = world.review_telling().await;
    assert_eq!(report, FAILED);
    let error = "the account `acme` has no owner; every account needs one".to_owned();
    assert_eq!(told, [Told::Failed { account: acme(), error }]);
    assert_eq!(world.count("SELECT count(*) FROM accounts WHERE review_error LIKE '%has no owner%'"), 1);
    assert_eq!((world.review().await, world.history().await.len()), (ReviewReport::default(), 1));
    // The owner comes back with the directory, and the review with them.
    world.put(None, vec![member("olga", "owner", AccountSettings::Edit)], &[]).await;
    assert_eq!(world.history().await[0], row(Action::Reverted, "ada", "olga"));
    assert_eq!(world.count("SELECT count(review_error) FROM accounts"), 0);
}

#[tokio::test]
async fn an_account_that_cannot_be_written_holds_up_no_other() {
    let world = World::new().await;
    world.choose_ada_among(2).await;
    // The next row of the history is there already.
    world.database("UPDATE accounts SET audit_seq = 0 WHERE id = 'acme'");
    world.database("UPDATE accounts SET next_review_at = 0");
    world.days_pass(400);
    let (report, told) = world.review_telling().await;
    assert_eq!(report, ReviewReport { reviewed: 2, failed: 1, ..KEPT });
    let [Told::Failed { account, error }] = &told[..] else { panic!("{told:?}") };
    assert_eq!(*account, acme());
    assert!(error.contains("append-only"), "{error}");
    assert_eq!(world.review().await, ReviewReport::default(), "put off for an hour");
    assert_eq!(world.contact().await, ("olga".into(), Source::Fallback));
}

#[tokio::test]
async fn an_account_that_cannot_be_decided_again_holds_up_no_other() {
    for sql in ["UPDATE people SET status = 'frozen'", "DELETE FROM people"] {
        let world = Arc::new(World::new().await);
        world.choose_ada_among(1).await;
        world.database("UPDATE accounts SET next_review_at = 0");
        let (beside, sql) = (world.clone(), sql.to_owned());
        world.spy.before("commit_all", async move {
            beside.database(&format!("{sql} WHERE account_id = 'acme' AND id = 'olga'"));
            beside.database("UPDATE accounts SET revision = revision + 1 WHERE id = 'acme'");
            Ok(())
        });
        assert_eq!(world.review().await, ReviewReport { failed: 1, ..KEPT });
        assert_eq!(world.count("SELECT count(review_error) FROM accounts WHERE id = 'acme'"), 1);
    }
}

#[tokio::test]
async fn a_store_that_fails_ends_the_run_and_the_next_goes_on() {
    for call in ["claim_reviews", "commit_all", "snapshots", "put_off_review"] {
        let world = World::new().await;
        world.choose_ada_among(1).await;
        world.database("UPDATE people SET status = 'frozen' WHERE account_id = 'n-0000'");
        world.database("UPDATE accounts SET next_review_at = 0");
        world.days_pass(400);
        // The account moves, so that it is read again.
        let mover = World::beside(&world);
        world.spy.before("commit_all", async move {
            mover.put(None, vec![member("new", "analyst", AccountSettings::None)], &[]).await;
            Ok(())
        });
        if call == "commit_all" {
            world.spy.fail(call, 1, true);
        } else {
            world.spy.fail(call, 1, false);
        }
        let error = world.reviews.review_due(|_| {}).await.unwrap_err();
        assert!(matches!(error, DomainError::Store(_)), "{call}: {error}");
        world.millis_pass(5 * MINUTE_MS);
        world.review().await;
        assert_eq!(world.history().await.len(), 2, "{call}");
    }
}

#[tokio::test]
async fn a_store_that_takes_nothing_is_told_from_an_account_that_is_broken() {
    let world = World::new().await;
    world.choose_ada_among(5).await;
    world.database("UPDATE accounts SET next_review_at = 0");
    world.spy.fail("commit_all", 2, false);
    world.spy.fail("put_off_review", 1, false);
    world.spy.calls();
    let mut told = Vec::new();
    assert!(world.reviews.review_due(|one| told.push(one)).await.is_err());
    // It is not tried once an account.
    assert_eq!((world.spy.calls(), told), (vec!["claim_reviews"], vec![]));
}

#[tokio::test]
async fn accounts_that_are_too_much_for_the_module_together_are_reviewed_one_by_one() {
    // The least memory in which the module runs at all.
    let with = |pages: usize| {
        let limits = Limits { memory_bytes: pages << 16, ..Limits::default() };
        Engine::new(MODULE, &Rules::default(), limits).ok()
    };
    let engine = Arc::new((1..).find_map(with).unwrap());
    let world = World::with(engine.clone());
    let mut olga = member("olga", "owner", AccountSettings::Edit);
    olga.person.id = id(&"o".repeat(128));
    olga.person.staff_role = Some("s".repeat(64).parse().unwrap());
    let owner = olga.person.clone();
    let entry = |number| {
        let DirectoryEntry { account, profile, .. } = small(format!("n-{number:04}"));
        let profile = profile.map(|(name, _)| (name, owner.id.clone()));
        DirectoryEntry { account, profile, people: vec![olga.clone()], left: Vec::new() }
    };
    let entries: Vec<DirectoryEntry> = (0..500).map(entry).collect();
    assert!(world.try_put(&entries).await.iter().all(Result::is_ok), "they are taken over one by one");
    let account = Account { owner, designation: None };
    let request = ReviewRequest { account, announced: None, reminded_for: None, now: world.clock.now() };
    assert!(engine.review_many(vec![request; 500]).is_err());
    world.database("UPDATE accounts SET next_review_at = 0");
    assert_eq!(world.review().await, ReviewReport { reviewed: 500, ..KEPT });
}
