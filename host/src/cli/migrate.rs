//! `migrate`: brings the store to the schema of this program.

use clap::Args;
use serde::Serialize;

use super::options::Options;
use super::{End, print};
use crate::wiring::{self, Schema};

/// Bring the store to the schema of this program, and make it if it is missing
///
/// The store is SQLite in the data folder, or a PostgreSQL database that any number of servers and workers share.
///
/// Every command does this by itself when it opens a store; it goes forwards only, and several may do it at once. Run it
/// by itself before a new version starts, or where only one database user may change tables. A store of a newer version
/// is refused and left as it is.
#[derive(Args, Debug)]
#[command(after_help = "\
Environment:
  SECURITY_CONTACT_DATABASE_URL  the database's URL, in place of `--database-url-file`

URLs of a PostgreSQL database, which has to be there:
  postgres://user:password@db.example.com/contacts    TLS, with the certificate checked
  postgres://…/contacts?sslrootcert=ca.pem            the same, with an authority of your own
  postgres://…/contacts?sslmode=disable               no encryption
  postgres://user@/contacts?host=/var/run/postgresql  over a Unix socket

Examples:
  $ security-contact migrate
  $ security-contact migrate --database-url-file owner-url --json")]
pub(super) struct Migrate {
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct SchemaJson {
    store: String,
    schema: usize,
}

impl Migrate {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let Schema { keeper, number, .. } = wiring::migrate(&options.store()?).await?;
        if self.json {
            print::json(&SchemaJson { store: keeper.to_lowercase(), schema: number })?;
        } else {
            print::line(&format!("the store is {keeper} with schema {number}, as this program needs it"))?;
        }
        Ok(End::Done)
    }
}
