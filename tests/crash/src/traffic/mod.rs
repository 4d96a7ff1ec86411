//! What goes on while processes are killed: people change contacts, the platform sends its directory, operators review.

mod events;
mod import;
mod review;
mod write;

pub(crate) use events::Sender;
pub(crate) use import::Importer;
pub(crate) use review::review;
pub(crate) use write::{TOKEN, Writer};

use crate::process::{Ended, was_killed};
use crate::stage::Stage;

/// Whether a command that did not succeed may be tried again: it was killed, or somebody else was faster, or the store
/// was down for a moment. Anything else is a violation.
fn may_try_again(stage: &Stage, what: &'static str, ended: &Ended) -> bool {
    const BUSY: i32 = 4;
    let expected = was_killed(ended.status) || ended.status.code() == Some(BUSY) || stage.store_may_fail;
    if !expected {
        let last = ended.stderr.lines().last().unwrap_or_default().to_owned();
        stage.note(|ledger| ledger.add_violation("command_failed", format!("{what}: {}: {last}", ended.status)));
    }
    if ended.stderr.contains("panicked") {
        stage.note(|ledger| ledger.add_violation("panicked", format!("{what}: {}", ended.stderr)));
    }
    expected
}
