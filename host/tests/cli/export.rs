//! `export`: what `import` reads again.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::support::{Folder, account, acme, person};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_is_exported_makes_the_same_directory() {
    let folder = Folder::new();
    let id = "b \u{2028}é/\"";
    let odd = [
        json!({"type":"account","id":id,"name":"  Ünï <&> \\","owner":"u \"1\""}),
        json!({"type":"person","account":id,"id":"u \"1\"","name":"\u{202e}x","email":null,"role":"owner",
            "accountSettings":"view","status":"suspended","lastLoginAt":null,"staffRole":"support\n"}),
    ];
    let odd: Vec<String> = odd.iter().map(Value::to_string).collect();
    folder.import(&[acme(), odd].concat()).printed();
    folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    let exported = folder.run(&["export"]).printed();
    assert_eq!(lines(&exported).len(), 7);
    let first = &lines(&exported)[0];
    assert_eq!(first.to_string(), r#"{"id":"acme","name":"The acme company","owner":"u-owner","type":"account"}"#);

    let copy = Folder::new();
    let file = copy.write("directory.ndjson", &exported);
    copy.run(&["import", &file]).printed();
    assert_eq!(copy.run(&["export"]).printed(), exported);
    let people = |folder: &Folder| folder.run(&["candidates", "acme", "--json"]).printed();
    assert_eq!(people(&copy), people(&folder));
    // What was chosen is no part of a directory.
    assert!(copy.run(&["show", "acme"]).printed().contains("nobody was chosen"));
    let again = folder.run(&["import", &file]);
    assert!(again.printed().starts_with("2 accounts with 5 people taken over, 0 refused"));
    assert!(folder.run(&["show", "acme"]).printed().contains("contact  u-admin"));
}

#[test]
fn one_account_is_exported_alone() {
    let folder = Folder::new();
    folder.import(&[acme(), vec![account("b", "u-1"), person("b", "u-1", "owner", "active", 1)]].concat()).printed();
    let whole = folder.run(&["export"]).printed();
    let one = folder.run(&["export", "b"]).printed();
    assert!(lines(&one).len() == 2 && whole.ends_with(&one), "{one}");
    assert_eq!(folder.run(&["export", "c"]).failed(1), "error: there is no account `c`");
}

#[test]
fn many_accounts_and_a_large_one_are_all_there() {
    let folder = Folder::new();
    let small = (0..1_203).flat_map(|number| {
        let id = format!("small-{number:04}");
        [account(&id, "u-1"), person(&id, "u-1", "owner", "active", 1), person(&id, "u-2", "admin", "active", 1)]
    });
    let people = (0..4_321).map(|number| person("large", &format!("u-{number}"), "analyst", "active", 1));
    let large = [account("large", "u-0")].into_iter().chain(people);
    folder.import(&large.chain(small).collect::<Vec<_>>()).printed();
    let exported = folder.run(&["export"]).printed();
    let all = lines(&exported);
    let count = |kind: &str| all.iter().filter(|line| line["type"] == kind).count();
    assert_eq!((count("account"), count("person")), (1_204, 4_321 + 2_406));
    let copy = Folder::new();
    let file = copy.write("directory.ndjson", &exported);
    copy.run(&["import", &file]).printed();
    assert!(copy.run(&["export"]).printed() == exported, "the copy is another one");
}

#[test]
fn an_account_that_others_write_to_is_exported_as_it_was_at_one_moment() {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // The owner leaves, and comes back: what is printed in between would be an account without owner.
            while !done.load(Ordering::SeqCst) {
                let leaves = [account("acme", "u-admin"), r#"{"type":"left","account":"acme","id":"u-owner"}"#.into()];
                folder.import(&leaves).printed();
                folder.import(&acme()).printed();
            }
        });
        for _ in 0..10 {
            let exported = lines(&folder.run(&["export"]).printed());
            let owner = &exported[0]["owner"];
            let has_owner = exported[1..].iter().any(|person| person["id"] == *owner);
            assert!(has_owner && exported.len() == if owner == "u-admin" { 4 } else { 5 }, "{exported:?}");
        }
        done.store(true, Ordering::SeqCst);
    });
}

#[test]
fn an_account_that_cannot_be_read_is_told_and_left_out() {
    let folder = Folder::new();
    folder.import(&[acme(), vec![account("b", "u-1"), person("b", "u-1", "owner", "active", 1)]].concat()).printed();
    let database = rusqlite::Connection::open(folder.database()).unwrap();
    database.execute_batch("UPDATE people SET status = 'praised' WHERE account_id = 'b'").unwrap();
    let ended = folder.run(&["export"]);
    assert_eq!((ended.code, lines(&ended.stdout).len()), (Some(1), 5));
    assert!(ended.stderr.starts_with("error: the account `b` is left out: "), "{}", ended.stderr);
    let ended = folder.run(&["export", "b"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{}", ended.stderr);
}

#[cfg(unix)]
#[test]
fn lines_that_are_cut_off_are_told() {
    use std::process::Stdio;
    let folder = Folder::new();
    folder.import(&acme()).printed();
    let mut command = folder.program(&["export"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command.stdout(Stdio::from(writer)).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with("error: the lines are not complete: Broken pipe"), "{error}");
}
