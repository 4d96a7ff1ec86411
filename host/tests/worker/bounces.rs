//! Addresses that their mail server refuses for good: marked, and told to the owner.

use security_contact_host::domain::model::{Action, Authentication, Detail, DirectoryEntry, OutboxState};
use security_contact_host::domain::ports::Clock;
use security_contact_host::worker::Delivered;

use super::world::{DAY, MINUTE, World, address, failed, left, no_such_address, other_address, sent, user};

const SUBJECT: &str = "Mail to Name of u-2 of Acme does not arrive";

impl World {
    /// The subjects of the mails that were taken since the last look, with who took them.
    fn taken_subjects(&mut self) -> Vec<(String, String)> {
        let mails = self.taken_mails().into_iter();
        mails.map(|mail| (mail.to.as_str().to_owned(), mail.subject)).collect()
    }

    /// How often the owner was told that mail to `u-2` does not arrive.
    fn times_told(&mut self) -> usize {
        let subjects = self.taken_subjects();
        subjects.iter().filter(|(to, subject)| *to == address("u-1") && subject == SUBJECT).count()
    }

    async fn is_marked(&self, id: &str) -> bool {
        self.member(id).await.unreachable_since.is_some()
    }
}

/// `acme` with the contact `u-2`, whose address nobody knows any more.
async fn with_unknown_address() -> World {
    let mut world = World::new().await;
    world.choose_and_tell("u-2").await;
    world.refuse_address(&address("u-2"));
    world
}

#[tokio::test]
async fn an_address_that_is_refused_is_marked_and_the_owner_is_told() {
    let mut world = with_unknown_address().await;
    world.clock.advance(MINUTE);
    world.dispatch("e-1").await;
    assert_eq!(world.deliver().await, Delivered { addressed: 1, failed: 1, ..sent(1) });
    let mail = world.taken_mails().remove(0);
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("u-1@acme.example", SUBJECT));
    assert_eq!(world.member("u-2").await.unreachable_since, Some(world.clock.now()));
    let row = &world.outbox().await[3];
    assert_eq!((row.state, row.to.clone()), (OutboxState::Failed, Some(user("u-2"))));
    assert_eq!(row.last_error.as_deref(), Some("the server replied 550 (5.1.1)"));
    let entry = world.history().await.pop().unwrap();
    assert_eq!((entry.action, entry.at, entry.actor), (Action::AddressUnreachable, world.clock.now(), None));
    assert_eq!((entry.authenticated, entry.before, entry.after), (Authentication::Host, None, None));
    assert_eq!(entry.detail, Some(Detail::Address { person: user("u-2") }));
}

#[tokio::test]
async fn the_owner_is_told_once_of_an_address() {
    let mut world = World::new().await;
    world.refuse_address(&address("u-2"));
    // Three mails to each, which are under way together.
    world.queue_six().await;
    assert_eq!(world.deliver().await, Delivered { failed: 3, ..sent(4) });
    assert_eq!(world.times_told(), 1);
    world.clock.advance(DAY);
    world.dispatch("e-1").await;
    assert_eq!(world.deliver().await, Delivered { addressed: 1, ..failed(1) });
    assert_eq!(world.times_told(), 0);
    assert_eq!(world.entries(Action::AddressUnreachable).await.len(), 1);
}

#[tokio::test]
async fn nobody_is_told_of_the_owners_own_address() {
    let world = World::new().await;
    world.refuse_address(&address("u-1"));
    world.dispatch("e-1").await;
    assert_eq!(world.deliver().await, Delivered { addressed: 1, ..failed(1) });
    assert!(world.is_marked("u-1").await);
    let entry = world.history().await.pop().unwrap();
    assert_eq!(entry.detail, Some(Detail::Address { person: user("u-1") }));
    assert_eq!(world.outbox().await.len(), 2);
}

#[tokio::test]
async fn an_owner_who_cannot_be_told_either_starts_no_circle() {
    let mut world = with_unknown_address().await;
    world.refuse_address(&address("u-1"));
    world.dispatch("e-1").await;
    assert_eq!(world.deliver().await, Delivered { addressed: 1, ..failed(2) });
    world.clock.advance(DAY);
    assert_eq!(world.deliver().await, Delivered::default());
    assert_eq!(world.taken(), [""; 0]);
    assert_eq!(world.entries(Action::AddressUnreachable).await.len(), 2);
}

#[tokio::test]
async fn an_owner_without_an_address_is_recorded_as_not_told() {
    let world = with_unknown_address().await;
    world.move_address("u-1", None).await;
    world.dispatch("e-1").await;
    assert_eq!(world.deliver().await, Delivered { addressed: 1, ..failed(1) });
    let row = world.outbox().await.pop().unwrap();
    assert_eq!((row.state, row.to), (OutboxState::Unreachable, Some(user("u-1"))));
}

#[tokio::test]
async fn another_address_is_not_marked_until_it_is_refused_too() {
    let mut world = with_unknown_address().await;
    world.dispatch("e-1").await;
    world.deliver().await;
    assert_eq!(world.times_told(), 1);
    world.put_back("u-2").await;
    assert!(world.is_marked("u-2").await);
    world.move_address("u-2", Some("new@acme.example")).await;
    assert!(!world.is_marked("u-2").await);
    world.dispatch("e-2").await;
    assert_eq!(world.deliver().await, Delivered { addressed: 1, ..sent(1) });
    assert_eq!(world.taken(), ["new@acme.example"]);
    world.refuse_address("new@acme.example");
    world.dispatch("e-3").await;
    world.deliver().await;
    assert_eq!(world.times_told(), 1);
    assert!(world.is_marked("u-2").await);
    assert_eq!(world.entries(Action::AddressUnreachable).await.len(), 2);
}

/// Has the next mail refused, after the directory has brought news of its recipient.
async fn refused_after(news: DirectoryEntry, world: &World) -> Delivered {
    world.dispatch("e-1").await;
    let directories = world.directories.clone();
    world.script_async(async move {
        directories.put_one(&news).await.unwrap().unwrap();
        no_such_address()
    });
    world.deliver().await
}

#[tokio::test]
async fn an_address_that_was_corrected_before_its_refusal_is_not_marked() {
    let mut world = World::new().await;
    world.choose_and_tell("u-2").await;
    let news = other_address("u-2", Some("new@acme.example"));
    assert_eq!(refused_after(news, &world).await, Delivered { addressed: 1, ..failed(1) });
    assert!(!world.is_marked("u-2").await);
    assert_eq!(world.entries(Action::AddressUnreachable).await, []);
    assert_eq!(world.taken(), [""; 0]);
}

#[tokio::test]
async fn nothing_is_marked_of_whoever_has_left() {
    let mut world = World::new().await;
    world.choose_and_tell("u-2").await;
    // The owner is the contact from now on, and is told that.
    assert_eq!(refused_after(left("u-2"), &world).await, Delivered { addressed: 1, failed: 1, ..sent(1) });
    assert_eq!(world.taken_subjects(), [(address("u-1"), "You are now the security contact of Acme".to_owned())]);
    assert_eq!(world.entries(Action::AddressUnreachable).await, []);
}

#[tokio::test]
async fn an_event_that_was_refused_comes_to_the_corrected_address_when_an_operator_says_so() {
    let mut world = with_unknown_address().await;
    world.dispatch("e-1").await;
    world.deliver().await;
    world.taken();
    world.move_address("u-2", Some("new@acme.example")).await;
    let row = world.outbox().await.into_iter().find(|row| row.state == OutboxState::Failed).unwrap();
    assert!(world.store.retry_mail(row.id, world.clock.now()).await.unwrap());
    assert_eq!(world.deliver().await, Delivered { addressed: 2, ..sent(1) });
    assert_eq!(world.taken_events(), ["new@acme.example"]);
}
