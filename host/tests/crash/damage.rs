//! Damage that the checks have to find.

use rusqlite::Connection;
use security_contact_tests_crash::{Contents, Outcome, Violation, at_the_end};

/// What breaks a store, and the promise that is seen to be broken then.
const DAMAGE: &[(&str, &str)] = &[
    // Notices.
    ("DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox WHERE audit_seq IS NOT NULL)", "notices_differ"),
    ("UPDATE outbox SET audit_seq = NULL WHERE id = (SELECT min(id) FROM outbox WHERE audit_seq IS NOT NULL)", "mail_of_nothing"),
    ("UPDATE outbox SET to_user = 'nobody' WHERE id = (SELECT min(id) FROM outbox WHERE audit_seq IS NOT NULL)", "notices_differ"),
    ("UPDATE outbox SET message = json_set(message, '$.about.cause', 'reset')
        WHERE id = (SELECT min(id) FROM outbox WHERE message ->> '$.about.cause' = 'designated')", "notices_differ"),
    ("INSERT INTO outbox (account_id, audit_seq, to_user, address, message, message_id, queued_at, trying_since, state, due_at, settled_at)
        SELECT account_id, audit_seq, to_user, address, message, '<another@security-contact>', queued_at, trying_since, state, due_at, settled_at
        FROM outbox WHERE audit_seq IS NOT NULL AND state = 'sent' LIMIT 1", "notices_differ"),
    ("UPDATE outbox SET audit_seq = 1000000 WHERE id = (SELECT min(id) FROM outbox WHERE audit_seq IS NOT NULL)", "mail_of_no_entry"),
    ("UPDATE outbox SET event_id = id WHERE id = (SELECT min(id) FROM outbox WHERE audit_seq IS NOT NULL)", "mail_of_two"),
    // Reminders.
    ("INSERT INTO outbox (account_id, to_user, address, message, message_id, queued_at, trying_since, state, due_at, settled_at)
        SELECT account_id, to_user, address, message, hex(randomblob(8)), queued_at, trying_since, state, due_at, settled_at
        FROM outbox, (SELECT 1 FROM audit LIMIT 500) WHERE message ->> '$.about.about' = 'expiring'", "reminded_too_often"),
    ("UPDATE accounts SET reminded_valid_until = 1, reminded_days = '[14]' WHERE id = 'a-000'", "reminder_missing"),
    // Addresses that are refused.
    ("UPDATE audit SET action = 'address_unreachable' WHERE account_id = 'a-000' AND action = 'designated'", "unreachable_not_told"),
    ("UPDATE people SET unreachable_since = 1 WHERE account_id = 'a-000' AND id = 'm-1'", "unreachable_not_in_history"),
    ("UPDATE audit SET action = 'address_unreachable', detail = '{\"address\":{\"person\":\"nobody\"}}'
        WHERE account_id = 'a-000' AND action = 'designated'", "unreachable_too_often"),
    // Mails.
    ("UPDATE outbox SET message_id = '<another@security-contact>' WHERE id = (SELECT min(id) FROM outbox WHERE state = 'sent')", "mail_of_no_row"),
    ("UPDATE outbox SET address = 'nobody@example.com' WHERE id = (SELECT min(id) FROM outbox WHERE state = 'sent')", "mail_to_another"),
    ("UPDATE outbox SET state = 'pending', settled_at = NULL WHERE id = (SELECT min(id) FROM outbox WHERE state = 'sent')", "mail_unsettled"),
    ("UPDATE outbox SET state = 'dropped' WHERE id = (SELECT min(id) FROM outbox WHERE state = 'sent')", "mail_in_a_wrong_state"),
    ("UPDATE outbox SET message_id = '<lost@security-contact>' WHERE id = (SELECT min(id) FROM outbox WHERE state = 'sent')", "lost_mail"),
    // Designations.
    ("UPDATE accounts SET announced = 'nobody' WHERE id = 'a-000'", "announced_differs"),
    ("UPDATE accounts SET version = version + 1 WHERE id = 'a-000'", "version_differs"),
    ("UPDATE accounts SET user_id = 'nobody', chosen_at = 0, chosen_by = '' WHERE id = 'a-000'", "designation_differs"),
    // The history.
    ("DELETE FROM audit WHERE account_id = 'a-000' AND seq = 3", "history_has_a_gap"),
    ("DELETE FROM audit WHERE account_id = 'a-000' AND seq = (SELECT audit_seq FROM accounts WHERE id = 'a-000')", "history_ends_elsewhere"),
    ("UPDATE audit SET at = at + 1 WHERE account_id = 'a-000' AND seq = 3", "chain_broken"),
    ("UPDATE audit SET hash = previous_hash WHERE account_id = 'a-000' AND seq = 3", "chain_broken"),
    ("UPDATE audit SET before = 'nobody' WHERE account_id = 'a-000' AND action = 'designated'", "history_broken"),
    ("UPDATE audit SET action = 'owner_changed', actor = NULL WHERE account_id = 'a-000' AND action = 'reset'", "owner_is_not_the_contact"),
    ("UPDATE audit SET action = 'reverted', actor = NULL WHERE account_id = 'a-000' AND action = 'designated'", "reverted_without_choice"),
    ("UPDATE audit SET action = 'strange' WHERE account_id = 'a-000' AND seq = 3", "entry_unknown"),
    ("UPDATE audit SET reasons = '[]' WHERE action = 'reverted'", "reverted_without_reason"),
    ("DELETE FROM accounts WHERE id = 'a-000'", "history_of_nobody"),
    // Events.
    ("UPDATE outbox SET state = 'withdrawn' WHERE id = (SELECT min(id) FROM outbox WHERE event_id IS NOT NULL AND state = 'sent')", "event_addressed_wrongly"),
    ("UPDATE audit SET detail = json_set(detail, '$.event.messageId', 'another') WHERE action = 'event_sent'", "event_not_told"),
    ("UPDATE outbox SET event_id = NULL WHERE event_id IS NOT NULL AND state = 'sent'", "event_told_wrongly"),
    ("DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox WHERE event_key IS NOT NULL)", "lost_event"),
    ("UPDATE outbox SET event_key = 'another' WHERE id = (SELECT min(id) FROM outbox WHERE event_key IS NOT NULL)", "event_of_nobody"),
    // What was acknowledged.
    ("DELETE FROM audit WHERE account_id = 'a-000' AND action = 'designated'", "lost_change"),
    ("UPDATE audit SET actor = 'nobody' WHERE account_id = 'a-000' AND action = 'designated'", "lost_change"),
    ("DELETE FROM audit WHERE action = 'designation_refused'", "lost_refusal"),
    ("DELETE FROM people WHERE account_id = 'a-000' AND id = 'm-1'", "lost_facts"),
    ("UPDATE people SET last_login_at = last_login_at + 1 WHERE account_id = 'a-000' AND id = 'm-1'", "lost_facts"),
    ("DELETE FROM accounts WHERE id = 'a-000'", "lost_account"),
    ("UPDATE accounts SET owner_id = 'm-1' WHERE id = 'a-000'", "lost_owner"),
    ("INSERT INTO people SELECT account_id, 'nobody', role, account_settings, status, last_login_at, staff_role, name, email, unreachable_since,
        folded_name, folded_email FROM people WHERE account_id = 'a-000' AND id = 'm-1'", "lost_leave"),
];

pub(crate) fn to_the_store_is_found(outcome: &Outcome) {
    let mut database = Connection::open(outcome.store.file().unwrap()).unwrap();
    database.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    for (damage, expected) in DAMAGE {
        let damaged = database.transaction().unwrap();
        for trigger in ["audit_refuses_update", "audit_refuses_delete", "audit_refuses_replace"] {
            damaged.execute(&format!("DROP TRIGGER {trigger}"), []).unwrap();
        }
        assert!(damaged.execute(damage, []).unwrap() > 0, "{damage}");
        let found = at_the_end(&outcome.evidence, &Contents::read(&mut &*damaged).unwrap());
        assert!(codes(&found).contains(expected), "{damage}: {:?}", codes(&found));
    }
}

pub(crate) fn to_the_evidence_is_found(outcome: &mut Outcome) {
    let database = Connection::open(outcome.store.file().unwrap()).unwrap();
    let contents = Contents::read(&mut &database).unwrap();
    let mut found = |change: &dyn Fn(&mut Outcome)| {
        let kept = outcome.evidence.clone();
        change(outcome);
        let found = codes(&at_the_end(&outcome.evidence, &contents));
        outcome.evidence = kept;
        found
    };
    assert_eq!(found(&|_| {}), [""; 0]);
    // A mail that did not arrive, a duplicate with other bytes, a mail that nobody wrote.
    assert_eq!(found(&|outcome| outcome.evidence.mails.clear()), ["lost_mail"]);
    let differs = |outcome: &mut Outcome| {
        let mut mail = outcome.evidence.mails[0].clone();
        mail.digest = "0".repeat(64);
        outcome.evidence.mails.push(mail);
    };
    assert_eq!(found(&differs), ["duplicate_differs"]);
    let strange = |outcome: &mut Outcome| outcome.evidence.mails[0].message_id = "<strange@example.com>".to_owned();
    assert!(found(&strange).contains(&"mail_of_no_row"));
    // A change that was stored and not told, one that was told and not stored, one that was told twice.
    let silent = |outcome: &mut Outcome| drop(outcome.evidence.ledger.changes.pop());
    assert_eq!(found(&silent), ["change_of_nobody"]);
    let invented = |outcome: &mut Outcome| outcome.evidence.ledger.changes[0].version = 1_000_000;
    assert_eq!(found(&invented), ["change_of_nobody", "lost_change"]);
    let twice = |outcome: &mut Outcome| {
        let change = outcome.evidence.ledger.changes[0].clone();
        outcome.evidence.ledger.changes.push(change);
    };
    assert_eq!(found(&twice), ["version_made_twice"]);
    let silent = |outcome: &mut Outcome| drop(outcome.evidence.ledger.refusals.pop_first());
    assert_eq!(found(&silent), ["refusal_of_nobody"]);
}

/// The promises that are broken, each once.
fn codes(found: &[Violation]) -> Vec<&'static str> {
    let mut codes: Vec<&str> = found.iter().map(|violation| violation.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}
