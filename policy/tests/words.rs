//! What people and logs see: the text of errors, ids, names, instants and words.

use security_contact_policy::{ErrorCode, Instant, Name, PolicyError, Reason, Rules, UserId, json};

fn message(request: &str) -> String {
    json::decide_text(request.as_bytes(), &Rules::default())
}

#[test]
fn an_error_names_its_field() {
    assert_eq!(PolicyError::invalid_input("person.role", "missing").to_string(), "`person.role`: missing");
    assert_eq!(PolicyError::invalid_rules("", "expected an object").to_string(), "expected an object");
    assert_eq!(PolicyError::invalid_rules("rules", "").code, ErrorCode::InvalidRules);
}

#[test]
fn ids_names_and_words_are_their_text() {
    let id = UserId::new("u-1").unwrap();
    assert_eq!((id.to_string().as_str(), id.as_str(), id.as_ref()), ("u-1", "u-1", "u-1"));
    let name = Name::new("admin").unwrap();
    assert_eq!((name.to_string().as_str(), name.as_str(), name.as_ref()), ("admin", "admin", "admin"));
    assert_eq!(Reason::LoginTooOld.to_string(), "login_too_old");
    assert_eq!("login_too_old".parse(), Ok(Reason::LoginTooOld));
    assert_eq!(
        "nothing".parse::<ErrorCode>().unwrap_err().message,
        "expected one of `invalid_input`, `invalid_rules`, `no_owner`"
    );
}

#[test]
fn serde_checks_ids_names_and_instants() {
    assert_eq!(serde_json::from_str::<UserId>("\"u-1\"").unwrap().as_str(), "u-1");
    let error = serde_json::from_str::<UserId>("\"\"").unwrap_err().to_string();
    assert!(error.starts_with("expected an id of 1 to 128 bytes"), "{error}");
    let error = serde_json::from_str::<Name>("\"\"").unwrap_err().to_string();
    assert!(error.starts_with("expected a name of 1 to 64 bytes"), "{error}");
    let instant: Instant = serde_json::from_str("\"2026-10-01T11:30:00+02:00\"").unwrap();
    assert_eq!(serde_json::to_string(&instant).unwrap(), "\"2026-10-01T09:30:00.000Z\"");
    let error = serde_json::from_str::<Instant>("\"now\"").unwrap_err().to_string();
    assert!(error.starts_with("expected an RFC 3339 instant"), "{error}");
}

/// A message says what came instead; a long text is cut, so that it cannot fill a log.
#[test]
fn a_message_says_what_came() {
    let long = "é".repeat(41);
    for (value, got) in [
        ("null", "null"),
        ("true", "`true`"),
        ("1.5", "a number"),
        ("[]", "a list"),
        ("{}", "an object"),
        (r#""\ud800""#, "something that is not JSON"),
    ] {
        let answer = message(&format!(r#"{{"op":{value}}}"#));
        assert_eq!(
            answer,
            format!(r#"{{"error":{{"code":"invalid_input","path":"op","message":"expected text, got {got}"}}}}"#)
        );
    }
    assert!(message(r#"{"op":"x"}"#).ends_with(r#"`review`, `route`, got `x`"}}"#));
    assert!(message(&format!(r#"{{"op":"{long}"}}"#)).ends_with(&format!("got `{}…`\"}}}}", "é".repeat(40))));
    assert!(
        message(&format!(r#"{{"op":"{}"}}"#, "é".repeat(40))).ends_with(&format!("got `{}`\"}}}}", "é".repeat(40)))
    );
    assert!(message("{}").ends_with(r#""message":"missing; expected text"}}"#));
}
