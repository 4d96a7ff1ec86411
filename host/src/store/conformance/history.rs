//! What happened to an account's contact.

use super::*;

/// Commits that entry to an account and returns it.
async fn tell(store: &AnyStore, id: &str, entry: AuditEntry) -> AuditEntry {
    let now = snapshot(store, id).await;
    stored(store, &Commit { audit: Some(entry.clone()), ..commit_on(&now) }).await;
    entry
}

async fn page(store: &AnyStore, before: Option<i64>, limit: u32) -> Vec<(i64, AuditEntry)> {
    store.history(&account("a-1"), before, limit).await.unwrap()
}

pub(in crate::store) async fn entries_come_back_whole(store: AnyStore) {
    acme(&store).await;
    let reverted = tell(&store, "a-1", audit_entry(5)).await;
    let first = AuditEntry { before: None, reasons: Vec::new(), action: Cause::Designated, ..audit_entry(6) };
    let designated = tell(&store, "a-1", AuditEntry { actor: Some(user("u-3")), ..first }).await;
    let entries: Vec<AuditEntry> = page(&store, None, 10).await.into_iter().map(|(_, entry)| entry).collect();
    assert_eq!(entries, [designated, reverted]);
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
    let second = page(&store, Some(first[1].0), 2).await;
    let third = page(&store, Some(second[1].0), 2).await;
    assert_eq!([first.len(), second.len(), third.len()], [2, 2, 1]);
    assert_eq!(page(&store, Some(third[0].0), 2).await, []);
    let read: Vec<AuditEntry> = [first, second, third].concat().into_iter().map(|(_, entry)| entry).collect();
    assert_eq!(read, told);
}

pub(in crate::store) async fn a_commit_without_an_entry_adds_none(store: AnyStore) {
    let new = acme(&store).await;
    stored(&store, &Commit { designation: choose("u-2"), ..commit_on(&new) }).await;
    assert_eq!(page(&store, None, 10).await, []);
}
