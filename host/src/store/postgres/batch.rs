//! What a transaction writes to the accounts that it has locked: gathered first, then sent in one go.

use std::collections::HashMap;

use deadpool_postgres::Transaction;
use security_contact_policy::Instant;
use tokio::try_join;
use tokio_postgres::Statement;
use tokio_postgres::types::ToSql;

use super::fault::Fault;
use super::statements::prepared;
use super::{answers, audit, outbox};
use crate::domain::model::{AccountId, AuditEntry, AuditRow, ChainHead, Commit, DesignationWrite, NewMail, Remembered};

/// Moves the accounts' revisions and the ends of their histories, without a decision.
pub(super) const ADVANCE: &str = "UPDATE accounts SET revision = revision + write.moves,
        audit_seq = coalesce(write.seq, audit_seq), audit_hash = coalesce(write.hash, audit_hash)
    FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[]) AS write (id, moves, seq, hash)
    WHERE accounts.id = write.id";

/// Does the same, writes what every decision settles anew, and the designation where it moves. It ends the accounts'
/// claims, whoever has them.
pub(super) const DECIDE: &str = "WITH ended AS (DELETE FROM claims WHERE account_id = ANY($1))
    UPDATE accounts SET revision = revision + 1,
        audit_seq = coalesce(write.seq, audit_seq), audit_hash = coalesce(write.hash, audit_hash),
        user_id = CASE write.moves WHEN 0 THEN accounts.user_id ELSE write.user_id END,
        chosen_at = CASE write.moves WHEN 0 THEN accounts.chosen_at ELSE write.chosen_at END,
        chosen_by = CASE write.moves WHEN 0 THEN accounts.chosen_by ELSE write.chosen_by END,
        version = accounts.version + write.moves,
        announced = write.announced, reminded_valid_until = write.reminded_valid_until,
        reminded_days = write.reminded_days, next_review_at = write.next_review_at,
        generation = coalesce(
            (SELECT generation FROM policy WHERE policy.id = 1 AND policy.fingerprint = write.fingerprint), 0),
        review_error = NULL
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::text[], $8::text[],
        $9::bigint[], $10::text[], $11::bigint[], $12::text[])
    AS write (id, seq, hash, moves, user_id, chosen_at, chosen_by, announced, reminded_valid_until, reminded_days,
        next_review_at, fingerprint)
    WHERE accounts.id = write.id
    RETURNING accounts.id, accounts.version";

/// Writes that go through together.
#[derive(Default)]
pub(super) struct Batch<'w> {
    ends: Vec<End<'w>>,
    decisions: Vec<Decision<'w>>,
    history: Vec<AuditRow>,
    mails: Vec<Mail<'w>>,
    answers: Vec<Answer<'w>>,
}

/// A decision, and the end of its account's history if it adds to it.
struct Decision<'w> {
    commit: &'w Commit,
    head: Option<ChainHead>,
}

/// What becomes of an account's row without a decision.
struct End<'w> {
    account: &'w AccountId,
    /// By how much the revision grows.
    moves: i64,
    head: Option<ChainHead>,
}

/// A mail that is to be queued. One without an address is only recorded, as `unreachable`.
pub(super) struct Mail<'w> {
    pub(super) account: &'w AccountId,
    pub(super) audit_seq: Option<i64>,
    pub(super) event: Option<i64>,
    pub(super) now: Instant,
    pub(super) mail: &'w NewMail,
}

/// An answer that is to be remembered.
pub(super) struct Answer<'w> {
    pub(super) account: &'w AccountId,
    pub(super) remember: &'w Remembered,
    pub(super) now: Instant,
}

impl<'w> Batch<'w> {
    /// Adds a decision on an account whose history ends so.
    pub(super) fn decide(&mut self, commit: &'w Commit, head: &ChainHead) -> Result<(), Fault> {
        let Commit { account, now, .. } = commit;
        let head = self.add(account, head, commit.audit.as_ref())?;
        let audit_seq = head.as_ref().map(|head| head.seq);
        self.decisions.push(Decision { commit, head });
        let mails = commit.mails.iter().map(|mail| Mail { account, audit_seq, event: None, now: *now, mail });
        self.mails.extend(mails);
        self.remember(account, commit.remember.as_ref(), *now);
        Ok(())
    }

    /// Lets the account's revision grow by so much and adds an entry to the history that ends so, if there is one.
    /// Returns the entry's number.
    pub(super) fn advance(
        &mut self,
        account: &'w AccountId,
        moves: i64,
        head: &ChainHead,
        entry: Option<&AuditEntry>,
    ) -> Result<Option<i64>, Fault> {
        let head = self.add(account, head, entry)?;
        let seq = head.as_ref().map(|head| head.seq);
        self.ends.push(End { account, moves, head });
        Ok(seq)
    }

    /// Adds an entry to the history that ends so, if there is one. Returns where the history ends then.
    fn add(
        &mut self,
        account: &AccountId,
        head: &ChainHead,
        entry: Option<&AuditEntry>,
    ) -> Result<Option<ChainHead>, Fault> {
        let row = entry.map(|entry| AuditRow::after(head, account, entry)).transpose()?;
        let head = row.as_ref().map(AuditRow::head);
        self.history.extend(row);
        Ok(head)
    }

    pub(super) fn queue(&mut self, mail: Mail<'w>) {
        self.mails.push(mail);
    }

    pub(super) fn remember(&mut self, account: &'w AccountId, remember: Option<&'w Remembered>, now: Instant) {
        self.answers.extend(remember.map(|remember| Answer { account, remember, now }));
    }

    /// Sends everything, and returns the version of each designation that was decided on.
    pub(super) async fn write(self, tx: &Transaction<'_>) -> Result<HashMap<String, i64>, Fault> {
        let sql = [ADVANCE, DECIDE, audit::INSERT, outbox::INSERT, answers::INSERT];
        let [ends, decisions, history, mails, answers] = prepared(tx, sql).await?;
        let ((), versions, (), (), ()) = try_join!(
            biased;
            advance(tx, &ends, &self.ends),
            decide(tx, &decisions, &self.decisions),
            audit::insert(tx, &history, &self.history),
            outbox::insert(tx, &mails, &self.mails),
            answers::insert(tx, &answers, &self.answers),
        )?;
        Ok(versions)
    }
}

async fn advance(tx: &Transaction<'_>, statement: &Statement, ends: &[End<'_>]) -> Result<(), Fault> {
    if ends.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = ends.iter().map(|end| end.account.as_str()).collect();
    let moves: Vec<i64> = ends.iter().map(|end| end.moves).collect();
    let seqs = column(ends, |end| seq(&end.head));
    let hashes = column(ends, |end| hash(&end.head));
    tx.execute(statement, &[&ids, &moves, &seqs, &hashes]).await?;
    Ok(())
}

fn seq(head: &Option<ChainHead>) -> Option<i64> {
    head.as_ref().map(|head| head.seq)
}

fn hash(head: &Option<ChainHead>) -> Option<&str> {
    head.as_ref().map(|head| head.hash.as_str())
}

async fn decide(
    tx: &Transaction<'_>,
    statement: &Statement,
    decisions: &[Decision<'_>],
) -> Result<HashMap<String, i64>, Fault> {
    if decisions.is_empty() {
        return Ok(HashMap::new());
    }
    let commits = &column(decisions, |decision| decision.commit)[..];
    let days = commits
        .iter()
        .map(|commit| commit.reminded_for.as_ref().map(|reminded| serde_json::to_string(&reminded.days)).transpose());
    let days = days.collect::<Result<Vec<Option<String>>, _>>()?;
    let choices = commits.iter().map(|commit| match &commit.designation {
        DesignationWrite::Choose { user_id, by } => Some((user_id.as_str(), commit.now.millis(), by.as_str())),
        DesignationWrite::Keep | DesignationWrite::Clear => None,
    });
    let choices: Vec<_> = choices.collect();
    let reminded = |commit: &&Commit| commit.reminded_for.as_ref().map(|reminded| reminded.valid_until.millis());
    let columns = [
        &column(commits, |commit| commit.account.as_str()) as &(dyn ToSql + Sync),
        &column(decisions, |decision| seq(&decision.head)),
        &column(decisions, |decision| hash(&decision.head)),
        &column(commits, |commit| i64::from(commit.designation != DesignationWrite::Keep)),
        &column(&choices, |choice| choice.map(|(user_id, ..)| user_id)),
        &column(&choices, |choice| choice.map(|(_, at, _)| at)),
        &column(&choices, |choice| choice.map(|(.., by)| by)),
        &column(commits, |commit| commit.announced.as_str()),
        &column(commits, reminded),
        &days,
        &column(commits, |commit| commit.next_review_at.map(Instant::millis)),
        &column(commits, |commit| commit.fingerprint.as_str()),
    ];
    let decided = tx.query(statement, &columns).await?;
    decided.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// One field of all rows, as a statement takes it.
pub(super) fn column<'r, R, T>(rows: &'r [R], field: impl FnMut(&'r R) -> T) -> Vec<T> {
    rows.iter().map(field).collect()
}
