//! Every route for every kind of caller, in their own account and in another's.

use security_contact_host::auth::Scope;
use security_contact_host::http::{openapi_json, page_paths};
use serde_json::{Value, json};

use crate::world::{Ask, World, jwt, token_of};

/// What each route takes, by its method and path. A route without a row fails, and so does a row without a route.
const ROWS: &[(&str, &str, Needs)] = &[
    ("DELETE", "/v1/accounts/{account}/people/{person}", Needs::Scope(Scope::DirectoryWrite)),
    ("DELETE", "/v1/accounts/{account}/security-contact", Needs::Edit),
    ("GET", "/accounts/{account}/settings/security", Needs::Nothing),
    ("GET", "/assets/field.js", Needs::Nothing),
    ("GET", "/assets/icon.svg", Needs::Nothing),
    ("GET", "/assets/manual.js", Needs::Nothing),
    ("GET", "/assets/page.css", Needs::Nothing),
    ("GET", "/assets/page.js", Needs::Nothing),
    ("GET", "/assets/security_contact_policy_bg.wasm", Needs::Nothing),
    ("GET", "/healthz", Needs::Nothing),
    ("GET", "/openapi.json", Needs::Nothing),
    ("GET", "/readyz", Needs::Nothing),
    ("GET", "/v1/accounts/{account}/security-contact", Needs::View),
    ("GET", "/v1/accounts/{account}/security-contact/candidates", Needs::View),
    ("GET", "/v1/accounts/{account}/security-contact/history", Needs::View),
    ("GET", "/v1/policy", Needs::Known),
    ("GET", "/v1/policy/module.wasm", Needs::Known),
    ("POST", "/v1/accounts/{account}/security-events", Needs::Scope(Scope::EventsWrite)),
    ("POST", "/v1/directory:import", Needs::Scope(Scope::DirectoryWrite)),
    ("PUT", "/v1/accounts/{account}", Needs::Scope(Scope::DirectoryWrite)),
    ("PUT", "/v1/accounts/{account}/people/{person}", Needs::Scope(Scope::DirectoryWrite)),
    ("PUT", "/v1/accounts/{account}/security-contact", Needs::Edit),
];

/// The accounts of the test's world, and their owners.
const ACCOUNTS: [(&str, &str); 2] = [("acme", "u-maya"), ("birch", "u-otto")];

#[derive(Clone, Copy, PartialEq)]
enum Needs {
    Nothing,
    Known,
    View,
    Edit,
    Scope(Scope),
}

/// Who asks.
struct Caller {
    who: &'static str,
    authorization: Option<String>,
    /// The person that a machine acts for.
    on_behalf_of: Option<&'static str>,
    is: Is,
}

enum Is {
    Nobody,
    /// A manager of that account, or who acts for one.
    ManagerOf(&'static str),
    /// Somebody of `acme` who may not, and why.
    Denied(&'static str),
    Machine(Scope),
    /// Whoever names somebody else, and must not.
    Presumes,
}

fn callers() -> Vec<Caller> {
    let by = |who, authorization: String, on_behalf_of, is| Caller {
        who,
        authorization: (!authorization.is_empty()).then_some(authorization),
        on_behalf_of,
        is,
    };
    let person =
        |who, account, person, claims, is| by(who, format!("Bearer {}", jwt(account, person, claims)), None, is);
    let machine = |who, scope, on_behalf_of, is| by(who, format!("Bearer {}", token_of(scope)), on_behalf_of, is);
    let plain = || json!({});
    vec![
        by("nobody", String::new(), None, Is::Nobody),
        by("a password", "Basic dTpw".into(), None, Is::Nobody),
        by("an unknown token", format!("Bearer sct_{}", "0".repeat(40)), None, Is::Nobody),
        by("two tokens", format!("Bearer {} {}", token_of(Scope::Read), token_of(Scope::Read)), None, Is::Nobody),
        person("somebody expired", "acme", "u-maya", json!({ "exp": 1_000_000_000 }), Is::Nobody),
        person("somebody too early", "acme", "u-maya", json!({ "nbf": 9_000_000_000_i64 }), Is::Nobody),
        person("somebody for others", "acme", "u-maya", json!({ "aud": "other" }), Is::Nobody),
        person("somebody of others", "acme", "u-maya", json!({ "iss": "https://other.example" }), Is::Nobody),
        person("the owner", "acme", "u-maya", plain(), Is::ManagerOf("acme")),
        person("an admin", "acme", "u-jonas", plain(), Is::ManagerOf("acme")),
        person("the other owner", "birch", "u-otto", plain(), Is::ManagerOf("birch")),
        person("an analyst", "acme", "u-tom", plain(), Is::Denied("manager_role_required")),
        person("an editor of settings", "acme", "u-priya", plain(), Is::Denied("manager_role_required")),
        person("a deactivated admin", "acme", "u-omar", plain(), Is::Denied("not_active")),
        person("somebody who left", "acme", "u-gone", plain(), Is::Denied("not_a_member")),
        person("a namesake elsewhere", "cedar", "u-maya", plain(), Is::Denied("not_a_member")),
        by(
            "the owner by name",
            format!("Bearer {}", jwt("acme", "u-maya", plain())),
            Some("u-maya"),
            Is::ManagerOf("acme"),
        ),
        by(
            "the owner for an admin",
            format!("Bearer {}", jwt("acme", "u-maya", plain())),
            Some("u-jonas"),
            Is::Presumes,
        ),
        machine("a reader", Scope::Read, None, Is::Machine(Scope::Read)),
        machine("a directory", Scope::DirectoryWrite, None, Is::Machine(Scope::DirectoryWrite)),
        machine("a detector", Scope::EventsWrite, None, Is::Machine(Scope::EventsWrite)),
        machine("a backend without a person", Scope::PeopleAct, None, Is::Machine(Scope::PeopleAct)),
        machine("a backend for the owner", Scope::PeopleAct, Some("u-maya"), Is::ManagerOf("acme")),
        machine("a backend for an analyst", Scope::PeopleAct, Some("u-tom"), Is::Denied("manager_role_required")),
        machine("a reader for the owner", Scope::Read, Some("u-maya"), Is::Presumes),
    ]
}

/// The status and code that the caller has to get on that account.
fn expected(row: (&str, &str, Needs), caller: &Caller, account: &str) -> (u16, &'static str) {
    let (method, path, needs) = row;
    let success = match (method, path) {
        (_, path) if path.ends_with("security-events") => 202,
        ("PUT" | "DELETE", path) if !path.ends_with("security-contact") => 204,
        _ => 200,
    };
    let refused = |reason| if needs == Needs::Edit { "actor_not_permitted" } else { reason };
    match (needs, &caller.is) {
        (Needs::Nothing, _) => (success, ""),
        (_, Is::Nobody) => (401, "unauthenticated"),
        (Needs::Known, _) => (success, ""),
        (Needs::Scope(scope), Is::Machine(own)) if scope == *own => (success, ""),
        (Needs::Scope(_), _) => (403, "scope_required"),
        (Needs::View, Is::Machine(Scope::Read)) => (success, ""),
        (Needs::Edit, Is::Machine(Scope::PeopleAct)) => (400, "invalid_input"),
        (_, Is::Machine(_) | Is::Presumes) => (403, "scope_required"),
        (_, Is::ManagerOf(own)) if *own == account => (success, ""),
        (_, Is::Denied(reason)) if account == "acme" => (403, refused(*reason)),
        (_, Is::ManagerOf(_) | Is::Denied(_)) => (403, refused("not_a_member")),
    }
}

/// A body that fits the route.
fn body(path: &str, owner: &str) -> Option<Value> {
    let person = json!({
        "name": "New", "email": null, "role": "analyst", "accountSettings": "none", "status": "active",
        "lastLoginAt": null, "staffRole": null,
    });
    match path.rsplit('/').next().unwrap() {
        "security-contact" => Some(json!({ "userId": owner })),
        "security-events" => Some(json!({ "kind": "breach_alert", "severity": "high", "text": "x" })),
        "{account}" => Some(json!({ "name": "New name", "owner": owner })),
        "{person}" => Some(person),
        _ => None,
    }
}

/// The routes as the router has them: those of the API, which describe themselves, and the page's files.
fn routes() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&openapi_json()).unwrap();
    let mut routes: Vec<_> = page_paths().map(|path| ("GET".to_owned(), path.to_owned())).collect();
    for (path, methods) in document["paths"].as_object().unwrap() {
        routes.extend(methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
    }
    routes.sort();
    routes
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let rows: Vec<_> = ROWS.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(routes(), rows);
}

#[tokio::test]
async fn every_caller_gets_what_they_may() {
    let mut world = World::service().await;
    for row in ROWS {
        for (account, owner) in ACCOUNTS {
            for caller in callers() {
                let path = row.1.replace("{account}", account).replace("{person}", "u-new");
                let body = body(row.1, owner).map(|body| body.to_string());
                let answer =
                    ask(&world, row.0, &path, body.as_deref().filter(|_| row.0 != "GET"), &caller).send().await;
                let success = answer.status.is_success();
                let code = if success { String::new() } else { answer.json()["code"].as_str().unwrap().to_owned() };
                let got = (answer.status.as_u16(), code.as_str());
                assert_eq!(got, expected(*row, &caller, account), "{} {path} by {}", row.0, caller.who);
                if row.0 != "GET" && success {
                    world = World::service().await;
                }
            }
        }
    }
}

fn ask<'a>(world: &'a World, method: &'a str, path: &'a str, body: Option<&str>, caller: &'a Caller) -> Ask<'a> {
    let ask = world.ask(method, path).header("if-match", "\"v0\"").header("idempotency-key", "k");
    let authorization = caller.authorization.as_deref().map(|text| ("authorization", text));
    let person = caller.on_behalf_of.map(|person| ("security-contact-person", person));
    let ask = authorization.into_iter().chain(person).fold(ask, |ask, (name, value)| ask.header(name, value));
    match body {
        Some(body) => ask.json(body),
        None => ask,
    }
}

#[tokio::test]
async fn machines_are_told_what_they_lack() {
    let world = World::service().await;
    let path = "/v1/accounts/acme/security-contact";
    let ask = async |method, scope, person: Option<&str>| {
        let token = format!("Bearer {}", token_of(scope));
        let ask = world.ask(method, path).header("authorization", &token).header("if-match", "*");
        person.into_iter().fold(ask, |ask, person| ask.header("security-contact-person", person)).send().await
    };
    for (method, scope, person, lacking) in [
        ("GET", Scope::EventsWrite, None, "`read`"),
        ("GET", Scope::PeopleAct, None, "`read`"),
        ("GET", Scope::Read, Some("u-maya"), "`people:act`"),
        ("DELETE", Scope::Read, None, "`people:act`"),
        ("DELETE", Scope::EventsWrite, Some("u-maya"), "`people:act`"),
    ] {
        let problem = ask(method, scope, person).await.problem(403, "scope_required");
        assert!(problem["detail"].as_str().unwrap().contains(lacking), "{method} {scope} {person:?}: {problem}");
    }
    let nobody = ask("DELETE", Scope::PeopleAct, None).await;
    assert_eq!(nobody.problem(400, "invalid_input")["field"], "security-contact-person");
    assert_eq!(nobody.header("www-authenticate"), "");
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
