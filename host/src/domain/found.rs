//! What a review found, and what follows from it for the store.

use security_contact_policy::{
    Contact, Instant, Notice, Reason, RemindedFor, Reminder, ReviewOutcome, ReviewRequest, UserId,
};

use super::letters;
use super::model::{Action, AuditEntry, Authentication, Commit, DesignationWrite, Snapshot};
use crate::engine::{EngineError, PolicyIdentity};

/// The outcome of each review. One that makes the module fail fails alone.
pub(super) fn outcomes(
    requests: Vec<ReviewRequest>,
    review_many: &impl Fn(Vec<ReviewRequest>) -> Result<Vec<ReviewOutcome>, EngineError>,
) -> Vec<Result<ReviewOutcome, EngineError>> {
    match review_many(requests.clone()) {
        Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
        Err(error) if requests.len() == 1 => vec![Err(error)],
        Err(_) => requests.into_iter().flat_map(|request| outcomes(vec![request], review_many)).collect(),
    }
}

/// An outcome in the one shape that both kinds of it share.
pub(super) struct Found {
    /// Who was chosen and is no longer, and why.
    reverted: Option<(UserId, Vec<Reason>)>,
    contact: Contact,
    notices: Vec<Notice>,
    reminders: Vec<Reminder>,
    next_review_at: Option<Instant>,
}

impl Found {
    pub(super) fn of(snapshot: &Snapshot, outcome: ReviewOutcome) -> Self {
        match outcome {
            ReviewOutcome::Kept { contact, notices, reminders, next_review_at } => {
                Self { reverted: None, contact, notices, reminders, next_review_at }
            }
            ReviewOutcome::Reverted { reasons, contact, notices, reminders, next_review_at } => {
                let from = snapshot.chosen.as_ref().map(|chosen| chosen.user_id.clone());
                Self { reverted: from.map(|from| (from, reasons)), contact, notices, reminders, next_review_at }
            }
        }
    }

    /// Whether the store has all of it already.
    pub(super) fn is_nothing_new(&self, snapshot: &Snapshot) -> bool {
        self.reverted.is_none()
            && self.notices.is_empty()
            && self.reminders.is_empty()
            && snapshot.announced.as_ref() == Some(&self.contact.user_id)
            && snapshot.next_review_at == self.next_review_at
    }

    /// What the outcome of a review of that snapshot writes.
    pub(super) fn commit(
        &self,
        snapshot: &Snapshot,
        decided_by: &PolicyIdentity,
        authenticated: Authentication,
        now: Instant,
    ) -> Commit {
        let mut mails = letters::of_notices(snapshot, &self.notices, None, now);
        mails.extend(letters::of_reminders(snapshot, &self.reminders, &self.contact.user_id, now));
        let audit = self.action(snapshot).map(|(action, before, reasons)| AuditEntry {
            at: now,
            actor: None,
            authenticated,
            action,
            before,
            after: Some(self.contact.user_id.clone()),
            reasons,
            detail: None,
            decided_by: decided_by.clone(),
        });
        Commit {
            account: snapshot.account.clone(),
            revision: snapshot.revision,
            now,
            designation: if self.reverted.is_some() { DesignationWrite::Clear } else { DesignationWrite::Keep },
            announced: self.contact.user_id.clone(),
            reminded_for: self.reminded_for(snapshot),
            // The module says a later instant; one that does not must not be asked again and again.
            next_review_at: self.next_review_at.map(|at| at.max(now.plus_millis(1))),
            audit,
            mails,
            remember: None,
            fingerprint: decided_by.key(),
        }
    }

    /// What the history tells, if anything: what was done, who was the contact, and why.
    fn action(&self, snapshot: &Snapshot) -> Option<(Action, Option<UserId>, Vec<Reason>)> {
        match &self.reverted {
            Some((from, reasons)) => Some((Action::Reverted, Some(from.clone()), reasons.clone())),
            None if self.notices.is_empty() => None,
            None => Some((Action::OwnerChanged, snapshot.announced.clone(), Vec::new())),
        }
    }

    /// The reminders sent so far for the present end of validity, with those of this outcome.
    fn reminded_for(&self, snapshot: &Snapshot) -> Option<RemindedFor> {
        let valid_until = self.contact.valid_until?;
        let before = snapshot.reminded_for.as_ref().filter(|sent| sent.valid_until == valid_until);
        let mut days = before.map(|sent| sent.days.clone()).unwrap_or_default();
        days.extend(self.reminders.first().map(|reminder| reminder.days));
        (!days.is_empty()).then_some(RemindedFor { valid_until, days })
    }

    /// Whether somebody is reminded.
    pub(super) fn reminds(&self) -> bool {
        !self.reminders.is_empty()
    }

    /// Whether the contact is another one because ownership moved.
    pub(super) fn is_another_owner(&self) -> bool {
        self.reverted.is_none() && !self.notices.is_empty()
    }

    /// Whose designation was cleared, who is the contact now, and why; `None` when it was kept.
    pub(super) fn into_reverted(self) -> Option<(UserId, UserId, Vec<Reason>)> {
        self.reverted.map(|(from, reasons)| (from, self.contact.user_id, reasons))
    }
}

#[cfg(test)]
mod tests {
    use security_contact_policy::{Account, Person, Rules};

    use super::*;
    use crate::engine::Engine;

    fn request(owner: &str) -> ReviewRequest {
        let owner: Person = serde_json::from_str(&format!(
            r#"{{"id":"{owner}","role":"owner","accountSettings":"edit","status":"active","lastLoginAt":null,
                "staffRole":null}}"#
        ))
        .unwrap();
        let account = Account { owner, designation: None };
        ReviewRequest { account, announced: None, reminded_for: None, now: "2026-10-01T00:00:00Z".parse().unwrap() }
    }

    #[test]
    fn a_review_that_makes_the_module_fail_fails_alone() {
        let engine = Engine::embedded(&Rules::default()).unwrap();
        let fails_at_two = |requests: Vec<ReviewRequest>| {
            if requests.iter().any(|request| request.account.owner.id.as_str() == "u-2") {
                return Err(EngineError::Trapped("a test".into()));
            }
            engine.review_many(requests)
        };
        let found = outcomes(["u-1", "u-2", "u-3"].map(request).to_vec(), &fails_at_two);
        let contacts = found.into_iter().map(|outcome| match outcome {
            Ok(ReviewOutcome::Kept { contact, .. } | ReviewOutcome::Reverted { contact, .. }) => {
                contact.user_id.to_string()
            }
            Err(error) => error.to_string(),
        });
        let expected = ["u-1", "the policy module trapped: a test", "u-3"];
        assert_eq!(contacts.collect::<Vec<_>>(), expected);
    }
}
