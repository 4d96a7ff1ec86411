//! The accounts that databases are filled with: each has an owner and a designee, and nothing to be done before its time.

use anyhow::{Context as _, Result};
use security_contact_policy::{
    Account, Designee, Instant, Person, ReviewOutcome, ReviewRequest, Rules, UserId, review,
};

use crate::people;

const DAY: i64 = 86_400_000;

/// Of how many accounts the review is due in a database of that kind.
pub(crate) const DUE: u32 = 1_000;

/// How many accounts a database has, and of how many the review is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    /// All of them.
    pub(crate) accounts: u32,
    /// Spread evenly among them.
    pub(crate) due: u32,
}

impl Kind {
    /// Nothing is due.
    #[must_use]
    pub(crate) fn quiet(accounts: u32) -> Self {
        Self { accounts, due: 0 }
    }

    /// A thousand are due.
    #[must_use]
    pub(crate) fn busy(accounts: u32) -> Self {
        Self { accounts, due: DUE }
    }

    /// The numbers of those that are due.
    pub(crate) fn due_numbers(self) -> impl Iterator<Item = u32> {
        // An odd step, so that even and odd numbers alternate.
        let step = self.accounts.checked_div(self.due).map_or(1, |step| step - (step + 1) % 2);
        (0..self.due).map(move |number| number * step)
    }
}

/// One account, as it is stored.
pub(crate) struct Filled {
    /// Its id; they sort by number.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Its owner, and then its designee.
    pub(crate) people: [Row; 2],
    /// When the designation was made, in milliseconds.
    pub(crate) chosen_at: i64,
    /// When it is to be reviewed.
    pub(crate) next_review_at: i64,
}

/// One person, as they are stored.
pub(crate) struct Row {
    /// Their facts.
    pub(crate) person: Person,
    /// Their name.
    pub(crate) name: String,
    /// Their address.
    pub(crate) email: String,
}

/// The account of that number. If it is due, its review has something to do: to remind, for an even number, and to revert,
/// for an odd one.
///
/// # Errors
/// None, for numbers of at most eight digits.
pub(crate) fn filled(number: u32, is_due: bool) -> Result<Filled> {
    let now = people::now()?;
    let login_days = match (is_due, number.is_multiple_of(2)) {
        (true, true) => 360,
        (true, false) => 400,
        (false, _) => 10 + i64::from(number % 300),
    };
    let people = [person(number, 1, "owner", 1, now)?, person(number, 2, "admin", login_days, now)?];
    let next_review_at =
        if is_due { now.plus_millis(-i64::from(number)) } else { next_review_at(&people, now)? }.millis();
    let chosen_at = now.plus_millis(-700 * DAY).millis();
    Ok(Filled { id: id(number), name: format!("Account {number}"), people, chosen_at, next_review_at })
}

/// The id of the account of that number.
#[must_use]
pub(crate) fn id(number: u32) -> String {
    format!("acct-{number:08}")
}

fn person(account: u32, number: u32, role: &str, login_days: i64, now: Instant) -> Result<Row> {
    let person = Person {
        id: UserId::new(format!("u-{account}-{number}"))?,
        role: role.parse()?,
        account_settings: "edit".parse()?,
        status: "active".parse()?,
        last_login_at: Some(now.plus_millis(-login_days * DAY)),
        staff_role: None,
    };
    let name = format!("{} Person {account}", if number == 1 { "Ada" } else { "Maya" });
    Ok(Row { person, name, email: format!("person-{account}-{number}@example.com") })
}

fn next_review_at(people: &[Row; 2], now: Instant) -> Result<Instant> {
    let [owner, designee] = people.each_ref().map(|row| row.person.clone());
    let announced = Some(designee.id.clone());
    let account = Account { owner, designation: Some(Designee::Member(designee)) };
    match review(&ReviewRequest { account, announced, reminded_for: None, now }, &Rules::default()) {
        ReviewOutcome::Kept { next_review_at, .. } => next_review_at.context("no review is planned"),
        ReviewOutcome::Reverted { .. } => anyhow::bail!("the designation is not valid"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_are_due_are_spread_evenly() {
        for accounts in [1_000, 10_000, 1_000_000] {
            let due: Vec<u32> = Kind::busy(accounts).due_numbers().collect();
            let even = due.iter().filter(|number| number.is_multiple_of(2)).count();
            assert_eq!((due.len(), even), (1_000, 500));
            assert!(due[999] < accounts && due[999] > accounts / 10 * 8, "{}", due[999]);
        }
        assert_eq!(Kind::quiet(10).due_numbers().count(), 0);
    }
}
