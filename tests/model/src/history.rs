//! Entries of the history that ought to be there.

use security_contact_host::domain::model::{Action, AuditEntry, Authentication};

use crate::model::Moment;

/// An entry of the history of which more is to be told.
pub(crate) fn entry(moment: &Moment, authenticated: Authentication, action: Action) -> AuditEntry {
    AuditEntry {
        at: moment.now,
        actor: None,
        authenticated,
        action,
        before: None,
        after: None,
        reasons: Vec::new(),
        detail: None,
        decided_by: moment.identity.clone(),
    }
}
