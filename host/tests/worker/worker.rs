//! The worker: deliveries and reviews, beside each other, until it is stopped.

use std::io;
use std::time::Duration;

use security_contact_host::worker::{Pauses, Worker};
use tokio::sync::mpsc;

use super::world::World;

/// A worker that runs beside the test until it is asked to stop. It hardly rests.
fn start(world: &World) -> tokio::task::JoinHandle<()> {
    let pause = Duration::from_millis(5);
    let pauses = Pauses { mail: pause, failure: pause, review: pause, ..Pauses::default() };
    let worker = Worker::new(world.courier(), world.reviews.clone(), world.contacts.clone(), pauses);
    let stop = world.stop.clone();
    tokio::spawn(async move { worker.run(&stop).await })
}

#[tokio::test]
async fn a_worker_delivers_until_it_is_stopped() {
    let mut world = World::new().await;
    world.choose("u-2").await;
    world.leave("u-2").await;
    let running = start(&world);
    let mut taken = Vec::new();
    for _ in 0..3 {
        taken.push(world.taken.recv().await.unwrap().to.as_str().to_owned());
    }
    taken.sort();
    // Nobody can be told who has left, but was told of the choice before.
    assert_eq!(taken, ["u-1@acme.example", "u-1@acme.example", "u-2@acme.example"]);
    world.stop.ask();
    running.await.unwrap();
}

#[tokio::test]
async fn a_worker_reviews_what_time_has_changed() {
    let mut world = World::new().await;
    world.choose_and_tell("u-2").await;
    world.clock.advance(400 * super::world::DAY);
    let running = start(&world);
    let mut taken = Vec::new();
    for _ in 0..2 {
        taken.push(world.taken.recv().await.unwrap().to.as_str().to_owned());
    }
    taken.sort();
    assert_eq!(taken, ["u-1@acme.example", "u-2@acme.example"]);
    world.stop.ask();
    running.await.unwrap();
}

/// What is logged on this thread, line by line.
struct Log(mpsc::UnboundedSender<String>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(String::from_utf8(bytes.to_vec()).unwrap()).unwrap();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_store_that_fails_is_logged_and_asked_again() {
    let mut world = World::new().await;
    world.choose("u-2").await;
    let (sender, mut log) = mpsc::unbounded_channel();
    let subscriber = tracing_subscriber::fmt().with_writer(move || Log(sender.clone())).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    world.damage("ALTER TABLE outbox RENAME TO o; ALTER TABLE accounts RENAME TO a");
    let running = start(&world);
    let mut expected = vec!["mail cannot be delivered", "designations cannot be reviewed"];
    while !expected.is_empty() {
        let line = log.recv().await.unwrap();
        assert!(line.contains("no such table") && !line.contains('@'), "{line}");
        expected.retain(|expected| !line.contains(expected));
    }
    world.damage("ALTER TABLE o RENAME TO outbox; ALTER TABLE a RENAME TO accounts");
    assert_eq!(world.taken.recv().await.unwrap().to.as_str(), "u-2@acme.example");
    world.stop.ask();
    running.await.unwrap();
}
