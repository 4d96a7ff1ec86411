//! The courier with a real SMTP server.

use std::sync::Arc;

use security_contact_host::domain::model::{Action, Claimed, OutboxState};
use security_contact_host::domain::ports::{Clock, Mailer};
use security_contact_host::mail::render;
use security_contact_host::worker::{Courier, Delivered};
use serde_json::{Value, json};

use super::peer::Peer;
use super::world::{MINUTE, World, busy, failed, put_off, sent};

impl World {
    fn courier_to_peer(&self, peer: &Peer) -> Courier {
        self.courier_to(Arc::new(peer.plain()))
    }

    async fn deliver_by(&self, courier: &Courier) -> Delivered {
        courier.deliver_due(&self.stop).await.unwrap()
    }
}

fn id_of(mail: &Value) -> &str {
    mail["parsed"]["messageId"].as_str().unwrap()
}

#[tokio::test]
async fn a_server_that_wants_to_be_asked_twice_gets_its_mail_later() {
    let world = World::new().await;
    let peer = Peer::start("greylisting");
    let courier = world.courier_to_peer(&peer);
    world.choose("u-2").await;
    assert_eq!(world.deliver_by(&courier).await, put_off(2));
    let reason = Some("the server replied 450 (4.7.1)".to_owned());
    assert!(world.states().await.iter().all(|row| *row == ("pending".to_owned(), 1, reason.clone())));
    world.clock.advance(MINUTE);
    assert_eq!(world.deliver_by(&courier).await, sent(2));
    let mut to: Vec<_> = peer.rest().into_iter().map(|mail| mail["to"].clone()).collect();
    to.sort_by_key(Value::to_string);
    assert_eq!(to, [json!(["u-1@acme.example"]), json!(["u-2@acme.example"])]);
}

#[tokio::test]
async fn a_mail_whose_answer_was_lost_comes_again_with_the_same_bytes() {
    let world = World::new().await;
    let peer = Peer::start("drop-after-data");
    let courier = world.courier_to_peer(&peer);
    world.dispatch("e-1").await;
    assert_eq!(world.deliver_by(&courier).await, Delivered { addressed: 1, ..put_off(1) });
    // Nobody knows that it arrived.
    assert_eq!(world.entries(Action::EventSent).await, []);
    world.clock.advance(MINUTE);
    assert_eq!(world.deliver_by(&courier).await, sent(1));
    let mails = peer.rest();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0]["raw"], mails[1]["raw"]);
    assert_eq!(world.entries(Action::EventSent).await.len(), 1);
}

#[tokio::test]
async fn a_crash_between_the_servers_answer_and_the_store_repeats_the_same_mails() {
    let world = World::new().await;
    let mut peer = Peer::start("accept");
    world.choose("u-2").await;
    world.dispatch("e-1").await;
    // The mails of the change are there, and the event's when it is addressed.
    for _ in 0..3 {
        world.script(busy);
    }
    assert_eq!(world.deliver().await, Delivered { addressed: 1, ..put_off(3) });
    world.clock.advance(MINUTE);
    let now = world.clock.now();
    let claimed = world.store.claim_mail(now, now.plus_millis(5 * MINUTE), 10).await.unwrap();
    let mailer = peer.plain();
    for row in &claimed {
        let Claimed::Mail(mail) = row else { panic!("{row:?}") };
        mailer.send(&render(mail).unwrap()).await.unwrap();
    }
    // The process is gone. Another one has a connection of its own, and waits for the leases to end.
    let courier = world.courier_to_peer(&peer);
    assert_eq!(world.deliver_by(&courier).await, Delivered::default());
    world.clock.advance(5 * MINUTE);
    assert_eq!(world.deliver_by(&courier).await, sent(3));
    let mut mails: Vec<Value> = (0..6).map(|_| peer.mail()).collect();
    assert_eq!(peer.rest(), [Value::Null; 0]);
    mails.sort_by(|a, b| id_of(a).cmp(id_of(b)));
    for pair in mails.chunks(2) {
        assert_eq!((id_of(&pair[0]), &pair[0]["raw"]), (id_of(&pair[1]), &pair[1]["raw"]));
        assert_ne!(pair[0]["session"], pair[1]["session"]);
    }
}

#[tokio::test]
async fn a_server_that_does_not_know_an_address_marks_it() {
    let world = World::new().await;
    let peer = Peer::start("rcpt:550 5.1.1");
    let courier = world.courier_to_peer(&peer);
    world.choose("u-2").await;
    // The two mails of the change, and the one that tells the owner of `u-2`.
    assert_eq!(world.deliver_by(&courier).await, failed(3));
    for id in ["u-1", "u-2"] {
        assert_eq!(world.member(id).await.unreachable_since, Some(world.clock.now()));
    }
    assert!(world.outbox().await.iter().all(|row| row.state == OutboxState::Failed));
}

#[tokio::test]
async fn a_server_that_refuses_the_mail_marks_nobody() {
    let world = World::new().await;
    for (key, mode) in [("e-1", "rcpt:550 5.7.1"), ("e-2", "mail:553"), ("e-3", "message:552")] {
        let peer = Peer::start(mode);
        world.dispatch(key).await;
        let courier = world.courier_to_peer(&peer);
        assert_eq!(world.deliver_by(&courier).await, Delivered { addressed: 1, ..failed(1) });
    }
    assert_eq!(world.member("u-1").await.unreachable_since, None);
    assert_eq!(world.history().await, []);
}
