//! Databases that somebody else wrote to: an error names the account and the field, and never the value.

use std::error::Error;
use std::sync::Arc;

use security_contact_tests_postgres::Database;

use super::{open_store, tamper};
use crate::domain::model::{Commit, UnreadableAccount};
use crate::domain::ports::{Store, StoreError};
use crate::store::conformance::{
    POLICY, account, acme, at, audit_entry, choose, claim, commit_on, entry, mail_to, put, queue, snapshot, stored,
};

/// The account `a-1` with everything that an account can have.
async fn full_account() -> (Arc<dyn Store>, Database) {
    let (store, database) = open_store().await;
    let new = acme(&store).await;
    let reminded_for = Some(security_contact_policy::RemindedFor { valid_until: at(0), days: vec![14] });
    let full = Commit {
        designation: choose("u-2"),
        reminded_for,
        next_review_at: Some(at(0)),
        audit: Some(audit_entry(0)),
        mails: vec![mail_to("u-2")],
        ..commit_on(&new)
    };
    stored(&store, &full).await;
    (store, database)
}

fn assert_names(error: &StoreError, field: &str) {
    let expected = format!("the store failed: `{field}` cannot be read for the account `a-1`");
    assert_eq!(error.to_string(), expected);
    assert!(error.source().is_none() && !format!("{error:?}").contains("secret"), "{error:?}");
}

fn unreadable(field: &str) -> UnreadableAccount {
    let message = format!("`{field}` cannot be read for the account `a-1`");
    UnreadableAccount { account: account("a-1"), message }
}

#[tokio::test]
async fn a_snapshot_names_the_field_that_cannot_be_read() {
    let cases = [
        ("accounts.name", "''"),
        ("accounts.announced", "'secret' || chr(10)"),
        ("accounts.reminded_valid_until", "9223372036854775807"),
        ("accounts.reminded_days", "'[\"secret\"]'"),
        ("accounts.user_id", "''"),
        ("accounts.chosen_at", "-9223372036854775808"),
        ("accounts.chosen_by", "''"),
        ("people.role", "''"),
        ("people.account_settings", "'secret'"),
        ("people.status", "'secret'"),
        ("people.last_login_at", "9223372036854775807"),
        ("people.staff_role", "''"),
        ("people.name", "'secret' || chr(10)"),
        ("people.email", "'secret'"),
        ("people.unreachable_since", "9223372036854775807"),
    ];
    let (store, database) = full_account().await;
    for (field, value) in cases {
        let (table, column) = field.split_once('.').unwrap();
        let keep = format!("CREATE TABLE kept AS SELECT * FROM {table}");
        tamper(&database, &[&keep, &format!("UPDATE {table} SET {column} = {value}")]);
        assert_names(&store.snapshot(&account("a-1"), &[]).await.unwrap_err(), field);
        let after = store.snapshots_after(None, 10).await.unwrap().remove(0);
        assert_eq!(after.unwrap_err(), unreadable(field));
        let due = store.claim_reviews(at(0), at(0), POLICY, 10).await.unwrap().remove(0);
        assert_eq!(due.unwrap_err(), unreadable(field));
        let back = format!("INSERT INTO {table} SELECT * FROM kept");
        tamper(&database, &[&format!("DELETE FROM {table}"), &back, "DROP TABLE kept"]);
    }
    snapshot(&store, "a-1").await;
}

#[tokio::test]
async fn an_account_that_cannot_be_read_leaves_its_page_to_the_others() {
    let (store, database) = full_account().await;
    put(&store, &entry("a-2", &[]), 0).await;
    let second = snapshot(&store, "a-2").await;
    stored(&store, &Commit { next_review_at: Some(at(0)), ..commit_on(&second) }).await;
    let field = "accounts.chosen_by";
    tamper(&database, &["UPDATE accounts SET chosen_by = '' WHERE id = 'a-1'"]);
    let second = snapshot(&store, "a-2").await;
    let page = store.snapshots_after(None, 10).await.unwrap();
    assert_eq!(page, [Err(unreadable(field)), Ok(second.clone())]);
    let asked = [("a-2", vec![]), ("a-1", vec!["u-3", "u-2"]), ("a-9", vec![])];
    let asked = asked.map(|(id, also)| (account(id), also.into_iter().map(crate::store::conformance::user).collect()));
    let found = store.snapshots(&asked).await.unwrap();
    assert_eq!(found, [Some(Ok(second.clone())), Some(Err(unreadable(field))), None]);
    let due = store.claim_reviews(at(0), at(100), POLICY, 10).await.unwrap();
    assert_eq!(due, [Err(unreadable(field)), Ok(second)]);
    assert_eq!(store.claim_reviews(at(99), at(200), POLICY, 10).await.unwrap(), []);
}

#[tokio::test]
async fn an_id_that_cannot_be_read_fails_the_page() {
    let (store, database) = full_account().await;
    tamper(&database, &["UPDATE accounts SET id = chr(10)"]);
    let error = store.snapshots_after(None, 10).await.unwrap_err();
    assert!(error.to_string().contains("`accounts.id` cannot be read"), "{error}");
}

#[tokio::test]
async fn lists_name_the_field_that_cannot_be_read() {
    let (store, database) = full_account().await;
    tamper(&database, &["UPDATE people SET role = ''"]);
    assert_names(&store.candidates(&account("a-1"), "", None, 10).await.unwrap_err(), "people.role");
    tamper(&database, &["UPDATE outbox SET attempts = -1"]);
    assert_names(&store.outbox(&Default::default(), 0, 10).await.unwrap_err(), "outbox.attempts");
}

#[tokio::test]
async fn an_account_without_its_owner_is_reported() {
    let (store, database) = full_account().await;
    tamper(&database, &["DELETE FROM people WHERE id = 'u-1'"]);
    assert_eq!(snapshot(&store, "a-1").await.owner, None);
}

#[tokio::test]
async fn a_mail_that_cannot_be_read_holds_up_no_other() {
    let (store, database) = full_account().await;
    queue(&store, &["u-3"], 20).await;
    tamper(&database, &["UPDATE outbox SET message = '{\"secret\":1}' WHERE to_user = 'u-2'"]);
    let claimed = claim(&store, 20).await;
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].address.as_str(), "u-3@example.com");
    let failed = database.look("SELECT state || ': ' || last_error FROM outbox WHERE to_user = 'u-2'");
    assert_eq!(failed.as_deref(), Some("failed: `outbox.message` cannot be read for the account `a-1`"));
    assert_eq!(claim(&store, 50).await, []);
}

#[tokio::test]
async fn a_mail_of_which_nothing_can_be_read_is_set_aside() {
    let cases = [
        ("account_id", "chr(10)"),
        ("to_user", "''"),
        ("address", "'secret'"),
        ("queued_at", "9223372036854775807"),
        ("attempts", "9223372036854775807"),
    ];
    for (column, value) in cases {
        let (store, database) = full_account().await;
        queue(&store, &["u-3"], 20).await;
        tamper(&database, &[&format!("UPDATE outbox SET {column} = {value} WHERE to_user = 'u-2'")]);
        let claimed = claim(&store, 20).await;
        assert_eq!(claimed.iter().map(|mail| mail.address.as_str()).collect::<Vec<_>>(), ["u-3@example.com"]);
        let failed = database.look("SELECT last_error FROM outbox WHERE state = 'failed'").unwrap();
        assert!(failed.contains(&format!("`outbox.{column}` cannot be read")), "{failed}");
        assert_eq!(claim(&store, 50).await, []);
    }
}

#[tokio::test]
async fn the_servers_own_error_is_the_source() {
    let (store, database) = open_store().await;
    database.execute(&["DROP TABLE policy"]);
    let error = store.use_policy("one").await.unwrap_err();
    assert_eq!(error.to_string(), "the store failed: PostgreSQL reported an error");
    assert!(error.source().unwrap().to_string().contains("\"policy\" does not exist (SQLSTATE 42P01)"), "{error:?}");
}
