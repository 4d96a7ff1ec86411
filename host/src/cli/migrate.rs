//! `migrate`: brings the store to the schema of this program.

use clap::Args;
use serde::Serialize;

use super::options::Options;
use super::{End, print};
use crate::wiring::{self, Schema};

/// Bring the store to the schema of this program, and make it if it is missing
///
/// Every command does this by itself when it opens a store; it goes forwards only, and several may do it at once. Run it
/// by itself before a new version starts, or where only one database user may change tables. A store of a newer version
/// is refused and left as it is.
#[derive(Args, Debug)]
#[command(after_help = "\
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
        let Schema { keeper, number } = wiring::migrate(&options.store()?).await?;
        if self.json {
            print::json(&SchemaJson { store: keeper.to_lowercase(), schema: number })?;
        } else {
            print::line(&format!("the store is {keeper} with schema {number}, as this program needs it"))?;
        }
        Ok(End::Done)
    }
}
