//! Many at once.

use std::sync::Arc;

use security_contact_host::domain::model::Action;
use security_contact_host::domain::{Answered, DomainError, Wish};
use security_contact_policy::{AccountSettings, Reason, RefusalCode, Source, Status};

use crate::world::{World, acme, ada, id, member, refusal, request};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_on_one_version_have_one_winner() {
    let world = Arc::new(World::new().await);
    let version = world.snapshot().await.version;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..64 {
        let world = world.clone();
        let wish = Wish::Designate(id(if writer % 2 == 0 { "ada" } else { "ed" }));
        writers.spawn(async move { world.contacts.change(&request(&acme(), &id("olga"), &wish, Some(version))).await });
    }
    let answers = writers.join_all().await;
    let changed = answers.iter().filter(|answer| matches!(answer, Ok(Answered::Changed(_)))).count();
    let lost = answers.iter().filter(|answer| matches!(answer, Ok(Answered::Conflict(_)))).count();
    assert_eq!((changed, lost), (1, 63));
    assert_eq!((world.history().await.len(), world.mails().await.len()), (1, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_choice_and_the_facts_against_it_leave_the_same_state_whoever_is_first() {
    let world = World::new().await;
    let (mut first, mut second) = (0, 0);
    for _ in 0..40 {
        world.put(None, vec![ada(Status::Active)], &[]).await;
        let known = world.entries().await.len();
        let (choosing, telling) = (World::beside(&world), World::beside(&world));
        let choose = tokio::spawn(async move { choosing.designate("olga", "ada").await });
        let tell = tokio::spawn(async move { telling.put(None, vec![ada(Status::Suspended)], &[]).await });
        tell.await.unwrap();
        let answered = choose.await.unwrap();
        let mut actions: Vec<Action> = world.entries().await.iter().map(|entry| entry.action).collect();
        actions.truncate(actions.len() - known);
        match answered {
            Answered::Changed(_) => {
                first += 1;
                assert_eq!(actions, [Action::Reverted, Action::Designated]);
                assert_eq!(world.told().await, ["ada", "olga", "olga", "ada"]);
            }
            Answered::Refused { reasons, .. } => {
                second += 1;
                assert_eq!((actions, reasons), (vec![Action::DesignationRefused], vec![Reason::NotActive]));
                assert_eq!(world.told().await, Vec::<String>::new());
            }
            other => panic!("{other:?}"),
        }
        let snapshot = world.snapshot().await;
        assert_eq!((snapshot.chosen, world.contact().await), (None, ("olga".into(), Source::Default)));
    }
    assert_eq!(first + second, 40);
}

#[tokio::test]
async fn a_choice_of_somebody_who_falls_meanwhile_is_refused() {
    let world = World::new().await;
    let mover = World::beside(&world);
    world.spy.before("commit_all", async move {
        mover.put(None, vec![ada(Status::Deactivated)], &[]).await;
        Ok(())
    });
    assert_eq!(refusal(world.designate("olga", "ada").await), (RefusalCode::NotEligible, vec![Reason::NotActive]));
    assert_eq!(world.contact().await, ("olga".into(), Source::Default));
}

#[tokio::test]
async fn a_change_that_others_overtake_again_and_again_is_busy() {
    let world = World::new().await;
    for number in 0..8 {
        let mover = World::beside(&world);
        world.spy.before("commit_all", async move {
            mover.put(None, vec![member(&format!("new-{number}"), "analyst", AccountSettings::None)], &[]).await;
            Ok(())
        });
    }
    let error = world.contacts.change(&request(&acme(), &id("olga"), &Wish::Designate(id("ada")), None)).await;
    assert!(matches!(error, Err(DomainError::Busy)), "{error:?}");
    assert!(matches!(world.designate("olga", "ada").await, Answered::Changed(_)));
}
