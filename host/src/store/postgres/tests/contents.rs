//! What the tables hold, and what they refuse.

use tokio_postgres::error::SqlState;

use super::{connect, open_store};
use crate::domain::fold;
use crate::domain::model::{CandidateCursor, Commit, DirectoryEntry, Remembered, Settlement};
use crate::store::conformance::{
    account, acme, at, audit_entry, change, claim, commit_on, entry, mail_to, member, put, queue, snapshot, stored,
    user,
};

#[tokio::test]
async fn history_is_only_added_to() {
    let database = security_contact_tests_postgres::Database::create();
    let store = connect(&database).await;
    let any = store.clone() as _;
    let new = acme(&any).await;
    let mails = vec![mail_to("u-2")];
    stored(&any, &Commit { audit: Some(audit_entry(0)), mails, ..commit_on(&new) }).await;
    let client = store.pool.get().await.unwrap();
    for sql in
        ["UPDATE audit SET at = 0", "DELETE FROM audit", "TRUNCATE audit CASCADE", "DELETE FROM audit WHERE false"]
    {
        let error = client.batch_execute(sql).await.unwrap_err();
        assert_eq!(error.code(), Some(&SqlState::INTEGRITY_CONSTRAINT_VIOLATION), "{sql}: {error:?}");
        assert!(error.as_db_error().unwrap().message().contains("append-only"), "{sql}: {error:?}");
    }
    assert_eq!(store.pool.status().size, 1);
    assert_eq!(database.look("SELECT count(*)::text FROM audit").as_deref(), Some("1"));
}

#[tokio::test]
async fn an_account_without_its_owner_is_refused_by_the_database_itself() {
    let database = security_contact_tests_postgres::Database::create();
    let store = connect(&database).await;
    acme(&(store.clone() as _)).await;
    let client = store.pool.get().await.unwrap();
    let error = client.batch_execute("DELETE FROM people WHERE id = 'u-1'").await.unwrap_err();
    assert_eq!(error.code(), Some(&SqlState::FOREIGN_KEY_VIOLATION), "{error:?}");
}

/// The details of a server's error quote rows.
#[tokio::test]
async fn an_error_quotes_nobody() {
    let (store, _database) = open_store().await;
    acme(&store).await;
    let mut ownerless = entry("a-2", &[member("u-2", "Secret Name")]);
    ownerless.people.remove(0);
    let write = crate::store::conformance::write_of(&store, &ownerless, 0).await;
    let error = store.put_directories(&[write]).await.unwrap_err();
    assert_eq!(error.to_string(), "the store failed: PostgreSQL reported an error");
    assert!(!error.is_busy);
    let all = format!("{error:?} {}", std::error::Error::source(&error).unwrap());
    assert!(all.contains("accounts_owner") && all.contains("23503"), "{all}");
    assert!(!all.contains("Secret") && !all.contains("u-1"), "{all}");
}

#[tokio::test]
async fn a_mail_knows_its_change_and_what_became_of_it() {
    let (store, database) = open_store().await;
    let new = acme(&store).await;
    let unreachable = crate::domain::model::NewMail { address: None, ..mail_to("u-2") };
    let mails = vec![mail_to("u-1"), mail_to("u-2"), mail_to("u-3"), unreachable];
    stored(&store, &Commit { audit: Some(audit_entry(0)), mails, ..commit_on(&new) }).await;
    let results = [
        Settlement::Sent { audit: None },
        Settlement::Failed { error: "no such mailbox".into() },
        Settlement::Retry { at: at(50), error: "busy".into() },
    ];
    for (mail, result) in claim(&store, 10).await.iter().zip(results) {
        store.settle_mail(mail.id, mail.lease, at(20), &result).await.unwrap();
    }
    queue(&store, &["u-1"], 30).await;

    let sql = format!(
        "SELECT string_agg(format('%s %s %s %s %s %s %s', to_user, coalesce(audit_seq::text, '-'), state, attempts,
        due_at - {start}, coalesce((settled_at - {start})::text, '-'), coalesce(last_error, '-')), '; ' ORDER BY id)
        FROM outbox",
        start = at(0).millis()
    );
    let expected = "u-1 1 sent 1 10 20 -; u-2 1 failed 1 10 20 no such mailbox; u-3 1 pending 1 50 - busy; \
        u-2 1 unreachable 0 10 10 -; u-1 - pending 0 30 - -";
    assert_eq!(database.look(&sql).as_deref(), Some(expected));
}

#[tokio::test]
async fn the_same_import_again_writes_nothing() {
    let (store, database) = open_store().await;
    let people: Vec<_> = (2..50).map(|n| member(&format!("u-{n}"), "Some Body")).collect();
    put(&store, &entry("a-1", &people), 0).await;
    let before = snapshot(&store, "a-1").await;
    // Where each row lies, and which transaction wrote it.
    let rows = || {
        database.look(
            "SELECT string_agg(at, ' ' ORDER BY at) FROM (
                SELECT format('%s %s', ctid, xmin) FROM accounts UNION ALL
                SELECT format('%s %s', ctid, xmin) FROM people UNION ALL
                SELECT format('%s %s', ctid, xmin) FROM designations) AS rows (at)",
        )
    };
    let written = rows();
    put(&store, &entry("a-1", &people), 1).await;
    assert_eq!(rows(), written);
    assert_eq!(snapshot(&store, "a-1").await, before);
}

/// PostgreSQL's text has no U+0000; roles, requests and what mail servers say may have it.
#[tokio::test]
async fn text_with_any_character_comes_back() {
    let (store, _database) = open_store().await;
    let mut eve = member("u-2", "Eve");
    eve.person.role = "a\0b\u{1}0".parse().unwrap();
    eve.person.staff_role = Some("\0".parse().unwrap());
    put(&store, &entry("a-1", &[eve.clone()]), 0).await;
    let found = store.snapshot(&account("a-1"), &[user("u-2")]).await.unwrap().unwrap();
    assert_eq!(found.others, [eve.clone()]);
    assert_eq!(store.candidates(&account("a-1"), "eve", None, 10).await.unwrap(), [eve]);

    let remembered = Remembered {
        actor: user("u-2"),
        key: "key".parse().unwrap(),
        request: "\0request".into(),
        answer: "\u{1}\0".into(),
    };
    store.record(&account("a-1"), None, Some(&remembered), at(0)).await.unwrap();
    let recalled = store.recall(&account("a-1"), &remembered.actor, &remembered.key).await.unwrap();
    assert_eq!(recalled, Some(remembered));

    queue(&store, &["u-1"], 10).await;
    let mail = claim(&store, 10).await.remove(0);
    let failed = Settlement::Failed { error: "550 \0 \u{1}1".into() };
    store.settle_mail(mail.id, mail.lease, at(20), &failed).await.unwrap();
    let listed = store.outbox(&Default::default(), 0, 10).await.unwrap();
    assert_eq!(listed[0].last_error.as_deref(), Some("550 \0 \u{1}1"));
    store.put_off_review(&account("a-1"), "\0", at(30)).await.unwrap();
}

#[tokio::test]
async fn a_search_for_any_character_fails_nobody() {
    let (store, _database) = open_store().await;
    put(&store, &entry("a-1", &[member("u-2", "Ada"), member("u-3", "Adam")]), 0).await;
    assert_eq!(store.candidates(&account("a-1"), "ada \0", None, 10).await.unwrap(), []);
    let after = CandidateCursor { folded_name: format!("{}\0", fold("Ada")), user_id: user("u-9") };
    let found = store.candidates(&account("a-1"), "ada", Some(&after), 10).await.unwrap();
    assert_eq!(found, [member("u-3", "Adam")]);
}

/// More than one statement writes.
#[tokio::test]
async fn a_large_account_is_taken_over_at_once() {
    let (store, database) = open_store().await;
    let people: Vec<_> = (2..12_002).map(|n| member(&format!("u-{n}"), "Some Body")).collect();
    put(&store, &entry("a-1", &people), 0).await;
    assert_eq!(database.look("SELECT count(*)::text FROM people").as_deref(), Some("12001"));
    let left = people.iter().map(|member| member.person.id.clone()).collect();
    put(&store, &DirectoryEntry { left, ..change("a-1") }, 1).await;
    assert_eq!(database.look("SELECT string_agg(id, ' ') FROM people").as_deref(), Some("u-1"));
}

#[tokio::test]
async fn many_answers_are_forgotten_at_once() {
    let (store, database) = open_store().await;
    acme(&store).await;
    let sql = "INSERT INTO answers SELECT 'a-1', 'u-1', n, 'r', 'a', n FROM generate_series(1, 12000) AS n";
    database.execute(&[sql]);
    store.forget(security_contact_policy::Instant::from_millis(11_999).unwrap()).await.unwrap();
    assert_eq!(
        database.look("SELECT string_agg(at::text, ' ' ORDER BY at) FROM answers").as_deref(),
        Some("11999 12000")
    );
}
