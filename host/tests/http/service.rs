//! What only the service does.

use crate::world::{AUTHORIZATION, CONTACT, TOKEN, World};

#[tokio::test]
async fn only_the_token_proves_the_backend() {
    let world = World::service().await;
    let near = format!("Bearer {TOKEN}0");
    for wrong in ["", "Bearer ", "Bearer wrong", TOKEN, &near] {
        let ask = world.ask("GET", CONTACT).header("security-contact-person", "u-maya").header("authorization", wrong);
        let answer = ask.send().await;
        answer.problem(401, "unauthenticated");
        assert!(!answer.text().contains(TOKEN));
    }
    world.ask("GET", CONTACT).header("x-view-as", "u-maya").send().await.problem(401, "unauthenticated");
    // Without a person it is the backend itself that looks, and whoever changes something is a person.
    // The demo's header names nobody.
    let ask = |method| world.ask(method, CONTACT).header("authorization", AUTHORIZATION).header("if-match", "\"v0\"");
    assert_eq!(ask("GET").header("x-view-as", "u-maya").send().await.ok()["canEdit"], false);
    ask("DELETE").send().await.problem(400, "invalid_input");
    ask("DELETE").header("x-view-as", "u-maya").send().await.problem(400, "invalid_input");
    world.get("u-maya", CONTACT).await.ok();
}

#[tokio::test]
async fn the_demo_is_not_there() {
    let world = World::service().await;
    for path in ["/", "/demo/people"] {
        world.get("u-maya", path).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn any_host_and_origin_will_do_behind_a_proxy() {
    let world = World::service().await;
    let ask = world.ask("PUT", CONTACT).by("u-maya").host(Some("settings.example"));
    let ask = ask.header("origin", "https://app.example").header("if-match", "\"v0\"").json(r#"{"userId":"u-jonas"}"#);
    ask.send().await.ok();
}
