//! Security events: whoever is the contact when one is sent receives it, and nobody else.

use security_contact_host::domain::model::{Action, Authentication, Detail, NewEvent};
use security_contact_host::domain::ports::Clock;
use security_contact_host::domain::{Dispatched, DomainError};
use security_contact_host::worker::{Courier, Delivered, Stop};
use security_contact_policy::Rules;

use super::world::{DAY, MINUTE, World, acme, address, breach, busy, failed, new_event, put_off, refused, sent, user};

/// An event that went out, or two mails of one.
fn addressed(addressed: u64, mails: u64) -> Delivered {
    Delivered { addressed, ..sent(mails) }
}

/// `acme` with the contact `u-2`, who knows of it, and the owner gets a copy of every event.
async fn with_copies() -> World {
    let mut world = World::under(&Rules { copy_owner_on_events: true, ..Rules::default() }).await;
    world.choose_and_tell("u-2").await;
    world
}

/// `acme` with the contact `u-2`, who was not there when the server was asked to take an event.
async fn with_one_put_off() -> World {
    let mut world = World::new().await;
    world.choose_and_tell("u-2").await;
    world.dispatch("e-1").await;
    world.script(busy);
    assert_eq!(world.deliver().await, Delivered { addressed: 1, ..put_off(1) });
    world
}

#[tokio::test]
async fn an_event_says_what_happened_and_how_bad_it_is() {
    let mut world = World::new().await;
    world.dispatch("e-1").await;
    world.clock.advance(MINUTE);
    assert_eq!(world.deliver().await, addressed(1, 1));
    let mail = world.taken_mails().remove(0);
    assert_eq!((mail.to.as_str(), mail.to_name.as_str()), ("u-1@acme.example", "Name of u-1"));
    assert_eq!(mail.subject, "[High] Breach alert for Acme");
    assert!(mail.text.contains("A key was found in public."), "{}", mail.text);
    assert!(mail.text.contains("1 October 2026 at 09:30 UTC"), "{}", mail.text);
}

#[tokio::test]
async fn an_event_is_sent_once_however_often_it_is_dispatched() {
    let mut world = World::new().await;
    world.dispatch("e-1").await;
    world.deliver().await;
    let again = world.events.dispatch(&acme(), &new_event("e-1")).await.unwrap();
    assert!(matches!(again, Dispatched::Repeated { .. }), "{again:?}");
    let other = NewEvent { text: "Something else.".parse().unwrap(), ..new_event("e-1") };
    assert_eq!(world.events.dispatch(&acme(), &other).await.unwrap(), Dispatched::KeyReused);
    world.clock.advance(DAY);
    assert_eq!(world.deliver().await, Delivered::default());
    assert_eq!(world.taken_events(), [address("u-1")]);
    let nowhere = world.events.dispatch(&"nowhere".parse().unwrap(), &new_event("e-1")).await;
    assert!(matches!(nowhere, Err(DomainError::UnknownAccount { .. })), "{nowhere:?}");
}

#[tokio::test]
async fn an_event_goes_to_whoever_is_the_contact_when_it_is_sent() {
    let mut world = World::new().await;
    world.choose_and_tell("u-2").await;
    world.dispatch("e-1").await;
    world.choose("u-3").await;
    world.deliver().await;
    assert_eq!(world.taken_events(), [address("u-3")]);
}

#[tokio::test]
async fn a_contact_who_lapsed_receives_no_event_even_before_a_review() {
    let mut world = World::new().await;
    world.choose_and_tell("u-2").await;
    world.dispatch("e-1").await;
    world.clock.advance(400 * DAY);
    assert_eq!(world.deliver().await, addressed(1, 1));
    assert_eq!(world.taken_events(), [address("u-1")]);
}

#[tokio::test]
async fn an_event_is_taken_from_whoever_is_no_longer_the_contact() {
    let mut world = with_one_put_off().await;
    world.choose_and_tell("u-3").await;
    world.clock.advance(MINUTE);
    // One mail is withdrawn, and the event addressed again.
    assert_eq!(world.deliver().await, addressed(2, 1));
    assert_eq!(world.taken(), [address("u-3")]);
    world.clock.advance(DAY);
    assert_eq!(world.deliver().await, Delivered::default());
    let states: Vec<_> = world.states().await.into_iter().map(|(state, ..)| state).collect();
    assert_eq!(states, ["sent", "sent", "sent", "withdrawn", "sent", "sent", "sent"]);
}

#[tokio::test]
async fn an_event_stays_with_whoever_is_the_contact_again() {
    let mut world = with_one_put_off().await;
    world.choose_and_tell("u-3").await;
    world.choose_and_tell("u-2").await;
    world.clock.advance(MINUTE);
    assert_eq!(world.deliver().await, sent(1));
    assert_eq!(world.taken(), [address("u-2")]);
}

#[tokio::test]
async fn an_event_comes_to_the_address_that_the_contact_has_when_it_is_sent() {
    let mut world = with_one_put_off().await;
    world.move_address("u-2", Some("new@acme.example")).await;
    world.clock.advance(MINUTE);
    assert_eq!(world.deliver().await, addressed(2, 1));
    assert_eq!(world.taken(), ["new@acme.example"]);
}

#[tokio::test]
async fn the_owner_gets_a_copy_where_the_rules_say_so() {
    let mut world = with_copies().await;
    world.dispatch("e-1").await;
    assert_eq!(world.deliver().await, addressed(1, 2));
    let mut taken = world.taken();
    taken.sort();
    assert_eq!(taken, [address("u-1"), address("u-2")]);
    world.reset().await;
    world.deliver().await;
    world.taken();
    world.dispatch("e-2").await;
    assert_eq!(world.deliver().await, addressed(1, 1));
    assert_eq!(world.taken(), [address("u-1")]);
}

#[tokio::test]
async fn whoever_has_an_event_does_not_get_it_again_when_it_is_addressed_again() {
    let mut world = with_copies().await;
    world.dispatch("e-1").await;
    world.script(busy);
    assert_eq!(world.deliver().await, Delivered { put_off: 1, ..addressed(1, 1) });
    let first = world.taken();
    // Whichever of the two mails it was that was put off, the new contact has the event in the end, and the owner once.
    world.choose_and_tell("u-3").await;
    world.clock.advance(MINUTE);
    world.deliver().await;
    world.clock.advance(DAY);
    assert_eq!(world.deliver().await, Delivered::default());
    let later = world.taken_events();
    let count = |id: &str| first.iter().chain(&later).filter(|taken| **taken == address(id)).count();
    assert_eq!((count("u-1"), first.len()), (1, 1));
    if first == [address("u-1")] {
        assert_eq!((count("u-2"), count("u-3")), (0, 1));
    } else {
        assert_eq!((count("u-2"), count("u-3")), (1, 0));
    }
}

#[tokio::test]
async fn an_account_without_an_owner_puts_its_events_off() {
    let mut world = World::new().await;
    world.dispatch("e-1").await;
    world.damage("PRAGMA foreign_keys = off; DELETE FROM people WHERE id = 'u-1'");
    assert_eq!(world.deliver().await, put_off(1));
    let reason = "the account `acme` has no owner; every account needs one";
    assert_eq!(world.states().await, [("pending".to_owned(), 1, Some(reason.to_owned()))]);
    world.put_back("u-1").await;
    world.clock.advance(MINUTE);
    world.script(busy);
    assert_eq!(world.deliver().await, Delivered { addressed: 1, ..put_off(1) });
    // The mail waits for an owner too.
    world.damage("PRAGMA foreign_keys = off; DELETE FROM people WHERE id = 'u-1'");
    world.clock.advance(MINUTE);
    assert_eq!(world.deliver().await, put_off(1));
    world.put_back("u-1").await;
    world.clock.advance(2 * MINUTE);
    assert_eq!(world.deliver().await, sent(1));
    assert_eq!(world.taken_events(), [address("u-1")]);
}

const NOBODY: &str = "nobody who is to receive the event has an address";

#[tokio::test]
async fn an_event_waits_for_an_address() {
    let mut world = World::new().await;
    world.move_address("u-1", None).await;
    world.dispatch("e-1").await;
    assert_eq!(world.deliver().await, put_off(1));
    assert_eq!(world.states().await, [("pending".to_owned(), 1, Some(NOBODY.to_owned()))]);
    world.move_address("u-1", Some("new@acme.example")).await;
    world.clock.advance(MINUTE);
    assert_eq!(world.deliver().await, addressed(1, 1));
    assert_eq!(world.taken_events(), ["new@acme.example"]);
}

#[tokio::test]
async fn an_event_that_reaches_one_of_two_is_not_held_up_by_the_other() {
    let mut world = with_copies().await;
    world.move_address("u-2", None).await;
    world.dispatch("e-1").await;
    assert_eq!(world.deliver().await, addressed(1, 1));
    assert_eq!(world.taken_events(), [address("u-1")]);
    let states: Vec<_> = world.states().await.into_iter().map(|(state, ..)| state).collect();
    assert_eq!(states[2..], ["sent", "unreachable", "sent"]);
}

#[tokio::test]
async fn an_event_that_is_addressed_again_has_five_days_again() {
    let world = with_one_put_off().await;
    world.move_address("u-2", None).await;
    world.clock.advance(6 * DAY);
    // The event goes back to be addressed, and there is nobody to reach.
    assert_eq!(world.deliver().await, Delivered { addressed: 1, ..put_off(1) });
    world.clock.advance(6 * DAY);
    assert_eq!(world.deliver().await, failed(1));
    let event = &world.states().await[2];
    assert_eq!(*event, ("failed".to_owned(), 3, Some(format!("{NOBODY}; tried for 5 days"))));
}

#[tokio::test]
async fn the_history_tells_who_received_an_event_and_nothing_of_tries() {
    let mut world = with_one_put_off().await;
    assert_eq!(world.entries(Action::EventSent).await, []);
    world.clock.advance(MINUTE);
    assert_eq!(world.deliver().await, sent(1));
    let mail = world.taken_mails().remove(0);
    let entry = world.history().await.pop().unwrap();
    assert_eq!((entry.action, entry.at, entry.actor), (Action::EventSent, world.clock.now(), None));
    assert_eq!((entry.authenticated, entry.before, entry.after), (Authentication::Host, None, None));
    let detail = Detail::Event { event: breach(), to: user("u-2"), message_id: mail.message_id };
    assert_eq!(entry.detail, Some(detail));
    world.dispatch("e-2").await;
    world.script(refused);
    assert_eq!(world.deliver().await, Delivered { addressed: 1, ..failed(1) });
    assert_eq!(world.entries(Action::EventSent).await.len(), 1);
}

#[tokio::test]
async fn the_history_tells_of_each_recipient() {
    let mut world = with_copies().await;
    world.dispatch("e-1").await;
    world.deliver().await;
    let mails = world.taken_mails();
    let told = world.entries(Action::EventSent).await;
    assert_eq!(told.len(), 2);
    for mail in mails {
        let to = user(mail.to.as_str().split('@').next().unwrap());
        let detail = Some(Detail::Event { event: breach(), to, message_id: mail.message_id });
        assert!(told.iter().any(|entry| entry.detail == detail), "{detail:?}");
    }
}

#[tokio::test]
async fn an_event_counts_as_sent_only_with_its_entry_in_the_history() {
    let mut world = World::new().await;
    world.dispatch("e-1").await;
    world.damage("CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE (ABORT, 'broken'); END");
    assert!(world.courier().deliver_due(&world.stop).await.is_err());
    let first = world.taken_mails().remove(0);
    assert_eq!(world.states().await[1], ("pending".to_owned(), 0, None));
    world.damage("DROP TRIGGER broken");
    world.clock.advance(5 * MINUTE);
    assert_eq!(world.deliver().await, sent(1));
    assert_eq!(world.taken_mails().remove(0).message_id, first.message_id);
    assert_eq!(world.entries(Action::EventSent).await.len(), 1);
}

#[tokio::test]
async fn a_store_that_takes_long_to_say_whose_the_event_is_costs_the_lease_and_no_second_mail() {
    let mut world = with_one_put_off().await;
    world.clock.advance(MINUTE);
    // Looks at the clock: to claim, to begin, to ask, and to see how much time is left.
    world.clock.jump(&[0, 0, 0, 5 * MINUTE]);
    assert_eq!(world.deliver().await, sent(1));
    assert_eq!(world.taken_events(), [address("u-2")]);
    let database = rusqlite::Connection::open(world.folder.path().join("db")).unwrap();
    let sql = "SELECT lease, attempts FROM outbox WHERE event_id IS NOT NULL";
    let leases = database.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
    // The second lease was given back, untried.
    assert_eq!(leases, Ok((3, 2)));
}

/// Two servers on one store, while the contact changes all the time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_couriers_send_each_event_once() {
    const EVENTS: usize = 40;
    let mut world = World::new().await;
    for number in 0..EVENTS {
        world.dispatch(&format!("e-{number}")).await;
        world.script(if number % 3 == 0 { busy } else { || Ok(()) });
    }
    let run = |courier: Courier| tokio::spawn(async move { courier.deliver_due(&Stop::default()).await.unwrap() });
    let mut running = Vec::new();
    for turn in 0..30 {
        running.extend([run(world.courier()), run(world.other_courier())]);
        world.choose(["u-2", "u-3"][turn % 2]).await;
    }
    for running in running {
        running.await.unwrap();
    }
    world.clock.advance(DAY);
    world.deliver().await;
    let mails = world.taken_mails().into_iter().filter(|mail| mail.subject.starts_with("[High]"));
    let mut taken: Vec<_> = mails.map(|mail| (mail.message_id, mail.to.as_str().to_owned())).collect();
    taken.sort();
    let entries = world.entries(Action::EventSent).await.into_iter();
    let mut told: Vec<_> = entries
        .map(|entry| match entry.detail {
            Some(Detail::Event { to, message_id, .. }) => (message_id, address(to.as_str())),
            detail => panic!("{detail:?}"),
        })
        .collect();
    told.sort();
    assert_eq!(taken, told);
    assert_eq!(taken.len(), EVENTS);
}
