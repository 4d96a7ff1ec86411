//! What only the demo does.

use security_contact_host::http::Mode;
use serde_json::json;

use crate::world::{Ask, CONTACT, World, member};

#[tokio::test]
async fn the_people_to_be() {
    let world = World::demo().await;
    let accounts = world.ask("GET", "/demo/people").send().await.ok()["accounts"].clone();
    let birch = json!({
        "id": "birch", "name": "Birch", "ownerId": "u-otto",
        "people": [{ "id": "u-otto", "name": "Otto Birk", "role": "owner", "status": "active" }],
    });
    assert_eq!((&accounts[0]["id"], &accounts[1]), (&json!("acme"), &birch));
    assert_eq!(accounts[0]["people"].as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn the_start_is_the_first_account_seen_by_its_owner() {
    let world = World::demo().await;
    let start = world.ask("GET", "/").send().await;
    assert_eq!(start.status, 307);
    assert_eq!(start.header("location"), "/accounts/acme/settings/security?as=u%2Dmaya");

    let odd = vec![member("ü&=?", "Odd", "owner", json!({}))];
    world.put("a/ b", "Odd", "ü&=?", odd, &[]).await;
    let start = world.ask("GET", "/").send().await;
    assert_eq!(start.header("location"), "/accounts/a%2F%20b/settings/security?as=%C3%BC%26%3D%3F");
}

#[tokio::test]
async fn without_accounts_there_is_no_start() {
    let world = World::empty(Mode::Demo);
    world.ask("GET", "/").send().await.problem(404, "not_found");
    assert_eq!(world.ask("GET", "/demo/people").send().await.ok(), json!({ "accounts": [] }));
}

#[tokio::test]
async fn other_names_of_this_machine_are_refused() {
    let world = World::demo().await;
    for path in [CONTACT, "/", "/demo/people", "/healthz", "/assets/page.js", "/nothing-here"] {
        for host in ["demo.example", "localhost.example:8080", "192.168.0.1"] {
            world.ask("GET", path).by("u-maya").host(Some(host)).send().await.problem(403, "forbidden_origin");
        }
        world.ask("GET", path).by("u-maya").host(None).send().await.problem(400, "invalid_input");
    }
    for host in ["localhost", "127.0.0.1:3000", "[::1]:3000"] {
        world.ask("GET", CONTACT).by("u-maya").host(Some(host)).send().await.ok();
    }
}

fn put<'a>(world: &'a World, version: &'a str) -> Ask<'a> {
    let ask = world.ask("PUT", CONTACT).by("u-maya").host(Some("localhost:8080"));
    ask.header("if-match", version).json(r#"{"userId":"u-jonas"}"#)
}

#[tokio::test]
async fn pages_of_other_sites_change_nothing() {
    let world = World::demo().await;
    for origin in
        ["https://evil.example", "null", "http://localhost", "https://localhost:8080", "http://127.0.0.1:8080"]
    {
        put(&world, "\"v0\"").header("origin", origin).send().await.problem(403, "forbidden_origin");
        let reset = world.ask("DELETE", CONTACT).by("u-maya").header("origin", origin).header("if-match", "\"v0\"");
        reset.send().await.problem(403, "forbidden_origin");
    }
    assert_eq!(world.get("u-maya", CONTACT).await.ok()["version"], 0);
    put(&world, "\"v0\"").header("origin", "http://localhost:8080").send().await.ok();
    assert_eq!(put(&world, "\"v1\"").send().await.ok()["outcome"], "unchanged");
}
