//! What was acknowledged is in the store: all of it, and once.

use std::collections::BTreeMap;

use crate::contents::{Contents, Entry};
use crate::ledger::{Change, Ledger, Refusal};
use crate::violation::Found;
use crate::world::World;

/// Each change that was acknowledged is the one that made its version, and no two made the same one.
pub(super) fn check_kept(ledger: &Ledger, contents: &Contents, found: &mut Found) {
    let versions = versions(contents);
    let mut made = BTreeMap::new();
    for change in &ledger.changes {
        let place = (change.account.as_str(), change.version);
        if let Some(other) = made.insert(place, change) {
            found.add(
                "version_made_twice",
                format!("account {}, version {}: {} and {}", place.0, place.1, other.actor, change.actor),
            );
        }
        match versions.get(&place) {
            Some(row) if is_of(row, change) => {}
            Some(row) => found
                .add("lost_change", format!("account {}, version {}: entry {} is another", place.0, place.1, row.seq)),
            None => found.add("lost_change", format!("account {}, version {}", place.0, place.1)),
        }
    }
    let refused = refusals(contents);
    for (refusal, times) in &ledger.refusals {
        let stored = refused.get(refusal).copied().unwrap_or(0);
        found.expect(stored >= *times, "lost_refusal", || format!("{refusal:?}: {stored} of {times}"));
    }
    for (account, key) in &ledger.events {
        let times = contents.outbox.iter().filter(|row| row.account == *account && row.event_key.as_ref() == Some(key));
        found.expect(times.count() == 1, "lost_event", || format!("account {account}, key {key}"));
    }
}

/// Nothing is in the store that nobody was told of: every request was answered in the end.
pub(super) fn check_complete(ledger: &Ledger, contents: &Contents, found: &mut Found) {
    let acknowledged: BTreeMap<(&str, u64), &Change> =
        ledger.changes.iter().map(|change| ((change.account.as_str(), change.version), change)).collect();
    for (place, row) in versions(contents) {
        if row.actor.is_some() && !acknowledged.contains_key(&place) {
            found.add("change_of_nobody", format!("account {}, version {}, entry {}", place.0, place.1, row.seq));
        }
    }
    for (refusal, stored) in refusals(contents) {
        let times = ledger.refusals.get(&refusal).copied().unwrap_or(0);
        found.expect(stored == times, "refusal_of_nobody", || format!("{refusal:?}: {stored}, acknowledged {times}"));
    }
    for row in contents.outbox.iter().filter(|row| row.event_key.is_some()) {
        let is_known =
            ledger.events.iter().any(|(account, key)| *account == row.account && row.event_key.as_ref() == Some(key));
        found.expect(is_known, "event_of_nobody", || format!("outbox {}", row.id));
    }
}

/// The accounts and people are those that the platform sent last.
pub(super) fn check_directory(world: &World, contents: &Contents, found: &mut Found) {
    for (id, expected) in &world.accounts {
        let Some(account) = contents.accounts.get(id) else {
            found.add("lost_account", format!("account {id}"));
            continue;
        };
        found.expect(account.owner == expected.owner, "lost_owner", || format!("account {id}: {}", account.owner));
        for (person, facts) in &expected.people {
            let stored = contents.people.get(&(id.clone(), person.clone()));
            let is_so = stored.is_some_and(|stored| {
                (stored.role.as_str(), stored.status.as_str()) == (facts.role, facts.status)
                    && stored.last_login_at == Some(facts.last_login_ms)
                    && stored.email == facts.email
            });
            found.expect(is_so, "lost_facts", || format!("account {id}, {person}"));
        }
    }
    for (account, person) in contents.people.keys() {
        let is_known = world.accounts.get(account).is_some_and(|account| account.people.contains_key(person));
        found.expect(is_known, "lost_leave", || format!("account {account}, {person}"));
    }
}

/// The entries that made each account's versions.
fn versions(contents: &Contents) -> BTreeMap<(&str, u64), &Entry> {
    let mut versions = BTreeMap::new();
    for (account, rows) in &contents.audit {
        let made = rows.iter().filter(|row| matches!(row.action.as_str(), "designated" | "reset" | "reverted"));
        versions.extend(made.zip(1..).map(|(row, version)| ((account.as_str(), version), row)));
    }
    versions
}

fn is_of(row: &Entry, change: &Change) -> bool {
    let action = if change.asked.is_some() { "designated" } else { "reset" };
    row.action == action
        && row.authenticated == "service_token"
        && row.actor.as_ref() == Some(&change.actor)
        && row.after.as_ref() == Some(&change.contact)
        && change.asked.as_ref().is_none_or(|asked| *asked == change.contact)
}

fn refusals(contents: &Contents) -> BTreeMap<Refusal, u64> {
    let mut refusals = BTreeMap::new();
    for (account, rows) in &contents.audit {
        for row in rows.iter().filter(|row| row.action.ends_with("_refused")) {
            let text = |name: &str| row.detail["refused"][name].as_str().map(str::to_owned);
            let actor = row.actor.clone().unwrap_or_default();
            let refusal = (account.clone(), actor, text("asked"), text("code").unwrap_or_default());
            *refusals.entry(refusal).or_default() += 1;
        }
    }
    refusals
}
