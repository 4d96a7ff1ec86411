//! Requests that do not fit: each is a problem that names the field.

use crate::world::{Ask, CONTACT, World};

async fn rejected_field(ask: Ask<'_>) -> String {
    let problem = ask.send().await.problem(400, "invalid_input");
    let field = problem["field"].as_str().unwrap().to_owned();
    assert!(problem["detail"].as_str().unwrap().starts_with(&format!("`{field}`: ")), "{problem}");
    field
}

fn put(world: &World) -> Ask<'_> {
    world.ask("PUT", CONTACT).by("u-maya").header("if-match", "\"v0\"")
}

#[tokio::test]
async fn bodies() {
    let world = World::demo().await;
    let long = format!(r#"{{"userId":"{}"}}"#, "x".repeat(129));
    let bodies = [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("{", "EOF while parsing an object at line 1 column 1"),
        ("[]", "invalid type: sequence, expected an object"),
        (r#"["u-jonas"]"#, "invalid type: sequence, expected an object"),
        ("{}", "missing field `userId`"),
        ("null", "invalid type: null, expected an object"),
        (r#"{"userId":17}"#, "userId: invalid type: integer `17`, expected a string"),
        (r#"{"userId":null}"#, "userId: invalid type: null, expected a string"),
        (r#"{"userId":""}"#, "userId: expected an id of 1 to 128 bytes without control characters"),
        (r#"{"userId":"a\u0000"}"#, "userId: expected an id of 1 to 128 bytes"),
        (&long, "userId: expected an id of 1 to 128 bytes"),
        (r#"{"userId":"u-jonas","userID":"u-tom"}"#, "unknown field `userID`, expected `userId`"),
        (r#"{"userId":"u-jonas","userId":"u-tom"}"#, "duplicate field `userId`"),
        (r#"{"userId":"u-jonas"} {}"#, "trailing characters"),
    ];
    for (body, fault) in bodies {
        let problem = put(&world).json(body).send().await.problem(400, "invalid_input");
        assert_eq!(problem["field"], "body");
        assert!(problem["detail"].as_str().unwrap().contains(fault), "{body}: {problem}");
    }
}

#[tokio::test]
async fn bodies_of_another_type() {
    let world = World::demo().await;
    let body = r#"{"userId":"u-jonas"}"#;
    put(&world).body(body).send().await.problem(415, "unsupported_media_type");
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "nonsense"] {
        let ask = put(&world).header("content-type", content_type).body(body);
        ask.send().await.problem(415, "unsupported_media_type");
    }
    let with_charset = put(&world).header("content-type", "application/json; charset=utf-8").body(body);
    with_charset.send().await.ok();
}

#[tokio::test]
async fn bodies_that_are_too_long() {
    let world = World::demo().await;
    let body = |len: usize| format!(r#"{{"userId":"u-jonas"{}}}"#, " ".repeat(len - 20));
    assert_eq!(body(64 << 10).len(), 64 << 10);
    put(&world).json(&body((64 << 10) + 1)).send().await.problem(413, "body_too_long");
    put(&world).json(&body(64 << 10)).send().await.ok();
}

#[tokio::test]
async fn paths() {
    let world = World::demo().await;
    let long = "x".repeat(129);
    for account in ["", "%ff", "a%0Ab", "%00", &long] {
        let path = format!("/v1/accounts/{account}/security-contact");
        assert_eq!(rejected_field(world.ask("GET", &path).by("u-maya")).await, "account");
    }
    for path in ["/v1", "/v1/accounts", "/v1/accounts/acme/security-contact/", "/v2/policy", "/assets/../Cargo.toml"] {
        world.get("u-maya", path).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn methods() {
    let world = World::demo().await;
    for (method, path, allow) in [("POST", CONTACT, "GET,HEAD,PUT,DELETE"), ("DELETE", "/v1/policy", "GET,HEAD")] {
        let answer = world.ask(method, path).by("u-maya").send().await;
        answer.problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), allow);
    }
}

#[tokio::test]
async fn queries() {
    let world = World::demo().await;
    let long = format!("candidates?q={}", "x".repeat(255));
    let queries = [
        ("candidates?limit=0", "limit"),
        ("candidates?limit=201", "limit"),
        ("candidates?limit=-1", "limit"),
        ("candidates?limit=many", "limit"),
        ("candidates?limit=", "limit"),
        ("candidates?cursor=", "cursor"),
        ("candidates?cursor=%5B%22a%22%5D", "cursor"),
        ("candidates?cursor=%5B%22a%22%2C%22%22%5D", "cursor"),
        (&long, "q"),
        ("candidates?Q=maya", "query"),
        ("candidates?q=a&q=b", "query"),
        ("history?before=0", "before"),
        ("history?before=first", "before"),
        ("history?limit=201", "limit"),
        ("history?after=1", "query"),
    ];
    for (query, field) in queries {
        let path = format!("{CONTACT}/{query}");
        assert_eq!(rejected_field(world.ask("GET", &path).by("u-maya")).await, field, "{query}");
    }
    let unknown = world.get("u-maya", &format!("{CONTACT}/history?after=1")).await.json();
    assert!(unknown["detail"].as_str().unwrap().contains("unknown field `after`"), "{unknown}");
}

#[tokio::test]
async fn people_who_are_named_wrongly() {
    for (world, header) in [(World::demo().await, "x-view-as"), (World::service().await, "security-contact-person")] {
        let long = "x".repeat(129);
        for person in ["", "a\tb", &long] {
            assert_eq!(rejected_field(world.ask("GET", CONTACT).by(person)).await, header);
        }
        let twice = world.ask("GET", CONTACT).by("u-tom").header(header, "u-maya");
        assert_eq!(rejected_field(twice).await, header);
    }
}
