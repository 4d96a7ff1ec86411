//! `import`: takes over a platform's directory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::thread;
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use ureq::http::Method;

use super::lines::Lines;
use super::options::Options;
use super::remote::{Answer, Ask, At, Place, Server, other};
use super::{End, print, progress, same_policy};
use crate::auth::Scope;
use crate::domain::{DirectoryImport, DirectoryReader, Group, ImportReport, LineFault};
use crate::wiring::{IfMissing, Parts};

/// The longest line that can be read as a whole.
const MAX_LINE_BYTES: usize = 8 * 1024 * 1024;

/// How many accounts are read before those before them are stored.
const READ_AHEAD: usize = 100;

/// Take over accounts and their people from a file of JSON lines
///
/// Each line is an account, a person, or the word that a person has left; the lines of one account stand together.
/// People who are not mentioned stay as they are, and a known account needs no line of its own.
///
/// Each account is taken over as a whole or not at all. What is wrong is told with its line on standard error, and the
/// command ends with 1 if an account was refused. It can be run again at any time, while a server runs too, and has to have
/// the rules of that server.
///
/// A line with a member that is none of these is refused, since it may be a misspelt one, and so is an account with more
/// than 100,000 people at once.
///
/// A server wants a token with the scope `directory:write`. It tells the first 100 faults, and takes lines of at most
/// 1 MiB.
#[derive(Args, Debug)]
#[command(after_help = "\
Lines, each without a break (the person is shown in three):
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
  $ my-platform export-users | security-contact import -
  $ security-contact import directory.ndjson --json
  $ security-contact import directory.ndjson \\
      --server https://contacts.example.com --token-file token")]
pub(super) struct Import {
    /// The file; `-` is standard input
    file: PathBuf,
    /// Print JSON objects, for programs: a line for each fault, and the last one with the counts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

#[derive(Serialize)]
#[serde(tag = "told", rename_all = "snake_case")]
enum Line<'a> {
    Fault { line: u64, message: &'a str },
    Done { accounts: u64, people: u64, refused: u64 },
}

/// What a server reports.
#[derive(Deserialize)]
struct Reported {
    accounts: u64,
    people: u64,
    refused: u64,
    faults: Vec<ReportedFault>,
}

#[derive(Deserialize)]
struct ReportedFault {
    line: u64,
    message: String,
}

impl Import {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let began = Instant::now();
        let (input, bytes) = self.open()?;
        let place = self.at.place(options, IfMissing::Create).await?;
        let bar = progress::bytes(bytes)?;
        let input = bar.wrap_read(input);
        let result = match place {
            Place::Here(parts) => {
                same_policy(&parts).await?;
                self.here(&parts, input, &bar).await
            }
            Place::There(server) => self.there(&server, input, &bar),
        };
        bar.finish_and_clear();
        let report = result.context("the import was broken off; running it again does no harm")?;
        let ImportReport { accounts, people, refused } = report;
        if self.json {
            print::json(&Line::Done { accounts, people, refused })?;
        } else {
            let seconds = began.elapsed().as_secs_f64();
            print::line(&format!(
                "{accounts} accounts with {people} people taken over, {refused} refused, in {seconds:.1} s"
            ))?;
        }
        Ok(if refused == 0 { End::Done } else { End::Failed })
    }

    async fn here(
        &self,
        parts: &Parts,
        input: impl Read + Send + 'static,
        bar: &ProgressBar,
    ) -> anyhow::Result<ImportReport> {
        let mut printed = Ok(());
        let mut tell = |LineFault { line, message }: LineFault| {
            let told = self.tell(line, &message, bar);
            printed = std::mem::replace(&mut printed, Ok(())).and(told);
        };
        let report = take_over(DirectoryImport::new(parts.directories.clone()), input, &mut tell).await?;
        printed.map(|()| report)
    }

    fn there(&self, server: &Server, input: impl Read, bar: &ProgressBar) -> anyhow::Result<ImportReport> {
        let ask = Ask::new(Method::POST, "/v1/directory:import", Scope::DirectoryWrite);
        let response = match server.upload(ask, input)? {
            Answer::Done(response) => response,
            Answer::Problem(problem) => return Err(other(problem)),
        };
        let Reported { accounts, people, refused, faults } = server.json(response)?;
        for ReportedFault { line, message } in faults {
            self.tell(line, &message, bar)?;
        }
        Ok(ImportReport { accounts, people, refused })
    }

    /// Tells a fault, on a line that the bar does not overwrite. When standard error is gone, the exit code tells.
    fn tell(&self, line: u64, message: &str, bar: &ProgressBar) -> anyhow::Result<()> {
        bar.suspend(|| {
            if self.json {
                return print::json(&Line::Fault { line, message });
            }
            print::error(&format!("line {line}: {message}"));
            Ok(())
        })
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

/// Stores what a thread of its own reads meanwhile.
async fn take_over(
    mut import: DirectoryImport,
    input: impl Read + Send + 'static,
    tell: &mut (dyn FnMut(LineFault) + Send),
) -> anyhow::Result<ImportReport> {
    let (groups, mut read) = mpsc::channel(READ_AHEAD);
    // No task of the runtime: one that waits for standard input would keep the program from ending.
    let reader = thread::spawn(move || read_all(input, &groups));
    while let Some(group) = read.recv().await {
        import.take(group, tell).await?;
    }
    // It has ended, since nobody sends any more.
    reader.join().unwrap_or_else(|panic| resume_unwind(panic)).context("the input cannot be read")?;
    Ok(import.finish(tell).await?)
}

/// Reads account by account, until the end or until nobody wants any more.
fn read_all(input: impl Read, groups: &mpsc::Sender<Group>) -> io::Result<()> {
    let (mut lines, mut reader) = (Lines::new(input, MAX_LINE_BYTES), DirectoryReader::default());
    while let Some(line) = lines.next()? {
        if let Some(group) = reader.push(line)
            && groups.blocking_send(group).is_err()
        {
            return Ok(());
        }
    }
    if let Some(group) = reader.finish() {
        // As above: nobody may want it.
        let _ = groups.blocking_send(group);
    }
    Ok(())
}
