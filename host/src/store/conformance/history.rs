//! What happened to an account's contact.

use security_contact_policy::{Event, RefusalCode};

use super::*;
use crate::domain::model::{AuditRow, ChainHead, Detail};
use crate::domain::{ChainReport, verify};

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

pub(in crate::store) async fn every_word_comes_back(store: AnyStore) {
    acme(&store).await;
    let event = Event { kind: "breach_alert".parse().unwrap(), severity: "low".parse().unwrap() };
    let details = [
        None,
        Some(Detail::Refused { code: RefusalCode::NotAMember, asked: None }),
        Some(Detail::Event { event, to: user("u-2"), message_id: "<1@security-contact>".into() }),
        Some(Detail::Address { person: user("u-\u{1F511}") }),
    ];
    let mut told = Vec::new();
    for (n, &action) in Action::ALL.iter().enumerate() {
        let authenticated = Authentication::ALL[n % Authentication::ALL.len()];
        let detail = details[n % details.len()].clone();
        told.push(tell(&store, "a-1", AuditEntry { action, authenticated, detail, ..audit_entry(0) }).await);
    }
    told.reverse();
    assert_eq!(entries(&page(&store, None, 100).await), told);
}

pub(in crate::store) async fn rows_are_numbered_and_linked(store: AnyStore) {
    acme(&store).await;
    put(&store, &entry("a-2", &[]), 0).await;
    for n in 0..3 {
        tell(&store, "a-1", audit_entry(n)).await;
        tell(&store, "a-2", audit_entry(n)).await;
    }
    let mut head = ChainHead::default();
    let mut rows = page(&store, None, 10).await;
    rows.reverse();
    for row in &rows {
        assert_eq!(*row, AuditRow::after(&head, &account("a-1"), &row.entry().unwrap()).unwrap());
        head = row.head();
    }
    assert_eq!(head.seq, 3);
    assert_eq!(store.chain_heads(None, 1).await.unwrap(), [("a-1".to_owned(), head)]);
}

pub(in crate::store) async fn heads_are_listed_in_order(store: AnyStore) {
    for id in ["b", "a", "é", "B"] {
        put(&store, &entry(id, &[]), 0).await;
    }
    tell(&store, "a", audit_entry(0)).await;
    let first = store.chain_heads(None, 2).await.unwrap();
    let second = store.chain_heads(Some("a"), 10).await.unwrap();
    let none = ChainHead::default();
    let a = store.history(&account("a"), None, 1).await.unwrap()[0].head();
    assert_eq!(first, [("B".to_owned(), none.clone()), ("a".to_owned(), a)]);
    assert_eq!(second, [("b".to_owned(), none.clone()), ("é".to_owned(), none)]);
    assert_eq!(store.chain_heads(Some("é"), 10).await.unwrap(), []);
}

pub(in crate::store) async fn all_rows_are_paged_by_account_and_number(store: AnyStore) {
    for id in ["b", "a", "é", "B"] {
        put(&store, &entry(id, &[]), 0).await;
    }
    for id in ["b", "é", "B", "b", "B", "b"] {
        tell(&store, id, audit_entry(0)).await;
    }
    let mut pages = Vec::new();
    let mut after: Option<(String, i64)> = None;
    loop {
        let from = after.as_ref().map(|(account, seq)| (account.as_str(), *seq));
        let page = store.audit_after(from, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some((last.account.clone(), last.seq));
        pages.push(page.iter().map(|row| (row.account.clone(), row.seq)).collect::<Vec<_>>());
    }
    let all = [("B", 1), ("B", 2), ("b", 1), ("b", 2), ("b", 3), ("é", 1)];
    let all: Vec<(String, i64)> = all.map(|(account, seq)| (account.to_owned(), seq)).into();
    assert_eq!(pages.concat(), all);
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 2]);
    let row = store.audit_after(Some(("b", 2)), 1).await.unwrap().remove(0);
    assert_eq!(row, store.history(&account("b"), None, 1).await.unwrap()[0]);
}

/// Whatever writes to a history, whoever walks along it finds it whole.
pub(in crate::store) async fn the_chain_is_whole_whoever_wrote(store: AnyStore) {
    assert_eq!(verify(&*store, |_| {}).await.unwrap(), ChainReport::default());
    let new = acme(&store).await;
    let (audit, mails) = (Some(audit_entry(0)), vec![mail_to("u-2"), mail_to("u-3")]);
    stored(&store, &Commit { audit, mails, ..commit_on(&new) }).await;
    store.record(&account("a-1"), Some(&audit_entry(1)), None, at(1)).await.unwrap();
    let renamed = DirectoryEntry { people: vec![member("u-4", "New Person")], ..change("a-1") };
    for entry in [renamed, entry("a-2", &[])] {
        let write = write_of(&store, &entry, 20).await;
        let review = Commit { audit: Some(audit_entry(2)), ..write.review };
        store.put_directories(&[DirectoryWrite { review, ..write }]).await.unwrap();
    }
    let entry = Box::new(audit_entry(3));
    let revision = snapshot(&store, "a-1").await.revision;
    let bounced = Settlement::Bounced { error: "no".into(), revision, audit: entry.clone(), mails: Vec::new() };
    for (mail, result) in claim(&store, 20).await.iter().zip([Settlement::Sent { audit: Some(entry) }, bounced]) {
        settle(&store, mail.id, mail.lease, 20, result).await;
    }
    put(&store, &super::entry("a-3", &[]), 0).await;
    let report = verify(&*store, |_| {}).await.unwrap();
    assert_eq!(report, ChainReport { accounts: 3, rows: 6, first_break: None });
}

/// More accounts and rows than are read at once.
pub(in crate::store) async fn a_chain_is_walked_over_many_pages(store: AnyStore) {
    const ACCOUNTS: u64 = 1_201;
    let writes = (0..ACCOUNTS).map(|n| {
        let entry = entry(&format!("a-{n:04}"), &[]);
        let review = Commit { audit: Some(audit_entry(0)), ..plain_commit(&entry.account, 0, 0) };
        DirectoryWrite { entry, revision: None, review }
    });
    store.put_directories(&writes.collect::<Vec<_>>()).await.unwrap();
    tell(&store, "a-0998", audit_entry(1)).await;
    let progress = std::sync::Mutex::new(Vec::new());
    let report = verify(&*store, |rows| progress.lock().unwrap().push(rows)).await.unwrap();
    assert_eq!(report, ChainReport { accounts: ACCOUNTS, rows: ACCOUNTS + 1, first_break: None });
    let progress = progress.into_inner().unwrap();
    assert!(progress.len() > 1 && progress.is_sorted(), "{progress:?}");
    assert_eq!(progress.last(), Some(&(ACCOUNTS + 1)));
}
