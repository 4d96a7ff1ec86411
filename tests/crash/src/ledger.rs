//! What the program said that it has done.

use std::collections::BTreeMap;

use crate::http::{Reply, Request};
use crate::violation::Violation;

/// A change of a contact that was answered as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose contact.
    pub account: String,
    /// Who asked.
    pub actor: String,
    /// The person who was chosen; `None` for a reset.
    pub asked: Option<String>,
    /// The version that the designation got.
    pub version: u64,
    /// The contact from then on.
    pub contact: String,
}

/// An attempt that was refused: account, actor, who was asked for, and the code.
pub type Refusal = (String, String, Option<String>, String);

/// What somebody asks for.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) account: String,
    pub(crate) actor: String,
    /// Whom to choose; `None` to go back to the default.
    pub(crate) asked: Option<String>,
    /// The version of the designation that it is asked on.
    pub(crate) version: u64,
}

/// An answer, and the request that gets it again.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) request: Request,
    pub(crate) reply: Reply,
}

/// Everything that was acknowledged, and what it took.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Changes, each of which came with its own answer.
    pub changes: Vec<Change>,
    /// How often an attempt was refused.
    pub refusals: BTreeMap<Refusal, u64>,
    /// Events that were taken in: account and key.
    pub events: Vec<(String, String)>,
    pub(crate) kept: Vec<Kept>,
    /// Requests that were answered with what was so already, or with a conflict.
    pub(crate) idle: u64,
    /// Requests that were sent again because the answer to them was lost.
    pub(crate) repeated: u64,
    pub(crate) imports: u64,
    pub(crate) reviews: u64,
    /// What was wrong with answers themselves.
    pub(crate) found: Vec<Violation>,
}

impl Ledger {
    /// How many operations were acknowledged that have to be in the store.
    pub(crate) fn acknowledged(&self) -> u64 {
        let listed = self.changes.len() + self.events.len();
        u64::try_from(listed).unwrap_or(u64::MAX) + self.refusals.values().sum::<u64>() + self.imports
    }

    pub(crate) fn add_violation(&mut self, code: &'static str, what: impl Into<String>) {
        self.found.push(Violation::new(code, what));
    }

    /// Notes the answer to a request for a change. One that none can be is a violation.
    pub(crate) fn answered(&mut self, wish: &Wish, request: Request, reply: Reply) {
        let Wish { account, actor, asked, .. } = wish;
        let body = reply.json();
        let code = body["code"].as_str().unwrap_or_default().to_owned();
        match (reply.status, body["outcome"].as_str()) {
            (200, Some("changed")) => match (body["version"].as_u64(), body["contact"]["userId"].as_str()) {
                (Some(version), Some(contact)) => {
                    let contact = contact.to_owned();
                    let (account, actor, asked) = (account.clone(), actor.clone(), asked.clone());
                    self.changes.push(Change { account, actor, asked, version, contact });
                }
                _ => self.add_violation("answer_unreadable", format!("account {account}, actor {actor}")),
            },
            (200, Some("unchanged")) | (412, _) => self.idle += 1,
            (403 | 422, _) => {
                *self.refusals.entry((account.clone(), actor.clone(), asked.clone(), code)).or_default() += 1;
            }
            (status, _) => {
                self.add_violation("answer_unexpected", format!("account {account}, actor {actor}: {status} {code}"));
            }
        }
        self.kept.push(Kept { request, reply });
    }
}
