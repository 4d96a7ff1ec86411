//! What happened to an account's contact.

use security_contact_policy::RefusalCode;

use super::*;
use crate::domain::model::{AuditRow, Detail};

/// Commits that entry to an account and returns it.
async fn tell(store: &AnyStore, id: &str, entry: AuditEntry) -> AuditEntry {
    let now = snapshot(store, id).await;
    stored(store, &Commit { audit: Some(entry.clone()), ..commit_on(&now) }).await;
    entry
}

async fn page(store: &AnyStore, before: Option<i64>, limit: u32) -> Vec<AuditRow> {
    store.history(&account("a-1"), before, limit).await.unwrap()
}

fn entries(rows: &[AuditRow]) -> Vec<AuditEntry> {
    rows.iter().map(|row| row.entry().unwrap()).collect()
}

pub(in crate::store) async fn entries_come_back_whole(store: AnyStore) {
    acme(&store).await;
    let reverted = tell(&store, "a-1", audit_entry(5)).await;
    let refused = AuditEntry {
        actor: Some(user("u-3")),
        authenticated: Authentication::ServiceToken,
        action: Action::DesignationRefused,
        before: None,
        after: None,
        reasons: Vec::new(),
        detail: Some(Detail::Refused { code: RefusalCode::NotEligible, asked: Some(user("u-\"é\"")) }),
        ..audit_entry(6)
    };
    let refused = tell(&store, "a-1", refused).await;
    assert_eq!(entries(&page(&store, None, 10).await), [refused, reverted]);
}

pub(in crate::store) async fn pages_go_back_in_time(store: AnyStore) {
    acme(&store).await;
    put(&store, &entry("a-2", &[]), 0).await;
    let mut told = Vec::new();
    for n in 0..5 {
        told.insert(0, tell(&store, "a-1", audit_entry(n)).await);
        tell(&store, "a-2", audit_entry(100 + n)).await;
    }
    let first = page(&store, None, 2).await;
    let second = page(&store, Some(first[1].seq), 2).await;
    let third = page(&store, Some(second[1].seq), 2).await;
    assert_eq!([first.len(), second.len(), third.len()], [2, 2, 1]);
    assert_eq!(page(&store, Some(third[0].seq), 2).await, []);
    assert_eq!(entries(&[first, second, third].concat()), told);
}

pub(in crate::store) async fn a_commit_without_an_entry_adds_none(store: AnyStore) {
    let new = acme(&store).await;
    stored(&store, &Commit { designation: choose("u-2"), ..commit_on(&new) }).await;
    assert_eq!(page(&store, None, 10).await, []);
}
