//! A page costs what it shows: no table is read through, and nothing is sorted but what was claimed.

use deadpool_postgres::Client;
use security_contact_tests_postgres::Database;

use super::connect;
use crate::domain::model::OutboxState;
use crate::store::postgres::{accounts, answers, audit, batch, commit, directory, outbox};

/// Accounts, people and rows of every kind, so many that reading all of them would be noticed.
const FILL: &[&str] = &[
    "SET session_replication_role = replica",
    "INSERT INTO policy VALUES (1, 'present', 2)",
    "INSERT INTO accounts SELECT format('a-%s', n), 'Acme', 'u-1', 1, 1, 'hash' FROM generate_series(1, 20000) AS n",
    "INSERT INTO people SELECT format('a-%s', n), format('u-%s', m), 'admin', 'edit', 'active', 0, NULL, 'Ada',
        'ada@example.com', NULL, format('ada %s', m), 'ada@example.com'
        FROM generate_series(1, 20000) AS n, generate_series(1, 3) AS m",
    "INSERT INTO designations SELECT format('a-%s', n), 'u-2', 0, 'u-1', 1, 'u-3', NULL, NULL, n, 1 + (n > 10)::int, NULL
        FROM generate_series(1, 20000) AS n",
    "INSERT INTO audit SELECT format('a-%s', 1 + n % 100), n, 0, NULL, 'host', 'reset', NULL, NULL, '[]', NULL, '1', 'm',
        'f', 'p', 'h' FROM generate_series(1, 20000) AS n",
    "INSERT INTO outbox (account_id, to_user, address, message, message_id, queued_at, trying_since, state, due_at,
        settled_at)
        SELECT format('a-%s', 1 + n % 1000), 'u-1', 'ada@example.com', '{}', n, n, n,
            CASE WHEN n % 1000 = 0 THEN 'failed' WHEN n > 19000 THEN 'pending' ELSE 'sent' END, n,
            CASE WHEN n % 1000 = 0 OR n <= 19000 THEN n END
        FROM generate_series(1, 20000) AS n",
    "INSERT INTO answers SELECT format('a-%s', n), 'u-1', 'key', 'r', 'a', n FROM generate_series(1, 20000) AS n",
    "ANALYZE",
];

const PLANS: &[(&str, &str)] = &[
    (accounts::THESE, "Index Scan using accounts_pkey on accounts"),
    (accounts::AFTER, "Index Scan using accounts_pkey on accounts"),
    (accounts::NAMES, "Index Scan using accounts_pkey on accounts"),
    (accounts::DUE, "Index Scan using designations_due on designations"),
    (accounts::OF_ANOTHER_POLICY, "Index Scan using designations_by_generation on designations"),
    (answers::USED, "using answers_pkey on answers"),
    (answers::FORGET, "Index Scan using answers_by_age on answers"),
    (answers::FORGET, "Index Scan using answers_pkey on answers"),
    (audit::PAGE, "Index Scan Backward using audit_pkey on audit"),
    (audit::AFTER, "Index Scan using audit_pkey on audit"),
    (audit::HEADS, "Index Scan using accounts_pkey on accounts"),
    (batch::ADVANCE, "Index Scan using accounts_pkey on accounts"),
    (batch::DECIDE, "Index Scan using designations_pkey on designations"),
    (commit::LOCK, "Index Scan using accounts_pkey on accounts"),
    (commit::VERSIONS, "Index Scan using designations_pkey on designations"),
    (directory::CANDIDATES, "Index Scan using people_by_name on people"),
    (directory::RENAME, "Index Scan using accounts_pkey on accounts"),
    (directory::REMOVE_PEOPLE, "Index Scan using people_pkey on people"),
    (outbox::BACKLOG, "using outbox_by_state on outbox"),
    (outbox::DUE, "Index Scan using outbox_due on outbox"),
    (outbox::LIST, "Index Scan using outbox_pkey on outbox"),
    (outbox::OF_ACCOUNT, "Index Scan using outbox_by_account on outbox"),
    (outbox::OF_BOTH, "Index Scan using outbox_by_account on outbox"),
];

/// What an index gives in the order in which it is asked for; claims sort the page that they have claimed.
const SORTED_BY_INDEX: &[&str] = &[
    accounts::AFTER,
    accounts::NAMES,
    audit::PAGE,
    audit::AFTER,
    audit::HEADS,
    directory::CANDIDATES,
    outbox::LIST,
    outbox::OF_ACCOUNT,
    outbox::OF_BOTH,
];

/// What finds people by their ids.
const OF_PEOPLE: &[&str] =
    &[accounts::THESE, accounts::AFTER, accounts::DUE, accounts::OF_ANOTHER_POLICY, directory::REMOVE_PEOPLE];

/// What a statement does, whatever it is given.
async fn plan(client: &Client, sql: &str) -> Vec<String> {
    let parameters = client.prepare(sql).await.unwrap().params().len();
    let nulls = vec!["NULL"; parameters].join(", ");
    client.batch_execute(&format!("PREPARE planned AS {sql}")).await.unwrap();
    let rows = client.query(&format!("EXPLAIN (COSTS OFF) EXECUTE planned ({nulls})"), &[]).await.unwrap();
    client.batch_execute("DEALLOCATE planned").await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// The same for an empty database, of which the server knows nothing, and a full one.
#[tokio::test]
async fn every_statement_follows_an_index() {
    let database = Database::create();
    let store = connect(&database).await;
    let client = store.pool.get().await.unwrap();
    let mut wrong = Vec::new();
    for filled in [false, true] {
        if filled {
            database.execute(FILL);
        }
        let failed = outbox::of_state(OutboxState::Failed);
        let of_state = (failed.as_str(), "Index Scan using outbox_by_state on outbox");
        for (sql, expected) in PLANS.iter().chain([&of_state]) {
            let plan = plan(&client, sql).await;
            let is_found = |text: &str| plan.iter().any(|step| step.contains(text));
            if !is_found(expected) || ["Seq Scan", "Hash", "Bitmap"].into_iter().any(is_found) {
                wrong.push((*expected, plan));
            }
        }
        for sql in SORTED_BY_INDEX {
            let plan = plan(&client, sql).await;
            if plan.iter().any(|step| step.contains("Sort")) {
                wrong.push(("no sort", plan));
            }
        }
        for sql in OF_PEOPLE {
            let plan = plan(&client, sql).await;
            if plan.iter().any(|step| step.contains("people_by_name")) {
                wrong.push(("people by their ids", plan));
            }
        }
        assert!(wrong.is_empty(), "filled: {filled}, {wrong:#?}");
    }
}
