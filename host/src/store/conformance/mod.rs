//! What holds for every store, whatever it is made of. Each case gets a store of its own that is empty.
//!
//! An adapter runs all cases with [`conformance!`], given how to open such a store: an expression whose value is an
//! `Arc<dyn Store>` and whatever has to live as long as the store, such as its folder.

pub(super) mod accounts;
pub(super) mod answers;
pub(super) mod bounces;
pub(super) mod candidates;
pub(super) mod commit;
pub(super) mod directory;
pub(super) mod events;
pub(super) mod history;
pub(super) mod mail;
pub(super) mod outbox;
pub(super) mod races;
pub(super) mod reviews;

use std::sync::Arc;

use security_contact_policy::{Cause, Instant, NoticeKind, Person, Reason, UserId};

use crate::domain::model::{
    About, AccountId, Action, AuditEntry, Authentication, Claimed, ClaimedMail, Commit, Committed, DesignationWrite,
    DirectoryEntry, DirectoryWrite, Member, Message, NewMail, Settlement, Snapshot,
};
use crate::domain::ports::Store;
use crate::engine::PolicyIdentity;

/// Makes one test of each case.
macro_rules! conformance {
    ($open:expr) => {
        $crate::store::conformance::conformance! { $open;
            accounts: an_unknown_account_is_nothing, a_snapshot_has_all_that_was_stored,
                a_snapshot_brings_the_people_asked_for, the_announced_person_is_there_without_a_designation,
                a_member_is_in_a_snapshot_once, snapshots_come_in_the_order_asked_for,
                pages_go_on_after_the_last_account, a_page_has_the_same_snapshots, accounts_are_listed_in_order;
            answers: what_a_commit_remembers_is_recalled, what_is_recorded_is_recalled, a_used_key_makes_a_commit_stale,
                a_used_key_makes_a_record_stale, a_stale_commit_remembers_nothing, others_keys_are_their_own,
                only_older_answers_are_forgotten, an_entry_alone_moves_nothing_else, an_entry_and_an_answer_go_together,
                an_unknown_account_remembers_nothing;
            bounces: a_refused_address_is_marked_and_told, an_address_is_told_of_once,
                an_address_that_is_no_longer_theirs_is_not_marked, another_lease_marks_nothing,
                the_same_address_stays_marked, another_address_is_tried_afresh, who_comes_back_is_tried_afresh,
                a_directory_marks_no_address;
            candidates: everybody_is_found_by_no_words, every_word_is_part_of_the_name_or_the_address,
                case_and_accents_do_not_count, signs_stand_for_themselves, pages_go_on_after_the_cursor,
                equal_names_are_told_apart_by_id, other_accounts_stay_out;
            commit: choosing_and_clearing_move_the_version, keeping_leaves_the_version,
                every_commit_settles_the_review_anew, the_same_person_again_is_a_choice_anew,
                a_stale_commit_stores_nothing, a_commit_for_an_unknown_account_is_stale,
                stale_commits_leave_their_neighbours, no_commits_are_fine;
            directory: a_new_account_comes_with_its_review, the_same_again_changes_nothing,
                every_difference_moves_the_revision, people_who_are_not_named_stay, an_owner_cannot_leave,
                a_new_owner_is_among_the_people, entries_fail_together, a_stale_entry_leaves_its_neighbours,
                ownership_moves, a_designee_who_left_stays_designated, an_unknown_account_needs_a_profile,
                an_entry_goes_with_its_review_or_not_at_all, a_review_is_stored_with_its_entry,
                a_decision_on_people_who_moved_is_stale, many_entries_are_taken_over_at_once,
                the_last_word_on_a_person_counts;
            events: an_event_is_queued_once, other_keys_and_accounts_have_their_own_events, an_event_is_claimed_whole,
                an_event_that_fails_for_now_comes_back, an_addressed_event_is_a_mail_to_each,
                a_recipient_has_an_event_once, an_event_for_somebody_without_an_address_is_done,
                a_withdrawn_event_is_addressed_again, only_who_has_no_mail_yet_gets_one, two_withdrawals_make_one_event,
                a_withdrawal_leaves_a_dropped_event, who_received_an_event_is_in_the_history;
            history: entries_come_back_whole, pages_go_back_in_time, a_commit_without_an_entry_adds_none,
                every_word_comes_back, rows_are_numbered_and_linked, heads_are_listed_in_order,
                all_rows_are_paged_by_account_and_number, the_chain_is_whole_whoever_wrote,
                a_chain_is_walked_over_many_pages;
            mail: the_oldest_due_mails_go_first, a_leased_mail_is_nobody_elses, a_lease_that_ran_out_is_given_again,
                a_sent_mail_is_done, a_failed_mail_is_done, a_mail_to_retry_comes_back,
                a_late_settlement_counts_while_nobody_else_has_the_mail, a_stale_lease_settles_nothing,
                a_lease_settles_once, a_mail_that_was_released_was_not_tried, somebody_without_an_address_gets_nothing,
                each_mail_has_an_id_of_its_own, every_message_comes_back_whole;
            outbox: a_row_is_listed_without_address_and_text, a_filter_takes_only_its_rows,
                pages_go_on_after_the_last_row, only_what_failed_or_was_dropped_is_tried_again,
                a_row_that_is_tried_again_starts_afresh, an_event_can_be_tried_again,
                a_lease_from_before_a_retry_settles_nothing, only_what_is_pending_or_failed_is_dropped,
                a_try_under_way_does_not_bring_a_dropped_row_back, a_mail_that_went_out_all_the_same_was_sent,
                an_event_that_was_dropped_reaches_nobody, what_waits_is_counted, a_store_that_was_opened_fits;
            races: one_of_many_at_once_wins, each_revision_has_one_winner,
                people_and_choices_do_not_overtake_each_other, an_account_appears_once,
                batches_do_not_wait_for_each_other_for_ever, a_key_is_used_once, a_history_that_many_write_stays_whole,
                nobody_gets_the_same_review, nobody_gets_the_same_mail;
            reviews: the_longest_due_come_first, a_claim_hides_an_account_until_it_ends,
                a_claimed_account_can_be_decided_on, a_claim_that_nobody_settles_holds_up_nobody,
                a_new_policy_makes_every_review_due, the_first_policy_makes_every_review_due,
                what_is_due_by_time_comes_before_another_policy,
                another_policy_than_the_present_gets_only_what_is_due_by_time,
                what_another_policy_decides_is_due_at_once, what_is_put_off_is_hidden_until_then,
                another_policy_does_not_bring_back_what_is_put_off, an_unknown_account_is_put_off_without_harm;
        }
    };
    ($open:expr; $($module:ident: $($case:ident),+;)+) => {
        $(mod $module {
            use super::*;

            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let (store, _alive) = $open;
                $crate::store::conformance::$module::$case(store).await;
            })+
        })+
    };
}
pub(crate) use conformance;

/// What a case gets. Shared, since some cases use the store from many tasks at once.
type AnyStore = Arc<dyn Store>;

/// The instant at which cases begin: some milliseconds into 2026.
const START_MS: i64 = 1_767_225_600_123;

/// The fingerprint of the policy that decides, unless a case says otherwise.
pub(super) const POLICY: &str = "the present policy";

/// That many milliseconds after the cases' beginning.
pub(super) fn at(millis: i64) -> Instant {
    Instant::from_millis(START_MS + millis).unwrap()
}

pub(super) fn account(id: &str) -> AccountId {
    id.parse().unwrap()
}

pub(super) fn user(id: &str) -> UserId {
    id.parse().unwrap()
}

/// An active admin with an address.
pub(super) fn member(id: &str, name: &str) -> Member {
    Member {
        person: Person {
            id: user(id),
            role: "admin".parse().unwrap(),
            account_settings: "edit".parse().unwrap(),
            status: "active".parse().unwrap(),
            last_login_at: Some(at(-1)),
            staff_role: None,
        },
        name: name.parse().unwrap(),
        email: Some(format!("{id}@example.com").parse().unwrap()),
        unreachable_since: None,
    }
}

/// An account of `u-1`, the owner, and those people.
pub(super) fn entry(id: &str, people: &[Member]) -> DirectoryEntry {
    let owner = member("u-1", "Olga Owner");
    DirectoryEntry {
        account: account(id),
        profile: Some(("Acme".parse().unwrap(), owner.person.id.clone())),
        people: [&[owner], people].concat(),
        left: Vec::new(),
    }
}

/// Nothing about an account that is known already: for a case to say what is new.
pub(super) fn change(id: &str) -> DirectoryEntry {
    DirectoryEntry { account: account(id), profile: None, people: Vec::new(), left: Vec::new() }
}

/// That entry with a review which finds that nobody has to be told and no review is due.
pub(super) async fn write_of(store: &AnyStore, entry: &DirectoryEntry, millis: i64) -> DirectoryWrite {
    let before = store.snapshot(&entry.account, &[]).await.unwrap();
    let revision = before.as_ref().map(|before| before.revision);
    let owner = entry.profile.as_ref().map(|(_, owner)| owner.clone());
    let announced = before.and_then(|before| before.announced).or(owner).unwrap_or_else(|| user("u-1"));
    let review = Commit { announced, ..plain_commit(&entry.account, revision.unwrap_or_default(), millis) };
    DirectoryWrite { entry: entry.clone(), revision, review }
}

pub(super) async fn put(store: &AnyStore, entry: &DirectoryEntry, millis: i64) {
    let write = write_of(store, entry, millis).await;
    let committed = store.put_directories(&[write]).await.unwrap();
    assert!(matches!(committed[..], [Committed::Stored { .. }]), "{committed:?}");
}

/// An account `a-1` of `u-1`, `u-2` and `u-3`.
pub(super) async fn acme(store: &AnyStore) -> Snapshot {
    put(store, &entry("a-1", &[member("u-2", "Ada Admin"), member("u-3", "Eve Editor")]), 0).await;
    snapshot(store, "a-1").await
}

pub(super) async fn snapshot(store: &AnyStore, id: &str) -> Snapshot {
    store.snapshot(&account(id), &[]).await.unwrap().unwrap()
}

/// At most that many accounts after that one, all of which can be read.
pub(super) async fn snapshots_after(store: &AnyStore, after: Option<&AccountId>, limit: u32) -> Vec<Snapshot> {
    store.snapshots_after(after, limit).await.unwrap().into_iter().map(Result::unwrap).collect()
}

pub(super) fn ids(snapshots: &[Snapshot]) -> Vec<String> {
    snapshots.iter().map(|snapshot| snapshot.account.to_string()).collect()
}

fn plain_commit(account: &AccountId, revision: i64, millis: i64) -> Commit {
    Commit {
        account: account.clone(),
        revision,
        now: at(millis),
        designation: DesignationWrite::Keep,
        announced: user("u-1"),
        reminded_for: None,
        next_review_at: None,
        audit: None,
        mails: Vec::new(),
        remember: None,
        fingerprint: POLICY.into(),
    }
}

/// A commit on that snapshot that only says that the owner was told and that no review is due.
pub(super) fn commit_on(snapshot: &Snapshot) -> Commit {
    plain_commit(&snapshot.account, snapshot.revision, 10)
}

pub(super) fn choose(id: &str) -> DesignationWrite {
    DesignationWrite::Choose { user_id: user(id), by: user("u-1") }
}

/// Commits and returns the version.
pub(super) async fn stored(store: &AnyStore, commit: &Commit) -> i64 {
    match store.commit(commit).await.unwrap() {
        Committed::Stored { version } => version,
        Committed::Stale => panic!("the commit was stale"),
    }
}

pub(super) fn audit_entry(millis: i64) -> AuditEntry {
    AuditEntry {
        at: at(millis),
        actor: None,
        authenticated: Authentication::Host,
        action: Action::Reverted,
        before: Some(user("u-2")),
        after: Some(user("u-1")),
        reasons: vec![Reason::NotActive, Reason::LoginTooOld],
        detail: None,
        decided_by: PolicyIdentity {
            policy_version: "1.0.0".into(),
            module_sha256: "ab".repeat(32),
            fingerprint: "cd".repeat(32),
        },
    }
}

/// A mail to that person, at the address that [`member`] gives them.
pub(super) fn mail_to(id: &str) -> NewMail {
    let about = About::Change {
        kind: NoticeKind::Assigned,
        cause: Cause::Designated,
        counterpart_name: Some("Olga Owner".into()),
        actor_name: None,
    };
    let message = Message { account_name: "Acme".into(), recipient_name: "Ada Admin".into(), about, at: at(10) };
    NewMail { to: user(id), address: Some(format!("{id}@example.com").parse().unwrap()), message }
}

/// Queues a mail to each of those people of `a-1`, in one commit at that instant.
pub(super) async fn queue(store: &AnyStore, ids: &[&str], millis: i64) {
    let now = snapshot(store, "a-1").await;
    let mails = ids.iter().map(|id| mail_to(id)).collect();
    stored(store, &Commit { now: at(millis), mails, ..commit_on(&now) }).await;
}

/// Claims all mails that are due at that instant, for a hundred milliseconds. There are no events among them.
pub(super) async fn claim(store: &AnyStore, millis: i64) -> Vec<ClaimedMail> {
    let rows = store.claim_mail(at(millis), at(millis + 100), 100).await.unwrap();
    let mails = rows.into_iter().map(|row| match row {
        Claimed::Mail(mail) => mail,
        Claimed::Event(event) => panic!("expected a mail, got {event:?}"),
    });
    mails.collect()
}

/// The peer took it, and the history has nothing to say of it.
pub(super) const SENT: Settlement = Settlement::Sent { audit: None };

pub(super) async fn settle(store: &AnyStore, id: i64, lease: i64, millis: i64, result: Settlement) {
    store.settle_mail(id, lease, at(millis), &result).await.unwrap();
}

/// Claims all accounts whose review is due at that instant, for a hundred milliseconds.
pub(super) async fn claim_due(store: &AnyStore, millis: i64) -> Vec<Snapshot> {
    let claimed = store.claim_reviews(at(millis), at(millis + 100), POLICY, 100).await.unwrap();
    claimed.into_iter().map(Result::unwrap).collect()
}
