//! `import`: takes over a platform's directory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use clap::Args;

use super::lines::Lines;
use super::options::Options;
use super::{End, print, progress};
use crate::domain::{DirectoryImport, ImportReport, LineFault};
use crate::wiring::IfMissing;

/// The longest line that can be read as a whole.
const MAX_LINE_BYTES: usize = 8 * 1024 * 1024;

/// Take over accounts and their people from a file of JSON lines
///
/// Each line is an account, a person, or the word that a person has left; the lines of one account stand together.
/// People who are not mentioned stay as they are, and a known account needs no line of its own.
///
/// Each account is taken over as a whole or not at all. What is wrong is told with its line on standard error, and the
/// command ends with 1 if an account was refused. It can be run again at any time, while a server runs too.
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

impl Import {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let began = Instant::now();
        let (input, bytes) = self.open()?;
        let parts = options.open(IfMissing::Create).await?;
        let bar = progress::bytes(bytes)?;
        let mut tell = |fault: LineFault| {
            // A line on standard error that the bar does not overwrite. When standard error is gone, the exit code tells.
            bar.suspend(|| drop(writeln!(io::stderr(), "{fault}")));
        };
        let result = take_over(DirectoryImport::new(parts.directories), bar.wrap_read(input), &mut tell).await;
        bar.finish_and_clear();
        let report = result.context("the import was broken off; running it again does no harm")?;
        let ImportReport { accounts, people, refused } = report;
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

async fn take_over(
    mut import: DirectoryImport,
    input: impl Read,
    tell: &mut (dyn FnMut(LineFault) + Send),
) -> anyhow::Result<ImportReport> {
    let mut lines = Lines::new(input, MAX_LINE_BYTES);
    while let Some(line) = lines.next().context("the input cannot be read")? {
        import.push(line, tell).await?;
    }
    Ok(import.finish(tell).await?)
}
