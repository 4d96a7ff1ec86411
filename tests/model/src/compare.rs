//! What can be seen of a host, against the model; and what must always hold.

use security_contact_host::domain::model::{
    AccountId, AuditEntry, Claimed, ClaimedEvent, ClaimedMail, Member, OutboxFilter, OutboxRow, OutboxState,
};
use security_contact_host::domain::ports::RenderedMail;
use security_contact_host::domain::{ChainReport, verify};

use crate::model::{Account, Designation, Model, Moment};
use crate::outbox::{Content, Place, Row};
use crate::system::Host;

/// More than a sequence ever makes of anything.
const ALL: u32 = 10_000;

/// Compares all that can be seen, and takes over what is the host's to choose.
pub(crate) async fn compare(model: &mut Model, host: &Host) {
    let listed = host.store.accounts(None, ALL).await.expect("accounts are listed");
    let ids: Vec<&AccountId> = listed.iter().map(|(id, _)| id).collect();
    assert_eq!(ids, model.accounts.keys().collect::<Vec<_>>(), "the accounts");
    let moment = model.moment();
    for (id, account) in &mut model.accounts {
        compare_contact(id, account, &moment, host).await;
        compare_people(id, account, host).await;
        compare_history(id, account, host).await;
        compare_outbox(id, account, host).await;
    }
    let rows = model.accounts.values().map(|account| account.history.len() as u64).sum();
    let whole = ChainReport { accounts: model.accounts.len() as u64, rows, first_break: None };
    assert_eq!(verify(host.store.as_ref(), |_| {}).await.expect("histories are verified"), whole);
}

async fn compare_contact(id: &AccountId, account: &Account, moment: &Moment, host: &Host) {
    let view = host.contacts.show(id).await.expect("there is always a contact");
    assert_eq!(view.contact, account.contact(moment), "the contact of {id}");
    let shown = view.snapshot;
    assert!(shown.member(&view.contact.user_id).is_some(), "the contact of {id} is a member");
    let designation =
        shown.chosen.map(|chosen| Designation { user_id: chosen.user_id, since: chosen.since, by: chosen.by });
    assert_eq!((designation, shown.version), (account.designation.clone(), account.version), "the designation of {id}");
    assert_eq!((&shown.owner_id, &shown.announced), (&account.owner, &account.announced), "who was announced for {id}");
    assert_eq!(shown.reminded_for, account.reminded_for, "the reminders of {id}");
    assert_eq!(shown.next_review_at, account.due, "the next review of {id}");
}

async fn compare_people(id: &AccountId, account: &Account, host: &Host) {
    let found = host.store.candidates(id, "", None, ALL).await.expect("people are found");
    // Their names follow their numbers, and so do their ids.
    assert_eq!(found, account.people.values().cloned().collect::<Vec<Member>>(), "the people of {id}");
}

async fn compare_history(id: &AccountId, account: &Account, host: &Host) {
    let history = host.contacts.history(id, None, ALL).await.expect("a history is read");
    let entries: Vec<AuditEntry> = history.into_iter().rev().map(|(_, entry)| entry).collect();
    assert_eq!(entries, account.history, "the history of {id}");
}

async fn compare_outbox(id: &AccountId, account: &mut Account, host: &Host) {
    let filter = OutboxFilter { account: Some(id.clone()), state: None };
    let rows = host.store.outbox(&filter, 0, ALL).await.expect("an outbox is listed");
    assert_eq!(rows.len(), account.outbox.len(), "the rows of {id}: {rows:?}");
    for (row, known) in rows.into_iter().zip(&mut account.outbox) {
        let expected = OutboxRow {
            id: known.id.unwrap_or(row.id),
            account: id.clone(),
            to: known.to.clone(),
            state: known.state,
            attempts: known.attempts,
            queued_at: known.queued_at,
            due_at: row.due_at,
            last_error: row.last_error.clone(),
        };
        assert_eq!(row, expected);
        assert_eq!(row.last_error.is_some(), known.has_error, "{row:?}");
        if known.state == OutboxState::Pending {
            let (first, last) = known.due_at;
            assert!(first <= row.due_at && row.due_at <= last, "{row:?} is to be due from {first} to {last}");
        }
        known.due_at = (row.due_at, row.due_at);
        known.id = Some(row.id);
    }
}

/// Compares a row that was handed out.
pub(crate) fn check_claimed(row: &Row, claimed: &Claimed) {
    assert_eq!(Some(claimed.id()), row.id);
    assert_eq!((claimed.attempts(), claimed.trying_since()), (row.attempts, row.trying_since), "{claimed:?}");
    match (claimed, &row.content) {
        (Claimed::Event(ClaimedEvent { queued_at, event, text, .. }), Content::Event(known)) => {
            assert_eq!((queued_at, event, text), (&row.queued_at, &known.event, &known.text));
        }
        (Claimed::Mail(ClaimedMail { queued_at, to, address, message, .. }), Content::Mail(known)) => {
            assert_eq!((queued_at, Some(to)), (&row.queued_at, row.to.as_ref()));
            assert_eq!((Some(address), message), (known.address.as_ref(), &known.message));
        }
        (claimed, _) => panic!("{claimed:?} is of the other kind"),
    }
}

/// Compares a mail that went to the mail server: it is the same at every try, and no other row has its Message-ID.
pub(crate) fn check_sent(model: &mut Model, place: &Place, mail: &RenderedMail) {
    let text = format!("{}\n{}\n{}\n{}\n{}", mail.date, mail.to_name, mail.subject, mail.text, mail.html);
    let sent = (mail.message_id.clone(), text);
    for other in model.places().iter().filter(|other| *other != place) {
        if let Content::Mail(other) = &model.row(other).content {
            assert_ne!(other.sent.as_ref().map(|(id, _)| id), Some(&sent.0), "two rows have one Message-ID");
        }
    }
    let row = model.row(place);
    assert_eq!(mail.date, row.queued_at, "the date of a mail");
    let Content::Mail(known) = &mut row.content else { panic!("{:?} is no mail", mail.message_id) };
    assert_eq!((Some(&mail.to), &mail.to_name), (known.address.as_ref(), &known.message.recipient_name));
    assert_eq!(*known.sent.get_or_insert_with(|| sent.clone()), sent, "a mail differs from its first try");
}
