//! Mails that the outbox has: for each change of a contact exactly those that tell of it, and no others.

use std::collections::{BTreeMap, BTreeSet};

use crate::contents::{Contents, Entry, Mail};
use crate::violation::Found;

pub(super) fn check(contents: &Contents, found: &mut Found) {
    let mut by_entry: BTreeMap<(&str, i64), Vec<&Mail>> = BTreeMap::new();
    for mail in &contents.outbox {
        match (mail.audit_seq, mail.event_id, &mail.event_key) {
            (Some(seq), None, None) => by_entry.entry((&mail.account, seq)).or_default().push(mail),
            (None, Some(_), None) | (None, None, Some(_)) => {}
            (None, None, None) => {
                let about = about(mail);
                found.expect(about == "expiring", "mail_of_nothing", || format!("outbox {}: {about}", mail.id));
            }
            _ => found.add("mail_of_two", format!("outbox {}", mail.id)),
        }
    }
    for (account, rows) in &contents.audit {
        for row in rows {
            let mails = by_entry.remove(&(account.as_str(), row.seq)).unwrap_or_default();
            check_entry(account, row, &mails, found);
        }
    }
    for ((account, seq), _) in by_entry {
        found.add("mail_of_no_entry", format!("account {account}, entry {seq}"));
    }
    check_reminders(contents, found);
    check_unreachable(contents, found);
}

/// An entry has the mails that follow from it.
fn check_entry(account: &str, row: &Entry, mails: &[&Mail], found: &mut Found) {
    let expected = match (row.action.as_str(), &row.before, &row.after) {
        ("address_unreachable", ..) => {
            let person = row.detail["address"]["person"].as_str().unwrap_or_default();
            // Owners' addresses are never refused in a run, so that there always is an owner to tell.
            let is_told =
                mails.len() == 1 && about(mails[0]) == "unreachable" && mails[0].to.as_deref() != Some(person);
            return found.expect(is_told, "unreachable_not_told", || format!("account {account}, entry {}", row.seq));
        }
        (action @ ("designated" | "reset" | "reverted" | "owner_changed"), Some(before), Some(after))
            if before != after =>
        {
            vec![(after.as_str(), "assigned", action), (before.as_str(), "unassigned", action)]
        }
        _ => Vec::new(),
    };
    let told: Vec<(&str, &str, &str)> = mails.iter().map(|mail| notice(mail)).collect();
    found.expect(told == expected, "notices_differ", || {
        format!("account {account}, entry {} ({}): {told:?}, expected {expected:?}", row.seq, row.action)
    });
}

/// To whom a mail goes, what it says, and why.
fn notice(mail: &Mail) -> (&str, &str, &str) {
    let word = |name: &str| mail.message["about"][name].as_str().unwrap_or_default();
    (mail.to.as_deref().unwrap_or_default(), word("kind"), word("cause"))
}

fn about(mail: &Mail) -> &str {
    mail.message["about"]["about"].as_str().unwrap_or_default()
}

/// Nobody is reminded twice of the same lapse of the same choice, and who counts as reminded was.
fn check_reminders(contents: &Contents, found: &mut Found) {
    let mut reminded: BTreeMap<(&str, &str, &str, Option<u64>), u64> = BTreeMap::new();
    for mail in contents.outbox.iter().filter(|mail| about(mail) == "expiring") {
        let about = &mail.message["about"];
        let lapse = about["validUntil"].as_str().unwrap_or_default();
        let to = mail.to.as_deref().unwrap_or_default();
        *reminded.entry((&mail.account, to, lapse, about["days"].as_u64())).or_default() += 1;
    }
    for ((account, to, lapse, _), times) in &reminded {
        let chosen = contents.history(account).iter().filter(|row| row.action == "designated").count();
        let is_too_often = *times > u64::try_from(chosen).unwrap_or(u64::MAX);
        found
            .expect(!is_too_often, "reminded_too_often", || format!("account {account}, {to}, lapse {lapse}: {times}"));
    }
    let known: BTreeSet<(&str, &str)> = reminded.keys().map(|(account, _, lapse, _)| (*account, *lapse)).collect();
    for (id, account) in &contents.accounts {
        if let (Some(lapse), Some(_)) = (account.reminded_valid_until, &account.reminded_days) {
            let lapse = crate::clock::text(lapse);
            found.expect(known.contains(&(id, &lapse)), "reminder_missing", || format!("account {id}, lapse {lapse}"));
        }
    }
}

/// Whoever is marked as unreachable is so by the history, and no more often than addresses were refused.
fn check_unreachable(contents: &Contents, found: &mut Found) {
    let mut noted: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (account, rows) in &contents.audit {
        for row in rows.iter().filter(|row| row.action == "address_unreachable") {
            let person = row.detail["address"]["person"].as_str().unwrap_or_default();
            *noted.entry((account, person)).or_default() += 1;
        }
    }
    let mut refused: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for mail in contents.outbox.iter().filter(|mail| mail.state == "failed") {
        if let (Some(to), Some(address)) = (&mail.to, &mail.address) {
            refused.entry((&mail.account, to)).or_default().insert(address);
        }
    }
    for (place, times) in &noted {
        let addresses = refused.get(place).map_or(0, BTreeSet::len);
        found.expect(*times <= addresses, "unreachable_too_often", || {
            format!("account {}, {}: {times} times, {addresses} refused addresses", place.0, place.1)
        });
    }
    for ((account, id), _) in contents.people.iter().filter(|(_, person)| person.unreachable_since.is_some()) {
        found.expect(noted.contains_key(&(account, id)), "unreachable_not_in_history", || {
            format!("account {account}, {id}")
        });
    }
}
