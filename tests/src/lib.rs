//! The vectors: requests with the answers that every runtime must give, byte for byte. Beside them, what holds for the
//! answer to any bytes at all.

pub mod bytes;
pub mod corpus;
pub mod seeds;
pub mod shape;

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

/// One request with its answer.
#[derive(Deserialize)]
pub struct Vector {
    /// What it is about; unique.
    pub id: String,
    /// Why the answer is this one, with the section of the specification.
    pub why: String,
    /// The request's text as it stands in the file.
    pub request: Box<RawValue>,
    /// The answer's text; of an error only code and path.
    pub expect: Box<RawValue>,
}

/// What a runtime said to all vectors.
#[derive(Default)]
pub struct Report {
    /// How many vectors there are.
    pub count: usize,
    /// Those that were answered otherwise, for people.
    pub failures: Vec<String>,
}

/// All vectors, by file name and line.
///
/// # Panics
/// When a file cannot be read or a line is no vector.
#[must_use]
pub fn vectors() -> Vec<Vector> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap_or_else(|error| panic!("tests/vectors: {error}"))
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "ndjson"))
        .collect();
    files.sort();
    files.iter().flat_map(|file| read(file)).collect()
}

/// Puts every vector to a runtime.
pub fn run(decide: impl Fn(&[u8]) -> String) -> Report {
    let mut report = Report::default();
    for vector in vectors() {
        let answer = decide(vector.request.get().as_bytes());
        report.take(&vector, &answer);
    }
    report
}

impl Report {
    fn take(&mut self, vector: &Vector, answer: &str) {
        self.count += 1;
        if !fits(vector.expect.get(), answer) {
            let Vector { id, why, expect, .. } = vector;
            self.failures.push(format!("{id}: {why}\n  expected {}\n  got      {answer}", expect.get()));
        }
    }

    /// Fails with the first failures, or says how many vectors passed.
    ///
    /// # Panics
    /// When a vector was answered otherwise, or when there are suspiciously few.
    pub fn check(&self, runtime: &str) {
        let shown: Vec<_> = self.failures.iter().take(20).map(String::as_str).collect();
        assert!(self.failures.is_empty(), "{} of {} differ:\n{}", self.failures.len(), self.count, shown.join("\n"));
        assert!(self.count >= 2000, "only {} vectors were found", self.count);
        println!("{runtime}: {} vectors", self.count);
    }
}

/// Whether an answer is the expected one: the same bytes, or an error of the same code and path with some message.
fn fits(expect: &str, answer: &str) -> bool {
    match expect.strip_suffix("}}").filter(|expect| expect.starts_with(r#"{"error":"#)) {
        Some(error) => answer
            .strip_prefix(error)
            .and_then(|rest| rest.strip_prefix(r#","message":""#))
            .is_some_and(|message| message.len() > r#"x"}}"#.len()),
        None => expect == answer,
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

fn read(file: &Path) -> Vec<Vector> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let vector = |(index, line): (usize, &str)| {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{}:{}: {error}", file.display(), index + 1))
    };
    text.lines().enumerate().map(vector).collect()
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn only_the_message_of_an_error_is_free() {
        let expect = r#"{"error":{"code":"no_owner","path":"account.owner"}}"#;
        assert!(fits(expect, r#"{"error":{"code":"no_owner","path":"account.owner","message":"none"}}"#));
        assert!(!fits(expect, r#"{"error":{"code":"no_owner","path":"account.owner","message":""}}"#));
        assert!(!fits(expect, r#"{"error":{"code":"no_owner","path":"account","message":"none"}}"#));
        assert!(!fits(r#"{"a":1}"#, r#"{"a": 1}"#));
    }
}
