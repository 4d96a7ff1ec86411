//! What happens while the host reads, decides and stores.

use std::sync::Arc;

use security_contact_host::domain::model::Action;
use security_contact_host::domain::{Answered, DomainError};
use security_contact_host::policy::{RefusalCode, Status};

use crate::world::{Meanwhile, Users, World, acme, id};

#[tokio::test]
async fn a_change_that_is_reported_while_a_choice_is_made_comes_first() {
    let world = World::new();
    world.contact().await;
    let (users, host) = (world.users.clone(), world.host.clone());
    let meanwhile = async move {
        users.deactivate("ada");
        host.people_changed(&acme()).await.unwrap();
    };
    world.users.meanwhile(meanwhile).await;
    let answered = world.designate("ada").await;
    assert!(matches!(answered, Answered::Refused { code: RefusalCode::NotEligible, .. }), "{answered:?}");
    assert_eq!(world.actions().await, [Action::DesignationRefused]);
}

#[tokio::test]
async fn a_change_that_a_choice_has_missed_is_found_when_it_is_reported() {
    let world = World::new();
    world.contact().await;
    let users = world.users.clone();
    world.users.meanwhile(async move { users.deactivate("ada") }).await;
    assert!(matches!(world.designate("ada").await, Answered::Changed(_)));
    world.reported().await.unwrap();
    assert_eq!(world.copied().await.chosen, None);
    assert_eq!(world.actions().await, [Action::Designated, Action::Reverted]);
}

#[tokio::test]
async fn old_facts_are_never_put_over_new_ones() {
    let world = World::new();
    world.contact().await;
    world.users.deactivate("ada");
    let (users, other) = (world.users.clone(), world.other_host());
    let meanwhile = async move {
        users.change_person("ada", |ada| ada.person.status = Status::Active);
        users.change_person("ada", |ada| ada.name = "Ada Lovelace".parse().unwrap());
        other.people_changed(&acme()).await.unwrap();
    };
    // This host reads that she is deactivated, and is slower than the other one.
    world.users.meanwhile(meanwhile).await;
    world.reported().await.unwrap();
    let revision = world.copied().await.revision;
    assert_eq!(world.copied_name("ada").await, "Ada Lovelace");
    assert!(matches!(world.designate("ada").await, Answered::Changed(_)));
    assert_eq!(world.copied().await.revision, revision + 1, "nothing but the choice was written since");
}

#[tokio::test]
async fn a_slow_look_does_not_undo_what_was_reported() {
    let world = World::new();
    world.designate("ada").await;
    world.users.deactivate("ben");
    let (users, other) = (world.users.clone(), world.other_host());
    let meanwhile = async move {
        users.change_person("ben", |ben| ben.person.status = Status::Suspended);
        other.people_changed(&acme()).await.unwrap();
    };
    world.users.meanwhile(meanwhile).await;
    world.host.person_changed(&acme(), &id("ben")).await.unwrap();
    let copied = world.copied().await;
    assert_eq!(copied.member(&id("ben")).unwrap().person.status, Status::Suspended);
}

#[tokio::test]
async fn an_account_that_never_rests_is_busy() {
    let world = World::new();
    world.contact().await;
    world.users.change(|facts| facts.name = "Another".parse().unwrap());
    world.users.meanwhile(keep_changing(Arc::clone(&world.users), 0)).await;
    let error = world.host.contact(&acme()).await.unwrap_err();
    let DomainError::Store(error) = error else { panic!("{error}") };
    assert!(error.is_busy, "{error}");
}

/// Renames the account after every reading of it.
fn keep_changing(users: Arc<Users>, number: u32) -> Meanwhile {
    Box::pin(async move {
        users.change(|facts| facts.name = format!("Acme {number}").parse().unwrap());
        let next = keep_changing(Arc::clone(&users), number + 1);
        users.meanwhile(next).await;
    })
}
