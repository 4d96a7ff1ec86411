//! Choosing a contact, going back to the default, and what stands in the way.

use security_contact_host::domain::model::{AccountId, Action, Authentication, Detail};
use security_contact_host::domain::ports::Clock;
use security_contact_host::domain::{Answered, DomainError, Request, Wish};
use security_contact_policy::{Cause, Instant, NoticeKind, Reason, RefusalCode, Source};

use crate::world::{ENGINE, START_MS, World, acme, change_of, id, refusal, request, row};

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
    assert_eq!(world.history().await, [row(Action::Designated, "olga", "ed")]);
    assert!(matches!(world.designate("ada", "ed").await, Answered::Unchanged(_)));
    assert!(world.mails().await.is_empty());
    assert!(matches!(world.ask("ada", &Wish::Reset, None).await, Answered::Changed(_)));
    assert_eq!(world.contact().await, ("olga".into(), Source::Default));
    assert_eq!(world.history().await, [row(Action::Reset, "ed", "olga"), row(Action::Designated, "olga", "ed")]);
}

#[tokio::test]
async fn a_change_answers_with_the_account_as_the_store_has_it_then() {
    let world = World::new().await;
    for (actor, wish) in
        [("olga", Wish::Designate(id("ed"))), ("ada", Wish::Reset), ("ada", Wish::Designate(id("ada")))]
    {
        let Answered::Changed(view) = world.ask(actor, &wish, None).await else { panic!("not changed") };
        let mut stored = world.snapshot().await;
        // Only who else is in a snapshot depends on who was asked for.
        stored.others = view.snapshot.others.clone();
        assert_eq!(view.snapshot, stored);
        assert_eq!(view.contact, world.contacts.show(&view.snapshot.account).await.unwrap().contact);
    }
}

#[tokio::test]
async fn refusals_give_every_reason_and_change_nothing() {
    let world = World::new().await;
    let before = world.snapshot().await;
    let code = RefusalCode::ActorNotPermitted;
    assert_eq!(refusal(world.designate("ed", "ada").await), (code, vec![Reason::ManagerRoleRequired]));
    assert_eq!(refusal(world.designate("nobody", "ada").await), (code, vec![Reason::NotAMember]));
    let not_eligible = (RefusalCode::NotEligible, vec![Reason::RoleNotAllowed]);
    assert_eq!(refusal(world.designate("ada", "tom").await), not_eligible);
    assert_eq!(refusal(world.designate("ada", "nobody").await), (RefusalCode::NotAMember, vec![]));
    assert_eq!(world.snapshot().await, before);
    assert!(world.mails().await.is_empty());
}

#[tokio::test]
async fn a_wish_on_an_old_version_is_a_conflict_and_shows_what_is() {
    let world = World::new().await;
    let version = world.snapshot().await.version;
    world.designate("olga", "ada").await;
    let wish = Wish::Designate(id("ed"));
    let Answered::Conflict(view) = world.ask("olga", &wish, Some(version)).await else { panic!("no conflict") };
    assert_eq!(view.contact.user_id, id("ada"));
    // Who may not change the field learns nothing from a conflict.
    refusal(world.ask("tom", &wish, Some(version)).await);
    let answered = world.ask("olga", &wish, Some(view.snapshot.version)).await;
    assert!(matches!(answered, Answered::Changed(_)));
}

#[tokio::test]
async fn an_unknown_account_is_an_error() {
    let world = World::new().await;
    let unknown: AccountId = "nobody-knows".parse().unwrap();
    let error = world.contacts.show(&unknown).await.unwrap_err();
    assert!(matches!(error, DomainError::UnknownAccount { .. }), "{error}");
    let error = world.contacts.change(&request(&unknown, &id("olga"), &Wish::Reset, None)).await.unwrap_err();
    assert!(matches!(error, DomainError::UnknownAccount { .. }), "{error}");
}

#[tokio::test]
async fn an_account_without_its_owner_is_an_error() {
    let world = World::new().await;
    world.database("DELETE FROM people WHERE id = 'olga'");
    let error = world.contacts.show(&acme()).await.unwrap_err();
    assert!(matches!(error, DomainError::NoOwner { .. }), "{error}");
}

#[tokio::test]
async fn every_refused_attempt_is_in_the_history() {
    let world = World::new().await;
    let attempts: [(&str, Wish, Authentication); 4] = [
        ("ada", Wish::Designate(id("tom")), Authentication::ServiceToken),
        ("olga", Wish::Designate(id("nobody")), Authentication::CommandLine),
        ("tom", Wish::Reset, Authentication::Demo),
        // A stranger, who asks for a stranger.
        ("mallory", Wish::Designate(id("eve")), Authentication::Library),
    ];
    for (actor, wish, authenticated) in &attempts {
        let (account, actor) = (acme(), id(actor));
        let request = Request { authenticated: *authenticated, ..request(&account, &actor, wish, None) };
        refusal(world.contacts.change(&request).await.unwrap());
    }
    let mut expected = vec![
        (RefusalCode::NotEligible, Some("tom"), vec![Reason::RoleNotAllowed]),
        (RefusalCode::NotAMember, Some("nobody"), vec![]),
        (RefusalCode::ActorNotPermitted, None, vec![Reason::ManagerRoleRequired]),
        (RefusalCode::ActorNotPermitted, Some("eve"), vec![Reason::NotAMember]),
    ];
    let entries = world.entries().await;
    assert_eq!(entries.len(), 4);
    for (entry, (actor, wish, authenticated)) in entries.into_iter().rev().zip(attempts) {
        let (code, asked, reasons) = expected.remove(0);
        let action = if matches!(wish, Wish::Reset) { Action::ResetRefused } else { Action::DesignationRefused };
        assert_eq!((entry.action, entry.actor), (action, Some(id(actor))));
        assert_eq!((entry.authenticated, entry.at), (authenticated, Instant::from_millis(START_MS).unwrap()));
        assert_eq!((entry.before, entry.after, entry.reasons), (Some(id("olga")), None, reasons));
        assert_eq!(entry.detail, Some(Detail::Refused { code, asked: asked.map(id) }));
        assert_eq!(entry.decided_by, *ENGINE.identity());
    }
}

#[tokio::test]
async fn nobody_who_is_locked_out_learns_the_successor_from_the_actor() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.mails().await;
    // Behind the store's back, so that no review follows from it.
    world.database("UPDATE people SET status = 'suspended' WHERE id = 'ada'");
    world.designate("olga", "ed").await;
    let assigned = change_of(NoticeKind::Assigned, Cause::Designated, Some("ada"), Some("olga"));
    let unassigned = change_of(NoticeKind::Unassigned, Cause::Designated, None, None);
    assert_eq!(world.mails().await, [("ed".into(), assigned), ("ada".into(), unassigned)]);
}

#[tokio::test]
async fn a_choice_ahead_of_the_review_is_told_as_following_the_contact_who_was_told() {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.mails().await;
    world.days_pass(366);
    // `ada` has lapsed by now, and no review has seen it yet.
    let login = world.clock.now().millis();
    world.database(&format!("UPDATE people SET last_login_at = {login} WHERE id IN ('olga', 'ed')"));
    assert_eq!(world.contact().await, ("olga".into(), Source::Fallback));
    world.designate("olga", "ed").await;
    assert_eq!(world.history().await[0], row(Action::Designated, "ada", "ed"));
    let assigned = change_of(NoticeKind::Assigned, Cause::Designated, Some("ada"), Some("olga"));
    let unassigned = change_of(NoticeKind::Unassigned, Cause::Designated, Some("ed"), Some("olga"));
    assert_eq!(world.mails().await, [("ed".into(), assigned), ("ada".into(), unassigned)]);
}
