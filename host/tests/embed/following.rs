//! The copy follows the backend's user table.

use std::sync::atomic::Ordering;

use security_contact_host::domain::model::{Action, DirectoryFault};
use security_contact_host::domain::{Answered, DomainError, FollowError, Told};
use security_contact_host::policy::{Reason, RefusalCode};

use crate::world::{DAY_MS, World, acme, address, facts, id, member};

#[tokio::test]
async fn an_account_is_taken_over_when_it_is_first_asked_for() {
    let world = World::new();
    assert_eq!(world.contact().await, (None, "olga".into()));
    assert_eq!(world.found("").await, ["ada", "ben", "olga"]);
    assert_eq!(world.copied().await.name.as_str(), "Acme");
}

#[tokio::test]
async fn a_search_can_come_first() {
    let world = World::new();
    assert_eq!(world.found("name of b").await, ["ben"]);
}

#[tokio::test]
async fn what_the_copy_has_is_not_written_again() {
    let world = World::new();
    world.designate("ada").await;
    let revision = world.copied().await.revision;
    world.contact().await;
    world.found("").await;
    assert_eq!(world.copied().await.revision, revision);
}

#[tokio::test]
async fn nobody_is_chosen_on_facts_that_the_backend_has_replaced() {
    let world = World::new();
    world.contact().await;
    world.users.deactivate("ada");
    let answered = world.designate("ada").await;
    let Answered::Refused { code, reasons } = answered else { panic!("{answered:?}") };
    assert_eq!((code, reasons), (RefusalCode::NotEligible, vec![Reason::NotActive]));
    world.users.remove("ben");
    assert!(matches!(world.designate("ben").await, Answered::Refused { code: RefusalCode::NotAMember, .. }));
}

#[tokio::test]
async fn nobody_acts_on_a_role_that_they_have_lost() {
    let world = World::new();
    world.contact().await;
    world.users.change_person("ben", |ben| ben.person.role = "analyst".parse().unwrap());
    let answered = world.host.designate(&acme(), &id("ben"), &id("ada")).await.unwrap();
    assert!(matches!(answered, Answered::Refused { code: RefusalCode::ActorNotPermitted, .. }), "{answered:?}");
}

#[tokio::test]
async fn somebody_whom_nobody_reported_can_be_chosen() {
    let world = World::new();
    world.contact().await;
    world.users.change(|facts| facts.people.push(member("new")));
    assert!(matches!(world.designate("new").await, Answered::Changed(_)));
    assert_eq!(world.contact().await, (Some("new".into()), "new".into()));
}

#[tokio::test]
async fn a_contact_who_is_no_longer_eligible_is_replaced_when_it_is_looked_at() {
    let world = World::new();
    world.designate("ada").await;
    world.users.deactivate("ada");
    assert_eq!(world.contact().await, (None, "olga".into()));
    assert_eq!(world.actions().await, [Action::Designated, Action::Reverted]);
}

#[tokio::test]
async fn a_change_that_is_reported_is_taken_over_with_what_follows() {
    let world = World::new();
    world.designate("ada").await;
    world.users.remove("ada");
    world.users.change_person("ben", |ben| ben.name = "Benjamin".parse().unwrap());
    world.reported().await.unwrap();
    let copied = world.copied().await;
    assert_eq!((copied.chosen, copied.announced), (None, Some(id("olga"))));
    assert!(copied.others.iter().any(|member| member.name.as_str() == "Benjamin"));
    assert_eq!(world.found("").await, ["ben", "olga"]);
}

#[tokio::test]
async fn a_change_of_one_person_reads_no_others() {
    let world = World::new();
    world.contact().await;
    world.users.change_person("ada", |ada| ada.name = "Ada Lovelace".parse().unwrap());
    world.users.change_person("ben", |ben| ben.name = "Benjamin".parse().unwrap());
    world.host.person_changed(&acme(), &id("ada")).await.unwrap();
    let name = async |user_id: &str| world.copied_name(user_id).await;
    assert_eq!((name("ada").await, name("ben").await), ("Ada Lovelace".into(), "Name of ben".into()));
}

#[tokio::test]
async fn the_default_follows_the_owner() {
    let world = World::new();
    world.contact().await;
    world.users.change(|facts| facts.owner = id("ben"));
    assert_eq!(world.contact().await, (None, "ben".into()));
    assert_eq!(world.actions().await, [Action::OwnerChanged]);
}

#[tokio::test]
async fn a_login_that_nobody_reported_counts_at_the_review() {
    let world = World::new();
    world.designate("ada").await;
    world.host.review_due(|_| {}).await.unwrap();
    world.clock.pass(365 * DAY_MS);
    let login = world.host.contact(&acme()).await.unwrap().now;
    world.users.change_person("ada", |ada| ada.person.last_login_at = Some(login));
    let report = world.host.review_due(|_| {}).await.unwrap();
    assert_eq!((report.failed, report.reverted), (0, 0));
    assert_eq!(world.contact().await, (Some("ada".into()), "ada".into()));
}

#[tokio::test]
async fn a_directory_that_fails_decides_nothing() {
    let world = World::new();
    world.designate("ada").await;
    *world.users.is_down.lock().unwrap() = true;
    let error = world.host.contact(&acme()).await.unwrap_err();
    let DomainError::Store(error) = error else { panic!("{error}") };
    assert_eq!(error.message, "the account cannot be compared with the directory");
    assert!(!error.is_busy && error.source.is_some());
    assert!(world.host.designate(&acme(), &id("olga"), &id("ben")).await.is_err());
    assert!(matches!(world.reported().await, Err(FollowError::Directory(_))));
    assert!(matches!(world.host.sync(|_, _| {}).await, Err(FollowError::Directory(_))));
    *world.users.is_down.lock().unwrap() = false;
    assert_eq!(world.contact().await, (Some("ada".into()), "ada".into()));
    assert_eq!(world.actions().await, [Action::Designated]);
}

#[tokio::test]
async fn an_account_that_is_not_there_is_unknown() {
    let world = World::new();
    let nowhere = "nowhere".parse().unwrap();
    let error = world.host.contact(&nowhere).await.unwrap_err();
    assert!(matches!(error, DomainError::UnknownAccount { .. }), "{error}");
    let error = world.host.people_changed(&nowhere).await.unwrap_err();
    assert!(matches!(error, FollowError::UnknownAccount { .. }), "{error}");
    let error = world.host.person_changed(&nowhere, &id("ada")).await.unwrap_err();
    assert!(matches!(error, FollowError::UnknownAccount { .. }), "{error}");
    assert!(world.host.candidates(&nowhere, "", None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_account_that_is_gone_holds_up_no_other() {
    let world = World::new();
    world.users.put("other", facts());
    world.host.sync(|_, error| panic!("{error}")).await.unwrap();
    world.host.designate(&"other".parse().unwrap(), &id("olga"), &id("ada")).await.unwrap();
    world.designate("ada").await;
    world.users.accounts.lock().unwrap().remove(&acme());
    assert!(matches!(world.host.contact(&acme()).await, Err(DomainError::UnknownAccount { .. })));
    let mut told = Vec::new();
    let report = world.host.review_due(|what| told.push(what)).await.unwrap();
    assert_eq!((report.reviewed, report.failed), (1, 1));
    let error = "the directory no longer has the account".to_owned();
    assert!(told.contains(&Told::Failed { account: acme(), error }), "{told:?}");
    assert_eq!(world.actions().await, [Action::Designated]);
}

#[tokio::test]
async fn an_account_without_its_owner_fails_alone() {
    let world = World::new();
    world.designate("ada").await;
    world.users.remove("olga");
    let error = world.host.contact(&acme()).await.unwrap_err().to_string();
    assert!(error.contains("the owner `olga` is not among the people"), "{error}");
    let error = world.reported().await.unwrap_err();
    assert!(matches!(error, FollowError::Fault { fault: DirectoryFault::OwnerIsNoMember { .. }, .. }), "{error}");
    let error = world.host.person_changed(&acme(), &id("ada")).await.unwrap_err();
    assert!(matches!(error, FollowError::Fault { .. }), "{error}");
    assert_eq!(world.copied().await.chosen.unwrap().user_id, id("ada"));
}

#[tokio::test]
async fn going_over_all_accounts_tells_of_those_that_fail() {
    let world = World::new();
    let mut broken = facts();
    broken.people.remove(0);
    world.users.put("broken", broken);
    (0..600).for_each(|number| world.users.put(&format!("many-{number}"), facts()));
    let mut told = Vec::new();
    let synced = world.host.sync(|account, error| told.push(format!("{account}: {error}"))).await.unwrap();
    assert_eq!((synced.accounts, synced.failed), (601, 1));
    assert!(told.len() == 1 && told[0].starts_with("broken: the account `broken` cannot be taken over"), "{told:?}");
    assert_eq!(world.users.reads.load(Ordering::SeqCst), 602);
}

#[tokio::test]
async fn another_address_is_taken_over() {
    let world = World::new();
    world.contact().await;
    world.users.change_person("olga", |olga| olga.email = Some(address("other").parse().unwrap()));
    world.contact().await;
    assert_eq!(world.copied().await.owner.unwrap().email.unwrap().as_str(), address("other"));
}

#[tokio::test]
async fn a_directory_may_tell_of_more_than_it_was_asked_for() {
    let world = World::new();
    *world.users.tells_all.lock().unwrap() = true;
    world.contact().await;
    world.contact().await;
    world.designate("ada").await;
    world.users.deactivate("ada");
    assert_eq!(world.host.contact(&acme()).await.unwrap().contact.user_id, id("olga"));
    assert_eq!(world.actions().await, [Action::Designated, Action::Reverted]);
}
