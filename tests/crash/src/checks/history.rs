//! The history of every account: what it tells adds up to what the account is.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::contents::{Account, Contents, Entry};
use crate::violation::Found;
use crate::world::FIRST_OWNER;

/// What the rows so far come to.
struct Told {
    /// The contact.
    contact: String,
    /// Everybody who ever was the contact.
    contacts: BTreeSet<String>,
    /// Who is chosen, when and by whom.
    chosen: Option<(String, i64, String)>,
    version: u64,
    hash: String,
}

pub(super) fn check(contents: &Contents, found: &mut Found) {
    for (id, account) in &contents.accounts {
        let told = replay(id, contents.history(id), found);
        compare(id, account, contents.history(id).len(), &told, found);
    }
    for id in contents.audit.keys().filter(|id| !contents.accounts.contains_key(*id)) {
        found.add("history_of_nobody", format!("account {id}"));
    }
}

/// Follows the rows from the account's beginning.
fn replay(id: &str, rows: &[Entry], found: &mut Found) -> Told {
    let first = FIRST_OWNER.to_owned();
    let contacts = BTreeSet::from([first.clone()]);
    let mut told = Told { contact: first, contacts, chosen: None, version: 0, hash: "0".repeat(64) };
    for (row, number) in rows.iter().zip(1..) {
        let place = || format!("account {id}, entry {}", row.seq);
        found.expect(row.seq == number, "history_has_a_gap", || format!("{}, expected {number}", place()));
        let is_linked = row.previous_hash == told.hash && row.hash == expected_hash(row);
        found.expect(is_linked, "chain_broken", place);
        told.hash.clone_from(&row.hash);
        follow(row, &mut told, place, found);
    }
    told
}

/// An entry begins where the one before it ended.
fn check_beginning(row: &Entry, told: &Told, place: impl Fn() -> String, found: &mut Found) {
    let goes_on = match row.action.as_str() {
        "event_sent" | "address_unreachable" => row.before.is_none(),
        // A refusal changes nothing. It is told after whatever came in between since it was decided.
        "designation_refused" | "reset_refused" => {
            row.before.as_ref().is_some_and(|before| told.contacts.contains(before))
        }
        _ => row.before.as_ref() == Some(&told.contact),
    };
    found.expect(goes_on, "history_broken", || {
        format!("{}: begins with {:?} and not with {}", place(), row.before, told.contact)
    });
}

fn follow(row: &Entry, told: &mut Told, place: impl Fn() -> String, found: &mut Found) {
    check_beginning(row, told, &place, found);
    match (row.action.as_str(), &row.after, &row.actor) {
        ("designated", Some(after), Some(actor)) => {
            told.chosen = Some((after.clone(), row.at, actor.clone()));
            told.version += 1;
        }
        ("reset", Some(_), Some(_)) => {
            told.chosen = None;
            told.version += 1;
        }
        ("reverted", Some(_), None) => {
            let chosen = told.chosen.take().map(|(user_id, ..)| user_id);
            found.expect(chosen.is_some() && chosen == row.before, "reverted_without_choice", || {
                format!("{}: {:?} was chosen", place(), chosen)
            });
            found.expect(row.reasons != "[]", "reverted_without_reason", &place);
            told.version += 1;
        }
        ("owner_changed", Some(_), None) => {
            found.expect(told.chosen.is_none(), "owner_is_not_the_contact", &place);
        }
        ("designation_refused" | "reset_refused", None, Some(_)) => {}
        ("event_sent" | "address_unreachable", None, None) => {}
        _ => found.add("entry_unknown", format!("{}: {}", place(), row.action)),
    }
    if let Some(after) = &row.after {
        told.contact.clone_from(after);
        told.contacts.insert(after.clone());
    }
}

/// The account is what its history says.
fn compare(id: &str, account: &Account, rows: usize, told: &Told, found: &mut Found) {
    let head = (usize::try_from(account.audit_seq).ok(), &account.audit_hash);
    found.expect(head == (Some(rows), &told.hash), "history_ends_elsewhere", || {
        format!("account {id}: {rows} entries, and {} by its head", account.audit_seq)
    });
    found.expect(account.version == told.version, "version_differs", || {
        format!("account {id}: version {}, and {} by its history", account.version, told.version)
    });
    found.expect(account.announced.as_ref() == Some(&told.contact), "announced_differs", || {
        format!("account {id}: {:?}, and {} by its history", account.announced, told.contact)
    });
    let Account { user_id, chosen_at, chosen_by, .. } = account;
    let chosen = match (user_id, chosen_at, chosen_by) {
        (Some(user_id), Some(at), Some(by)) => Some((user_id.clone(), *at, by.clone())),
        _ => None,
    };
    found.expect(chosen == told.chosen, "designation_differs", || {
        format!("account {id}: {chosen:?}, and {:?} by its history", told.chosen)
    });
}

/// The SHA-256 of all columns but the hash, each with its length before it.
fn expected_hash(row: &Entry) -> String {
    let mut hash = Sha256::new();
    for column in &row.hashed {
        match column {
            Some(text) => hash.update(format!("{}:{text}", text.len())),
            None => hash.update("-"),
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
