//! Mail goes out through the backend, to whoever is the contact by then.

use security_contact_host::domain::model::{AccountId, Action, NewEvent};
use security_contact_host::domain::ports::RenderedMail;
use security_contact_host::domain::{Dispatched, DomainError};
use security_contact_host::policy::{Event, EventKind, Severity};

use crate::world::{World, acme, address};

fn event(key: &str) -> NewEvent {
    NewEvent {
        key: key.parse().unwrap(),
        event: Event { kind: EventKind::BreachAlert, severity: Severity::High },
        text: "A key was found in public.".parse().unwrap(),
    }
}

/// Runs the host until that many mails went out, and says to whom.
async fn run_until(world: &mut World, count: usize) -> Vec<RenderedMail> {
    let World { host, post, stop, .. } = world;
    let take = async {
        let mut taken = Vec::new();
        while taken.len() < count {
            taken.push(post.recv().await.unwrap());
        }
        stop.ask();
        taken
    };
    let (ran, taken) = tokio::join!(host.run(stop), take);
    ran.unwrap();
    taken
}

#[tokio::test]
async fn both_are_told_of_a_choice() {
    let mut world = World::new();
    world.designate("ada").await;
    let mut taken: Vec<String> =
        run_until(&mut world, 2).await.iter().map(|mail| mail.to.as_str().to_owned()).collect();
    taken.sort();
    assert_eq!(taken, ["ada", "olga"].map(address));
}

#[tokio::test]
async fn an_event_goes_to_whom_the_backend_still_has_as_a_member() {
    let mut world = World::new();
    world.designate("ada").await;
    run_until(&mut world, 2).await;
    assert!(matches!(world.host.dispatch(&acme(), &event("k-1")).await.unwrap(), Dispatched::Queued { .. }));
    world.users.deactivate("ada");
    world.stop = security_contact_host::worker::Stop::default();
    let taken = run_until(&mut world, 3).await;
    let events: Vec<&RenderedMail> = taken.iter().filter(|mail| mail.subject.starts_with("[High]")).collect();
    assert_eq!(events.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [address("olga")]);
    assert_eq!(world.actions().await, [Action::Designated, Action::Reverted, Action::EventSent]);
}

#[tokio::test]
async fn an_event_can_be_the_first_that_is_heard_of_an_account() {
    let world = World::new();
    assert!(matches!(world.host.dispatch(&acme(), &event("k-1")).await.unwrap(), Dispatched::Queued { .. }));
    assert!(matches!(world.host.dispatch(&acme(), &event("k-1")).await.unwrap(), Dispatched::Repeated { .. }));
    let unknown = async |account: AccountId, key| {
        let error = world.host.dispatch(&account, &event(key)).await.unwrap_err();
        assert!(matches!(error, DomainError::UnknownAccount { .. }), "{error}");
    };
    unknown("nowhere".parse().unwrap(), "k-1").await;
    // One that the backend has no more is unknown, too.
    world.users.accounts.lock().unwrap().clear();
    unknown(acme(), "k-2").await;
}
