//! PostgreSQL for tests: a database for each test, in a server that the tests start themselves.
//!
//! A [`Server`] is started with the programs of an installed PostgreSQL, and ends with the process that started it,
//! however that ends. Who runs one already sets `DATABASE_URL` to the URL of a superuser's database there; then
//! [`Database::create`] makes its databases there, and starts nothing. All functions block, and may be called from
//! asynchronous tests; they panic when something fails.

mod database;
mod programs;
mod server;

pub use database::Database;
pub use server::{Server, Stop};

/// Settings of a server that loses its data when the machine stops, which tests do not mind: they run twice as fast.
pub const NOT_DURABLE: &[(&str, &str)] = &[("fsync", "off"), ("full_page_writes", "off")];
