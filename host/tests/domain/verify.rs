//! Walking the chain while others write, at the very moment between two looks.

use std::pin::Pin;

use security_contact_host::domain::model::DirectoryEntry;
use security_contact_host::domain::{Break, ChainReport, Wish, verify};
use security_contact_policy::{AccountSettings, Status};

use crate::spy::Spy;
use crate::world::{World, ada, entry, id, member, request};

/// Accounts of which each has that many rows in its history.
async fn filled(accounts: &[(&str, usize)]) -> World {
    let world = World::empty();
    for (account, rows) in accounts {
        world.try_put(&[with_ada(account)]).await.remove(0).unwrap();
        refuse(&world, account, *rows).await;
    }
    world
}

fn with_ada(account: &str) -> DirectoryEntry {
    let people = vec![member("olga", "owner", AccountSettings::Edit), ada(Status::Active)];
    entry(account, Some("olga"), people, &[])
}

/// Adds to the account's history so many attempts of a stranger.
async fn refuse(world: &World, account: &str, times: usize) {
    let (account, stranger) = (account.parse().unwrap(), id("mallory"));
    for _ in 0..times {
        let request = request(&account, &stranger, &Wish::Reset, None);
        world.contacts.change(&request).await.unwrap();
    }
}

/// What others write while somebody walks, the how-manieth time.
type Write = fn(World, usize) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// Walks while `write` happens just before each of the first calls of that name.
async fn while_others_write(world: &World, call: &'static str, times: usize, write: Write) -> ChainReport {
    let spy = Spy::on(world.store.clone());
    for time in 0..times {
        let writing = write(World::beside(world), time);
        spy.before(call, async move {
            writing.await;
            Ok(())
        });
    }
    verify(&spy, |_| {}).await.unwrap()
}

#[tokio::test]
async fn rows_that_are_added_meanwhile_are_no_break() {
    for call in ["audit_after", "chain_heads"] {
        let world = filled(&[("a", 1), ("b", 2), ("c", 1)]).await;
        let seen = while_others_write(&world, call, 6, |world, _| {
            Box::pin(async move {
                for account in ["a", "b", "c"] {
                    refuse(&world, account, 1).await;
                }
            })
        });
        let seen = seen.await;
        assert_eq!((seen.accounts, seen.first_break), (3, None), "{call}");
        assert!(seen.rows > 4 && seen.rows <= 4 + 18, "{call}: {}", seen.rows);
    }
}

#[tokio::test]
async fn accounts_that_come_meanwhile_are_no_break() {
    for call in ["audit_after", "chain_heads"] {
        let world = filled(&[("b", 1), ("d", 1)]).await;
        let seen = while_others_write(&world, call, 2, |world, time| {
            Box::pin(async move {
                for account in ["a", "c", "e"] {
                    let account = format!("{account}{time}");
                    world.try_put(&[with_ada(&account)]).await.remove(0).unwrap();
                    refuse(&world, &account, 2).await;
                }
            })
        });
        let seen = seen.await;
        assert_eq!(seen.first_break, None, "{call}");
        assert!((2..=8).contains(&seen.accounts) && seen.rows >= 2, "{call}: {seen:?}");
    }
}

#[tokio::test]
async fn a_break_is_found_while_others_write() {
    let world = filled(&[("a", 1), ("b", 3), ("c", 1)]).await;
    world.database("DROP TRIGGER audit_refuses_delete; DELETE FROM audit WHERE account_id = 'b' AND seq = 3");
    let seen =
        while_others_write(&world, "chain_heads", 3, |world, _| Box::pin(async move { refuse(&world, "a", 1).await }));
    let what = "the account's last row is another";
    assert_eq!(seen.await.first_break, Some(Break { account: "b".into(), seq: 3, what }));
}
