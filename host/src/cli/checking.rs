//! Verdicts on people of any number, told page by page.

use indicatif::ProgressBar;
use security_contact_policy::{Instant, Person, PolicyError, UserId, Verdict, json};
use serde::{Deserialize, Serialize};

use super::candidates::words;
use super::{End, print};
use crate::engine::Engine;

/// How many people go through the module at once.
const PAGE: usize = 500;

/// People who are being checked.
pub(super) struct Checking<'a> {
    engine: &'a Engine,
    now: Instant,
    json: bool,
    only_unfit: bool,
    bar: &'a ProgressBar,
    line: u64,
    /// Who was read and not told yet.
    page: Vec<(u64, Person)>,
    /// How wide the ids were so far; 0 until something was told.
    width: usize,
    counts: Counts,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    eligible: u64,
    ineligible: u64,
    faults: u64,
}

/// What is told, as JSON.
#[derive(Serialize)]
#[serde(tag = "told", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Told<'a> {
    Person {
        line: u64,
        id: &'a UserId,
        #[serde(flatten)]
        verdict: &'a Verdict,
    },
    Fault {
        line: u64,
        path: &'a str,
        message: &'a str,
    },
    Done {
        people: u64,
        eligible: u64,
        ineligible: u64,
        faults: u64,
    },
}

/// What a line of a directory is about.
#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a str>,
}

impl<'a> Checking<'a> {
    pub(super) fn new(engine: &'a Engine, now: Instant, json: bool, only_unfit: bool, bar: &'a ProgressBar) -> Self {
        Self { engine, now, json, only_unfit, bar, line: 0, page: Vec::new(), width: 0, counts: Counts::default() }
    }

    /// Takes a line, and tells a page of verdicts when it is full.
    pub(super) fn push(&mut self, line: &[u8]) -> anyhow::Result<()> {
        self.line += 1;
        if line.iter().all(u8::is_ascii_whitespace) || is_of_nobody(line) {
            return Ok(());
        }
        match json::read(line).and_then(|plain| plain.to_person("")) {
            Ok(person) => self.page.push((self.line, person)),
            Err(error) => {
                // In the order of the lines.
                self.tell()?;
                self.tell_fault(&error)?;
            }
        }
        if self.page.len() >= PAGE { self.tell() } else { Ok(()) }
    }

    /// Tells the verdicts on those who were read.
    pub(super) fn tell(&mut self) -> anyhow::Result<()> {
        let (lines, people): (Vec<u64>, Vec<Person>) = std::mem::take(&mut self.page).into_iter().unzip();
        if people.is_empty() {
            return Ok(());
        }
        let verdicts = self.engine.eligibility_many(&people, self.now)?;
        let eligible = verdicts.iter().filter(|verdict| verdict.eligible).count() as u64;
        self.counts.eligible += eligible;
        self.counts.ineligible += verdicts.len() as u64 - eligible;
        let found =
            lines.into_iter().zip(people).zip(&verdicts).map(|((line, person), verdict)| (line, person.id, verdict));
        let found: Vec<_> = found.filter(|(_, _, verdict)| !(self.only_unfit && verdict.eligible)).collect();
        if found.is_empty() {
            return Ok(());
        }
        let text = if self.json { in_json(&found)? } else { self.in_table(&found) };
        Ok(self.bar.suspend(|| print::line(&text))?)
    }

    /// Tells what is left and the counts, and how it ends.
    pub(super) fn finish(mut self) -> anyhow::Result<End> {
        self.tell()?;
        let Counts { eligible, ineligible, faults } = self.counts;
        let people = eligible + ineligible;
        if self.json {
            self.bar.suspend(|| print::json(&Told::Done { people, eligible, ineligible, faults }))?;
        } else {
            let counts = format!("{people} people: {eligible} can be the contact, {ineligible} cannot");
            self.bar.suspend(|| print::line(&counts))?;
        }
        Ok(match self.counts {
            Counts { faults: 1.., .. } => End::Failed,
            Counts { ineligible: 1.., .. } => End::Refused,
            _ => End::Done,
        })
    }

    fn tell_fault(&mut self, error: &PolicyError) -> anyhow::Result<()> {
        self.counts.faults += 1;
        let line = self.line;
        self.bar.suspend(|| {
            if self.json {
                return print::json(&Told::Fault { line, path: &error.path, message: &error.message });
            }
            print::error(&format!("line {line}: {error}"));
            Ok(())
        })
    }

    /// Rows of a table that goes on from page to page.
    fn in_table(&mut self, found: &[(u64, UserId, &Verdict)]) -> String {
        let head = "person";
        let is_first = self.width == 0;
        let widest = found.iter().map(|(_, id, _)| id.as_str().chars().count()).max().unwrap_or_default();
        self.width = self.width.max(widest).max(head.len());
        let width = self.width;
        let head = is_first.then(|| format!("{head:width$}  can be the contact"));
        let rows = found.iter().map(|(_, id, verdict)| format!("{:width$}  {}", id.as_str(), words(verdict)));
        head.into_iter().chain(rows).collect::<Vec<_>>().join("\n")
    }
}

fn in_json(found: &[(u64, UserId, &Verdict)]) -> serde_json::Result<String> {
    let lines =
        found.iter().map(|(line, id, verdict)| serde_json::to_string(&Told::Person { line: *line, id, verdict }));
    Ok(lines.collect::<Result<Vec<_>, _>>()?.join("\n"))
}

/// Whether it is a line of a directory that speaks of no person's facts.
fn is_of_nobody(line: &[u8]) -> bool {
    serde_json::from_slice::<Kind<'_>>(line).is_ok_and(|line| matches!(line.kind, Some("account" | "left")))
}
