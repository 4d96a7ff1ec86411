//! What the reading routes answer.

use serde_json::{Value, json};

use crate::world::{CONTACT, NOW, World, member};

#[tokio::test]
async fn the_default_contact_is_the_owner() {
    let world = World::demo().await;
    let answer = world.get("u-jonas", CONTACT).await;
    assert_eq!(answer.header("etag"), "\"v0\"");
    assert_eq!(answer.header("content-type"), "application/json");
    let expected = json!({
        "account": { "id": "acme", "name": "Acme" },
        "version": 0,
        "contact": {
            "userId": "u-maya", "source": "default", "validUntil": null, "reasons": [], "ownerUnmet": [],
            "name": "Maya Lindqvist", "email": "maya@acme.example", "role": "owner",
            "lastLoginAt": "2026-09-01T00:00:00.000Z",
        },
        "designation": null,
        "canEdit": true,
        "fingerprint": world.engine.identity().fingerprint,
    });
    assert_eq!(answer.ok(), expected);
}

#[tokio::test]
async fn a_chosen_contact_comes_with_the_choice() {
    let world = World::demo().await;
    world.choose("u-jonas", "u-priya", 0).await.ok();
    let state = world.get("u-maya", CONTACT).await.ok();
    assert_eq!(state["version"], 1);
    assert_eq!(state["contact"]["source"], "designated");
    assert_eq!(state["contact"]["validUntil"], "2027-09-01T00:00:00.000Z");
    let designation = json!({ "userId": "u-priya", "name": "Priya Nair", "since": NOW, "by": "u-jonas" });
    assert_eq!(state["designation"], designation);
}

#[tokio::test]
async fn a_choice_that_does_not_hold_falls_back_to_the_owner() {
    let world = World::demo().await;
    world.choose("u-jonas", "u-priya", 0).await.ok();
    // Behind the store's back: a directory's word would have replaced the contact at once.
    world.damage("UPDATE people SET status = 'suspended', account_settings = 'none' WHERE id = 'u-priya'");
    let state = world.get("u-maya", CONTACT).await.ok();
    assert_eq!((&state["contact"]["source"], &state["contact"]["userId"]), (&json!("fallback"), &json!("u-maya")));
    assert_eq!(state["contact"]["reasons"], json!(["role_not_allowed", "not_active"]));
    assert_eq!(state["designation"]["name"], "Priya Nair");

    world.damage("DELETE FROM people WHERE id = 'u-priya'");
    let state = world.get("u-maya", CONTACT).await.ok();
    assert_eq!(state["contact"]["reasons"], json!(["not_a_member"]));
    assert_eq!((&state["designation"]["userId"], &state["designation"]["name"]), (&json!("u-priya"), &Value::Null));
}

#[tokio::test]
async fn an_owner_who_does_not_qualify_is_reported() {
    let world = World::demo().await;
    let maya = member("u-maya", "Maya Lindqvist", "owner", json!({ "lastLoginAt": null }));
    world.put("acme", "Acme", "u-maya", vec![maya], &[]).await;
    let contact = world.get("u-jonas", CONTACT).await.ok()["contact"].clone();
    assert_eq!((&contact["ownerUnmet"], &contact["lastLoginAt"]), (&json!(["never_logged_in"]), &Value::Null));
}

async fn candidates(world: &World, query: &str) -> Value {
    world.get("u-maya", &format!("{CONTACT}/candidates{query}")).await.ok()
}

fn names(found: &Value) -> Vec<&str> {
    found["candidates"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn candidates_come_with_facts_and_verdict() {
    let world = World::demo().await;
    let found = candidates(&world, "?q=ines").await;
    let expected = json!([{
        "person": { "id": "u-ines", "role": "analyst", "accountSettings": "none", "status": "invited",
                    "lastLoginAt": null, "staffRole": null },
        "name": "Inês Prado",
        "email": "ines@acme.example",
        "verdict": { "eligible": false, "unmet": ["role_not_allowed", "not_active", "never_logged_in"],
                     "validUntil": null },
    }]);
    assert_eq!((&found["candidates"], &found["nextCursor"]), (&expected, &Value::Null));
    let eligible = candidates(&world, "?q=jonas%40ACME").await["candidates"][0]["verdict"].clone();
    assert_eq!(eligible, json!({ "eligible": true, "unmet": [], "validUntil": "2027-09-01T00:00:00.000Z" }));
}

#[tokio::test]
async fn candidates_are_found_page_by_page() {
    let world = World::demo().await;
    let all = candidates(&world, "").await;
    let order = ["Inês Prado", "Jonas Weber", "Léna Øst", "Maya Lindqvist", "Omar Haddad", "Priya Nair", "Tom Baker"];
    assert_eq!((names(&all), &all["nextCursor"]), (order.to_vec(), &Value::Null));

    let mut seen = Vec::new();
    let mut query = "?limit=3".to_owned();
    loop {
        let page = candidates(&world, &query).await;
        seen.extend(names(&page).into_iter().map(str::to_owned));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        let cursor = percent_encoding::utf8_percent_encode(cursor, percent_encoding::NON_ALPHANUMERIC);
        query = format!("?limit=3&cursor={cursor}");
    }
    assert_eq!(seen, order);
    assert_eq!(names(&candidates(&world, "?q=nobody-like-that").await), Vec::<&str>::new());
    assert_eq!(names(&candidates(&world, "?limit=200").await), order);
}

#[tokio::test]
async fn history_tells_who_did_what_by_which_policy() {
    let world = World::demo().await;
    world.choose("u-maya", "u-jonas", 0).await.ok();
    world.choose("u-jonas", "u-priya", 1).await.ok();
    world.reset("u-maya", 2).await.ok();
    world.put("acme", "Acme", "u-maya", vec![], &["u-priya"]).await;

    let path = format!("{CONTACT}/history");
    let history = world.get("u-maya", &path).await.ok();
    let entries = history["entries"].as_array().unwrap();
    let numbers: Vec<i64> = entries.iter().map(|entry| entry["number"].as_i64().unwrap()).collect();
    assert!(numbers.is_sorted_by(|newer, older| newer > older) && numbers.len() == 3, "{numbers:?}");
    let identity = world.engine.identity();
    let expected = json!({
        "number": numbers[1], "at": NOW, "actor": "u-jonas", "authenticated": "demo", "action": "designated",
        "before": "u-jonas", "after": "u-priya", "reasons": [], "detail": null,
        "decidedBy": { "policyVersion": identity.policy_version, "moduleSha256": identity.module_sha256,
                       "fingerprint": identity.fingerprint },
    });
    assert_eq!(entries[1], expected);
    // Who has left is there by id alone.
    assert_eq!(history["names"], json!({ "u-maya": "Maya Lindqvist", "u-jonas": "Jonas Weber" }));
    assert_eq!(history["nextBefore"], Value::Null);

    let page = world.get("u-maya", &format!("{path}?limit=2")).await.ok();
    assert_eq!((&page["entries"], &page["nextBefore"]), (&json!(entries[..2]), &json!(numbers[1])));
    let rest = world.get("u-maya", &format!("{path}?limit=2&before={}", numbers[1])).await.ok();
    assert_eq!((&rest["entries"], &rest["nextBefore"]), (&json!(entries[2..]), &Value::Null));
}

#[tokio::test]
async fn the_policy_in_force_is_stated() {
    let world = World::demo().await;
    let identity = world.engine.identity();
    let expected = json!({
        "policyVersion": identity.policy_version, "moduleSha256": identity.module_sha256,
        "fingerprint": identity.fingerprint, "abiVersion": security_contact_policy::ABI_VERSION, "rules": world.engine.rules(),
    });
    assert_eq!(world.ask("GET", "/v1/policy").send().await.ok(), expected);
    assert_eq!(world.ask("GET", "/healthz").send().await.ok(), json!({ "status": "ok" }));
}

#[tokio::test]
async fn a_gate_is_told_whether_it_decides_alike() {
    let world = World::demo().await;
    let fingerprint = world.engine.identity().fingerprint.clone();
    for (sent, told) in [(fingerprint.as_str(), "current"), ("0000", "stale"), ("", "stale")] {
        for path in ["/v1/policy", CONTACT, "/nothing-here"] {
            let answer = world.ask("GET", path).header("security-contact-gate", sent).send().await;
            assert_eq!(answer.header("security-contact-gate"), told, "{path}");
        }
    }
    for number in 0..20 {
        let answer = world.ask("GET", CONTACT).header("security-contact-gate", &format!("{number}")).send().await;
        assert_eq!(answer.header("security-contact-gate"), "stale");
    }
    assert_eq!(world.ask("GET", CONTACT).send().await.header("security-contact-gate"), "");
}
