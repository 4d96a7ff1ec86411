//! What the tables hold, and what they refuse.

use rusqlite::{Connection, ErrorCode};

use super::{look, open_file};
use crate::domain::model::{Commit, NewMail, Settlement};
use crate::store::conformance::{
    acme, at, audit_entry, claim, commit_on, entry, mail_to, member, put, queue, snapshot, stored,
};
use crate::store::sqlite::{accounts, answers, audit, directory, outbox};

#[tokio::test]
async fn history_is_only_added_to() {
    let (store, path, _folder) = open_file();
    let new = acme(&store).await;
    stored(&store, &Commit { audit: Some(audit_entry(0)), ..commit_on(&new) }).await;
    let connection = Connection::open(&path).unwrap();
    for sql in ["UPDATE audit SET at = 0", "DELETE FROM audit", "REPLACE INTO audit SELECT * FROM audit"] {
        let error = connection.execute(sql, []).unwrap_err();
        assert_eq!(error.sqlite_error_code(), Some(ErrorCode::ConstraintViolation), "{sql}: {error}");
        assert!(error.to_string().contains("append-only"), "{sql}: {error}");
    }
}

#[tokio::test]
async fn an_account_without_its_owner_is_refused_by_the_file_itself() {
    let (store, path, _folder) = open_file();
    acme(&store).await;
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "foreign_keys", true).unwrap();
    let error = connection.execute("DELETE FROM people WHERE id = 'u-1'", []).unwrap_err();
    assert_eq!(error.sqlite_error_code(), Some(ErrorCode::ConstraintViolation), "{error}");
}

#[tokio::test]
async fn a_mail_knows_its_change_and_what_became_of_it() {
    let (store, path, _folder) = open_file();
    let new = acme(&store).await;
    let mails = vec![mail_to("u-1"), mail_to("u-2"), mail_to("u-3"), NewMail { address: None, ..mail_to("u-2") }];
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
        "SELECT group_concat(format('%s %s %s %d %d %s %s', to_user, coalesce(audit_seq, '-'), state, attempts,
        due_at - {start}, coalesce(settled_at - {start}, '-'), coalesce(last_error, '-')), '; ' ORDER BY id)
        FROM outbox",
        start = at(0).millis()
    );
    let expected = "u-1 1 sent 1 10 20 -; u-2 1 failed 1 10 20 no such mailbox; u-3 1 pending 1 50 - busy; \
        u-2 1 unreachable 0 10 10 -; u-1 - pending 0 30 - -";
    assert_eq!(look(&path, &sql), expected);
}

/// What holds other steps, each of which is a search, and what is done once.
const NO_STEPS: [&str; 4] =
    ["CORRELATED SCALAR SUBQUERY 1", "CORRELATED SCALAR SUBQUERY 2", "SCALAR SUBQUERY 1", "SCAN policy"];

/// A page costs what it shows: no table is read through, and nothing is sorted.
#[test]
fn every_page_follows_an_index() {
    let (_store, path, _folder) = open_file();
    let connection = Connection::open(&path).unwrap();
    let plans = [
        (accounts::ONE, "accounts USING PRIMARY KEY (id=?)"),
        (accounts::AFTER, "accounts USING PRIMARY KEY (id>?)"),
        (accounts::NAMES, "accounts USING PRIMARY KEY (id>?)"),
        (accounts::DUE, "accounts USING COVERING INDEX accounts_due (next_review_at<?)"),
        (accounts::OF_ANOTHER_POLICY, "accounts USING COVERING INDEX accounts_by_generation (generation<?)"),
        (directory::BY_NAME, "people USING INDEX people_by_name (account_id=? AND (folded_name,id)>(?,?))"),
        (audit::PAGE, "audit USING PRIMARY KEY (account_id=? AND seq<?)"),
        (audit::AFTER, "audit USING PRIMARY KEY ((account_id,seq)>(?,?))"),
        (audit::HEADS, "accounts USING PRIMARY KEY (id>?)"),
        (outbox::DUE, "outbox USING INDEX outbox_due (due_at<?)"),
        (outbox::LIST, "outbox USING INTEGER PRIMARY KEY (rowid>?)"),
        (outbox::OF_STATE, "outbox USING INDEX outbox_by_state (state=? AND id>?)"),
        (outbox::OF_ACCOUNT, "outbox USING INDEX outbox_by_account (account_id=? AND id>?)"),
        (outbox::OF_BOTH, "outbox USING INDEX outbox_by_account (account_id=? AND id>?)"),
        (answers::OLDEST, "answers USING COVERING INDEX answers_by_age (at<?)"),
        (answers::FORGET, "answers USING INDEX answers_by_age (at<?)"),
    ];
    for (sql, search) in plans {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let parameters = vec![1; statement.parameter_count()];
        let rows = statement.query_map(rusqlite::params_from_iter(parameters), |row| row.get("detail")).unwrap();
        let plan: Vec<String> = rows.collect::<Result<_, _>>().unwrap();
        assert!(plan[0].contains(search), "{plan:#?}");
        // The table `policy` has one row, which is looked up once.
        let costly = plan.iter().find(|step| !step.starts_with("SEARCH") && !NO_STEPS.contains(&step.as_str()));
        assert_eq!(costly, None, "{plan:#?}");
    }
}

#[tokio::test]
async fn the_same_import_again_writes_nothing() {
    let (store, path, _folder) = open_file();
    let people: Vec<_> = (2..50).map(|n| member(&format!("u-{n}"), "Some Body")).collect();
    put(&store, &entry("a-1", &people), 0).await;
    let before = snapshot(&store, "a-1").await;
    let log = path.with_extension("db-wal");
    let written = std::fs::metadata(&log).unwrap().len();
    put(&store, &entry("a-1", &people), 1).await;
    assert_eq!(std::fs::metadata(&log).unwrap().len(), written);
    assert_eq!(snapshot(&store, "a-1").await, before);
}

#[tokio::test]
async fn many_answers_are_forgotten_at_once() {
    let (store, path, _folder) = open_file();
    acme(&store).await;
    let connection = Connection::open(&path).unwrap();
    let sql = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 12000)
        INSERT INTO answers SELECT 'a-1', 'u-1', n, 'r', 'a', n / 2 FROM numbers";
    connection.execute_batch(sql).unwrap();
    store.forget(security_contact_policy::Instant::from_millis(5_999).unwrap()).await.unwrap();
    let left = "SELECT group_concat(at, ' ' ORDER BY at) FROM answers";
    let left: String = connection.query_row(left, [], |row| row.get(0)).unwrap();
    assert_eq!(left, "5999 5999 6000");
}
