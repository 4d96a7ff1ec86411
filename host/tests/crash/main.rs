//! Processes that are killed in the middle of their work: short runs of `tests/crash`, whose long ones are
//! `cargo xtask crash`.

mod damage;

use std::path::PathBuf;

use security_contact_tests_crash::{Outcome, Plan, ReplicaPlan, StoreKind, run, run_replicas};

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_security-contact"))
}

fn killed(store: StoreKind, kills: u32) -> Outcome {
    let outcome = run(&Plan { program: program(), store, kills, seed: 7 }).unwrap();
    assert_eq!(outcome.violations, []);
    let summary = &outcome.summary;
    assert_eq!((summary.kills, summary.lost, summary.violations), (kills, 0, 0), "{summary:?}");
    assert!(summary.changes > 0 && summary.mails > 0 && summary.imports > 0 && summary.events > 0, "{summary:?}");
    outcome
}

/// What is found to be right in one run has to be found wrong once it is damaged.
#[test]
fn nothing_is_lost_with_sqlite_and_what_does_not_fit_together_is_found() {
    let mut outcome = killed(StoreKind::Sqlite, 60);
    damage::to_the_store_is_found(&outcome);
    damage::to_the_evidence_is_found(&mut outcome);
}

#[test]
fn nothing_is_lost_with_postgresql() {
    killed(StoreKind::Postgres, 10);
}

#[test]
fn replicas_revert_each_designation_once() {
    let (replicas, designations) = (4, 500);
    let plan = ReplicaPlan { program: program(), replicas, designations, address_every: 5, kills: 10, seed: 7 };
    let outcome = run_replicas(&plan).unwrap();
    assert_eq!(outcome.violations, []);
    let summary = &outcome.summary;
    assert_eq!((summary.reverted, summary.notices), (designations, 2 * designations), "{summary:?}");
    assert!(summary.kills > 0, "{summary:?}");
}
