//! The OpenAPI document.

use std::path::Path;

use serde_json::Value;

use crate::world::World;

#[tokio::test]
async fn the_document_is_the_one_in_the_repository() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let answer = World::service().await.ask("GET", "/openapi.json").send().await;
    assert_eq!(answer.header("content-type"), "application/json");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let how = "write it anew: `cargo run --release -- openapi > host/openapi.json`";
    assert!(answer.text() == kept, "host/openapi.json is not what the routes say of themselves; {how}");
}

/// Every reference of a value, such as `#/components/schemas/UserId`.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn everything_that_is_referred_to_is_there_and_nothing_else() {
    let document = World::service().await.ask("GET", "/openapi.json").send().await.ok();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in &found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(found.contains(&format!("#/components/schemas/{name}").as_str()), "{name} is referred to by nobody");
    }
}

#[tokio::test]
async fn every_operation_says_how_it_can_fail_and_who_may() {
    let document = World::service().await.ask("GET", "/openapi.json").send().await.ok();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let is_open = ["/healthz", "/openapi.json", "/readyz"].contains(&path.as_str());
            assert_eq!(operation["security"].is_null(), is_open, "{method} {path}");
            for status in if is_open { &["503"][..] } else { &["400", "401", "429", "500", "503"] } {
                let content = &operation["responses"][status]["content"];
                assert!(content["application/problem+json"].is_object(), "{method} {path} {status}");
            }
            assert!(operation["summary"].is_string() && operation["operationId"].is_string(), "{method} {path}");
        }
    }
}
