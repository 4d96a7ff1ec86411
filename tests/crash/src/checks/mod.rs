//! What has to hold, whatever was killed. Nothing here asks the program: the store's rows, the peer's mails and what was
//! acknowledged are compared with each other.

mod acknowledged;
mod delivery;
mod history;
mod notices;

use crate::contents::Contents;
use crate::ledger::Ledger;
use crate::peer::Arrived;
use crate::violation::{Found, Violation};
use crate::world::World;

/// What a run knows besides the store.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// What was acknowledged.
    pub ledger: Ledger,
    /// The directory as it was last taken over.
    pub world: World,
    /// The mails that arrived.
    pub mails: Vec<Arrived>,
}

/// What does not hold, at any moment of a run. The evidence is older than the contents.
#[must_use]
pub(crate) fn standing(ledger: &Ledger, mails: &[Arrived], contents: &Contents) -> Vec<Violation> {
    let mut found = Found::default();
    history::check(contents, &mut found);
    notices::check(contents, &mut found);
    acknowledged::check_kept(ledger, contents, &mut found);
    delivery::check_arrived(mails, contents, &mut found);
    found.0
}

/// What does not hold at the end, when nothing is under way any more.
#[must_use]
pub fn at_the_end(evidence: &Evidence, contents: &Contents) -> Vec<Violation> {
    let Evidence { ledger, world, mails } = evidence;
    let mut found = Found(standing(ledger, mails, contents));
    acknowledged::check_complete(ledger, contents, &mut found);
    acknowledged::check_directory(world, contents, &mut found);
    settled(mails, contents, &mut found);
    found.0
}

/// Nothing is under way any more, and all that was sent arrived.
pub(crate) fn settled(mails: &[Arrived], contents: &Contents, found: &mut Found) {
    delivery::check_settled(mails, contents, found);
}
