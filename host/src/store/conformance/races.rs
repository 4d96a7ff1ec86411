//! Many at once: whoever loses is told so, and nothing is done twice.

use std::collections::BTreeSet;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::*;
use crate::domain::model::Remembered;
use crate::domain::{ChainReport, verify};

const WRITERS: usize = 64;

/// Runs that many of `work` at once, each told its number, and returns what they return.
async fn at_once<T, W, F>(store: &AnyStore, count: usize, work: W) -> Vec<T>
where
    T: Send + 'static,
    W: Fn(AnyStore, usize) -> F,
    F: Future<Output = T> + Send + 'static,
{
    let begin = Arc::new(Barrier::new(count));
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let (begin, work) = (Arc::clone(&begin), work(Arc::clone(store), number));
        tasks.spawn(async move {
            begin.wait().await;
            work.await
        });
    }
    tasks.join_all().await
}

fn winners(results: &[Committed], version: i64) -> usize {
    let stored = Committed::Stored { version };
    assert!(results.iter().all(|result| [stored, Committed::Stale].contains(result)), "{results:?}");
    results.iter().filter(|result| **result == stored).count()
}

/// All decide on the same snapshot, so that the store alone tells who was first.
pub(in crate::store) async fn one_of_many_at_once_wins(store: AnyStore) {
    let mut now = acme(&store).await;
    for round in 1..4 {
        let (audit, mails) = (Some(audit_entry(round)), vec![mail_to("u-2")]);
        let commit = Commit { designation: choose("u-2"), audit, mails, ..commit_on(&now) };
        let results = at_once(&store, WRITERS, |store, _| {
            let commit = commit.clone();
            async move { store.commit(&commit).await.unwrap() }
        });
        assert_eq!(winners(&results.await, round), 1);
        assert_eq!(store.history(&account("a-1"), None, 10).await.unwrap().len(), usize::try_from(round).unwrap());
        assert_eq!(claim(&store, 1_000).await.len(), 1);
        now = snapshot(&store, "a-1").await;
    }
}

/// Everybody wins once, each on a revision of their own.
pub(in crate::store) async fn each_revision_has_one_winner(store: AnyStore) {
    acme(&store).await;
    let won = at_once(&store, WRITERS, |store, _| async move {
        loop {
            let now = snapshot(&store, "a-1").await;
            let commit = Commit { designation: choose("u-2"), audit: Some(audit_entry(0)), ..commit_on(&now) };
            if let Committed::Stored { version } = store.commit(&commit).await.unwrap() {
                break (now.revision, now.version, version);
            }
        }
    });
    let mut won = won.await;
    won.sort_unstable();
    assert!(won.is_sorted_by(|a, b| a.0 < b.0), "two commits won on one revision: {won:?}");
    let versions: Vec<(i64, i64)> = won.iter().map(|(_, before, after)| (*before, *after)).collect();
    assert_eq!(versions, (0..64).map(|version| (version, version + 1)).collect::<Vec<_>>());
}

/// What a directory says and what a person chooses meet in one revision.
pub(in crate::store) async fn people_and_choices_do_not_overtake_each_other(store: AnyStore) {
    let now = acme(&store).await;
    let commit = Commit { designation: choose("u-2"), ..commit_on(&now) };
    let left = write_of(&store, &DirectoryEntry { left: vec![user("u-2")], ..change("a-1") }, 10).await;
    let results = at_once(&store, 16, |store, number| {
        let (commit, left) = (commit.clone(), left.clone());
        async move {
            match number % 2 {
                0 => store.commit(&commit).await.unwrap(),
                _ => store.put_directories(&[left]).await.unwrap()[0],
            }
        }
    });
    let stored = results.await.into_iter().filter(|result| *result != Committed::Stale).count();
    let after = store.snapshot(&account("a-1"), &[user("u-2")]).await.unwrap().unwrap();
    assert_eq!(stored, 1);
    assert_ne!(after.chosen.is_some(), after.member(&user("u-2")).is_none());
}

pub(in crate::store) async fn an_account_appears_once(store: AnyStore) {
    let write = write_of(&store, &entry("a-1", &[]), 0).await;
    let review = Commit { audit: Some(audit_entry(0)), ..write.review };
    let write = DirectoryWrite { review, ..write };
    let results = at_once(&store, 16, |store, _| {
        let write = write.clone();
        async move { store.put_directories(&[write]).await.unwrap()[0] }
    });
    assert_eq!(winners(&results.await, 0), 1);
    assert_eq!(store.history(&account("a-1"), None, 10).await.unwrap().len(), 1);
}

/// Batches that name the same accounts in different orders.
pub(in crate::store) async fn batches_do_not_wait_for_each_other_for_ever(store: AnyStore) {
    let mut commits = Vec::new();
    for id in ["a", "b", "c", "d"] {
        put(&store, &entry(id, &[]), 0).await;
        commits.push(Commit { designation: choose("u-1"), ..commit_on(&snapshot(&store, id).await) });
    }
    let results = at_once(&store, 16, |store, number| {
        let mut commits = commits.clone();
        commits.rotate_left(number % 4);
        if number % 3 == 0 {
            commits.reverse();
        }
        async move { store.commit_all(&commits).await.unwrap() }
    });
    assert_eq!(winners(&results.await.concat(), 1), 4);
}

pub(in crate::store) async fn a_key_is_used_once(store: AnyStore) {
    let new = acme(&store).await;
    let answer = |number: usize| Remembered {
        actor: user("u-2"),
        key: "key".parse().unwrap(),
        request: "the same".into(),
        answer: number.to_string(),
    };
    let results = at_once(&store, 16, |store, number| {
        let (answer, entry) = (answer(number), audit_entry(0));
        let commit = Commit { audit: Some(entry.clone()), remember: Some(answer.clone()), ..commit_on(&new) };
        async move {
            match number % 2 {
                0 => store.record(&account("a-1"), Some(&entry), Some(&answer), at(10)).await.unwrap(),
                _ => store.commit(&commit).await.unwrap(),
            }
        }
    });
    let results = results.await;
    assert_eq!(winners(&results, 0), 1);
    let known = store.recall(&account("a-1"), &user("u-2"), &"key".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(store.history(&account("a-1"), None, 10).await.unwrap().len(), 1);
    assert!(known.answer.parse::<usize>().unwrap() < 16);
}

pub(in crate::store) async fn a_history_that_many_write_stays_whole(store: AnyStore) {
    acme(&store).await;
    queue(&store, &["u-2"; 16], 10).await;
    let mails = claim(&store, 10).await;
    at_once(&store, 48, |store, number| {
        let mail = mails[number % 16].clone();
        async move {
            match number / 16 {
                0 => drop(store.record(&account("a-1"), Some(&audit_entry(0)), None, at(10)).await.unwrap()),
                1 => loop {
                    let now = snapshot(&store, "a-1").await;
                    let commit = Commit { audit: Some(audit_entry(0)), ..commit_on(&now) };
                    if store.commit(&commit).await.unwrap() != Committed::Stale {
                        break;
                    }
                },
                _ => {
                    let sent = Settlement::Sent { audit: Some(Box::new(audit_entry(0))) };
                    settle(&store, mail.id, mail.lease, 20, sent).await;
                }
            }
        }
    })
    .await;
    let report = verify(&*store, |_| {}).await.unwrap();
    assert_eq!(report, ChainReport { accounts: 1, rows: 48, first_break: None });
}

pub(in crate::store) async fn nobody_gets_the_same_review(store: AnyStore) {
    let writes = (0..60).map(|n| {
        let entry = entry(&format!("a-{n}"), &[]);
        // Half are due by time, and all are decided under another policy than the one that comes.
        let next_review_at = (n % 2 == 0).then(|| at(n));
        let review = Commit { next_review_at, ..plain_commit(&entry.account, 0, 0) };
        DirectoryWrite { entry, revision: None, review }
    });
    store.put_directories(&writes.collect::<Vec<_>>()).await.unwrap();
    store.use_policy("another").await.unwrap();
    let claimed = at_once(&store, 8, |store, _| async move {
        let mut mine = Vec::new();
        loop {
            let page = store.claim_reviews(at(100), at(200), "another", 3).await.unwrap();
            if page.is_empty() {
                break mine;
            }
            mine.extend(page.into_iter().map(|claimed| claimed.unwrap().account));
        }
    });
    let claimed = claimed.await.concat();
    assert_eq!(claimed.len(), 60);
    assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>().len(), 60);
}

pub(in crate::store) async fn nobody_gets_the_same_mail(store: AnyStore) {
    acme(&store).await;
    queue(&store, &["u-2"; 60], 10).await;
    let claimed = at_once(&store, 8, |store, _| async move {
        let mut mine = Vec::new();
        loop {
            let page = store.claim_mail(at(10), at(100), 3).await.unwrap();
            if page.is_empty() {
                break mine;
            }
            mine.extend(page.iter().map(Claimed::id));
        }
    });
    let claimed = claimed.await.concat();
    assert_eq!(claimed.len(), 60);
    assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>().len(), 60);
}
