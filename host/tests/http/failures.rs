//! When the server itself has a fault: what people are told, and what the log says.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::world::{CONTACT, World};

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Logs everything that this thread does into a new log, until the guard is dropped.
    fn start() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[tokio::test]
async fn a_store_that_fails_is_logged_and_not_shown() {
    let world = World::demo().await;
    world.damage("ALTER TABLE accounts RENAME TO lost");
    let (log, _guard) = Log::start();
    let answer = world.get("u-maya", CONTACT).await;
    answer.problem(500, "internal");
    assert!(!answer.text().contains("accounts"), "{}", answer.text());
    assert!(log.text().contains("the store failed") && log.text().contains("no such table"), "{}", log.text());
    for path in ["/", "/demo/people"] {
        world.get("u-maya", path).await.problem(500, "internal");
    }
}

#[tokio::test]
async fn a_server_that_cannot_work_says_which_part_is_not_ready() {
    let world = World::service().await;
    assert_eq!(world.ask("GET", "/readyz").send().await.ok(), json!({ "status": "ready" }));
    world.damage("PRAGMA user_version = 999");
    let answer = world.ask("GET", "/readyz").send().await;
    let problem = answer.problem(503, "not_ready");
    assert_eq!(problem["detail"], "the store has another schema than this program needs");
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(world.ask("GET", "/healthz").send().await.ok(), json!({ "status": "ok" }), "the process answers");
}

#[tokio::test]
async fn every_request_has_an_id_in_its_log_line_and_its_answer() {
    let world = World::service().await;
    let (log, _guard) = Log::start();
    let brought = world.ask("GET", "/healthz").header("x-request-id", "from-the-proxy.1").send().await;
    assert_eq!(brought.header("x-request-id"), "from-the-proxy.1");
    assert!(log.text().contains("request_id=\"from-the-proxy.1\" method=GET"), "{}", log.text());
    let made_up = "M".repeat(1_000);
    world
        .ask(&made_up, "/healthz")
        .header("x-request-id", "from-the-proxy.3")
        .send()
        .await
        .problem(405, "method_not_allowed");
    assert!(log.text().contains("request_id=\"from-the-proxy.3\" method=other") && !log.text().contains(&made_up));
    // An answer that is a problem has it in its header alone.
    let problem = world.ask("GET", CONTACT).header("x-request-id", "from-the-proxy.2").send().await;
    problem.problem(401, "unauthenticated");
    assert_eq!(problem.header("x-request-id"), "from-the-proxy.2");
    assert!(!problem.text().contains("from-the-proxy"));
    for unusable in ["", "two words", "a\"b", &"x".repeat(129)] {
        let answer = world.ask("GET", "/healthz").header("x-request-id", unusable).send().await;
        let id = answer.header("x-request-id").to_owned();
        assert_eq!((id.len(), id.matches('-').count()), (36, 4), "{id}");
        assert!(log.text().contains(&format!("request_id=\"{id}\"")), "{}", log.text());
    }
    assert!(!log.text().contains("two words"));
}

#[tokio::test]
async fn an_account_without_an_owner_is_reported_to_its_managers() {
    let world = World::demo().await;
    world.damage("DELETE FROM people WHERE id IN ('u-maya', 'u-otto')");
    world.get("u-jonas", CONTACT).await.problem(409, "no_owner");
    world.choose("u-jonas", "u-priya", 0).await.problem(409, "no_owner");
    world.choose("u-nobody", "u-priya", 0).await.problem(403, "actor_not_permitted");
    let start = world.ask("GET", "/demo/people").send().await.ok();
    assert!(start["accounts"][0]["ownerId"].is_null());
    world.ask("GET", "/").send().await.problem(404, "not_found");
}

#[tokio::test]
async fn requests_are_logged_without_ids_names_and_addresses() {
    let world = World::demo().await;
    let (log, _guard) = Log::start();
    world.choose("u-maya", "u-jonas", 0).await.ok();
    world.get("u-maya", &format!("{CONTACT}/candidates?q=priya%40acme.example")).await.ok();
    world.get("u-maya", "/no/such/jonas").await.problem(404, "not_found");
    let text = log.text();
    assert!(text.contains("method=PUT route=\"/v1/accounts/{account}/security-contact\""), "{text}");
    assert!(text.contains("status=200") && text.contains("route=\"none\"") && text.contains("status=404"), "{text}");
    for private in ["maya", "jonas", "Jonas", "priya", "acme"] {
        assert!(!text.contains(private), "{private}: {text}");
    }
}
