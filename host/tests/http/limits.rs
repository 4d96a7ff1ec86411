//! Limits: how much one caller may ask, and how long what they send may be.

use security_contact_host::auth::Scope;
use security_contact_host::http::Limits;
use serde_json::json;

use crate::world::{Answer, CONTACT, World, jwt, token_of};

async fn asked(world: &World, authorization: &str, account: &str) -> Answer {
    let path = format!("/v1/accounts/{account}/security-contact");
    world.ask("GET", &path).header("authorization", authorization).send().await
}

#[tokio::test]
async fn a_person_is_told_when_to_come_again() {
    let world = World::limited(Limits { per_person: 1, per_account: 0, per_machine: 0 }).await;
    let maya = format!("Bearer {}", jwt("acme", "u-maya", json!({})));
    for _ in 0..5 {
        asked(&world, &maya, "acme").await.ok();
    }
    let refused = asked(&world, &maya, "acme").await;
    refused.problem(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), "2");
    // It is the person who is refused, wherever they ask; others are not, whatever their name.
    for path in ["/v1/policy", "/v1/accounts/birch/security-contact"] {
        world.ask("GET", path).header("authorization", &maya).send().await.problem(429, "too_many_requests");
    }
    asked(&world, &format!("Bearer {}", jwt("acme", "u-jonas", json!({}))), "acme").await.ok();
    asked(&world, &format!("Bearer {}", jwt("birch", "u-maya", json!({}))), "birch").await.problem(403, "not_a_member");
    world.ask("GET", "/healthz").header("authorization", &maya).send().await.ok();
}

#[tokio::test]
async fn nobody_uses_up_what_another_account_is_allowed() {
    let world = World::limited(Limits { per_person: 0, per_account: 1, per_machine: 0 }).await;
    let otto = format!("Bearer {}", jwt("birch", "u-otto", json!({})));
    for _ in 0..5 {
        asked(&world, &otto, "acme").await.problem(403, "not_a_member");
    }
    asked(&world, &otto, "birch").await.problem(429, "too_many_requests");
    let reader = format!("Bearer {}", token_of(Scope::Read));
    for _ in 0..5 {
        asked(&world, &reader, "acme").await.ok();
    }
    asked(&world, &reader, "acme").await.problem(429, "too_many_requests");
    asked(&world, &reader, "birch").await.problem(429, "too_many_requests");
    // What names no account counts for none.
    world.ask("GET", "/v1/policy").header("authorization", &reader).send().await.ok();
}

#[tokio::test]
async fn a_machine_has_a_limit_where_it_is_given_one() {
    let world = World::limited(Limits { per_person: 0, per_account: 0, per_machine: 1 }).await;
    let ask = async |scope| {
        let authorization = format!("Bearer {}", token_of(scope));
        world.ask("GET", "/v1/policy").header("authorization", &authorization).send().await
    };
    for _ in 0..5 {
        ask(Scope::Read).await.ok();
    }
    ask(Scope::Read).await.problem(429, "too_many_requests");
    ask(Scope::EventsWrite).await.ok();
    let world = World::limited(Limits::default()).await;
    let authorization = format!("Bearer {}", token_of(Scope::Read));
    for _ in 0..1_000 {
        world.ask("GET", "/v1/policy").header("authorization", &authorization).send().await.ok();
    }
}

#[tokio::test]
async fn who_proves_nothing_is_not_counted() {
    let world = World::limited(Limits { per_person: 1, per_account: 1, per_machine: 1 }).await;
    let forged = format!("Bearer {}", jwt("acme", "u-maya", json!({ "exp": 1_000_000_000 })));
    for _ in 0..20 {
        let answer = asked(&world, &forged, "acme").await;
        answer.problem(401, "unauthenticated");
        assert_eq!(answer.header("www-authenticate"), r#"Bearer error="invalid_token""#);
    }
    asked(&world, &format!("Bearer {}", jwt("acme", "u-maya", json!({}))), "acme").await.ok();
}

#[tokio::test]
async fn what_is_longer_than_anybody_needs_is_refused() {
    // With the headers that say which host and who asks.
    for (world, own) in [(World::demo().await, 2), (World::service().await, 3)] {
        let query = |length: usize| format!("{CONTACT}?{}", "q".repeat(length - CONTACT.len() - 1));
        world.get("u-maya", &query(8 << 10)).await.ok();
        world.get("u-maya", &query((8 << 10) + 1)).await.problem(414, "uri_too_long");
        let long = "x".repeat(16 << 10);
        let ask = world.ask("GET", CONTACT).by("u-maya").header("x-long", &long);
        ask.send().await.problem(431, "headers_too_large");
        let fits = "x".repeat(15 << 10);
        world.ask("GET", CONTACT).by("u-maya").header("x-long", &fits).send().await.ok();
        let many =
            |many: u32| (own..many).fold(world.ask("GET", CONTACT).by("u-maya"), |ask, _| ask.header("x-many", "x"));
        many(64).send().await.ok();
        let answer = many(65).send().await;
        answer.problem(431, "headers_too_large");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}
