//! `check`: people and the rules, without a store.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Ended, Folder, acme, program, run_with};

const AT: &str = "2026-11-01T00:00:00Z";

fn person(id: &str, status: &str, login: &str) -> String {
    format!(
        r#"{{"id":"{id}","role":"admin","accountSettings":"none","status":"{status}","lastLoginAt":"{login}","staffRole":null,"more":1}}"#
    )
}

fn check(args: &[&str], input: &str) -> Ended {
    run_with(program([&["check", "--at", AT], args].concat()), input.as_bytes())
}

#[test]
fn everybody_has_a_verdict_and_the_exit_code_says_whether_all_can() {
    let fit = person("u-1", "active", "2026-10-01T09:30:00Z");
    let unfit = person("u-with-a-long-id", "suspended", "2020-10-01T09:30:00Z");
    let told = check(&["-"], &fit).printed();
    let row = "u-1     yes, until 2027-10-01T09:30:00.000Z";
    assert_eq!(told, format!("person  can be the contact\n{row}\n1 people: 1 can be the contact, 0 cannot\n"));
    let ended = check(&["-"], &format!("{fit}\n\n{unfit}\n"));
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(3), ""));
    assert_eq!(
        ended.stdout,
        "person            can be the contact\n\
         u-1               yes, until 2027-10-01T09:30:00.000Z\n\
         u-with-a-long-id  no: the user is not active [not_active], the last login is too long ago [login_too_old]\n\
         2 people: 1 can be the contact, 1 cannot\n"
    );
    let ended = check(&["-", "--cannot"], &format!("{fit}\n{unfit}\n"));
    assert!(ended.code == Some(3) && !ended.stdout.contains("u-1 ") && ended.stdout.lines().count() == 3);
    assert_eq!(check(&["-"], "").printed(), "0 people: 0 can be the contact, 0 cannot\n");
    // Nobody was checked who can be it in a year from then.
    let later = run_with(program(["check", "-", "--at", "2027-11-01T00:00:00Z"]), fit.as_bytes());
    assert_eq!(later.code, Some(3));
}

#[test]
fn a_person_can_stand_on_the_command_line() {
    let spread = person("u-1", "active", "2026-10-01T09:30:00Z").replace(',', ",\n");
    let told = check(&["--person", &spread, "--json"], "").printed();
    let lines: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let verdict = json!({"told":"person","line":1,"id":"u-1","eligible":true,"unmet":[],
        "validUntil":"2027-10-01T09:30:00.000Z"});
    assert_eq!(lines, [verdict, json!({"told":"done","people":1,"eligible":1,"ineligible":0,"faults":0})]);
    for wrong in [&["check"][..], &["check", "-", "--person", "{}"], &["check", "-", "--at", "noon"]] {
        assert_eq!(run_with(program(wrong), b"").code, Some(2), "{wrong:?}");
    }
}

#[test]
fn a_line_that_cannot_be_read_is_told_and_the_others_are_checked() {
    let lines = [
        person("u-1", "active", "2026-10-01T09:30:00Z"),
        "{".into(),
        person("u-2", "actve", "2026-10-01T09:30:00Z"),
        person("u-3", "active", "2020-10-01T09:30:00Z"),
        format!("{{\"more\":\"{}\"}}", "x".repeat(3 << 20)),
    ];
    let ended = check(&["-"], &lines.join("\n"));
    assert_eq!(ended.code, Some(1));
    let faults: Vec<&str> = ended.stderr.lines().collect();
    assert!(faults.len() == 3 && faults[0].starts_with("line 2: "), "{faults:?}");
    assert!(faults[1].starts_with("line 3: `status`: expected one of `active`"), "{faults:?}");
    assert!(faults[2].starts_with("line 5: ") && faults[2].len() < 200, "{faults:?}");
    assert!(ended.stdout.ends_with("2 people: 1 can be the contact, 1 cannot\n"), "{}", ended.stdout);
    let ended = check(&["-", "--json"], &lines.join("\n"));
    let told: Vec<Value> = ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<(&str, u64)> =
        told.iter().map(|line| (line["told"].as_str().unwrap(), line["line"].as_u64().unwrap_or(0))).collect();
    assert_eq!(kinds, [("person", 1), ("fault", 2), ("fault", 3), ("person", 4), ("fault", 5), ("done", 0)]);
    assert_eq!((&told[2]["path"], &told[5]["faults"]), (&json!("status"), &json!(3)));
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""));
}

#[test]
fn a_directory_can_be_checked_before_and_after_it_is_taken_over() {
    let folder = Folder::new();
    let mut lines = acme();
    lines.push(r#"{"type":"left","account":"acme","id":"u-9"}"#.into());
    let file = folder.write("directory.ndjson", lines.join("\n"));
    let ended = folder.run(&["check", &file]);
    assert!(ended.code == Some(3) && ended.stdout.ends_with("4 people: 2 can be the contact, 2 cannot\n"));
    assert!(!folder.data().exists());
    // The rules are those of the data folder, where there are some.
    folder.import(&acme()).printed();
    folder.write("data/rules.json", r#"{"contactRoles":["owner","admin","analyst"]}"#);
    let exported = folder.run(&["export"]).printed();
    let ended = run_with(folder.program(&["check", "-"]), exported.as_bytes());
    assert!(ended.stdout.ends_with("4 people: 3 can be the contact, 1 cannot\n"), "{}", ended.stdout);
}

#[test]
fn many_people_are_checked_in_their_order() {
    let people =
        |number: u32| person(&format!("u-{number}"), "active", &format!("{}-10-01T00:00:00Z", 2026 - number % 2));
    let input: Vec<String> = (0..5_003).map(people).collect();
    let ended = check(&["-", "--json"], &input.join("\n"));
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(3), ""));
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(lines.len(), 5_004);
    for (number, line) in lines[..5_003].iter().enumerate() {
        let expected = format!("\"line\":{},\"id\":\"u-{number}\",\"eligible\":{}", number + 1, number % 2 == 0);
        assert!(line.contains(&expected), "{line}");
    }
}

#[test]
fn whoever_waits_for_a_verdict_gets_it() {
    let mut child = program(["check", "-", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for number in 0..3 {
        writeln!(stdin, "{}", person(&format!("u-{number}"), "active", "2026-10-01T09:30:00Z")).unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert!(line.contains(&format!("\"id\":\"u-{number}\"")), "{line}");
    }
    drop(stdin);
    child.wait().unwrap();
}

#[test]
fn input_that_cannot_be_read_is_told() {
    let error = check(&["missing.ndjson"], "").failed(1);
    assert!(error.starts_with("error: `missing.ndjson` cannot be read: No such file"), "{error}");
    let folder = Folder::new();
    let error = check(&[folder.path().to_str().unwrap()], "").failed(1);
    assert!(error.contains("Is a directory"), "{error}");
}
