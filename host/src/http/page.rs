//! The settings page: files that are part of this program, the policy module among them.

use axum::Router;
use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

use super::etag;
use crate::engine::MODULE;

const HTML: &str = include_str!("../../ui/index.html");
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Where an asset is, what it is, and its bytes.
type Asset = (&'static str, &'static str, &'static [u8]);

/// The page and the package share the field, the glue and the module.
const ASSETS: [Asset; 6] = [
    ("/assets/page.css", "text/css; charset=utf-8", include_bytes!("../../page/page.css")),
    ("/assets/icon.svg", "image/svg+xml", include_bytes!("../../ui/icon.svg")),
    ("/assets/page.js", JAVASCRIPT, include_bytes!("../../page/page.js")),
    ("/assets/field.js", JAVASCRIPT, include_bytes!("../../../pkg/field.js")),
    ("/assets/manual.js", JAVASCRIPT, include_bytes!("../../../pkg/manual.js")),
    ("/assets/security_contact_policy_bg.wasm", "application/wasm", MODULE),
];

/// Where the page is.
const PAGE: &str = "/accounts/{account}/settings/security";

/// Where the page and its assets are.
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    std::iter::once(PAGE).chain(ASSETS.iter().map(|(path, _, _)| *path))
}

/// The page and its assets. The demo's page shows the switch between people.
pub(super) fn router(demo: bool) -> Router {
    let html = if demo { HTML.replace(r#"data-mode="service""#, r#"data-mode="demo""#) } else { HTML.to_owned() };
    let page = File::new("text/html; charset=utf-8", Bytes::from(html));
    let router = Router::new().route(PAGE, page.route());
    ASSETS.into_iter().fold(router, |router, (path, content_type, bytes)| {
        router.route(path, File::new(content_type, Bytes::from_static(bytes)).route())
    })
}

/// A file that does not change while the program runs.
#[derive(Clone)]
struct File {
    content_type: &'static str,
    bytes: Bytes,
    /// The beginning of their digest.
    digits: String,
}

impl File {
    fn new(content_type: &'static str, bytes: Bytes) -> Self {
        let digits: String = Sha256::digest(&bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self { content_type, bytes, digits }
    }

    fn route<S: Clone + Send + Sync + 'static>(self) -> axum::routing::MethodRouter<S> {
        get(async move |headers: HeaderMap| self.answer(&headers))
    }

    /// The file, or word that the asker's copy is still good. It is asked for every time, so that page and module are
    /// always those of the running program.
    fn answer(&self, headers: &HeaderMap) -> Response {
        let caching = [(ETAG, etag::of(&self.digits)), (CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
        if etag::is_kept(headers, &self.digits) {
            return (StatusCode::NOT_MODIFIED, caching).into_response();
        }
        (caching, [(CONTENT_TYPE, self.content_type)], self.bytes.clone()).into_response()
    }
}
