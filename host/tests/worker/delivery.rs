//! One mail after the other: taken, put off, given up.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use security_contact_host::domain::ports::{Clock, Mailer, RenderedMail, SendError, StoreError};
use security_contact_host::mail::{MaildirMailer, Sender};
use security_contact_host::worker::{Delivered, Pauses, Stop};
use security_contact_policy::Instant;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::world::{DAY, MINUTE, START, World, busy, put_off, refused, sent};

#[tokio::test]
async fn each_mail_is_one_file() {
    let world = World::new().await;
    let maildir = world.folder.path().join("mail");
    let sender = Sender::new("security@example.com", "Security Contact").unwrap();
    let courier = world.courier_to(Arc::new(MaildirMailer::create(&maildir, sender).unwrap()));
    world.choose("u-2").await;
    assert_eq!(courier.deliver_due(&world.stop).await.unwrap(), sent(2));
    assert_eq!(courier.deliver_due(&world.stop).await.unwrap(), Delivered::default());
    let files = |part: &str| std::fs::read_dir(maildir.join(part)).unwrap().count();
    assert_eq!((files("new"), files("tmp")), (2, 0));
}

#[tokio::test]
async fn a_mail_that_was_read_before_it_is_sent_again_is_one_file() {
    let world = World::new().await;
    let maildir = world.folder.path().join("mail");
    let sender = Sender::new("security@example.com", "Security Contact").unwrap();
    let courier = world.courier_to(Arc::new(MaildirMailer::create(&maildir, sender).unwrap()));
    world.dispatch("e-1").await;
    world.damage("CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE (ABORT, 'broken'); END");
    assert!(courier.deliver_due(&world.stop).await.is_err());
    let file = std::fs::read_dir(maildir.join("new")).unwrap().next().unwrap().unwrap();
    std::fs::rename(file.path(), maildir.join("cur").join(file.file_name())).unwrap();
    world.damage("DROP TRIGGER broken");
    world.clock.advance(5 * MINUTE);
    assert_eq!(courier.deliver_due(&world.stop).await.unwrap(), sent(1));
    assert_eq!(std::fs::read_dir(maildir.join("new")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_mail_that_is_not_taken_waits_longer_each_time() {
    let mut world = World::new().await;
    world.choose("u-2").await;
    for _ in 0..4 {
        world.script(busy);
    }
    assert_eq!(world.deliver().await, put_off(2));
    // Half a minute and then a minute, a tenth less or more.
    world.clock.advance(27_000 - 1);
    assert_eq!(world.deliver().await, Delivered::default());
    world.clock.advance(6_000 + 1);
    assert_eq!(world.deliver().await, put_off(2));
    world.clock.advance(54_000 - 1);
    assert_eq!(world.deliver().await, Delivered::default());
    world.clock.advance(12_000 + 1);
    assert_eq!(world.deliver().await, sent(2));
    let mut taken = world.taken();
    taken.sort();
    assert_eq!(taken, ["u-1@acme.example", "u-2@acme.example"]);
    assert!(world.states().await.iter().all(|(state, attempts, _)| state == "sent" && *attempts == 3));
}

#[tokio::test]
async fn mails_that_failed_together_come_back_apart() {
    let world = World::new().await;
    world.queue_six().await;
    for _ in 0..6 {
        world.script(busy);
    }
    assert_eq!(world.deliver().await, put_off(6));
    let mut due: Vec<i64> = world.outbox().await.iter().map(|row| row.due_at.millis()).collect();
    due.sort_unstable();
    due.dedup();
    assert_eq!(due.len(), 6);
    let now = world.clock.now().millis();
    assert!(due.iter().all(|due| (27_000..=33_000).contains(&(due - now))), "{due:?}");
}

#[tokio::test]
async fn a_mail_is_given_up_after_five_days() {
    let world = World::new().await;
    world.choose("u-2").await;
    for _ in 0..20_000 {
        world.script(busy);
    }
    let mut tries = 0;
    while world.states().await.iter().any(|(state, ..)| state == "pending") {
        let Delivered { put_off, failed, .. } = world.deliver().await;
        tries += u64::from(put_off + failed > 0);
        world.clock.advance(10 * MINUTE);
    }
    let passed = world.clock.now().millis() - START.parse::<Instant>().unwrap().millis();
    assert!((5 * DAY..5 * DAY + 7 * 60 * MINUTE).contains(&passed), "{passed}");
    assert!((20..80).contains(&tries), "{tries}");
    let (state, _, error) = &world.states().await[0];
    assert_eq!((state.as_str(), error.as_deref()), ("failed", Some("the server replied 451; tried for 5 days")));
}

/// What an outage of ours took of them does not count.
#[tokio::test]
async fn the_five_days_begin_with_the_first_try() {
    let world = World::new().await;
    world.choose("u-2").await;
    world.dispatch("e-1").await;
    world.clock.advance(10 * DAY);
    for _ in 0..3 {
        world.script(busy);
    }
    assert_eq!(world.deliver().await, Delivered { addressed: 1, ..put_off(3) });
    world.clock.advance(4 * DAY);
    assert_eq!(world.deliver().await, sent(3));
}

#[tokio::test]
async fn a_mail_that_is_refused_is_parked_with_the_reason_and_holds_up_no_other() {
    let mut world = World::new().await;
    world.choose("u-2").await;
    world.script(refused);
    assert_eq!(world.deliver().await, Delivered { failed: 1, ..sent(1) });
    assert_eq!(world.taken(), ["u-1@acme.example"]);
    world.clock.advance(DAY);
    assert_eq!(world.deliver().await, Delivered::default());
    let expected = ("failed".to_owned(), 1, Some("the server replied 550 (5.7.1)".to_owned()));
    assert_eq!(world.states().await[0], expected);
}

#[tokio::test]
async fn a_mail_that_cannot_be_read_is_set_aside() {
    let mut world = World::new().await;
    world.choose("u-2").await;
    world.dispatch("e-1").await;
    world.damage("UPDATE outbox SET message = '{}' WHERE to_user = 'u-2'");
    // The event is addressed to `u-2` all the same.
    assert_eq!(world.deliver().await, Delivered { addressed: 1, ..sent(2) });
    assert_eq!(world.taken().len(), 2);
    let set_aside = &world.outbox().await[0];
    assert_eq!(set_aside.state.as_str(), "failed");
    let error = set_aside.last_error.clone().unwrap();
    assert!(error.contains("`outbox.message`") && !error.contains('@'), "{error}");
    world.clock.advance(DAY);
    assert_eq!(world.deliver().await, Delivered::default());
}

#[tokio::test]
async fn the_mail_in_hand_is_finished_and_the_next_start_sends_the_rest() {
    let mut world = World::new().await;
    world.queue_six().await;
    let stop = world.stop.clone();
    world.script(move || {
        stop.ask();
        Ok(())
    });
    assert_eq!(world.deliver().await, sent(4));
    assert_eq!(world.deliver().await, Delivered::default());
    // Nobody tried the rest, and no lease holds it.
    assert!(world.states().await[4..].iter().all(|row| *row == ("pending".to_owned(), 0, None)));
    world.stop = Stop::default();
    assert_eq!(world.deliver().await, sent(2));
    assert_eq!(world.taken().len(), 6);
}

#[tokio::test]
async fn no_mail_is_begun_when_its_lease_is_about_to_end() {
    let mut world = World::new().await;
    world.queue_six().await;
    // Looks at the clock: to claim, and to begin. The store took so long that four are given back.
    world.clock.jump(&[0, 4 * MINUTE + 1]);
    // They are sent as well, on a new lease and in their first try.
    assert_eq!(world.deliver().await, sent(6));
    assert_eq!(world.taken().len(), 6);
    assert!(world.states().await.iter().all(|row| *row == ("sent".to_owned(), 1, None)));
    let database = rusqlite::Connection::open(world.folder.path().join("db")).unwrap();
    let sql = "SELECT group_concat(lease, ' ' ORDER BY id) FROM outbox";
    let leases: String = database.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(leases, "2 2 2 2 1 1");
}

#[tokio::test]
async fn a_courier_with_other_pauses_tries_sooner_and_leaves_its_mails_to_others_sooner() {
    let mut world = World::new().await;
    let pauses = Pauses { retry: Duration::from_secs(2), lease: Duration::from_secs(10), ..Pauses::default() };
    let courier = world.courier().with_pauses(pauses);
    world.choose("u-2").await;
    world.script(busy);
    world.script(|| panic!("a test breaks off"));
    assert_eq!(courier.deliver_due(&world.stop).await.unwrap(), put_off(1));
    world.clock.advance(2_200 + 1);
    assert_eq!(courier.deliver_due(&world.stop).await.unwrap(), sent(1));
    world.clock.advance(10_000 - 2_200 - 2);
    assert_eq!(world.deliver().await, Delivered::default());
    world.clock.advance(1);
    assert_eq!(world.deliver().await, sent(1));
    assert_eq!(world.taken(), ["u-2@acme.example", "u-1@acme.example"]);
}

/// A mailer that is never done at once, and counts how many mails it has in hand.
#[derive(Default)]
struct SlowMailer {
    in_hand: AtomicI64,
    most: AtomicI64,
}

#[async_trait]
impl Mailer for SlowMailer {
    async fn send(&self, _: &RenderedMail) -> Result<(), SendError> {
        let in_hand = self.in_hand.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(in_hand, Ordering::SeqCst);
        tokio::task::yield_now().await;
        self.in_hand.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }
}

#[tokio::test]
async fn four_mails_are_under_way_at_once() {
    let world = World::new().await;
    world.queue_six().await;
    let mailer = Arc::new(SlowMailer::default());
    let courier = world.courier_to(mailer.clone());
    assert_eq!(courier.deliver_due(&world.stop).await.unwrap(), sent(6));
    assert_eq!(mailer.most.load(Ordering::SeqCst), 4);
}

/// `acme` with six mails of which the first is in the hands of a mail server that takes its time, and the courier's task.
async fn with_a_slow_recipient(world: &World) -> (oneshot::Sender<()>, JoinHandle<Result<Delivered, StoreError>>) {
    world.queue_six().await;
    let (release, released) = oneshot::channel::<()>();
    world.script_async(async move {
        released.await.unwrap();
        Ok(())
    });
    let pauses = Pauses { mail: Duration::from_millis(1), ..Pauses::default() };
    let (courier, stop) = (world.courier().with_pauses(pauses), world.stop.clone());
    (release, tokio::spawn(async move { courier.deliver_due(&stop).await }))
}

#[tokio::test]
async fn one_slow_recipient_holds_up_neither_the_rest_nor_new_mail() {
    let mut world = World::new().await;
    let (release, running) = with_a_slow_recipient(&world).await;
    for _ in 0..5 {
        world.taken.recv().await.unwrap();
    }
    world.reset().await;
    for _ in 0..2 {
        world.taken.recv().await.unwrap();
    }
    assert!(!running.is_finished());
    release.send(()).unwrap();
    assert_eq!(running.await.unwrap().unwrap(), sent(8));
}

#[tokio::test]
async fn what_is_in_hand_when_the_store_fails_is_settled_and_the_rest_is_left_to_the_next_round() {
    let mut world = World::new().await;
    world.queue_six().await;
    world.damage(
        "CREATE TRIGGER broken BEFORE UPDATE OF state ON outbox WHEN NEW.id = 1 AND NEW.state = 'sent'
         BEGIN SELECT RAISE (ABORT, 'broken'); END",
    );
    assert!(world.courier().deliver_due(&world.stop).await.is_err());
    let after = world.states().await;
    assert_eq!(after.iter().filter(|(state, ..)| state == "sent").count(), world.taken().len() - 1);
    // No lease holds what nobody began.
    world.damage("DROP TRIGGER broken");
    world.deliver().await;
    let left = world.states().await.into_iter().filter(|(state, ..)| state == "pending").count();
    assert_eq!(left, 1);
    world.clock.advance(5 * MINUTE);
    assert_eq!(world.deliver().await, sent(1));
}

#[tokio::test]
async fn a_delivery_that_panics_ends_no_other() {
    let mut world = World::new().await;
    world.choose("u-2").await;
    world.script(|| panic!("a test breaks off"));
    assert_eq!(world.deliver().await, sent(1));
    world.clock.advance(5 * MINUTE);
    assert_eq!(world.deliver().await, sent(1));
    assert_eq!(world.taken(), ["u-1@acme.example", "u-2@acme.example"]);
}

#[tokio::test]
async fn whoever_lost_the_lease_while_sending_settles_nothing() {
    let mut world = World::new().await;
    world.choose("u-2").await;
    let (release, released) = oneshot::channel::<()>();
    world.script_async(async move {
        released.await.unwrap();
        refused()
    });
    // It does not look again before the test ends.
    let pauses = Pauses { mail: Duration::from_secs(60 * 60), ..Pauses::default() };
    let (courier, stop) = (world.courier().with_pauses(pauses), world.stop.clone());
    let slow = tokio::spawn(async move { courier.deliver_due(&stop).await });
    assert_eq!(world.taken.recv().await.unwrap().to.as_str(), "u-1@acme.example");
    // The first courier has the other mail in hand for longer than anybody may.
    world.clock.advance(5 * MINUTE);
    assert_eq!(world.deliver().await, sent(1));
    let before = world.states().await;
    release.send(()).unwrap();
    slow.await.unwrap().unwrap();
    assert_eq!(world.states().await, before);
    assert!(before.iter().all(|row| *row == ("sent".to_owned(), 1, None)), "{before:?}");
}
