//! What commands print: lines and tables for people, JSON for programs, and colours where somebody looks.

use std::io::{self, IsTerminal, Write};

use clap::ColorChoice;
use security_contact_policy::Reason;
use serde::Serialize;

/// A line, or several, on standard output. Whoever closed it has seen enough, as `head` does: what the command did, and
/// how it ends, stays the same.
pub(super) fn line(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    match writeln!(output, "{text}").and_then(|()| output.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

/// A line on standard error. When that is gone, the exit code still tells.
pub(super) fn error(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// One compact JSON value on a line of standard output.
pub(super) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string(value)?;
    Ok(line(&text)?)
}

/// Rows of cells on standard output, in columns as wide as they have to be.
pub(super) fn table(rows: &[Vec<String>]) -> io::Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    let lines: Vec<String> = lines.collect();
    line(&lines.join("\n"))
}

/// How good the news is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Doubtful,
    Bad,
}

/// The text in the colour of the news that it is, on a terminal that may have colours. It has to be the last of a line:
/// what follows a colour cannot be aligned.
pub(super) fn toned(text: &str, tone: Tone) -> String {
    if !may_colour(&io::stdout()) {
        return text.to_owned();
    }
    let colour = match tone {
        Tone::Good => "32",
        Tone::Doubtful => "33",
        Tone::Bad => "31",
    };
    format!("\x1b[{colour}m{text}\x1b[0m")
}

/// Whether colours can be written there: to a terminal that knows them, unless somebody wants none.
pub(super) fn may_colour(output: &impl IsTerminal) -> bool {
    output.is_terminal() && !is_plain()
}

/// What clap does about colours, which by itself holds a terminal that knows none for one that does where `CI` is set.
pub(super) fn colour_choice() -> ColorChoice {
    if is_plain() { ColorChoice::Never } else { ColorChoice::Auto }
}

/// Whether somebody wants no colours, or the terminal knows none.
fn is_plain() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || std::env::var_os("TERM").is_some_and(|value| value == "dumb")
}

/// Each reason as a sentence and its code.
pub(super) fn reasons(reasons: &[Reason]) -> String {
    let sentences = reasons.iter().map(|reason| format!("{} [{reason}]", sentence(*reason)));
    sentences.collect::<Vec<_>>().join(", ")
}

const fn sentence(reason: Reason) -> &'static str {
    match reason {
        Reason::RoleNotAllowed => "neither role nor account settings permission allow it",
        Reason::ManagerRoleRequired => "a manager's role is needed",
        Reason::NotActive => "the user is not active",
        Reason::NeverLoggedIn => "there was no login ever",
        Reason::LoginTooOld => "the last login is too long ago",
        Reason::LoginInFuture => "the last login lies in the future",
        Reason::BlockedStaffRole => "the staff role is blocked",
        Reason::NotAMember => "the person is not a member of the account",
    }
}
