//! What a directory brings, and what follows from it for the contact.

use security_contact_host::domain::ReviewReport;
use security_contact_host::domain::model::Action;
use security_contact_policy::{Cause, NoticeKind, Reason, Source, Status};

use crate::world::{World, ada, change_of, row};

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
    assert_eq!(world.history().await[0], row(Action::Reverted, "ada", "olga"));
    assert_eq!(world.entries().await[0].reasons, [Reason::NotActive]);
    assert_eq!(world.review().await, ReviewReport::default());
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
}

#[tokio::test]
async fn the_default_follows_the_owner_and_both_are_told() {
    let world = World::new().await;
    assert!(world.mails().await.is_empty(), "an account seen for the first time tells nobody");
    world.put(Some("ada"), vec![], &[]).await;
    assert_eq!(world.contact().await, ("ada".into(), Source::Default));
    assert_eq!(world.told().await, ["ada", "olga"]);
    assert_eq!(world.history().await, [row(Action::OwnerChanged, "olga", "ada")]);
}
