//! `import`: takes over a platform's directory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use indicatif::ProgressBar;

use super::lines::Lines;
use super::options::Options;
use super::{End, print, progress, same_policy};
use crate::domain::model::DirectoryEntry;
use crate::domain::{Directories, DirectoryReader, Group, LineFault};
use crate::wiring::IfMissing;

/// The longest line that can be read as a whole.
const MAX_LINE_BYTES: usize = 8 * 1024 * 1024;

/// After how many accounts a batch is stored.
const BATCH_ACCOUNTS: usize = 100;

/// After how many people a batch is stored, so that others who write do not wait for long.
const BATCH_PEOPLE: usize = 2_000;

/// Take over accounts and their people from a file of JSON lines
///
/// Each line is an account, a person, or the word that a person has left; the lines of one account stand together.
/// People who are not mentioned stay as they are, and a known account needs no line of its own.
///
/// Each account is taken over as a whole or not at all. What is wrong is told with its line on standard error, and the
/// command ends with 1 if an account was refused. It can be run again at any time, while a server runs too, and has to have
/// the rules of that server.
#[derive(Args, Debug)]
#[command(after_help = "\
Lines, each without a break:
  {\"type\":\"account\",\"id\":\"acme\",\"name\":\"Acme GmbH\",\"owner\":\"u-1\"}
  {\"type\":\"person\",\"account\":\"acme\",\"id\":\"u-1\",\"name\":\"Ada Lovelace\",
   \"email\":\"ada@acme.example\",\"role\":\"owner\",\"accountSettings\":\"edit\",
   \"status\":\"active\",\"lastLoginAt\":\"2026-10-01T09:30:00Z\",\"staffRole\":null}
  {\"type\":\"left\",\"account\":\"acme\",\"id\":\"u-9\"}

  role             owner, admin, or any other of the platform's roles
  accountSettings  none, view, edit
  status           active, invited, suspended, deactivated
  email            null for somebody whom no mail reaches
  lastLoginAt      null for somebody who has never logged in
  staffRole        null for everybody but the platform's own staff

Examples:
  $ security-contact import directory.ndjson
  $ my-platform export-users | security-contact import -")]
pub(super) struct Import {
    /// The file; `-` is standard input
    file: PathBuf,
}

/// An import that is under way.
struct Running {
    directories: Arc<Directories>,
    bar: ProgressBar,
    batch: Batch,
    /// What was wrong with the last account that was refused.
    told: Vec<LineFault>,
    accounts: u64,
    people: u64,
    refused: u64,
}

/// What is stored in one go.
#[derive(Default)]
struct Batch {
    entries: Vec<DirectoryEntry>,
    /// The first line of each entry.
    first_lines: Vec<u64>,
    /// How many people the entries speak of.
    people: usize,
}

impl Batch {
    fn push(&mut self, entry: DirectoryEntry, first_line: u64) {
        self.people += entry.people.len() + entry.left.len();
        self.entries.push(entry);
        self.first_lines.push(first_line);
    }

    fn is_full(&self) -> bool {
        self.entries.len() >= BATCH_ACCOUNTS || self.people >= BATCH_PEOPLE
    }
}

impl Import {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let began = Instant::now();
        let (input, bytes) = self.open()?;
        let parts = options.open(IfMissing::Create).await?;
        same_policy(&parts).await?;
        let bar = progress::bytes(bytes)?;
        let mut running = Running {
            directories: parts.directories,
            bar: bar.clone(),
            batch: Batch::default(),
            told: Vec::new(),
            accounts: 0,
            people: 0,
            refused: 0,
        };
        let result = running.read(bar.wrap_read(input)).await;
        bar.finish_and_clear();
        result.context("the import was broken off; running it again does no harm")?;
        let Running { accounts, people, refused, .. } = running;
        let seconds = began.elapsed().as_secs_f64();
        print::line(&format!(
            "{accounts} accounts with {people} people taken over, {refused} refused, in {seconds:.1} s"
        ))?;
        Ok(if refused == 0 { End::Done } else { End::Failed })
    }

    /// The input, from which something was read already, and how long it is if that is known.
    fn open(&self) -> anyhow::Result<(impl Read + use<>, Option<u64>)> {
        let open = || {
            let (input, bytes): (Box<dyn Read + Send>, _) = if self.file.as_os_str() == "-" {
                (Box::new(io::stdin()), None)
            } else {
                let file = File::open(&self.file)?;
                let about = file.metadata()?;
                (Box::new(file), about.is_file().then_some(about.len()))
            };
            let mut input = BufReader::new(input);
            input.fill_buf()?;
            Ok::<_, io::Error>((input, bytes))
        };
        open().with_context(|| format!("`{}` cannot be read", self.file.display()))
    }
}

impl Running {
    async fn read(&mut self, input: impl Read) -> anyhow::Result<()> {
        let mut lines = Lines::new(input, MAX_LINE_BYTES);
        let mut reader = DirectoryReader::default();
        while let Some(line) = lines.next().context("the input cannot be read")? {
            if let Some(group) = reader.push(line) {
                self.take(group).await?;
            }
        }
        if let Some(group) = reader.finish() {
            self.take(group).await?;
        }
        self.store().await
    }

    async fn take(&mut self, group: Group) -> anyhow::Result<()> {
        match group.entry {
            Ok(entry) => {
                self.batch.push(entry, group.first_line);
            }
            Err(mut faults) => {
                self.refused += 1;
                faults.first.sort_by_key(|fault| fault.line);
                // A line that spoils the accounts before and after it is told once.
                let new = faults.first.iter().filter(|fault| !self.told.contains(fault));
                new.for_each(|fault| self.tell(&fault.to_string()));
                if faults.more > 0 {
                    self.tell(&format!("and {} more faults of lines from {} on", faults.more, group.first_line));
                }
                self.told = faults.first;
            }
        }
        if self.batch.is_full() { self.store().await } else { Ok(()) }
    }

    async fn store(&mut self) -> anyhow::Result<()> {
        let Batch { entries, first_lines, .. } = std::mem::take(&mut self.batch);
        let results = self.directories.put(&entries).await?;
        for ((entry, first_line), result) in entries.iter().zip(first_lines).zip(results) {
            match result {
                Ok(()) => {
                    self.accounts += 1;
                    self.people += entry.people.len() as u64;
                }
                Err(fault) => {
                    self.refused += 1;
                    self.tell(&format!("line {first_line}: the account `{}`: {fault}", entry.account));
                }
            }
        }
        Ok(())
    }

    /// A line on standard error that the bar does not overwrite.
    fn tell(&self, line: &str) {
        // When standard error is gone, the exit code still tells.
        self.bar.suspend(|| drop(writeln!(io::stderr(), "{line}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use security_contact_policy::UserId;

    /// How many such accounts fill a batch.
    fn filled_by(people: usize) -> usize {
        let left = (0..people).map(|number| UserId::new(format!("u-{number}")).unwrap()).collect();
        let entry = DirectoryEntry { account: "acme".parse().unwrap(), profile: None, people: Vec::new(), left };
        let mut batch = Batch::default();
        while !batch.is_full() {
            batch.push(entry.clone(), 1);
        }
        batch.entries.len()
    }

    #[test]
    fn many_accounts_or_many_people_fill_a_batch() {
        assert_eq!([0, 19, 20, 21, 1_999, 5_000].map(filled_by), [100, 100, 100, 96, 2, 1]);
    }
}
