//! The module's interface for JavaScript, which the package's own sources cover with a comfortable one.
//!
//! A request comes as CBOR and an answer goes as JSON text: to look at a JavaScript object member by member from here
//! takes several times as long. What is asked most, verdicts on people whose facts are plain, is [`packed`] instead.

#![allow(unreachable_pub)] // JavaScript reaches it

use serde_wasm_bindgen::to_value;
use wasm_bindgen::prelude::*;

use crate::decide::Answer;
use crate::eligibility::eligibility;
use crate::error::PolicyError;
use crate::fingerprint::fingerprint;
use crate::json;
use crate::packed;
use crate::person::{AccountSettings, Status};
use crate::read::{self, Value};
use crate::reason::Reason;
use crate::rules::Rules;
use crate::words::joined;

#[wasm_bindgen(typescript_custom_section)]
const INPUTS: &str = r#"
/** A designation or a change with the person it names; `person` is null when that person has left the account. */
export interface DesigneeInput {
    userId: UserId;
    person: Person | null;
}

/** An account as the rules see it. Without an owner every answer is the error `no_owner`. */
export interface AccountInput {
    owner: Person | null;
    designation: DesigneeInput | null;
}

/** What somebody asks for. */
export type ChangeInput = ({ kind: "designate" } & DesigneeInput) | { kind: "reset" };

/** A change with all that decides about it. `actor` is null for somebody who is no member of the account. */
export interface ChangeRequest {
    account: AccountInput;
    announced: UserId | null;
    actor: Person | null;
    change: ChangeInput;
    now: Instant;
}

/** An account with what was announced and reminded of before. */
export interface ReviewRequest {
    account: AccountInput;
    announced: UserId | null;
    remindedFor: RemindedFor | null;
    now: Instant;
}

/** One question to the policy; `rules` replace the policy's own for this request. */
export type PolicyRequest = { rules?: Partial<Rules> } & (
    | { op: "eligibility"; person: Person; now: Instant }
    | { op: "access"; person: Person }
    | { op: "resolve"; account: AccountInput; now: Instant }
    | ({ op: "change" } & ChangeRequest)
    | ({ op: "review" } & ReviewRequest)
    | { op: "route"; account: AccountInput; event: Event; now: Instant }
);
"#;

/// The policy under one set of rules.
#[wasm_bindgen]
pub struct Engine {
    rules: Rules,
    /// Where packed questions are asked and answered.
    room: Vec<u8>,
}

#[wasm_bindgen]
impl Engine {
    /// The policy under these rules, as CBOR, or else under the default ones. For rules that do not fit, a list of the
    /// error's code, path and message is thrown.
    #[wasm_bindgen(constructor)]
    pub fn new(rules: Option<Box<[u8]>>) -> Result<Engine, JsValue> {
        match rules.map_or_else(|| Ok(Rules::default()), |rules| read::rules_alone(&rules)) {
            Ok(rules) => Ok(Self { rules, room: Vec::new() }),
            Err(PolicyError { code, path, message }) => Err(to_value(&(code.as_str(), path, message))?),
        }
    }

    /// Answers one request, as CBOR, with JSON text.
    pub fn decide(&self, request: &[u8]) -> String {
        json::decide_plain(request, &self.rules)
    }

    /// Judges all of `people` at `now`, members of one object as CBOR. The JSON text is a list of verdicts in the order
    /// of the people, or an error.
    #[wasm_bindgen(js_name = eligibilityMany)]
    pub fn eligibility_many(&self, request: &[u8]) -> String {
        match Value::new(request).and_then(read::people) {
            Ok((people, now)) => {
                let verdicts = people.iter().map(|person| Answer::Eligibility(eligibility(person, now, &self.rules)));
                json::write_all(verdicts)
            }
            Err(error) => json::write(&Answer::Error { error }),
        }
    }

    /// The address of the room for packed questions, which has that many bytes from now on.
    pub fn room(&mut self, bytes: usize) -> *mut u8 {
        self.room.resize(bytes, 0);
        self.room.as_mut_ptr()
    }

    /// Answers the packed questions in the first bytes of the room in the same place, and says how many bytes the answers
    /// take: 0 when a question is none.
    pub fn packed(&mut self, bytes: usize) -> usize {
        self.room.get_mut(..bytes).and_then(|questions| packed::answer(questions, &self.rules)).unwrap_or(0)
    }

    /// A hash of the version and the rules in force: equal on every runtime that decides alike.
    #[wasm_bindgen(getter)]
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.rules)
    }

    /// The rules in force, as JSON text.
    #[wasm_bindgen(getter)]
    pub fn rules(&self) -> String {
        json::write(&self.rules)
    }
}

/// The words that packed facts and verdicts have numbers and bits for, from 0 on: account settings, statuses and reasons.
#[wasm_bindgen]
pub fn words() -> String {
    let lists = [AccountSettings::WORDS, Status::WORDS, Reason::WORDS].map(|words| joined(words, ","));
    joined(&lists.each_ref().map(String::as_str), ";")
}
