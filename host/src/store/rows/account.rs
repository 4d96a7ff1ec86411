//! Accounts and people.

use security_contact_policy::{Person, RemindedFor};

use super::{Cells, Columns, Unreadable};
use crate::domain::model::{Chosen, Member, Snapshot};

/// The columns of `people` that [`member`] reads, of the table or alias of that name.
macro_rules! member_columns {
    ($people:literal) => {
        concat!(
            $people,
            ".id, ",
            $people,
            ".role, ",
            $people,
            ".account_settings, ",
            $people,
            ".status, ",
            $people,
            ".last_login_at, ",
            $people,
            ".staff_role, ",
            $people,
            ".name, ",
            $people,
            ".email, ",
            $people,
            ".unreachable_since"
        )
    };
}
pub(in crate::store) use member_columns;

/// Whole snapshots in one statement, in the order that [`snapshot`] reads: `$more` columns after them, of `$from`. The
/// announced person comes along only when neither the owner nor the designee is the same.
macro_rules! snapshots {
    ($which:expr) => {
        $crate::store::rows::snapshots!("", "accounts", $which)
    };
    ($more:expr, $from:expr, $which:expr) => {
        concat!(
            "SELECT accounts.id, accounts.name, accounts.owner_id, accounts.revision, accounts.version,
                accounts.announced, accounts.reminded_valid_until, accounts.reminded_days, accounts.next_review_at, ",
            $crate::store::rows::member_columns!("owner"),
            ", accounts.user_id, accounts.chosen_at, accounts.chosen_by, ",
            $crate::store::rows::member_columns!("designee"),
            ", ",
            $crate::store::rows::member_columns!("announced"),
            $more,
            " FROM ",
            $from,
            " LEFT JOIN people AS owner ON owner.account_id = accounts.id AND owner.id = accounts.owner_id
            LEFT JOIN people AS designee
                ON designee.account_id = accounts.id AND designee.id = accounts.user_id
            LEFT JOIN people AS announced ON announced.account_id = accounts.id
                AND announced.id = nullif(nullif(accounts.announced, accounts.owner_id), accounts.user_id)
            ",
            $which
        )
    };
}
pub(in crate::store) use snapshots;

/// The account, designation and people of one row of the snapshot query; `others` has the announced person at most.
pub(in crate::store) fn snapshot<R: Cells>(columns: &mut Columns<'_, R>) -> Result<Snapshot, Unreadable> {
    Ok(Snapshot {
        account: columns.text("accounts.id")?,
        name: columns.text("accounts.name")?,
        owner_id: columns.text("accounts.owner_id")?,
        revision: columns.integer("accounts.revision")?,
        version: columns.integer("accounts.version")?,
        announced: columns.optional_text("accounts.announced")?,
        reminded_for: reminded_for(columns)?,
        next_review_at: columns.optional_instant("accounts.next_review_at")?,
        owner: member(columns)?,
        chosen: chosen(columns)?,
        others: Vec::from_iter(member(columns)?),
    })
}

fn reminded_for<R: Cells>(columns: &mut Columns<'_, R>) -> Result<Option<RemindedFor>, Unreadable> {
    let valid_until = columns.optional_instant("accounts.reminded_valid_until")?;
    let days = columns.optional_json("accounts.reminded_days")?;
    Ok(valid_until.zip(days).map(|(valid_until, days)| RemindedFor { valid_until, days }))
}

fn chosen<R: Cells>(columns: &mut Columns<'_, R>) -> Result<Option<Chosen>, Unreadable> {
    let Some(user_id) = columns.optional_text("accounts.user_id")? else {
        columns.skip(2);
        columns.skip(MEMBER_COLUMNS);
        return Ok(None);
    };
    let since = columns.instant("accounts.chosen_at")?;
    let by = columns.text("accounts.chosen_by")?;
    Ok(Some(Chosen { user_id, member: member(columns)?, since, by }))
}

const MEMBER_COLUMNS: usize = 9;

/// One person; `None` when the columns come from a join that found nobody.
pub(in crate::store) fn member<R: Cells>(columns: &mut Columns<'_, R>) -> Result<Option<Member>, Unreadable> {
    let Some(id) = columns.optional_text("people.id")? else {
        columns.skip(MEMBER_COLUMNS - 1);
        return Ok(None);
    };
    let person = Person {
        id,
        role: columns.any_text("people.role")?,
        account_settings: columns.text("people.account_settings")?,
        status: columns.text("people.status")?,
        last_login_at: columns.optional_instant("people.last_login_at")?,
        staff_role: columns.optional_any_text("people.staff_role")?,
    };
    Ok(Some(Member {
        person,
        name: columns.text("people.name")?,
        email: columns.optional_text("people.email")?,
        unreachable_since: columns.optional_instant("people.unreachable_since")?,
    }))
}
