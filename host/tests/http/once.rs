//! Changes that come again under their key.

use serde_json::json;

use crate::world::{Answer, Ask, CONTACT, World};

const HISTORY: &str = "/v1/accounts/acme/security-contact/history";

/// Somebody's choice under a key, on the designation of that version.
fn choice<'a>(world: &'a World, actor: &'a str, etag: &'a str, key: &'a str) -> Ask<'a> {
    world.ask("PUT", CONTACT).by(actor).header("if-match", etag).header("idempotency-key", key)
}

fn body(user_id: &str) -> String {
    json!({ "userId": user_id }).to_string()
}

#[track_caller]
fn assert_same(first: &Answer, again: &Answer) {
    assert_eq!((first.status, first.text()), (again.status, again.text()));
    assert_eq!(first.lasting_headers(), again.lasting_headers());
}

/// The same answer, which says that it was given before.
#[track_caller]
fn assert_given_again(first: &Answer, again: &Answer) {
    assert_eq!((first.status, first.text()), (again.status, again.text()));
    let mut headers = again.lasting_headers();
    // Who may be a stranger to the account does not learn that there is one.
    let replayed = if first.status == 403 { None } else { Some("true".parse().unwrap()) };
    assert_eq!(headers.remove("idempotency-replayed"), replayed);
    assert_eq!(first.lasting_headers(), headers);
}

async fn entries(world: &World) -> usize {
    world.get("u-maya", HISTORY).await.ok()["entries"].as_array().unwrap().len()
}

#[tokio::test]
async fn every_answer_is_given_again_as_it_was() {
    let cases = [
        ("u-maya", "u-priya", "\"v1\"", 200, "\"v2\""),
        ("u-maya", "u-jonas", "\"v1\"", 200, "\"v1\""),
        ("u-maya", "u-priya", "\"v0\"", 412, "\"v1\""),
        ("u-maya", "u-tom", "\"v1\"", 422, ""),
        ("u-maya", "u-nobody", "\"v1\"", 422, ""),
        ("u-tom", "u-priya", "\"v1\"", 403, ""),
        ("u-nobody", "u-priya", "\"v1\"", 403, ""),
    ];
    for (actor, user_id, version, status, etag) in cases {
        for world in [World::demo().await, World::service().await] {
            world.choose("u-maya", "u-jonas", 0).await.ok();
            let ask = || choice(&world, actor, version, "k-1").json(&body(user_id)).send();
            let first = ask().await;
            assert_eq!((first.status.as_u16(), first.header("etag")), (status, etag), "{}", first.text());
            let kind = if status == 200 { "application/json" } else { "application/problem+json" };
            assert_eq!(first.header("content-type"), kind);
            let stored = (entries(&world).await, world.get("u-maya", CONTACT).await.ok());
            assert_given_again(&first, &ask().await);
            assert_eq!((entries(&world).await, world.get("u-maya", CONTACT).await.ok()), stored);
            // An answer is what it was, whatever the account is by then.
            world.choose("u-maya", "u-maya", stored.1["version"].as_i64().unwrap()).await.ok();
            assert_given_again(&first, &ask().await);
        }
    }
}

#[tokio::test]
async fn an_answer_under_a_key_is_the_one_without() {
    for (actor, user_id) in [("u-maya", "u-jonas"), ("u-maya", "u-tom"), ("u-tom", "u-jonas")] {
        let (with, without) = (World::demo().await, World::demo().await);
        let with = choice(&with, actor, "\"v0\"", "k-1").json(&body(user_id)).send().await;
        assert_same(&without.choose(actor, user_id, 0).await, &with);
    }
}

#[tokio::test]
async fn whoever_has_left_is_not_shown_what_they_saw() {
    let world = World::demo().await;
    let asks = [("u-jonas", "\"v0\"", 200), ("u-tom", "\"v1\"", 422), ("u-priya", "\"v0\"", 412)];
    let ask = |(user_id, etag, _): (&str, &'static str, u16)| {
        choice(&world, "u-jonas", etag, user_id.to_owned().leak()).json(&body(user_id)).send()
    };
    for asked in asks {
        assert_eq!(ask(asked).await.status, asked.2, "{asked:?}");
    }
    world.put("acme", "Acme", "u-maya", Vec::new(), &["u-jonas"]).await;
    for asked in asks {
        let answer = ask(asked).await;
        answer.problem(403, "actor_not_permitted");
        assert_eq!(answer.header("idempotency-replayed"), "");
    }
}

#[tokio::test]
async fn a_reset_comes_again_too() {
    let world = World::demo().await;
    world.choose("u-maya", "u-jonas", 0).await.ok();
    let reset = || {
        let ask = world.ask("DELETE", CONTACT).by("u-maya").header("if-match", "\"v1\"");
        ask.header("idempotency-key", "k-1").send()
    };
    let first = reset().await;
    assert_eq!(first.ok()["outcome"], "changed");
    assert_given_again(&first, &reset().await);
    assert_eq!(entries(&world).await, 2);
}

#[tokio::test]
async fn another_request_under_a_key_is_refused() {
    let world = World::demo().await;
    choice(&world, "u-maya", "\"v0\"", "k-1").json(&body("u-jonas")).send().await.ok();
    let others = [
        choice(&world, "u-maya", "\"v0\"", "k-1").json(&body("u-priya")),
        choice(&world, "u-maya", "\"v1\"", "k-1").json(&body("u-jonas")),
        world.ask("DELETE", CONTACT).by("u-maya").header("if-match", "\"v0\"").header("idempotency-key", "k-1"),
    ];
    for other in others {
        let answer = other.send().await;
        answer.problem(422, "idempotency_key_reused");
        assert_eq!(answer.header("etag"), "");
    }
    choice(&world, "u-jonas", "\"v1\"", "k-1").json(&body("u-priya")).send().await.ok();
    assert_eq!(entries(&world).await, 2);
}

#[tokio::test]
async fn keys_that_do_not_fit_are_refused() {
    let world = World::demo().await;
    let long = "k".repeat(256);
    for key in ["", "k 1", "k\t1", "ké", &long] {
        let answer = choice(&world, "u-maya", "\"v0\"", key).json(&body("u-jonas")).send().await;
        let problem = answer.problem(400, "invalid_input");
        assert_eq!(problem["field"], "idempotency-key", "{key}");
        assert!(problem["detail"].as_str().unwrap().starts_with("`idempotency-key`: "), "{problem}");
    }
    let twice = choice(&world, "u-maya", "\"v0\"", "k-1").header("idempotency-key", "k-1").json(&body("u-jonas"));
    assert_eq!(twice.send().await.problem(400, "invalid_input")["field"], "idempotency-key");
    assert_eq!(world.get("u-maya", CONTACT).await.ok()["version"], 0);
    choice(&world, "u-maya", "\"v0\"", &long[1..]).json(&body("u-jonas")).send().await.ok();
}

#[tokio::test]
async fn what_was_never_a_request_uses_no_key_up() {
    let world = World::demo().await;
    let bare = || world.ask("PUT", CONTACT).by("u-maya").header("idempotency-key", "k-1");
    bare().json(&body("u-jonas")).send().await.problem(428, "precondition_required");
    bare().header("if-match", "v0").json(&body("u-jonas")).send().await.problem(400, "invalid_input");
    bare().header("if-match", "\"v0\"").json("{}").send().await.problem(400, "invalid_input");
    assert_eq!(bare().header("if-match", "\"v0\"").json(&body("u-jonas")).send().await.ok()["outcome"], "changed");
}

#[tokio::test]
async fn keys_tell_strangers_nothing() {
    for world in [World::demo().await, World::service().await] {
        let (known, unknown) = (CONTACT, "/v1/accounts/no-such-account/security-contact");
        for (user_id, key) in [("u-jonas", "k-1"), ("u-jonas", "k-1"), ("u-priya", "k-1"), ("u-priya", "k-2")] {
            let mut answers = Vec::new();
            for path in [known, unknown] {
                let ask = world.ask("PUT", path).by("u-otto").header("if-match", "\"v0\"");
                answers.push(ask.header("idempotency-key", key).json(&body(user_id)).send().await);
            }
            answers[0].problem(403, "actor_not_permitted");
            assert_same(&answers[0], &answers[1]);
        }
        assert_eq!(entries(&world).await, 2);
    }
}
