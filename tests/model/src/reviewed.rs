//! What a run of reviews ought to report.

use security_contact_policy::ReviewOutcome;

/// What a review of accounts did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reviewed {
    pub(crate) reverted: u64,
    pub(crate) owner_changed: u64,
    pub(crate) reminded: u64,
    /// How many accounts have to be looked at, and how many may be.
    pub(crate) must: u64,
    pub(crate) may: u64,
}

impl Reviewed {
    pub(crate) fn add(&mut self, outcome: &ReviewOutcome) {
        match outcome {
            ReviewOutcome::Reverted { .. } => self.reverted += 1,
            ReviewOutcome::Kept { notices, reminders, .. } => {
                self.owner_changed += u64::from(!notices.is_empty());
                self.reminded += u64::from(!reminders.is_empty());
            }
        }
    }
}
