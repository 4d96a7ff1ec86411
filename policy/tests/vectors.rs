//! The vectors of `tests/vectors`, natively: this crate alone finds out when an answer changes.

use std::fs;
use std::path::{Path, PathBuf};

use security_contact_policy::{Rules, json};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A line of a file; `tests/vectors/README.md` says what it holds.
#[derive(Deserialize)]
struct Vector {
    id: String,
    why: String,
    request: Box<RawValue>,
    expect: Box<RawValue>,
}

#[test]
fn every_vector_is_answered_as_expected() {
    let mut count = 0;
    for file in files() {
        for line in fs::read_to_string(&file).unwrap().lines() {
            let Vector { id, why, request, expect } = serde_json::from_str(line).unwrap();
            let answer = json::decide_text(request.get().as_bytes(), &Rules::default());
            assert_eq!(comparable(&answer), expect.get(), "{id}: {why}");
            count += 1;
        }
    }
    assert!(count >= 2000, "only {count} vectors were found");
}

/// The answer; of an error without its message, which is free.
fn comparable(answer: &str) -> String {
    let message = r#","message":""#;
    match answer.split_once(message).filter(|_| answer.starts_with(r#"{"error":"#)) {
        Some((error, rest)) if rest.len() > r#""}}"#.len() => format!("{error}}}}}"),
        _ => answer.to_owned(),
    }
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "ndjson")).collect()
}
