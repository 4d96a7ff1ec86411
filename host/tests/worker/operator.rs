//! What whoever looks after the outbox can do: have a row tried again, or drop it.

use security_contact_host::domain::ports::Clock;
use security_contact_host::worker::Delivered;

use super::world::{DAY, MINUTE, World, address, busy, failed, put_off, refused, sent};

impl World {
    async fn retry(&self, id: i64) -> bool {
        self.store.retry_mail(id, self.clock.now()).await.unwrap()
    }

    async fn discard(&self, id: i64) -> bool {
        self.store.drop_mail(id, self.clock.now()).await.unwrap()
    }

    /// The states of all rows, in their order.
    async fn words(&self) -> Vec<String> {
        self.states().await.into_iter().map(|(state, ..)| state).collect()
    }
}

/// Two mails, of which the first was refused and the second sent.
async fn with_one_refused() -> World {
    let mut world = World::new().await;
    world.choose("u-2").await;
    world.script(refused);
    assert_eq!(world.deliver().await, Delivered { failed: 1, ..sent(1) });
    world.taken();
    world
}

#[tokio::test]
async fn a_mail_that_failed_can_be_tried_again() {
    let mut world = with_one_refused().await;
    let before = world.outbox().await;
    assert!(world.retry(1).await);
    assert_eq!(world.deliver().await, sent(1));
    assert_eq!(world.taken(), [address("u-2")]);
    assert!(!world.retry(1).await, "it is sent");
    assert!(!world.retry(3).await, "there is no such row");
    assert_eq!(world.outbox().await[1], before[1]);
}

#[tokio::test]
async fn a_mail_that_is_tried_again_has_five_days_again() {
    let world = with_one_refused().await;
    world.clock.advance(30 * DAY);
    assert!(world.retry(1).await);
    world.script(busy);
    assert_eq!(world.deliver().await, put_off(1));
    world.clock.advance(5 * DAY);
    world.script(busy);
    assert_eq!(world.deliver().await, failed(1));
}

#[tokio::test]
async fn an_event_that_was_given_up_can_be_tried_again() {
    let mut world = World::new().await;
    world.move_address("u-1", None).await;
    world.dispatch("e-1").await;
    assert_eq!(world.deliver().await, put_off(1));
    world.clock.advance(5 * DAY);
    assert_eq!(world.deliver().await, failed(1));
    world.put_back("u-1").await;
    assert!(world.retry(1).await);
    assert_eq!(world.deliver().await, Delivered { addressed: 1, ..sent(1) });
    assert_eq!(world.taken_events(), [address("u-1")]);
}

#[tokio::test]
async fn a_mail_that_nobody_can_receive_stays_where_it_is() {
    let mut world = World::new().await;
    world.move_address("u-2", None).await;
    world.choose("u-2").await;
    assert_eq!(world.deliver().await, sent(1));
    assert_eq!(world.words().await, ["unreachable", "sent"]);
    assert!(!world.retry(1).await && !world.discard(1).await);
    assert_eq!(world.taken(), [address("u-1")]);
}

#[tokio::test]
async fn a_mail_that_was_dropped_is_never_sent_unless_it_is_tried_again() {
    let mut world = with_one_refused().await;
    world.reset().await;
    world.script(busy);
    assert_eq!(world.deliver().await, Delivered { put_off: 1, ..sent(1) });
    world.taken();
    // One failed, and one waits for its next try.
    assert_eq!(world.words().await, ["failed", "sent", "pending", "sent"]);
    assert!(world.discard(1).await && world.discard(3).await);
    assert!(!world.discard(2).await, "it is sent");
    world.clock.advance(DAY);
    assert_eq!(world.deliver().await, Delivered::default());
    assert_eq!(world.words().await, ["dropped", "sent", "dropped", "sent"]);
    assert!(world.retry(3).await);
    assert_eq!(world.deliver().await, sent(1));
    assert_eq!(world.taken().len(), 1);
}

#[tokio::test]
async fn a_try_from_before_settles_nothing_after_an_operator_has_spoken() {
    let mut world = World::new().await;
    world.choose("u-2").await;
    let (release, released) = tokio::sync::oneshot::channel::<()>();
    world.script_async(async move {
        released.await.unwrap();
        refused()
    });
    let (courier, stop) = (world.courier(), world.stop.clone());
    let slow = tokio::spawn(async move { courier.deliver_due(&stop).await });
    assert_eq!(world.taken.recv().await.unwrap().to.as_str(), address("u-1"));
    assert!(world.discard(1).await && world.retry(1).await);
    assert_eq!(world.deliver().await, sent(1));
    release.send(()).unwrap();
    slow.await.unwrap().unwrap();
    assert_eq!(world.words().await, ["sent", "sent"]);
    world.clock.advance(10 * MINUTE);
    assert_eq!(world.deliver().await, Delivered::default());
}
