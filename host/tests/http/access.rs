//! Who gets to what: every route, for every kind of person.

use serde_json::json;

use crate::world::{Answer, Ask, CONTACT, World};

const CANDIDATES: &str = "/v1/accounts/acme/security-contact/candidates";
const HISTORY: &str = "/v1/accounts/acme/security-contact/history";

/// The requests that only managers may send.
const MANAGERS_ONLY: [(&str, &str); 5] =
    [("GET", CONTACT), ("PUT", CONTACT), ("DELETE", CONTACT), ("GET", CANDIDATES), ("GET", HISTORY)];

/// The requests that nobody needs to be known for.
const OPEN: [&str; 2] = ["/v1/policy", "/healthz"];

/// Who may not, and why: an editor, an analyst, a deactivated admin, one who is invited, another account's owner, and
/// nobody at all.
const DENIED: [(&str, &[&str]); 6] = [
    ("u-priya", &["manager_role_required"]),
    ("u-tom", &["manager_role_required"]),
    ("u-omar", &["not_active"]),
    ("u-ines", &["manager_role_required", "not_active"]),
    ("u-otto", &["not_a_member"]),
    ("u-nobody", &["not_a_member"]),
];

async fn both_modes() -> [World; 2] {
    [World::demo().await, World::service().await]
}

/// The request with all that it needs but a person.
fn complete<'a>(world: &'a World, method: &'a str, path: &'a str) -> Ask<'a> {
    match method {
        "GET" => world.ask(method, path),
        "PUT" => world.ask(method, path).header("if-match", "\"v0\"").json(r#"{"userId":"u-jonas"}"#),
        _ => world.ask(method, path).header("if-match", "\"v0\""),
    }
}

/// A problem that tells nothing about the account.
#[track_caller]
fn assert_denied(answer: &Answer, method: &str, reasons: &[&str]) {
    let code = if method == "GET" { reasons[0] } else { "actor_not_permitted" };
    let body = answer.problem(403, code);
    assert_eq!(body["reasons"], json!(reasons));
    assert_eq!(answer.header("etag"), "");
    for secret in ["maya", "Maya", "Acme", "version", "acme"] {
        assert!(!answer.text().contains(secret), "{}", answer.text());
    }
}

#[tokio::test]
async fn managers_may() {
    for person in ["u-maya", "u-jonas"] {
        for world in both_modes().await {
            let version = world.get(person, CONTACT).await.ok()["version"].as_i64().unwrap();
            world.get(person, CANDIDATES).await.ok();
            world.get(person, HISTORY).await.ok();
            let version = world.choose(person, "u-priya", version).await.ok()["version"].as_i64().unwrap();
            world.reset(person, version).await.ok();
        }
    }
}

#[tokio::test]
async fn nobody_else_may_and_they_learn_nothing() {
    for world in both_modes().await {
        for (method, path) in MANAGERS_ONLY {
            for (person, reasons) in DENIED {
                let answer = complete(&world, method, path).by(person).send().await;
                assert_denied(&answer, method, reasons);
            }
        }
        assert_eq!(world.get("u-maya", CONTACT).await.ok()["version"], 0);
    }
}

#[tokio::test]
async fn a_contact_who_is_no_manager_may_not_either() {
    let world = World::demo().await;
    world.choose("u-maya", "u-priya", 0).await.ok();
    for (method, path) in MANAGERS_ONLY {
        let answer = complete(&world, method, path).by("u-priya").send().await;
        assert_denied(&answer, method, &["manager_role_required"]);
    }
}

#[tokio::test]
async fn who_says_not_who_they_are_gets_nothing() {
    for world in both_modes().await {
        for (method, path) in MANAGERS_ONLY {
            let answer = complete(&world, method, path).send().await;
            answer.problem(401, "unauthenticated");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
}

#[tokio::test]
async fn an_unknown_account_is_like_one_of_others() {
    for world in both_modes().await {
        for (method, path) in MANAGERS_ONLY {
            let unknown = path.replace("acme", "no-such-account");
            let of_others = complete(&world, method, path).by("u-otto").send().await;
            let unknown = complete(&world, method, &unknown).by("u-otto").send().await;
            assert_denied(&unknown, method, &["not_a_member"]);
            assert_eq!((of_others.status, &of_others.body), (unknown.status, &unknown.body));
            assert_eq!(of_others.lasting_headers(), unknown.lasting_headers());
        }
    }
}

#[tokio::test]
async fn the_demo_answers_open_questions_to_anybody() {
    let world = World::demo().await;
    for path in OPEN {
        world.ask("GET", path).send().await.ok();
    }
}

#[tokio::test]
async fn the_service_tells_its_policy_to_the_backend_alone() {
    let world = World::service().await;
    world.ask("GET", "/healthz").send().await.ok();
    world.ask("GET", "/v1/policy").send().await.problem(401, "unauthenticated");
    world.ask("GET", "/v1/policy").by("u-nobody").send().await.ok();
}
