//! `decide`, with input of every kind.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use crate::support::{Folder, program, run_with};

const REQUEST: &str = r#"{"op":"eligibility","person":{"id":"u-17","role":"admin","accountSettings":"edit","status":"active","lastLoginAt":"2026-10-01T09:30:00Z","staffRole":null},"now":"2026-11-01T09:30:00Z"}"#;
const ANSWER: &str = r#"{"eligible":true,"unmet":[],"validUntil":"2027-10-01T09:30:00.000Z"}"#;

fn decide(input: &[u8]) -> Vec<String> {
    run_with(program(["decide"]), input).printed().lines().map(str::to_owned).collect()
}

#[test]
fn every_line_has_its_answer() {
    let lines: [&[u8]; 9] = [
        REQUEST.as_bytes(),
        b"",
        b"  ",
        b"{",
        b"\xff\xfe",
        b"\"text\"",
        br#"{"op":"guess"}"#,
        br#"{"op":"access","person":{"id":"u-17","role":"admin"}}"#,
        REQUEST.as_bytes(),
    ];
    let answers = decide(&lines.join(&b'\n'));
    let found: Vec<String> = answers.iter().map(|answer| path_of_error(answer)).collect();
    assert_eq!(found, ["none", "``", "``", "``", "``", "``", "`op`", "`person.accountSettings`", "none"]);
    assert_eq!((answers[0].as_str(), answers[8].as_str()), (ANSWER, ANSWER));
    assert!(answers[4].contains("expected UTF-8"), "{}", answers[4]);
}

/// The path of an `invalid_input`, or `none` for any other answer.
fn path_of_error(answer: &str) -> String {
    let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
    match answer.get("error") {
        Some(error) => {
            assert_eq!(error["code"], "invalid_input");
            format!("`{}`", error["path"].as_str().unwrap())
        }
        None => "none".into(),
    }
}

#[test]
fn the_end_of_a_line_does_not_matter() {
    assert_eq!(decide(format!("{REQUEST}\r\n{REQUEST}").as_bytes()), [ANSWER, ANSWER]);
    assert_eq!(decide(b""), [""; 0]);
}

#[test]
fn hostile_lines_are_answered_and_the_next_one_is_too() {
    let deep = "[".repeat(1_000_000);
    let closed = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let long_text = REQUEST.replace("u-17", &"x".repeat(1_000_000));
    let too_long = REQUEST.replace("u-17", &"x".repeat(9 * 1024 * 1024));
    let too_much = REQUEST.replace("\"id\"", &format!("\"more\":[{}0],\"id\"", "[],".repeat(2_700_000)));
    for (line, expected) in [
        (deep, "expected one JSON value"),
        (closed, "expected an object"),
        (long_text, "expected an id of 1 to 128 bytes"),
        (too_long, "expected at most 2 MiB of JSON"),
        (too_much, "expected at most 2 MiB of JSON"),
    ] {
        let ended = run_with(program(["decide", "--log", "off"]), format!("{line}\n{REQUEST}\n").as_bytes());
        let printed = ended.printed();
        let answers: Vec<&str> = printed.lines().collect();
        assert!(answers.len() == 2 && answers[0].contains(expected), "{}", answers[0]);
        assert!(answers[0].len() < 500, "{}", answers[0].len());
        assert_eq!(answers[1], ANSWER);
    }
}

#[test]
fn many_lines_keep_their_order() {
    let request = |number: usize| REQUEST.replace("2026-10-01", &format!("{:04}-10-01", 2026 - number % 3));
    let input: Vec<String> = (0..20_000).map(request).collect();
    let answers = decide(input.join("\n").as_bytes());
    assert_eq!(answers.len(), 20_000);
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(answer.contains("\"eligible\":true"), number % 3 == 0, "line {number}: {answer}");
    }
}

#[test]
fn whoever_waits_for_an_answer_gets_it() {
    let mut child = program(["decide"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for _ in 0..3 {
        stdin.write_all(format!("{REQUEST}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stdout.read_line(&mut answer).unwrap();
        assert_eq!(answer.trim_end(), ANSWER);
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let mut child =
        program(["decide"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    // The program may end while this is being written.
    let _ = stdin.write_all(format!("{REQUEST}\n").repeat(1_000).as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn rules_come_from_the_option_and_from_the_request() {
    let folder = Folder::new();
    let rules = folder.write("rules.json", r#"{"maxLoginAgeDays":20}"#);
    let own = REQUEST.replace("\"op\"", "\"rules\":{\"maxLoginAgeDays\":40},\"op\"");
    let ended = run_with(program(["decide", "--rules", &rules]), format!("{REQUEST}\n{own}").as_bytes());
    let printed = ended.printed();
    let eligible: Vec<bool> = printed.lines().map(|answer| answer.contains("\"eligible\":true")).collect();
    assert_eq!(eligible, [false, true]);
}
