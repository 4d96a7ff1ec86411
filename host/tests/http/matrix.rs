//! Every route for every kind of caller, in their own account and in another's.

use security_contact_host::auth::Scope;
use serde_json::json;

use crate::world::{World, jwt, token_of};

/// Every route of the API: method, path, body, and what it takes.
const ROUTES: [(&str, &str, &str, Needs); 15] = [
    ("GET", "/v1/accounts/acme/security-contact", "", Needs::View),
    ("PUT", "/v1/accounts/acme/security-contact", r#"{"userId":"u-jonas"}"#, Needs::Edit),
    ("DELETE", "/v1/accounts/acme/security-contact", "", Needs::Edit),
    ("GET", "/v1/accounts/acme/security-contact/candidates", "", Needs::View),
    ("GET", "/v1/accounts/acme/security-contact/history", "", Needs::View),
    (
        "POST",
        "/v1/accounts/acme/security-events",
        r#"{"kind":"breach_alert","severity":"high","text":"x"}"#,
        Needs::Scope(Scope::EventsWrite),
    ),
    ("PUT", "/v1/accounts/acme", r#"{"name":"Acme","owner":"u-maya"}"#, Needs::Scope(Scope::DirectoryWrite)),
    ("PUT", "/v1/accounts/acme/people/u-new", PERSON, Needs::Scope(Scope::DirectoryWrite)),
    ("DELETE", "/v1/accounts/acme/people/u-gone", "", Needs::Scope(Scope::DirectoryWrite)),
    ("POST", "/v1/directory:import", "", Needs::Scope(Scope::DirectoryWrite)),
    ("GET", "/v1/policy", "", Needs::Known),
    ("GET", "/v1/policy/module.wasm", "", Needs::Known),
    ("GET", "/healthz", "", Needs::Nothing),
    ("GET", "/readyz", "", Needs::Nothing),
    ("GET", "/accounts/acme/settings/security", "", Needs::Nothing),
];

const PERSON: &str = r#"{"name":"New","email":null,"role":"analyst","accountSettings":"none","status":"active",
    "lastLoginAt":null,"staffRole":null}"#;

#[derive(Clone, Copy, PartialEq)]
enum Needs {
    Nothing,
    Known,
    View,
    Edit,
    Scope(Scope),
}

/// Who asks: a name for the test's messages, the value of `authorization`, and the person that a machine acts for.
struct Caller {
    who: String,
    authorization: Option<String>,
    on_behalf_of: Option<&'static str>,
    is: Is,
}

/// What that caller is to the account.
enum Is {
    Nobody,
    Manager,
    /// A person who may not, and why.
    Denied(&'static str),
    Machine(&'static [Scope]),
    /// A machine that acts for a manager.
    ActsForManager,
}

fn callers() -> Vec<Caller> {
    let bearer = |token: String| Some(format!("Bearer {token}"));
    let person = |who: &str, token: String, is| Caller {
        who: who.to_owned(),
        authorization: bearer(token),
        on_behalf_of: None,
        is,
    };
    let expired = json!({ "exp": 1_000_000_000 });
    let mut callers = vec![
        Caller { who: "nobody".into(), authorization: None, on_behalf_of: None, is: Is::Nobody },
        Caller { who: "basic".into(), authorization: Some("Basic dTpw".into()), on_behalf_of: None, is: Is::Nobody },
        person("an unknown token", "sct_0123456789012345678901234567890123456789".into(), Is::Nobody),
        person("an expired person", jwt("acme", "u-maya", expired), Is::Nobody),
        person("a person for others", jwt("acme", "u-maya", json!({ "aud": "other" })), Is::Nobody),
        person("the owner", jwt("acme", "u-maya", json!({})), Is::Manager),
        person("an admin", jwt("acme", "u-jonas", json!({})), Is::Manager),
        person("an analyst", jwt("acme", "u-tom", json!({})), Is::Denied("manager_role_required")),
        person("a deactivated admin", jwt("acme", "u-omar", json!({})), Is::Denied("not_active")),
        person("a stranger", jwt("birch", "u-otto", json!({})), Is::Denied("not_a_member")),
        person("a namesake elsewhere", jwt("birch", "u-maya", json!({})), Is::Denied("not_a_member")),
    ];
    for scope in &Scope::ALL {
        let is = Is::Machine(std::slice::from_ref(scope));
        callers.push(person(&format!("a machine with {scope}"), token_of(*scope), is));
    }
    callers.push(Caller {
        who: "a machine for the owner".into(),
        authorization: bearer(token_of(Scope::PeopleAct)),
        on_behalf_of: Some("u-maya"),
        is: Is::ActsForManager,
    });
    callers.push(Caller {
        who: "a reading machine for the owner".into(),
        authorization: bearer(token_of(Scope::Read)),
        on_behalf_of: Some("u-maya"),
        is: Is::Machine(&[]),
    });
    callers
}

/// The status and code that the caller has to get.
fn expected(method: &str, needs: Needs, caller: &Caller) -> (u16, &'static str) {
    match (needs, &caller.is) {
        (Needs::Nothing, _) => (200, ""),
        (_, Is::Nobody) => (401, "unauthenticated"),
        (Needs::Known, _) => (200, ""),
        (Needs::Scope(scope), Is::Machine(scopes)) if scopes.contains(&scope) => (success(method, scope), ""),
        (Needs::Scope(_), _) => (403, "scope_required"),
        (_, Is::Manager | Is::ActsForManager) => (200, ""),
        (Needs::View, Is::Denied(reason)) => (403, reason),
        (Needs::Edit, Is::Denied(_)) => (403, "actor_not_permitted"),
        (Needs::View, Is::Machine([Scope::Read])) => (200, ""),
        (_, Is::Machine([Scope::PeopleAct])) => (401, "unauthenticated"),
        (_, Is::Machine(_)) => (403, "scope_required"),
    }
}

fn success(method: &str, scope: Scope) -> u16 {
    match (method, scope) {
        (_, Scope::EventsWrite) => 202,
        ("POST", _) => 200,
        _ => 204,
    }
}

#[tokio::test]
async fn every_caller_gets_what_they_may() {
    for (method, path, body, needs) in ROUTES {
        for caller in callers() {
            let world = World::service().await;
            let mut ask = world.ask(method, path).header("if-match", "\"v0\"").header("idempotency-key", "k");
            if let Some(authorization) = &caller.authorization {
                ask = ask.header("authorization", authorization);
            }
            if let Some(person) = caller.on_behalf_of {
                ask = ask.header("security-contact-person", person);
            }
            if !body.is_empty() {
                ask = ask.json(body);
            }
            let answer = ask.send().await;
            let code = if answer.status.is_success() { String::new() } else { answer.json()["code"].to_string() };
            let got = (answer.status.as_u16(), code.trim_matches('"'));
            assert_eq!(got, expected(method, needs, &caller), "{method} {path} by {}", caller.who);
        }
    }
}

#[tokio::test]
async fn machines_are_told_which_accounts_there_are_and_people_are_not() {
    let world = World::service().await;
    let read = format!("Bearer {}", token_of(Scope::Read));
    let unknown = "/v1/accounts/no-such-account/security-contact";
    world.ask("GET", unknown).header("authorization", &read).send().await.problem(404, "unknown_account");
    let person = format!("Bearer {}", jwt("no-such-account", "u-maya", json!({})));
    let of_unknown = world.ask("GET", unknown).header("authorization", &person).send().await;
    let of_others = "/v1/accounts/birch/security-contact";
    let of_others = world.ask("GET", of_others).header("authorization", &person).send().await;
    assert_eq!((of_unknown.status, &of_unknown.body), (of_others.status, &of_others.body));
    of_unknown.problem(403, "not_a_member");
}
