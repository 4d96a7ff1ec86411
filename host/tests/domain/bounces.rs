//! Addresses that are refused for good, while the account moves.

use std::sync::Arc;

use async_trait::async_trait;
use security_contact_host::domain::Events;
use security_contact_host::domain::model::{Action, OutboxState};
use security_contact_host::domain::ports::{Mailer, RenderedMail, SendError};
use security_contact_host::worker::{Courier, Delivered, Stop};
use security_contact_policy::AccountSettings;

use crate::world::{ENGINE, World, member};

/// A mail server that does not know `ada`.
struct WithoutAda;

#[async_trait]
impl Mailer for WithoutAda {
    async fn send(&self, mail: &RenderedMail) -> Result<(), SendError> {
        let is_ada = mail.to.as_str().starts_with("ada@");
        if is_ada { Err(SendError::Address("the server replied 550 (5.1.1)".into())) } else { Ok(()) }
    }
}

/// `acme` with the contact `ada`, who is to be told of it, and nobody else.
async fn with_ada() -> (World, Courier) {
    let world = World::new().await;
    world.designate("olga", "ada").await;
    world.database("UPDATE outbox SET state = 'sent', settled_at = 0 WHERE to_user = 'olga'");
    let events = Arc::new(Events::new(ENGINE.clone(), world.spy.clone(), world.clock.clone()));
    let courier = Courier::new(world.spy.clone(), events, Arc::new(WithoutAda), world.clock.clone());
    (world, courier)
}

/// Moves the account before each of the next settlements.
fn move_before_settlements(world: &World, times: u32) {
    for number in 0..times {
        let mover = World::beside(world);
        world.spy.before("settle_mail", async move {
            let owner = if number % 2 == 0 { "ed" } else { "olga" };
            mover.put(Some(owner), vec![member("ed", "owner", AccountSettings::Edit)], &[]).await;
            Ok(())
        });
    }
}

#[tokio::test]
async fn whoever_is_the_owner_when_it_is_recorded_is_told() {
    let (world, courier) = with_ada().await;
    move_before_settlements(&world, 1);
    let delivered = courier.deliver_due(&Stop::default()).await.unwrap();
    assert_eq!(delivered, Delivered { failed: 1, sent: 1, ..Delivered::default() });
    assert!(world.outbox().await.contains(&("ed".to_owned(), OutboxState::Sent)));
    assert_eq!(world.entries().await[0].action, Action::AddressUnreachable);
}

#[tokio::test]
async fn a_bounce_whose_account_never_stands_still_is_put_off() {
    let (world, courier) = with_ada().await;
    move_before_settlements(&world, 9);
    let delivered = courier.deliver_due(&Stop::default()).await.unwrap();
    assert_eq!(delivered, Delivered { put_off: 1, ..Delivered::default() });
    assert!(world.entries().await.iter().all(|entry| entry.action != Action::AddressUnreachable));
    let pending = world.outbox().await.into_iter().filter(|(_, state)| *state == OutboxState::Pending);
    assert_eq!(pending.map(|(to, _)| to).collect::<Vec<_>>(), ["ada"]);
}
