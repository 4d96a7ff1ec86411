//! What the history tells besides changes.

use std::sync::Arc;

use async_trait::async_trait;
use security_contact_host::domain::Events;
use security_contact_host::domain::model::{Member, NewEvent};
use security_contact_host::domain::ports::{Mailer, RenderedMail, SendError};
use security_contact_host::worker::{Courier, Stop};
use security_contact_policy::{Event, EventKind, Severity};
use serde_json::{Value, json};

use crate::world::{CONTACT, NOW, TestClock, World, member};

async fn history(world: &World) -> Value {
    world.get("u-maya", &format!("{CONTACT}/history")).await.ok()
}

/// The entry without what every entry has.
fn told(entry: &Value) -> Value {
    let mut entry = entry.clone();
    for common in ["number", "decidedBy", "at"] {
        assert_ne!(entry.as_object_mut().unwrap().remove(common), None);
    }
    entry
}

#[tokio::test]
async fn refused_attempts_are_told() {
    for (world, way) in [(World::demo().await, "demo"), (World::service().await, "service_token")] {
        world.choose("u-tom", "u-priya", 0).await.problem(403, "actor_not_permitted");
        world.reset("u-omar", 7).await.problem(403, "actor_not_permitted");
        world.choose("u-jonas", "u-ines", 0).await.problem(422, "not_eligible");
        world.choose("u-jonas", "u-otto", 0).await.problem(422, "not_a_member");
        world.choose("u-otto", "u-priya", 0).await.problem(403, "actor_not_permitted");
        let history = history(&world).await;
        let refused = |actor, action, code, asked: Value, reasons: &[&str]| {
            json!({
                "actor": actor, "authenticated": way, "action": action, "before": "u-maya", "after": null,
                "reasons": reasons, "detail": { "refused": { "code": code, "asked": asked } },
            })
        };
        let ineligible = ["role_not_allowed", "not_active", "never_logged_in"];
        let (choice, priya) = ("designation_refused", json!("u-priya"));
        let expected = [
            refused("u-otto", choice, "actor_not_permitted", priya.clone(), &["not_a_member"]),
            refused("u-jonas", choice, "not_a_member", json!("u-otto"), &[]),
            refused("u-jonas", choice, "not_eligible", json!("u-ines"), &ineligible),
            refused("u-omar", "reset_refused", "actor_not_permitted", Value::Null, &["not_active"]),
            refused("u-tom", choice, "actor_not_permitted", priya, &["manager_role_required"]),
        ];
        let entries: Vec<Value> = history["entries"].as_array().unwrap().iter().map(told).collect();
        assert_eq!(entries, expected);
        // A stranger to the account is there by id alone.
        let names = json!({
            "u-ines": "Inês Prado", "u-jonas": "Jonas Weber", "u-maya": "Maya Lindqvist", "u-omar": "Omar Haddad",
            "u-priya": "Priya Nair", "u-tom": "Tom Baker",
        });
        assert_eq!(history["names"], names);
    }
}

/// Takes mail to everybody but Priya, whose server knows no such address.
struct WithoutPriya;

#[async_trait]
impl Mailer for WithoutPriya {
    async fn send(&self, mail: &RenderedMail) -> Result<(), SendError> {
        match mail.to.as_str() {
            "priya@acme.example" => Err(SendError::Address("the server replied 550 (5.1.1)".into())),
            _ => Ok(()),
        }
    }
}

#[tokio::test]
async fn events_and_addresses_that_take_no_mail_are_told() {
    let world = World::demo().await;
    let events = Arc::new(Events::new(world.engine.clone(), world.store.clone(), Arc::new(TestClock)));
    let courier = Courier::new(world.store.clone(), events.clone(), Arc::new(WithoutPriya), Arc::new(TestClock));
    let event = NewEvent {
        key: "e-1".parse().unwrap(),
        event: Event { kind: EventKind::BreachAlert, severity: Severity::High },
        text: "A key of yours is public.".parse().unwrap(),
    };
    world.choose("u-maya", "u-jonas", 0).await.ok();
    events.dispatch(&"acme".parse().unwrap(), &event).await.unwrap();
    courier.deliver_due(&Stop::default()).await.unwrap();
    world.choose("u-maya", "u-priya", 1).await.ok();
    courier.deliver_due(&Stop::default()).await.unwrap();

    let history = history(&world).await;
    let (unreachable, _, sent) = (&history["entries"][0], &history["entries"][1], &history["entries"][2]);
    let by_host = |action, detail| {
        json!({
            "actor": null, "authenticated": "host", "action": action, "before": null, "after": null, "reasons": [],
            "detail": detail,
        })
    };
    let message_id = sent["detail"]["event"]["messageId"].as_str().unwrap();
    assert!(message_id.starts_with('<') && message_id.ends_with('>'), "{message_id}");
    let event = json!({ "kind": "breach_alert", "severity": "high" });
    let detail = json!({ "event": { "event": event, "to": "u-jonas", "messageId": message_id } });
    assert_eq!(told(sent), by_host("event_sent", detail));
    let detail = json!({ "address": { "person": "u-priya" } });
    assert_eq!(told(unreachable), by_host("address_unreachable", detail));
    assert_eq!((&unreachable["at"], history["entries"].as_array().unwrap().len()), (&json!(NOW), 4));
    let names = json!({ "u-jonas": "Jonas Weber", "u-maya": "Maya Lindqvist", "u-priya": "Priya Nair" });
    assert_eq!(history["names"], names);

    // The contact and whoever is searched for show it, until a directory brings another address.
    let mark = async |path: &str, pointer: &str| world.get("u-maya", path).await.ok().pointer(pointer).cloned();
    let candidates = format!("{CONTACT}/candidates?q=");
    let (contact, row) = ("/contact/unreachableSince", "/candidates/0/unreachableSince");
    assert_eq!(mark(CONTACT, contact).await, Some(json!(NOW)));
    assert_eq!(mark(&format!("{candidates}priya"), row).await, Some(json!(NOW)));
    assert_eq!(mark(&format!("{candidates}jonas"), row).await, None);
    let facts = json!({ "accountSettings": "edit" });
    let email = Some("p.nair@acme.example".parse().unwrap());
    let priya = Member { email, ..member("u-priya", "Priya Nair", "marketing", facts) };
    world.put("acme", "Acme", "u-maya", vec![priya], &[]).await;
    assert_eq!(mark(CONTACT, contact).await, None);
    assert_eq!(mark(&format!("{candidates}priya"), row).await, None);
}
