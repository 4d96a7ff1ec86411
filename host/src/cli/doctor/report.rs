//! What was found, line by line.

use std::io;

use serde::Serialize;

use crate::cli::print::{self, Tone};

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// As it should be.
    Ok,
    /// It works, and somebody should look at it.
    Warning,
    /// It does not work.
    Failed,
    /// The options say nothing of it.
    Skipped,
}

#[derive(Serialize)]
struct Line {
    check: &'static str,
    state: State,
    message: String,
}

/// Everything that was found.
#[derive(Default)]
pub(super) struct Report(Vec<Line>);

impl Report {
    pub(super) fn add(&mut self, check: &'static str, state: State, message: impl Into<String>) {
        self.0.push(Line { check, state, message: message.into() });
    }

    /// Adds an error with its causes; each of ours says what to do.
    pub(super) fn fail(&mut self, check: &'static str, error: &anyhow::Error) {
        self.add(check, State::Failed, format!("{error:#}"));
    }

    /// Whether nothing failed.
    pub(super) fn is_well(&self) -> bool {
        self.0.iter().all(|line| line.state != State::Failed)
    }

    pub(super) fn print_json(&self) -> anyhow::Result<()> {
        #[derive(Serialize)]
        struct Object<'a> {
            ok: bool,
            checks: &'a [Line],
        }
        print::json(&Object { ok: self.is_well(), checks: &self.0 })
    }

    pub(super) fn tell(&self) -> io::Result<()> {
        let lines = self.0.iter().map(|Line { check, state, message }| {
            let (word, tone) = match state {
                State::Ok => ("ok", Some(Tone::Good)),
                State::Warning => ("warning", Some(Tone::Doubtful)),
                State::Failed => ("failed", Some(Tone::Bad)),
                State::Skipped => ("skipped", None),
            };
            let word = format!("{word:7}");
            let word = tone.map_or(word.clone(), |tone| print::toned(&word, tone));
            format!("{word}  {check:13}  {message}")
        });
        print::line(&lines.collect::<Vec<_>>().join("\n"))
    }
}
