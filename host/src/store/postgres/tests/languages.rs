//! Databases whose language puts words in another order than their bytes: pages go by the bytes all the same.

use std::sync::Arc;

use security_contact_tests_postgres::Database;

use super::connect;
use crate::domain::ports::Store;

crate::store::conformance::conformance! { open_store().await;
    accounts: pages_go_on_after_the_last_account, accounts_are_listed_in_order;
    candidates: case_and_accents_do_not_count, pages_go_on_after_the_cursor, equal_names_are_told_apart_by_id,
        signs_stand_for_themselves;
    history: heads_are_listed_in_order, all_rows_are_paged_by_account_and_number;
    races: batches_do_not_wait_for_each_other_for_ever;
}

async fn open_store() -> (Arc<dyn Store>, Database) {
    let database = Database::create_with("TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'und' LOCALE 'C'");
    assert_eq!(database.look("SELECT ('B' > 'a' AND 'é' < 'f')::text").as_deref(), Some("true"));
    (connect(&database).await, database)
}
