//! A page costs what it shows: no table is read through, and nothing is sorted but the page.

use security_contact_tests_postgres::Database;
use tokio_postgres::types::ToSql;

use super::connect;
use crate::store::postgres::{accounts, answers, audit, directory, outbox};

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

#[tokio::test]
async fn every_page_follows_an_index() {
    let database = Database::create();
    let store = connect(&database).await;
    database.execute(FILL);
    let client = store.pool.get().await.unwrap();
    let (ids, places, none): (_, Vec<i64>, Vec<&str>) = (vec!["a-5", "a-7"], vec![1], vec!["u-3"]);
    let (at, until, limit) = (19_100_i64, 1_000_000_i64, 10_i64);
    let account = "a-50";
    type Given<'g> = &'g [&'g (dyn ToSql + Sync)];
    let plans: &[(&str, Given<'_>, &str)] = &[
        (accounts::THESE, &[&ids, &places, &none], "Index Scan using accounts_pkey on accounts"),
        (accounts::AFTER, &[&account, &limit], "Index Scan using accounts_pkey on accounts"),
        (accounts::NAMES, &[&account, &limit], "Index Scan using accounts_pkey on accounts"),
        (accounts::DUE, &[&at, &limit, &until], "Index Scan using designations_due on designations"),
        (
            accounts::OF_ANOTHER_POLICY,
            &[&"present", &limit, &until],
            "Index Scan using designations_by_generation on designations",
        ),
        (directory::CANDIDATES, &[&account, &"", &"", &none, &limit], "Index Scan using people_by_name on people"),
        (audit::PAGE, &[&account, &at, &limit], "Index Scan Backward using audit_pkey on audit"),
        (audit::AFTER, &[&account, &at, &limit], "Index Scan using audit_pkey on audit"),
        (audit::HEADS, &[&account, &limit], "Index Scan using accounts_pkey on accounts"),
        (outbox::DUE, &[&at, &limit, &until], "Index Scan using outbox_due on outbox"),
        (outbox::LIST, &[&at, &limit], "Index Scan using outbox_pkey on outbox"),
        (outbox::OF_STATE, &[&0_i64, &limit, &"failed"], "Index Scan using outbox_by_state on outbox"),
        (outbox::OF_ACCOUNT, &[&0_i64, &limit, &account], "Index Scan using outbox_by_account on outbox"),
        (outbox::OF_BOTH, &[&0_i64, &limit, &account, &"sent"], "Index Scan using outbox_by_account on outbox"),
        (answers::FORGET, &[&10_i64], "Index Scan using answers_by_age on answers"),
    ];
    for (sql, given, expected) in plans {
        let rows = client.query(&format!("EXPLAIN (COSTS OFF) {sql}"), given).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert!(plan.iter().any(|step| step.contains(expected)), "{expected}: {plan:#?}");
        // The table `policy` has one row.
        let through = plan.iter().find(|step| step.contains("Seq Scan") && !step.contains("Seq Scan on policy"));
        assert_eq!(through, None, "{plan:#?}");
    }
}
