//! `export`: the directory as `import` reads it.

use std::io::{self, BufWriter, Stdout, Write};

use anyhow::Context;
use clap::Args;
use indicatif::ProgressBar;
use security_contact_policy::{Person, UserId};
use serde::Serialize;

use super::options::Options;
use super::{End, known_account, print, progress};
use crate::domain::model::{AccountId, CandidateCursor, DisplayName, EmailAddress, Member, Snapshot};
use crate::domain::ports::{Readable, Store};
use crate::domain::{DomainError, fold};
use crate::wiring::IfMissing;

/// How many accounts are read at once.
const ACCOUNTS: u32 = 200;

/// How many people are read at once; also after how many of them accounts are written.
const PEOPLE: u32 = 2_000;

/// How often an account is read again that others write to meanwhile.
const TRIES: u32 = 8;

/// Print the accounts and their people, as `import` reads them
///
/// One JSON object a line, account by account, in the order of their ids. `security-contact import` makes the same
/// directory of it, in another store or after the loss of one. It is no backup: what was chosen, the histories and the
/// mails on their way are not in it.
///
/// It can run while a server does: each account is printed as it was at one moment. An account that cannot be read is
/// told on standard error, and the command ends with 1; the others are printed all the same. It needs no more memory for
/// more accounts.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact export > directory.ndjson
  $ security-contact export acme
  $ security-contact export | security-contact import - --data ./copy")]
pub(super) struct Export {
    /// The account's id; without it every account is printed
    account: Option<AccountId>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    Account {
        id: &'a AccountId,
        name: &'a DisplayName,
        owner: &'a UserId,
    },
    Person {
        account: &'a AccountId,
        name: &'a DisplayName,
        email: Option<&'a EmailAddress>,
        #[serde(flatten)]
        person: &'a Person,
    },
}

/// An account with everybody in it.
struct Whole {
    snapshot: Snapshot,
    people: Vec<Member>,
}

/// An export under way.
struct Run<'a> {
    store: &'a dyn Store,
    output: BufWriter<Stdout>,
    bar: ProgressBar,
    failed: bool,
}

const CUT_OFF: &str = "the lines are not complete";

impl Export {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let parts = options.open(IfMissing::Fail).await?;
        let (output, bar) = (BufWriter::new(io::stdout()), progress::count("accounts")?);
        let mut run = Run { store: &*parts.store, output, bar, failed: false };
        match self.account {
            Some(account) => {
                known_account(&parts, &account).await?;
                run.again(&account).await?;
            }
            None => run.all().await?,
        }
        run.bar.finish_and_clear();
        // Lines that are kept have to be all there: whoever closed the output is told so.
        run.output.flush().context(CUT_OFF)?;
        Ok(if run.failed { End::Failed } else { End::Done })
    }
}

impl Run<'_> {
    async fn all(&mut self) -> anyhow::Result<()> {
        let mut page = self.store.snapshots_after(None, ACCOUNTS).await?;
        while let Some(last) = page.last().map(id) {
            let mut batch = Vec::new();
            let mut people = 0;
            for read in page {
                match read {
                    Ok(snapshot) => {
                        let whole = self.whole(snapshot).await?;
                        people += whole.people.len();
                        batch.push(whole);
                    }
                    Err(error) => self.fail(&error.account, &error.message),
                }
                if people >= PEOPLE as usize {
                    self.settle(std::mem::take(&mut batch)).await?;
                    people = 0;
                }
            }
            self.settle(batch).await?;
            page = self.store.snapshots_after(Some(&last), ACCOUNTS).await?;
        }
        Ok(())
    }

    /// The people of an account. Others may have written since it was read.
    async fn whole(&self, snapshot: Snapshot) -> anyhow::Result<Whole> {
        let mut people: Vec<Member> = Vec::new();
        loop {
            let after = people
                .last()
                .map(|last| CandidateCursor { folded_name: fold(last.name.as_str()), user_id: last.person.id.clone() });
            let page = self.store.candidates(&snapshot.account, "", after.as_ref(), PEOPLE).await?;
            let is_last = page.len() < PEOPLE as usize;
            people.extend(page);
            if is_last {
                return Ok(Whole { snapshot, people });
            }
        }
    }

    /// Writes the accounts that nobody wrote to since they were read, and reads the others again.
    async fn settle(&mut self, batch: Vec<Whole>) -> anyhow::Result<()> {
        let asked: Vec<_> = batch.iter().map(|whole| (whole.snapshot.account.clone(), Vec::new())).collect();
        let by_now = self.store.snapshots(&asked).await?;
        for (whole, by_now) in batch.into_iter().zip(by_now) {
            match by_now {
                Some(Ok(by_now)) if by_now.revision == whole.snapshot.revision => self.write(&whole)?,
                _ => self.again(&whole.snapshot.account).await?,
            }
        }
        Ok(())
    }

    /// Reads an account until nobody comes in between, and writes it.
    async fn again(&mut self, account: &AccountId) -> anyhow::Result<()> {
        for _ in 0..TRIES {
            let Some(before) = self.read(account).await? else { return Ok(()) };
            let whole = self.whole(before).await?;
            let Some(after) = self.read(account).await? else { return Ok(()) };
            if after.revision == whole.snapshot.revision {
                return self.write(&whole);
            }
        }
        self.fail(account, &DomainError::Busy.to_string());
        Ok(())
    }

    /// The account, unless it cannot be read or is gone.
    async fn read(&mut self, account: &AccountId) -> anyhow::Result<Option<Snapshot>> {
        let found = self.store.snapshots(&[(account.clone(), Vec::new())]).await?;
        match found.into_iter().next().flatten() {
            Some(Ok(snapshot)) => return Ok(Some(snapshot)),
            Some(Err(error)) => self.fail(account, &error.message),
            None => {}
        }
        Ok(None)
    }

    fn write(&mut self, Whole { snapshot, people }: &Whole) -> anyhow::Result<()> {
        let Snapshot { account, name, owner_id, owner, .. } = snapshot;
        if owner.is_none() {
            // `import` would refuse it.
            self.fail(account, "it has no owner");
            return Ok(());
        }
        self.line(&Line::Account { id: account, name, owner: owner_id })?;
        for Member { person, name, email, .. } in people {
            self.line(&Line::Person { account, name, email: email.as_ref(), person })?;
        }
        self.bar.inc(1);
        Ok(())
    }

    fn line(&mut self, line: &Line<'_>) -> anyhow::Result<()> {
        serde_json::to_writer(&mut self.output, line).map_err(io::Error::from).context(CUT_OFF)?;
        self.output.write_all(b"\n").context(CUT_OFF)
    }

    fn fail(&mut self, account: &AccountId, error: &str) {
        self.failed = true;
        self.bar.suspend(|| print::error(&format!("error: the account `{account}` is left out: {error}")));
    }
}

fn id(read: &Readable) -> AccountId {
    match read {
        Ok(snapshot) => snapshot.account.clone(),
        Err(error) => error.account.clone(),
    }
}
