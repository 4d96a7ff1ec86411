//! `check`: who can be the contact by the rules, before anybody is in the store.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use security_contact_policy::{Instant, json};

use super::End;
use super::checking::Checking;
use super::lines::Lines;
use super::options::Options;
use super::progress;
use super::remote::At;
use super::served::ServedPolicy;
use crate::clock;
use crate::engine::Engine;

/// Say who can be a security contact by the rules, and why others cannot
///
/// The people come as JSON, one a line, from a file or standard input; nothing is stored. Lines of a directory that
/// speak of no person are passed over, so that what `import` takes can be checked before, and what `export` prints after
/// the rules changed. The rules are those of `--rules`, or else of the data folder, or else the default ones.
///
/// It ends with 0 if everybody can be the contact, with 3 if somebody cannot, and with 1 if a line could not be read.
///
/// Of a server, the rules and the module are the server's, and the people stay here. Any token will do.
#[derive(Args, Debug)]
#[command(after_help = "\
A person, in one line; other members are ignored:
  {\"id\":\"u-17\",\"role\":\"admin\",\"accountSettings\":\"none\",\"status\":\"active\",
   \"lastLoginAt\":\"2026-10-01T09:30:00Z\",\"staffRole\":null}

Examples:
  $ security-contact check people.ndjson --at 2026-11-01T00:00:00Z
  $ security-contact check directory.ndjson --rules rules.json --cannot
  $ security-contact export | security-contact check - --json
  $ security-contact check --at 2026-11-01T00:00:00Z --person \\
      '{\"id\":\"u-17\",\"role\":\"admin\",\"accountSettings\":\"none\",
      \"status\":\"active\",\"lastLoginAt\":\"2026-10-01T09:30:00Z\",\"staffRole\":null}'
  $ security-contact check people.ndjson --at 2026-11-01T00:00:00Z \\
      --server https://contacts.example.com --token-file token")]
pub(super) struct Check {
    /// The file; `-` is standard input
    #[arg(required_unless_present = "person", conflicts_with = "person")]
    file: Option<PathBuf>,
    /// One person as a JSON object, in place of a file
    #[arg(long, value_name = "JSON")]
    person: Option<String>,
    /// Judge as of this instant, as in `2027-01-31T00:00:00Z`; unless given, as of now
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    at: Option<Instant>,
    /// Show only those who cannot
    #[arg(long)]
    cannot: bool,
    /// Print JSON objects, for programs: a line for each person, one for each line that cannot be read, and the last one
    /// with the counts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: At,
}

impl Check {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<End> {
        let (input, bytes) = self.open()?;
        let engine = match self.place.server(options)? {
            Some(server) => ServedPolicy::of(&server)?.engine()?,
            None => Engine::embedded(&options.rules_of_data()?)?,
        };
        let bar = progress::bytes(bytes)?;
        let mut lines = Lines::new(bar.wrap_read(input), json::MAX_REQUEST_BYTES + 1);
        let at = self.at.unwrap_or_else(|| clock::system().now());
        let mut checking = Checking::new(&engine, at, self.json, self.cannot, &bar);
        loop {
            // Somebody who waits for verdicts before the next line gets them.
            if lines.is_waiting() {
                checking.tell()?;
            }
            let Some(line) = lines.next().context("the input cannot be read")? else { break };
            checking.push(line)?;
        }
        let end = checking.finish();
        bar.finish_and_clear();
        end
    }

    /// The input, and how long it is if that is known.
    fn open(&self) -> anyhow::Result<(Box<dyn Read>, Option<u64>)> {
        let file = match (&self.person, &self.file) {
            (Some(person), _) => return Ok((Box::new(Cursor::new(one_line(person))), None)),
            (None, Some(file)) if file.as_os_str() == "-" => return Ok((Box::new(io::stdin()), None)),
            (None, file) => file.clone().unwrap_or_default(),
        };
        let open = || {
            let opened = File::open(&file)?;
            let about = opened.metadata()?;
            Ok::<_, io::Error>((opened, about.is_file().then_some(about.len())))
        };
        let (opened, bytes) = open().with_context(|| format!("`{}` cannot be read", file.display()))?;
        Ok((Box::new(opened), bytes))
    }
}

/// An object that somebody wrote over several lines, as JSON's white space allows.
fn one_line(person: &str) -> String {
    person.replace(['\r', '\n'], " ")
}

fn instant(text: &str) -> Result<Instant, String> {
    text.parse().map_err(|_| "expected an instant such as `2027-01-31T00:00:00Z`".to_owned())
}
