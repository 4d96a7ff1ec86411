//! The settings page's files, and the headers that every answer has.

use crate::world::{CONTACT, World};

const PAGE: &str = "/accounts/acme/settings/security";
const MODULE: &str = "/assets/security_contact_policy_bg.wasm";

#[tokio::test]
async fn files_have_their_types_and_are_asked_for_again() {
    let world = World::demo().await;
    let files = [
        (PAGE, "text/html; charset=utf-8"),
        ("/assets/page.css", "text/css; charset=utf-8"),
        ("/assets/icon.svg", "image/svg+xml"),
        ("/assets/page.js", "text/javascript; charset=utf-8"),
        ("/assets/field.js", "text/javascript; charset=utf-8"),
        ("/assets/manual.js", "text/javascript; charset=utf-8"),
        (MODULE, "application/wasm"),
    ];
    for (path, content_type) in files {
        let file = world.ask("GET", path).send().await;
        assert_eq!((file.status.as_u16(), file.header("content-type")), (200, content_type), "{path}");
        assert_eq!(file.header("cache-control"), "no-cache");
        let etag = file.header("etag");
        let again = world.ask("GET", path).header("if-none-match", etag).send().await;
        assert_eq!((again.status.as_u16(), again.header("etag"), again.body.len()), (304, etag, 0));
        // A proxy that compresses makes the tag weak.
        for kept in [format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()] {
            assert_eq!(world.ask("GET", path).header("if-none-match", &kept).send().await.status, 304, "{kept}");
        }
        let changed = world.ask("GET", path).header("if-none-match", "\"other\"").send().await;
        assert_eq!((changed.status.as_u16(), &changed.body), (200, &file.body));
    }
}

#[tokio::test]
async fn browsers_get_the_very_module_that_decides() {
    let world = World::service().await;
    let module = world.ask("GET", MODULE).send().await;
    assert_eq!(module.body, security_contact_host::engine::MODULE);
}

#[tokio::test]
async fn every_file_that_the_page_asks_for_is_there() {
    let world = World::demo().await;
    let page = world.ask("GET", PAGE).send().await.text();
    let mut files: Vec<_> = page.split('"').filter(|text| text.starts_with("/assets/")).map(str::to_owned).collect();
    assert!(files.contains(&MODULE.to_owned()), "{files:?}");
    for script in ["/assets/page.js", "/assets/field.js"] {
        let text = world.ask("GET", script).send().await.text();
        let imported = text.split("\"./").skip(1).filter_map(|rest| rest.split('"').next());
        files.extend(imported.map(|name| format!("/assets/{name}")));
    }
    for needed in ["/assets/field.js", "/assets/manual.js"] {
        assert!(files.iter().filter(|file| *file == needed).count() > 1, "{files:?}");
    }
    for file in files {
        assert_eq!(world.ask("GET", &file).send().await.status, 200, "{file}");
    }
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

#[tokio::test]
async fn the_module_may_be_kept_by_its_digest() {
    let world = World::service().await;
    let policy = world.get("u-maya", "/v1/policy").await.ok();
    let named = format!("/v1/policy/module.wasm?sha256={}", policy["moduleSha256"].as_str().unwrap());
    for (path, keeping) in
        [("/v1/policy/module.wasm", "private, no-cache"), (&named, "private, max-age=31536000, immutable")]
    {
        let module = world.get("u-maya", path).await;
        assert_eq!((module.status.as_u16(), module.header("content-type")), (200, "application/wasm"));
        assert_eq!(
            (module.header("cache-control"), &module.body[..]),
            (keeping, security_contact_host::engine::MODULE)
        );
        let ask = world.ask("GET", path).by("u-maya").header("if-none-match", module.header("etag"));
        let again = ask.send().await;
        assert_eq!((again.status.as_u16(), again.header("cache-control"), again.body.len()), (304, keeping, 0));
    }
    let other = format!("/v1/policy/module.wasm?sha256={}", "0".repeat(64));
    world.get("u-maya", &other).await.problem(404, "unknown_module");
}
