//! The module's interface for JavaScript: a thin cover over the functions of this crate.

#![allow(unreachable_pub)] // JavaScript reaches it

use js_sys::Reflect;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::access::access;
use crate::change::change;
use crate::contact::resolve;
use crate::decide::decide_from;
use crate::eligibility::eligibility;
use crate::error::PolicyError;
use crate::event::route;
use crate::fingerprint::fingerprint;
use crate::instant::Instant;
use crate::read::{self, Field};
use crate::review::review;
use crate::rules::Rules;
use crate::{ABI_VERSION, POLICY_VERSION};

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

/// The policy under one set of rules. Every method is a pure function of its arguments.
///
/// A method throws an `Error` with the members `code` and `path` when an argument does not fit.
#[wasm_bindgen]
pub struct Policy {
    rules: Rules,
}

#[wasm_bindgen]
impl Policy {
    /// A policy under the given rules; a missing rule takes its default.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "Partial<Rules>")] rules: Option<JsValue>,
    ) -> Result<Policy, JsValue> {
        let Some(rules) = rules.filter(|rules| !rules.is_undefined()) else {
            return Ok(Self { rules: Rules::default() });
        };
        let rules = read::rules(&Field::root(&rules, "rules").of_rules()).map_err(throw)?;
        Ok(Self { rules })
    }

    /// The version of the rules themselves; it changes whenever any answer can change.
    #[wasm_bindgen(getter)]
    pub fn version(&self) -> String {
        POLICY_VERSION.into()
    }

    /// The version of the binary interface for WebAssembly hosts.
    #[wasm_bindgen(getter, js_name = abiVersion)]
    pub fn abi_version(&self) -> u32 {
        ABI_VERSION
    }

    /// A hash of the version and the rules in force: equal on every runtime that decides alike.
    #[wasm_bindgen(getter)]
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.rules)
    }

    /// The rules in force.
    #[wasm_bindgen(getter, unchecked_return_type = "Rules")]
    pub fn rules(&self) -> Result<JsValue, JsValue> {
        to_js(&self.rules)
    }

    /// Can this person be the contact at `now`?
    #[wasm_bindgen(unchecked_return_type = "Verdict")]
    pub fn eligibility(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Person")] person: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "Instant")] now: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let person = read::person(&Field::root(person, "person")).map_err(throw)?;
        to_js(&eligibility(&person, instant(now)?, &self.rules))
    }

    /// May this person see and change the field?
    #[wasm_bindgen(unchecked_return_type = "Access")]
    pub fn access(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Person")] person: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let person = read::person(&Field::root(person, "person")).map_err(throw)?;
        to_js(&access(&person, &self.rules))
    }

    /// Who is the contact at `now`?
    #[wasm_bindgen(unchecked_return_type = "Contact")]
    pub fn resolve(
        &self,
        #[wasm_bindgen(unchecked_param_type = "AccountInput")] account: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "Instant")] now: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let now = instant(now)?;
        let account = read::account(&Field::root(account, "account")).map_err(throw)?;
        to_js(&resolve(&account, now, &self.rules))
    }

    /// May the contact be changed, and who is told?
    #[wasm_bindgen(unchecked_return_type = "ChangeOutcome")]
    pub fn change(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ChangeRequest")] request: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let request = read::change_request(Field::root(request, "").object().map_err(throw)?).map_err(throw)?;
        to_js(&change(&request, &self.rules))
    }

    /// Is the designation still valid, and who is told or reminded?
    #[wasm_bindgen(unchecked_return_type = "ReviewOutcome")]
    pub fn review(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ReviewRequest")] request: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let request = read::review_request(Field::root(request, "").object().map_err(throw)?).map_err(throw)?;
        to_js(&review(&request, &self.rules))
    }

    /// Who receives a security event that is sent at `now`?
    #[wasm_bindgen(unchecked_return_type = "Route")]
    pub fn route(
        &self,
        #[wasm_bindgen(unchecked_param_type = "AccountInput")] account: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "Event")] event: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "Instant")] now: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let event = read::event(&Field::root(event, "event")).map_err(throw)?;
        let now = instant(now)?;
        let account = read::account(&Field::root(account, "account")).map_err(throw)?;
        to_js(&route(&account, event, now, &self.rules))
    }

    /// Answers one request. It never throws: what does not fit is answered with `error`.
    #[wasm_bindgen(unchecked_return_type = "Answer")]
    pub fn decide(
        &self,
        #[wasm_bindgen(unchecked_param_type = "PolicyRequest")] request: &JsValue,
    ) -> Result<JsValue, JsValue> {
        to_js(&decide_from(request.into(), &self.rules))
    }
}

/// Answers one request under its own rules or the default ones. It never throws: what does not fit is answered
/// with `error`.
#[wasm_bindgen(unchecked_return_type = "Answer")]
pub fn decide(#[wasm_bindgen(unchecked_param_type = "PolicyRequest")] request: &JsValue) -> Result<JsValue, JsValue> {
    to_js(&decide_from(request.into(), &Rules::default()))
}

fn instant(now: &JsValue) -> Result<Instant, JsValue> {
    Field::root(now, "now").parse().map_err(throw)
}

/// A plain object with its members in order, and null for what is absent.
fn to_js<T: Serialize>(value: &T) -> Result<JsValue, JsValue> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(JsValue::from)
}

/// The error as JavaScript throws it.
fn throw(error: PolicyError) -> JsValue {
    let thrown = js_sys::Error::new(&error.to_string());
    for (name, value) in [("name", "PolicyError"), ("code", error.code.as_str()), ("path", &error.path)] {
        let _ = Reflect::set(&thrown, &name.into(), &value.into()); // a new Error takes any member
    }
    thrown.into()
}
