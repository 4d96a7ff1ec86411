//! The accounts of a server, in place of a store that this program opens itself.
//!
//! **Invariant:** a command prints what it has, and does not know where it comes from: the types that it prints are made
//! of what the store says, or read from what a server answers.

mod failure;
mod server;

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use serde::de::{Deserialize, Deserializer, Error};

pub(super) use failure::{Problem, RemoteError};
pub(super) use server::{Answer, Ask, REPLAYED, Server, other};

use super::UsageError;
use super::options::Options;
use crate::wiring::{IfMissing, Parts};

/// The options of commands that can ask a server.
#[derive(Args, Debug)]
#[command(next_help_heading = "On a server")]
pub(super) struct At {
    /// Do it on this server instead, as in `https://contacts.example.com`; the accounts are then the server's, and
    /// `--data` and `--rules` mean nothing
    #[arg(long, value_name = "URL", requires = "token_file")]
    server: Option<String>,
    /// A file with a service token for that server, as `security-contact token new` prints it
    #[arg(long, value_name = "FILE", requires = "server")]
    token_file: Option<PathBuf>,
}

/// Where a command works.
pub(super) enum Place {
    /// On a store that this program opens.
    Here(Box<Parts>),
    /// On a server.
    There(Server),
}

impl At {
    /// The server that is asked, if one is.
    pub(super) fn server(&self, options: &Options) -> anyhow::Result<Option<Server>> {
        let (Some(url), Some(file)) = (&self.server, &self.token_file) else { return Ok(None) };
        if options.database_url_file().is_some() {
            let message = "`--server` and `--database-url-file` name two places: leave out one of them";
            return Err(UsageError(message.into()).into());
        }
        Server::new(url, file).map(Some)
    }

    /// Where the command works, with the store open or the server known. The server is not asked yet.
    pub(super) async fn place(&self, options: &Options, if_missing: IfMissing) -> anyhow::Result<Place> {
        Ok(match self.server(options)? {
            Some(server) => Place::There(server),
            None => Place::Here(Box::new(options.open(if_missing).await?)),
        })
    }
}

/// Reads text as the model does, so that nothing that a server says gets past the model's checks.
pub(super) fn parsed<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<T, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// The same for text that may be missing.
pub(super) fn parsed_if_any<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}
