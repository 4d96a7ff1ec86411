//! What a directory brings, and what follows from it for the contact.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use security_contact_host::domain::model::{Action, Authentication, DirectoryFault, OutboxState};
use security_contact_host::domain::{Answered, DomainError, ReviewReport};
use security_contact_policy::{AccountSettings, Cause, NoticeKind, Reason, Source, Status};

use crate::world::{World, acme, ada, change_of, entry, id, member, row, small};

#[tokio::test]
async fn a_deactivated_contact_is_replaced_and_learns_nothing_of_who_follows() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.mails().await;
    world.put(None, vec![ada(Status::Deactivated)], &[]).await;
    assert_eq!(world.contact().await, ("olga".into(), Source::Default));
    let assigned = change_of(NoticeKind::Assigned, Cause::Reverted, Some("ada"), None);
    let unassigned = change_of(NoticeKind::Unassigned, Cause::Reverted, None, None);
    assert_eq!(world.mails().await, [("olga".into(), assigned), ("ada".into(), unassigned)]);
    assert_eq!(world.history().await, [row(Action::Reverted, "ada", "olga"), row(Action::Designated, "olga", "ada")]);
    let entry = world.entries().await.remove(0);
    assert_eq!((entry.reasons, entry.actor), (vec![Reason::NotActive], None));
    assert_eq!(entry.authenticated, Authentication::Directory);
    assert_eq!(world.review().await, ReviewReport::default());
}

#[tokio::test]
async fn facts_and_what_follows_from_them_are_stored_by_one_call() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.spy.calls();
    world.put(None, vec![ada(Status::Deactivated)], &[]).await;
    assert_eq!(world.spy.calls(), ["snapshots", "put_directories"]);
    let snapshot = world.snapshot().await;
    assert_eq!((snapshot.chosen, snapshot.announced), (None, Some(id("olga"))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn nobody_ever_sees_new_facts_with_the_old_designation() {
    let world = Arc::new(World::new().await);
    let over = Arc::new(AtomicBool::new(false));
    let looking = tokio::spawn({
        let (world, over) = (world.clone(), over.clone());
        async move {
            while !over.load(Ordering::SeqCst) {
                let snapshot = world.store.snapshot(&acme(), &[id("ada")]).await.unwrap().unwrap();
                let is_active = snapshot.member(&id("ada")).unwrap().person.is_active();
                assert!(is_active || snapshot.chosen.is_none(), "{:?}", snapshot.chosen);
            }
        }
    });
    for _ in 0..100 {
        world.put(None, vec![ada(Status::Active)], &[]).await;
        assert!(matches!(world.designate("olga", "ada").await, Answered::Changed(_)));
        world.put(None, vec![ada(Status::Suspended)], &[]).await;
    }
    over.store(true, Ordering::SeqCst);
    looking.await.unwrap();
    assert_eq!(world.history().await.len(), 200);
}

#[tokio::test]
async fn a_contact_who_left_is_recorded_as_unreachable_and_fails_nothing() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.mails().await;
    world.put(None, vec![], &["ada"]).await;
    assert_eq!(world.entries().await[0].reasons, [Reason::NotAMember]);
    let assigned = change_of(NoticeKind::Assigned, Cause::Reverted, Some("ada"), None);
    assert_eq!(world.mails().await, [("olga".into(), assigned)]);
    let states = [("ada", OutboxState::Sent), ("olga", OutboxState::Sent), ("olga", OutboxState::Sent)];
    let states =
        states.into_iter().chain([("ada", OutboxState::Unreachable)]).map(|(to, state)| (to.to_owned(), state));
    assert_eq!(world.outbox().await, states.collect::<Vec<_>>());
}

#[tokio::test]
async fn the_default_follows_the_owner_and_both_are_told() {
    let world = World::new().await;
    assert!(world.mails().await.is_empty(), "an account seen for the first time tells nobody");
    world.put(Some("ada"), vec![], &[]).await;
    assert_eq!(world.contact().await, ("ada".into(), Source::Default));
    let assigned = change_of(NoticeKind::Assigned, Cause::OwnerChanged, Some("olga"), None);
    let unassigned = change_of(NoticeKind::Unassigned, Cause::OwnerChanged, None, None);
    assert_eq!(world.mails().await, [("ada".into(), assigned), ("olga".into(), unassigned)]);
    assert_eq!(world.history().await, [row(Action::OwnerChanged, "olga", "ada")]);
    assert_eq!(world.snapshot().await.version, 0, "nobody chose anything");
}

#[tokio::test]
async fn an_owner_who_leaves_with_the_ownership_fails_nothing() {
    let world = World::new().await;
    world.put(Some("zoe"), vec![member("zoe", "owner", AccountSettings::Edit)], &["olga"]).await;
    assert_eq!(world.contact().await, ("zoe".into(), Source::Default));
    assert_eq!(world.told().await, ["zoe"]);
    assert_eq!(world.history().await, [row(Action::OwnerChanged, "olga", "zoe")]);
}

#[tokio::test]
async fn a_pin_stays_when_ownership_moves_and_falls_when_its_person_does() {
    let world = World::new().await;
    world.designate("ada", "olga").await;
    assert!(world.mails().await.is_empty(), "the contact is the same person");
    world.put(Some("ada"), vec![], &[]).await;
    assert_eq!(world.contact().await, ("olga".into(), Source::Designated));
    assert!(world.mails().await.is_empty());
    let demoted = member("olga", "analyst", AccountSettings::None);
    world.put(None, vec![demoted], &[]).await;
    assert_eq!(world.contact().await, ("ada".into(), Source::Default));
    assert_eq!(world.told().await, ["ada", "olga"]);
    assert_eq!(world.history().await[0], row(Action::Reverted, "olga", "ada"));
}

#[tokio::test]
async fn ownership_that_moves_while_the_contact_falls_tells_the_new_owner() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.mails().await;
    world.put(Some("ed"), vec![ada(Status::Suspended)], &["olga"]).await;
    assert_eq!(world.contact().await, ("ed".into(), Source::Default));
    assert_eq!(world.told().await, ["ed", "ada"]);
    assert_eq!(world.history().await[0], row(Action::Reverted, "ada", "ed"));
}

#[tokio::test]
async fn the_same_import_again_does_nothing() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.review().await;
    world.mails().await;
    let (before, history) = (world.snapshot().await, world.entries().await);
    let people = vec![member("olga", "owner", AccountSettings::Edit), ada(Status::Active)];
    let same = [entry("acme", Some("olga"), people, &["nobody"]), entry("acme", None, vec![], &[])];
    assert_eq!(world.try_put(&same).await, [Ok(()), Ok(())]);
    assert_eq!((world.snapshot().await, world.entries().await), (before, history));
    assert!(world.mails().await.is_empty());
    assert_eq!(world.review().await, ReviewReport::default());
}

#[tokio::test]
async fn entries_of_one_account_are_applied_in_their_order() {
    let world = World::empty();
    let olga = || member("olga", "owner", AccountSettings::Edit);
    let batch = [
        entry("acme", None, vec![ada(Status::Active)], &[]),
        entry("acme", Some("olga"), vec![olga(), ada(Status::Active)], &[]),
        entry("other", Some("olga"), vec![olga()], &[]),
        entry("acme", Some("ada"), vec![], &[]),
        entry("acme", Some("ed"), vec![member("ed", "admin", AccountSettings::None)], &["olga"]),
        entry("acme", Some("olga"), vec![], &[]),
    ];
    let gone = DirectoryFault::OwnerIsNoMember { owner: id("olga") };
    let expected = [Err(DirectoryFault::UnknownAccount), Ok(()), Ok(()), Ok(()), Ok(()), Err(gone)];
    assert_eq!(world.try_put(&batch).await, expected);
    assert_eq!(
        world.history().await,
        [row(Action::OwnerChanged, "ada", "ed"), row(Action::OwnerChanged, "olga", "ada")]
    );
    assert_eq!(world.contact().await, ("ed".into(), Source::Default));
}

#[tokio::test]
async fn many_entries_are_stored_in_pages() {
    let world = World::new().await;
    let mut entries: Vec<_> = (0..1_200).map(|n| small(format!("n-{n:04}"))).collect();
    entries.push(entry("acme", Some("ada"), vec![], &[]));
    entries.push(entry("n-0000", None, vec![member("new", "analyst", AccountSettings::None)], &[]));
    world.spy.calls();
    assert!(world.try_put(&entries).await.iter().all(Result::is_ok));
    assert_eq!(world.spy.calls(), ["snapshots", "put_directories"].repeat(3));
    assert_eq!(world.count("SELECT count(*) FROM people WHERE account_id <> 'acme'"), 1_201);
    assert_eq!(world.contact().await, ("ada".into(), Source::Default));
}

#[tokio::test]
async fn of_a_person_who_comes_twice_in_an_entry_the_last_word_counts() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.put(None, vec![ada(Status::Deactivated), ada(Status::Active)], &[]).await;
    assert_eq!(world.contact().await, ("ada".into(), Source::Designated));
    world.put(None, vec![ada(Status::Active), ada(Status::Suspended)], &[]).await;
    assert_eq!(world.contact().await, ("olga".into(), Source::Default));
    world.designate("olga", "ed").await;
    world.put(None, vec![member("ed", "marketing", AccountSettings::Edit)], &["ed"]).await;
    assert_eq!(world.contact().await, ("olga".into(), Source::Default));
}

#[tokio::test]
async fn a_fault_in_one_entry_leaves_its_neighbours() {
    let world = World::new().await;
    world.put(Some("olga"), vec![], &[]).await;
    let olga = || vec![member("olga", "owner", AccountSettings::Edit)];
    world.try_put(&[entry("broken", Some("olga"), olga(), &[])]).await.remove(0).unwrap();
    world.database("UPDATE people SET role = '' WHERE account_id = 'broken'");
    let batch = [
        entry("first", Some("olga"), olga(), &[]),
        entry("unknown", None, olga(), &[]),
        entry("broken", None, olga(), &[]),
        entry("acme", None, vec![], &["olga"]),
        entry("ownerless", Some("nobody"), olga(), &[]),
        entry("last", Some("olga"), olga(), &[]),
    ];
    let results = world.try_put(&batch).await;
    let owner = |owner| Err(DirectoryFault::OwnerIsNoMember { owner: id(owner) });
    assert_eq!((&results[0], &results[5]), (&Ok(()), &Ok(())));
    assert_eq!(results[1], Err(DirectoryFault::UnknownAccount));
    assert!(matches!(&results[2], Err(DirectoryFault::Unreadable { message }) if message.contains("`people.role`")));
    assert_eq!((&results[3], &results[4]), (&owner("olga"), &owner("nobody")));
    let accounts = world.store.accounts(None, 10).await.unwrap();
    let ids: Vec<&str> = accounts.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["acme", "broken", "first", "last"]);
    assert_eq!(world.snapshot().await.owner.unwrap().person.id, id("olga"));
}

#[tokio::test]
async fn what_moved_meanwhile_is_decided_on_again() {
    let world = World::new().await;
    let mover = World::beside(&world);
    // `ada` is chosen between the look at the account and the write.
    world.spy.before("put_directories", async move {
        mover.designate("olga", "ada").await;
        Ok(())
    });
    world.put(None, vec![ada(Status::Deactivated)], &[]).await;
    assert_eq!(world.contact().await, ("olga".into(), Source::Default));
    assert_eq!(world.history().await, [row(Action::Reverted, "ada", "olga"), row(Action::Designated, "olga", "ada")]);
}

#[tokio::test]
async fn an_account_that_never_stands_still_is_busy() {
    let world = World::new().await;
    for number in 0..10 {
        let mover = World::beside(&world);
        world.spy.before("put_directories", async move {
            mover.put(None, vec![member(&format!("new-{number}"), "analyst", AccountSettings::None)], &[]).await;
            Ok(())
        });
    }
    let error = world.directories.put_one(&entry("acme", None, vec![ada(Status::Suspended)], &[])).await.unwrap_err();
    assert!(matches!(error, DomainError::Busy), "{error}");
}
