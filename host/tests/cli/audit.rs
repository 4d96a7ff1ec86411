//! `audit` and `history`.

use serde_json::{Value, json};

use crate::support::{Folder, account, acme, person};

/// The account `acme` with three rows of history, and `b`, which has none.
fn with_history() -> Folder {
    let folder = Folder::new();
    let b = [account("b", "u-1"), person("b", "u-1", "owner", "active", 1)];
    folder.import(&[acme(), b.to_vec()].concat()).printed();
    folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    folder.run(&["set", "acme", "u-late", "--actor", "u-admin"]).failed(3);
    folder.import(&[person("acme", "u-admin", "admin", "suspended", 1)]).printed();
    folder
}

/// Does to the histories what the product never would.
fn tamper(folder: &Folder, sql: &str) {
    let database = rusqlite::Connection::open(folder.database()).unwrap();
    let unguard = "DROP TRIGGER IF EXISTS audit_refuses_update; DROP TRIGGER IF EXISTS audit_refuses_delete;";
    database.execute_batch(&format!("{unguard} {sql}")).unwrap();
}

fn json(printed: &str) -> Value {
    assert_eq!(printed.lines().count(), 1);
    serde_json::from_str(printed).unwrap()
}

#[test]
fn a_history_is_told_to_people_and_programs() {
    let folder = with_history();
    let told = folder.run(&["history", "acme"]).printed();
    // The instants differ from run to run.
    let rows: Vec<String> = told.lines().map(|line| [&line[..6], &line[34..]].concat()).collect();
    assert_eq!(
        rows,
        [
            "numberwhat                 by                      from     to       more",
            "3     reverted             (directory)             u-admin  u-owner  the user is not active [not_active]",
            "2     designation_refused  u-admin (command_line)  u-admin  -        asked for u-late: not_eligible: the last \
             login is too long ago [login_too_old]",
            "1     designated           u-owner (command_line)  u-owner  u-admin",
        ]
    );
    let page = json(&folder.run(&["history", "acme", "--limit", "2", "--json"]).printed());
    let numbers: Vec<&Value> = page["entries"].as_array().unwrap().iter().map(|entry| &entry["number"]).collect();
    assert_eq!((numbers, &page["nextBefore"]), (vec![&json!(3), &json!(2)], &json!(2)));
    assert_eq!(page["entries"][0]["action"], "reverted");
    let refused = json!({"refused":{"code":"not_eligible","asked":"u-late"}});
    assert_eq!(page["entries"][1]["detail"], refused);
    assert!(folder.run(&["history", "acme", "--limit", "1"]).printed().ends_with("go on with `--before 3`\n"));
    let last = json(&folder.run(&["history", "acme", "--before", "2", "--json"]).printed());
    assert_eq!((&last["entries"][0]["number"], &last["nextBefore"]), (&json!(1), &Value::Null));
    assert_eq!(folder.run(&["history", "b"]).printed(), "there is nothing in the history\n");
    assert_eq!(folder.run(&["history", "c"]).failed(1), "error: there is no account `c`");
}

#[test]
fn histories_are_verified_and_their_heads_told() {
    let folder = with_history();
    let verified = folder.run(&["audit", "verify"]).printed();
    assert_eq!(verified, "2 histories with 3 rows are as they were written\n");
    let report = json(&folder.run(&["audit", "verify", "--json"]).printed());
    assert_eq!(report, json!({"accounts":2,"rows":3,"firstBreak":null}));

    let heads = folder.run(&["audit", "head"]).printed();
    let lines: Vec<Vec<&str>> = heads.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!((lines.len(), &lines[0][..2], &lines[1][..2]), (2, &["acme", "3"][..], &["b", "0"][..]));
    assert_eq!(lines[1][2], "0".repeat(64));
    assert_eq!(folder.run(&["audit", "head", "acme"]).printed(), format!("{}\n", heads.lines().next().unwrap()));
    assert_eq!(folder.run(&["audit", "head", "b"]).printed(), format!("{}\n", heads.lines().nth(1).unwrap()));
    assert_eq!(folder.run(&["audit", "head", "c"]).failed(1), "error: there is no account `c`");
}

#[test]
fn the_first_break_is_named() {
    let folder = with_history();
    tamper(&folder, "UPDATE audit SET actor = 'u-owner' WHERE account_id = 'acme' AND seq = 2");
    assert_eq!(
        folder.run(&["audit", "verify"]).failed(1),
        "error: the history of the account `acme` is broken at row 2: its contents do not have its hash"
    );
    let ended = folder.run(&["audit", "verify", "--json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""));
    let found = json!({"account":"acme","row":2,"what":"its contents do not have its hash"});
    assert_eq!(json(&ended.stdout)["firstBreak"], found);
}

#[test]
fn a_row_that_cannot_be_read_is_told_where_to_look() {
    let folder = with_history();
    tamper(&folder, "UPDATE audit SET action = 'praised' WHERE account_id = 'acme' AND seq = 1");
    assert_eq!(
        folder.run(&["history", "acme"]).failed(1),
        "error: entry 1 of the history of the account `acme`: `audit.action` cannot be read; \
         `security-contact audit verify` tells more"
    );
    assert!(folder.run(&["audit", "verify"]).failed(1).ends_with("at row 1: its contents do not have its hash"));
}

#[test]
fn a_history_that_was_written_anew_has_not_the_heads_that_were_kept() {
    let folder = with_history();
    let kept = folder.run(&["audit", "head"]).printed();
    let file = folder.write("heads", &kept);
    let verify = ["audit", "verify", "--heads", &file];
    folder.run(&["set", "acme", "u-owner", "--actor", "u-owner"]).printed();
    assert_eq!(
        folder.run(&verify).printed(),
        "2 histories with 4 rows are as they were written\nall of 2 heads that were kept are in them\n"
    );
    let report = json(&folder.run(&[&verify[..], &["--json"]].concat()).printed());
    assert_eq!(report["heads"], json!({"kept":2,"gone":0,"firstGone":null}));

    // The same deeds at another time: every hash of this history is right, and another one.
    std::fs::remove_dir_all(folder.data()).unwrap();
    let other = with_history();
    std::fs::rename(other.data(), folder.data()).unwrap();
    folder.run(&["audit", "verify"]).printed();
    let ended = folder.run(&verify);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), "2 histories with 3 rows are as they were written\n"));
    assert_eq!(
        ended.stderr,
        "error: 1 of 2 heads that were kept are not in the histories; the first is that of the account `acme`: \
         row 3 is missing or has another hash\n"
    );
    let ended = folder.run(&[&verify[..], &["--json"]].concat());
    let heads = json!({"kept":2,"gone":1,"firstGone":{"account":"acme","row":3}});
    assert_eq!((ended.code, &json(&ended.stdout)["heads"]), (Some(1), &heads));
}

#[test]
fn a_file_of_heads_that_cannot_be_used_is_told() {
    let folder = with_history();
    let file = folder.write("heads", folder.run(&["audit", "head"]).printed() + "acme 3\n");
    let ended = folder.run(&["audit", "verify", "--heads", &file]);
    assert_eq!(ended.failed(1), format!("error: line 3 of `{file}` is not one of `security-contact audit head`"));
    let error = folder.run(&["audit", "verify", "--heads", "missing"]).failed(1);
    assert!(error.starts_with("error: `missing` cannot be read: No such file"), "{error}");
}

#[cfg(unix)]
#[test]
fn heads_that_are_cut_off_are_told() {
    use std::process::Stdio;
    let folder = with_history();
    let mut command = folder.program(&["audit", "head"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command.stdout(Stdio::from(writer)).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with("error: the lines are not complete: Broken pipe"), "{error}");
}
