//! The model check, on each kind of store.

use security_contact_tests_model::backend::{Memory, Postgres, Sqlite};
use security_contact_tests_model::check;

#[test]
fn a_host_on_sqlite_does_what_the_model_does() {
    check::<Sqlite>(200);
}

#[test]
fn a_host_on_postgres_does_what_the_model_does() {
    check::<Postgres>(40);
}

#[test]
fn a_host_in_memory_does_what_the_model_does() {
    check::<Memory>(200);
}
