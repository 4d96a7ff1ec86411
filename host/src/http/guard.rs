//! What no request gets past: limits of size, headers that tie browsers down, and the demo's look at who calls.

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderValue, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Method, Version};

use super::input::only_header;
use super::problem::Problem;

/// Only our own scripts, styles and requests; nobody may frame the page.
const CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
                   img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 3] =
    [(CONTENT_SECURITY_POLICY, CSP), (X_CONTENT_TYPE_OPTIONS, "nosniff"), (REFERRER_POLICY, "no-referrer")];

/// Adds the headers that every answer has. An answer that says nothing about caching is not to be kept.
pub(super) fn add_headers(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// The longest path and query together, in bytes.
const MAX_URI_BYTES: usize = 8 << 10;

/// The longest headers together, names and values, in bytes.
const MAX_HEADER_BYTES: usize = 16 << 10;

/// The most headers.
pub(super) const MAX_HEADERS: usize = 64;

/// Refuses what is longer than anybody needs, and what does not say which host it is for (RFC 9112, section 3.2), before
/// anything is made of it.
pub(super) fn check_sizes(request: &Request) -> Result<(), Problem> {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > MAX_URI_BYTES {
        return Err(Problem::uri_too_long());
    }
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers > MAX_HEADER_BYTES || request.headers().len() > MAX_HEADERS {
        return Err(Problem::headers_too_large());
    }
    if request.version() == Version::HTTP_11 && !request.headers().contains_key(HOST) {
        return Err(Problem::invalid("host", "expected the header, as HTTP/1.1 does"));
    }
    Ok(())
}

/// Refuses what does not come from this machine, or what a page of another site sends.
///
/// In the demo anybody is whoever they say. A foreign page could reach it through a name that points here, so the
/// name has to be a loopback one.
pub(super) fn check_origin(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    let refused = "the demo answers on `localhost`, `127.0.0.1` and `[::1]` only";
    let host = only_header(headers, HOST.as_str())?.ok_or_else(|| Problem::forbidden_origin(refused))?;
    if !is_loopback(host) {
        return Err(Problem::forbidden_origin(refused));
    }
    if method.is_safe() {
        return Ok(());
    }
    match only_header(headers, ORIGIN.as_str())? {
        Some(origin) if !origin.eq_ignore_ascii_case(&format!("http://{host}")) => {
            Err(Problem::forbidden_origin("a page of another site may not change anything here"))
        }
        _ => Ok(()),
    }
}

fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host();
    !host.contains('@') && (["127.0.0.1", "[::1]"].contains(&name) || name.eq_ignore_ascii_case("localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names_with_any_port_are_this_machine() {
        for host in ["localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8080"] {
            assert!(is_loopback(host), "{host}");
        }
    }

    #[test]
    fn other_names_are_not() {
        let names = ["", "example.com", "localhost.example.com", "127.0.0.1.nip.io", "0.0.0.0", "::1", "127.0.0.2"];
        for host in names.into_iter().chain(["user@localhost", "localhost/", "localhost:8080:1", "[::2]:80", "a b"]) {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
