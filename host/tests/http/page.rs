//! The settings page's files, and the headers that every answer has.

use crate::world::{CONTACT, World};

const PAGE: &str = "/accounts/acme/settings/security";
const POLICY: &str = "/assets/policy/security_contact_policy";

#[tokio::test]
async fn files_have_their_types_and_are_asked_for_again() {
    let world = World::demo().await;
    let (glue, module) = (format!("{POLICY}.js"), format!("{POLICY}_bg.wasm"));
    let files = [
        (PAGE, "text/html; charset=utf-8"),
        ("/assets/page.css", "text/css; charset=utf-8"),
        ("/assets/icon.svg", "image/svg+xml"),
        ("/assets/page.js", "text/javascript; charset=utf-8"),
        ("/assets/api.js", "text/javascript; charset=utf-8"),
        ("/assets/policy.js", "text/javascript; charset=utf-8"),
        ("/assets/view.js", "text/javascript; charset=utf-8"),
        ("/assets/words.js", "text/javascript; charset=utf-8"),
        (&glue, "text/javascript; charset=utf-8"),
        (&module, "application/wasm"),
    ];
    for (path, content_type) in files {
        let file = world.ask("GET", path).send().await;
        assert_eq!((file.status.as_u16(), file.header("content-type")), (200, content_type), "{path}");
        assert_eq!(file.header("cache-control"), "no-cache");
        let etag = file.header("etag");
        let again = world.ask("GET", path).header("if-none-match", etag).send().await;
        assert_eq!((again.status.as_u16(), again.header("etag"), again.body.len()), (304, etag, 0));
        let changed = world.ask("GET", path).header("if-none-match", "\"other\"").send().await;
        assert_eq!((changed.status.as_u16(), &changed.body), (200, &file.body));
    }
}

#[tokio::test]
async fn browsers_get_the_very_module_that_decides() {
    let world = World::service().await;
    let module = world.ask("GET", &format!("{POLICY}_bg.wasm")).send().await;
    assert_eq!(module.body, security_contact_host::engine::MODULE);
}

#[tokio::test]
async fn every_module_that_the_page_imports_is_there() {
    let world = World::demo().await;
    let mut scripts = vec!["page.js".to_owned()];
    let mut seen = Vec::new();
    while let Some(script) = scripts.pop() {
        let file = world.ask("GET", &format!("/assets/{script}")).send().await;
        assert_eq!(file.status, 200, "{script}");
        let folder = script.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        for import in file.text().lines().filter_map(|line| line.split_once(" from \"./")) {
            let imported = format!("{folder}{}", import.1.trim_end_matches("\";"));
            if !seen.contains(&imported) {
                seen.push(imported.clone());
                scripts.push(imported);
            }
        }
    }
    assert!(seen.len() >= 10 && seen.contains(&"policy/cbor.js".to_owned()), "{seen:?}");
}

#[tokio::test]
async fn the_page_knows_its_mode() {
    for (world, mode) in [(World::demo().await, "demo"), (World::service().await, "service")] {
        let page = world.ask("GET", PAGE).send().await.text();
        assert!(page.contains(&format!("<html lang=\"en\" data-mode=\"{mode}\">")));
    }
}

#[tokio::test]
async fn every_answer_ties_browsers_down() {
    for world in [World::demo().await, World::service().await] {
        for path in [PAGE, CONTACT, "/healthz", "/v1/policy", "/assets/page.js", "/nothing-here"] {
            let answer = world.get("u-maya", path).await;
            let csp = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
                       img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
            assert_eq!(answer.header("content-security-policy"), csp);
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert_eq!(answer.header("referrer-policy"), "no-referrer");
        }
        for path in [CONTACT, "/healthz", "/v1/policy", "/nothing-here"] {
            assert_eq!(world.get("u-maya", path).await.header("cache-control"), "no-store");
        }
    }
    let refused = World::demo().await.ask("GET", PAGE).host(Some("demo.example")).send().await;
    assert_eq!(refused.header("x-content-type-options"), "nosniff");
}
