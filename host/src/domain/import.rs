//! Taking over a directory of any length while it is read, account by account.

use std::sync::Arc;

use super::directory::{DirectoryReader, Group, LineFault};
use super::model::DirectoryEntry;
use super::{Directories, DomainError};

/// After how many accounts a batch is stored.
const BATCH_ACCOUNTS: usize = 100;

/// After how many people a batch is stored, so that others who write do not wait for long.
const BATCH_PEOPLE: usize = 2_000;

/// A directory that is being taken over.
///
/// Lines go in one after the other; of the accounts read so far no more than a batch waits to be stored. Taking the
/// same directory over again changes nothing, so that one that was broken off can simply be repeated.
pub struct DirectoryImport {
    directories: Arc<Directories>,
    reader: DirectoryReader,
    batch: Batch,
    /// What was wrong with the last account that was refused.
    told: Vec<LineFault>,
    report: ImportReport,
}

/// What was taken over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// How many accounts.
    pub accounts: u64,
    /// How many people of those accounts; those who have left are not counted.
    pub people: u64,
    /// How many accounts were not taken over, since a line was wrong.
    pub refused: u64,
}

/// Hears of every line that is wrong.
pub type Tell<'a> = &'a mut (dyn FnMut(LineFault) + Send);

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

impl DirectoryImport {
    /// An import that has read nothing yet.
    #[must_use]
    pub fn new(directories: Arc<Directories>) -> Self {
        Self {
            directories,
            reader: DirectoryReader::default(),
            batch: Batch::default(),
            told: Vec::new(),
            report: ImportReport::default(),
        }
    }

    /// Takes one line, without its line feed.
    ///
    /// # Errors
    /// As [`Directories::put`]. What was stored before stays stored.
    pub async fn push(&mut self, line: &[u8], tell: Tell<'_>) -> Result<(), DomainError> {
        match self.reader.push(line) {
            Some(group) => self.take(group, tell).await,
            None => Ok(()),
        }
    }

    /// Stores what is left, after the last line.
    ///
    /// # Errors
    /// As [`Directories::put`].
    pub async fn finish(mut self, tell: Tell<'_>) -> Result<ImportReport, DomainError> {
        if let Some(group) = self.reader.finish() {
            self.take(group, tell).await?;
        }
        self.store(tell).await?;
        Ok(self.report)
    }

    /// Takes the lines of one account, for whoever reads them with a [`DirectoryReader`] elsewhere.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub async fn take(&mut self, group: Group, tell: Tell<'_>) -> Result<(), DomainError> {
        match group.entry {
            Ok(entry) => self.batch.push(entry, group.first_line),
            Err(mut faults) => {
                self.report.refused += 1;
                faults.first.sort_by_key(|fault| fault.line);
                // A line that spoils the accounts before and after it is told once.
                let new = faults.first.iter().filter(|fault| !self.told.contains(fault));
                new.for_each(|fault| tell(fault.clone()));
                if faults.more > 0 {
                    let message = format!("and {} more faults from here on", faults.more);
                    tell(LineFault { line: group.first_line, message });
                }
                self.told = faults.first;
            }
        }
        if self.batch.is_full() { self.store(tell).await } else { Ok(()) }
    }

    async fn store(&mut self, tell: Tell<'_>) -> Result<(), DomainError> {
        let Batch { entries, first_lines, .. } = std::mem::take(&mut self.batch);
        let results = self.directories.put(&entries).await?;
        for ((entry, line), result) in entries.iter().zip(first_lines).zip(results) {
            match result {
                Ok(()) => {
                    self.report.accounts += 1;
                    self.report.people += entry.people.len() as u64;
                }
                Err(fault) => {
                    self.report.refused += 1;
                    tell(LineFault { line, message: format!("the account `{}`: {fault}", entry.account) });
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use security_contact_policy::UserId;

    use super::*;

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
