//! Choosing a contact, going back to the default, and what stands in the way.

use security_contact_host::domain::model::Claimed;
use security_contact_policy::Instant;
use serde_json::{Value, json};

use crate::world::{CONTACT, NOW, World};

/// The names of those whose mails are in the outbox.
async fn mailed(world: &World) -> Vec<String> {
    let now: Instant = NOW.parse().unwrap();
    let mails = world.store.claim_mail(now, now.plus_days(1), 100).await.unwrap();
    let name = |row| match row {
        Claimed::Mail(mail) => mail.message.recipient_name,
        Claimed::Event(_) => panic!("an event was queued"),
    };
    mails.into_iter().map(name).collect()
}

#[tokio::test]
async fn a_choice_is_stored_and_both_are_mailed() {
    let world = World::demo().await;
    let answer = world.choose("u-maya", "u-jonas", 0).await;
    let mut changed = answer.ok();
    assert_eq!(answer.header("etag"), "\"v1\"");
    assert_eq!(changed["outcome"], "changed");
    changed.as_object_mut().unwrap().remove("outcome");
    assert_eq!(changed, world.get("u-maya", CONTACT).await.ok());
    assert_eq!(changed["contact"]["userId"], "u-jonas");
    assert_eq!(mailed(&world).await, ["Jonas Weber", "Maya Lindqvist"]);
}

#[tokio::test]
async fn the_same_choice_again_changes_nothing() {
    let world = World::demo().await;
    world.choose("u-maya", "u-jonas", 0).await.ok();
    let again = world.choose("u-maya", "u-jonas", 1).await.ok();
    assert_eq!((&again["outcome"], &again["version"]), (&json!("unchanged"), &json!(1)));
    assert_eq!(mailed(&world).await.len(), 2);
}

#[tokio::test]
async fn a_reset_makes_the_owner_the_contact() {
    let world = World::demo().await;
    assert_eq!(world.reset("u-maya", 0).await.ok()["outcome"], "unchanged");
    world.choose("u-maya", "u-jonas", 0).await.ok();
    let answer = world.reset("u-jonas", 1).await;
    let state = answer.ok();
    assert_eq!(answer.header("etag"), "\"v2\"");
    assert_eq!((&state["outcome"], &state["designation"]), (&json!("changed"), &Value::Null));
    assert_eq!((&state["contact"]["userId"], &state["contact"]["source"]), (&json!("u-maya"), &json!("default")));
}

#[tokio::test]
async fn a_change_needs_the_state_that_it_is_made_on() {
    let world = World::demo().await;
    for method in ["PUT", "DELETE"] {
        let ask = || world.ask(method, CONTACT).by("u-maya").json(r#"{"userId":"u-jonas"}"#);
        ask().send().await.problem(428, "precondition_required");
        for wrong in ["", "**", "v0", "\"v0", "\"v0\" \"v0\"", "*, \"v0\"", "\"v0\", \"v1\""] {
            let problem = ask().header("if-match", wrong).send().await.problem(400, "invalid_input");
            assert_eq!(problem["field"], "if-match", "{wrong}");
        }
        // Tags of no state, or of one that need not be the very same.
        for other in ["\"0\"", "\"v\"", "\"vx\"", "W/\"v0\"", "\"v99999999999999999999\"", "\"v-1\""] {
            ask().header("if-match", other).send().await.problem(412, "version_conflict");
        }
        let twice = ask().header("if-match", "\"v0\"").header("if-match", "\"v0\"");
        assert_eq!(twice.send().await.problem(400, "invalid_input")["field"], "if-match");
    }
    assert_eq!(world.get("u-maya", CONTACT).await.ok()["version"], 0);
}

#[tokio::test]
async fn a_change_can_be_made_on_any_state() {
    let world = World::demo().await;
    world.choose("u-maya", "u-jonas", 0).await.ok();
    let any = |method| world.ask(method, CONTACT).by("u-maya").header("if-match", "*");
    let chosen = any("PUT").json(r#"{"userId":"u-priya"}"#).send().await.ok();
    assert_eq!((&chosen["outcome"], &chosen["version"]), (&json!("changed"), &json!(2)));
    assert_eq!(any("DELETE").send().await.ok()["version"], 3);
    let among_others = world.ask("DELETE", CONTACT).by("u-maya").header("if-match", "W/\"v2\", \"v3\",\"other\"");
    assert_eq!(among_others.send().await.ok()["outcome"], "unchanged");
}

#[tokio::test]
async fn the_slower_of_two_learns_what_the_faster_did() {
    let world = World::demo().await;
    world.choose("u-maya", "u-jonas", 0).await.ok();
    let stored = world.get("u-maya", CONTACT).await.ok();
    for answer in [world.choose("u-maya", "u-priya", 0).await, world.reset("u-maya", 0).await] {
        assert_eq!(answer.problem(412, "version_conflict")["current"], stored);
        assert_eq!(answer.header("etag"), "\"v1\"");
    }
    assert_eq!(world.get("u-maya", CONTACT).await.ok(), stored);
}

#[tokio::test]
async fn who_may_not_change_learns_of_no_conflict() {
    let world = World::demo().await;
    world.choose("u-maya", "u-jonas", 0).await.ok();
    let problem = world.choose("u-tom", "u-priya", 0).await.problem(403, "actor_not_permitted");
    assert_eq!((&problem["reasons"], &problem["current"]), (&json!(["manager_role_required"]), &Value::Null));
}

#[tokio::test]
async fn an_ineligible_choice_is_refused_with_every_reason() {
    let world = World::demo().await;
    let refused: [(&str, &[&str]); 4] = [
        ("u-tom", &["role_not_allowed"]),
        ("u-lena", &["login_too_old"]),
        ("u-omar", &["not_active"]),
        ("u-ines", &["role_not_allowed", "not_active", "never_logged_in"]),
    ];
    for (user_id, reasons) in refused {
        let problem = world.choose("u-maya", user_id, 0).await.problem(422, "not_eligible");
        assert_eq!(problem["reasons"], json!(reasons));
    }
    assert_eq!(mailed(&world).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_stranger_cannot_be_chosen() {
    let world = World::demo().await;
    let of_another_account = world.choose("u-maya", "u-otto", 0).await;
    let unknown = world.choose("u-maya", "u-nobody", 0).await;
    assert_eq!(of_another_account.problem(422, "not_a_member")["reasons"], json!([]));
    assert_eq!(of_another_account.body, unknown.body);
}
