//! The platform's directory, as it was last acknowledged: who is in which account, and what is known of them.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use serde_json::json;

use crate::clock::{DAY_MS, now_ms, text};

/// People whose facts move.
const MOVING: usize = 5;

/// People who own an account in turn.
const OWNERS: usize = 3;

/// Who owns an account at first.
pub(crate) const FIRST_OWNER: &str = "o-0";

/// The largest age of a login under the default rules.
const LOGIN_DAYS: i64 = 365;

/// What the directory says of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) role: &'static str,
    pub(crate) status: &'static str,
    pub(crate) last_login_ms: i64,
    pub(crate) email: Option<String>,
}

/// What the directory says of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) owner: String,
    pub(crate) people: BTreeMap<String, Facts>,
}

/// All accounts of the platform.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub(crate) accounts: BTreeMap<String, Account>,
    /// When the last login lapses that was made to lapse soon.
    pub(crate) last_lapse_ms: i64,
    /// How many addresses there were, so that each is another one.
    addresses: u64,
}

/// What becomes of an account: as it will be, and who has left.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) id: String,
    pub(crate) after: Account,
    pub(crate) left: BTreeSet<String>,
}

impl World {
    /// A new account with its people, who are not yet there.
    pub(crate) fn new_account(&mut self, writers: usize, rng: &mut Rng) -> Move {
        let id = format!("a-{:03}", self.accounts.len());
        let mut people = BTreeMap::new();
        for number in 0..OWNERS {
            let role = if number == 0 { "owner" } else { "admin" };
            people.insert(format!("o-{number}"), self.reliable(role, &id));
        }
        for number in 0..writers {
            people.insert(manager(number), self.reliable("admin", &id));
        }
        for number in 0..MOVING {
            let mut facts = self.reliable("admin", &id);
            self.move_facts(&mut facts, &id, rng);
            people.insert(moving(number), facts);
        }
        let owner = FIRST_OWNER.to_owned();
        Move { id, after: Account { owner, people }, left: BTreeSet::new() }
    }

    /// Something that the platform may come to say of an account.
    pub(crate) fn next_move(&mut self, rng: &mut Rng) -> Option<Move> {
        let (id, account) = rng.choice(self.accounts.iter())?;
        let (id, mut after) = (id.clone(), account.clone());
        let mut left = BTreeSet::new();
        if rng.f32() < 0.3 {
            self.move_ownership(&mut after, rng);
        }
        for _ in 0..rng.usize(1..=2) {
            let person = moving(rng.usize(..MOVING));
            if rng.f32() < 0.2 && after.people.remove(&person).is_some() {
                left.insert(person);
            } else {
                let known = after.people.get(&person).cloned();
                let mut facts = known.unwrap_or_else(|| self.reliable("admin", &id));
                self.move_facts(&mut facts, &id, rng);
                left.remove(&person);
                after.people.insert(person, facts);
            }
        }
        Some(Move { id, after, left })
    }

    /// Every account, with an address for everybody who has none.
    pub(crate) fn all_reachable(&mut self) -> Vec<Move> {
        let mut moves: Vec<Move> = Vec::new();
        for (id, account) in self.accounts.clone() {
            let mut after = account;
            for facts in after.people.values_mut().filter(|facts| facts.email.is_none()) {
                facts.email = self.address(&id, "example.com");
            }
            moves.push(Move { id, after, left: BTreeSet::new() });
        }
        moves
    }

    /// The platform's word was taken over.
    pub(crate) fn accept(&mut self, moves: Vec<Move>) {
        self.accounts.extend(moves.into_iter().map(|Move { id, after, .. }| (id, after)));
    }

    fn move_ownership(&self, account: &mut Account, rng: &mut Rng) {
        let owner = format!("o-{}", rng.usize(..OWNERS));
        for (id, facts) in &mut account.people {
            if may_own(id) {
                facts.role = if *id == owner { "owner" } else { "admin" };
            }
        }
        account.owner = owner;
    }

    fn move_facts(&mut self, facts: &mut Facts, account: &str, rng: &mut Rng) {
        match rng.u32(..10) {
            0 => facts.status = if facts.status == "active" { "deactivated" } else { "active" },
            1 => facts.role = if facts.role == "admin" { "analyst" } else { "admin" },
            // Somebody who lapses while the run goes on.
            2 | 3 => {
                facts.last_login_ms = now_ms() - LOGIN_DAYS * DAY_MS + rng.i64(500..4_000);
                self.last_lapse_ms = self.last_lapse_ms.max(facts.last_login_ms + LOGIN_DAYS * DAY_MS);
            }
            // Somebody who has to be reminded.
            4 => facts.last_login_ms = now_ms() - (LOGIN_DAYS - 9) * DAY_MS + rng.i64(0..DAY_MS),
            5 => facts.email = self.address(account, "refused.example"),
            6 => facts.email = None,
            _ => *facts = self.reliable("admin", account),
        }
    }

    /// Somebody who can be the contact for long.
    fn reliable(&mut self, role: &'static str, account: &str) -> Facts {
        let email = self.address(account, "example.com");
        Facts { role, status: "active", last_login_ms: now_ms() - DAY_MS, email }
    }

    fn address(&mut self, account: &str, domain: &str) -> Option<String> {
        self.addresses += 1;
        Some(format!("{account}.{}@{domain}", self.addresses))
    }
}

impl Move {
    /// The lines by which a directory says so.
    pub(crate) fn lines(&self) -> Vec<String> {
        let Self { id, after, left } = self;
        let account = json!({ "type": "account", "id": id, "name": format!("Account {id}"), "owner": after.owner });
        let people = after.people.iter().map(|(person, facts)| {
            json!({
                "type": "person", "account": id, "id": person, "name": format!("Person {person}"),
                "email": facts.email, "role": facts.role, "accountSettings": "none", "status": facts.status,
                "lastLoginAt": text(facts.last_login_ms), "staffRole": null,
            })
        });
        let left = left.iter().map(|person| json!({ "type": "left", "account": id, "id": person }));
        std::iter::once(account).chain(people).chain(left).map(|line| line.to_string()).collect()
    }
}

/// The person as whom that writer acts. Nothing moves their facts.
pub(crate) fn manager(writer: usize) -> String {
    format!("m-{writer}")
}

/// Whether the person owns the account from time to time.
fn may_own(person: &str) -> bool {
    person.starts_with("o-")
}

/// One of those whose facts move.
pub(crate) fn moving(number: usize) -> String {
    format!("p-{number}")
}

/// Anybody whom a wish may name, a stranger among them.
pub(crate) fn anybody(rng: &mut Rng) -> String {
    match rng.u32(..12) {
        0 => format!("stranger-{}", rng.u32(..)),
        1 | 2 => format!("o-{}", rng.usize(..OWNERS)),
        3 => manager(0),
        _ => moving(rng.usize(..MOVING)),
    }
}
