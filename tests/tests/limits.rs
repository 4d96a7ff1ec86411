//! The largest requests, of what costs most to carry: the module has room for each, and answers as native code does.

use security_contact_host::engine::Engine;
use security_contact_policy::Rules;
use security_contact_policy::json::{self, MAX_REQUEST_BYTES};

const PERSON: &str = r#""id":"u-1","role":"admin","accountSettings":"none","status":"active","lastLoginAt":null"#;

/// A valid request whose person has `parts` in a member that nobody reads, as many as fit.
fn stuffed(open: &str, part: &str, close: &str) -> String {
    let head = format!(r#"{{"op":"access","person":{{{PERSON},"staffRole":null,"junk":{open}"#);
    let tail = format!("{close}}}}}");
    let room = MAX_REQUEST_BYTES - head.len() - tail.len();
    let mut parts = part.repeat(room / part.len());
    if parts.ends_with(',') {
        parts.pop();
    }
    head + &parts + &tail
}

#[test]
fn the_largest_requests_are_answered_alike() {
    let engine = Engine::embedded(&Rules::default()).unwrap();
    let requests = [
        stuffed("[", "0,", "]"),
        stuffed("[", "[],", "]"),
        stuffed("[", "\"\",", "]"),
        stuffed("{", "\"\":0,", "}"),
        stuffed("{", "\"a\":{},", "}"),
        stuffed("\"", "x", "\""),
        stuffed("[", "{\"a\":[[[0]]]},", "]"),
    ];
    for request in requests {
        assert!(request.len() > MAX_REQUEST_BYTES - 32 && request.len() <= MAX_REQUEST_BYTES);
        let shown: String = request.chars().skip(150).take(40).collect();
        let native = json::decide_text(request.as_bytes(), &Rules::default());
        assert_eq!(native, r#"{"canView":true,"canEdit":true,"reasons":[]}"#, "{shown}");
        let plain = json::read(request.as_bytes()).unwrap();
        let answer = engine.decide(&plain).unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert_eq!(answer, native, "{shown}");
    }
}

#[test]
fn a_longer_request_is_refused_before_it_is_read() {
    let request = "x".repeat(MAX_REQUEST_BYTES + 1);
    let error = json::read(request.as_bytes()).unwrap_err();
    assert_eq!((error.path.as_str(), error.message.as_str()), ("", "expected at most 2 MiB of JSON"));
}
