//! Walking the chain, also while others write.

use std::pin::Pin;
use std::sync::Mutex;

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

async fn report(world: &World) -> ChainReport {
    verify(&*world.store, |_| {}).await.unwrap()
}

fn intact(accounts: u64, rows: u64) -> ChainReport {
    ChainReport { accounts, rows, first_break: None }
}

#[tokio::test]
async fn what_nobody_touched_is_whole() {
    assert_eq!(report(&World::empty()).await, intact(0, 0));
    let world = filled(&[("a", 0), ("b", 3), ("c", 1_100), ("d", 1)]).await;
    let heard = Mutex::new(Vec::new());
    assert_eq!(verify(&*world.store, |rows| heard.lock().unwrap().push(rows)).await.unwrap(), intact(4, 1_104));
    assert_eq!(heard.into_inner().unwrap(), [1_104, 1_104]);
}

#[tokio::test]
async fn the_first_break_is_named() {
    let cases = [
        (
            "UPDATE audit SET at = at + 1 WHERE account_id = 'b' AND seq = 2",
            "b",
            2,
            "its contents do not have its hash",
        ),
        ("UPDATE audit SET reasons = '[]' WHERE seq = 3", "b", 3, "its contents do not have its hash"),
        ("UPDATE audit SET detail = NULL WHERE account_id = 'd'", "d", 1, "its contents do not have its hash"),
        ("UPDATE audit SET hash = previous_hash WHERE seq = 1", "b", 1, "its contents do not have its hash"),
        ("UPDATE audit SET previous_hash = hash WHERE seq = 2", "b", 2, "it does not have the hash of the row before"),
        ("DELETE FROM audit WHERE account_id = 'b' AND seq = 1", "b", 2, "a row before it is missing"),
        ("DELETE FROM audit WHERE account_id = 'b' AND seq = 2", "b", 3, "a row before it is missing"),
        ("DELETE FROM audit WHERE account_id = 'b' AND seq = 3", "b", 3, "the account's last row is another"),
        ("DELETE FROM audit WHERE account_id = 'd'", "d", 1, "the account's last row is another"),
        ("UPDATE accounts SET audit_seq = 2 WHERE id = 'b'", "b", 4, "the account's last row is another"),
        ("UPDATE accounts SET audit_hash = 'x' WHERE id = 'b'", "b", 4, "the account's last row is another"),
        ("UPDATE audit SET account_id = 'aa' WHERE account_id = 'd'", "aa", 1, "it belongs to no account"),
        ("UPDATE audit SET account_id = 'z' WHERE account_id = 'd'", "d", 1, "the account's last row is another"),
        ("DELETE FROM accounts WHERE id = 'd'", "d", 1, "it belongs to no account"),
        ("DELETE FROM accounts WHERE id = 'b'", "b", 1, "it belongs to no account"),
    ];
    for (sql, account, seq, what) in cases {
        let world = filled(&[("a", 0), ("b", 3), ("c", 0), ("d", 1)]).await;
        world.database("DROP TRIGGER audit_refuses_update; DROP TRIGGER audit_refuses_delete");
        world.database(sql);
        let expected = Break { account: account.into(), seq, what };
        assert_eq!(report(&world).await.first_break, Some(expected), "{sql}");
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
