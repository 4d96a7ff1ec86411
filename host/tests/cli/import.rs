//! `import`, and stores that cannot be opened.

use std::fs;
use std::process::Stdio;

use crate::support::{Folder, account, acme, person, run_with};

/// What was printed, without the time that it took.
fn summary(printed: &str) -> &str {
    printed.split(", in ").next().unwrap()
}

#[test]
fn a_directory_is_taken_over_again_and_again() {
    let folder = Folder::new();
    let expected = "1 accounts with 4 people taken over, 0 refused";
    assert_eq!(summary(&folder.import(&acme()).printed()), expected);
    assert_eq!(summary(&folder.import(&acme()).printed()), expected);
    let file = folder.write("directory.ndjson", acme().join("\r\n") + "\r\n\r\n");
    assert_eq!(summary(&folder.run(&["import", &file]).printed()), expected);
    assert_eq!(summary(&folder.import(&[]).printed()), "0 accounts with 0 people taken over, 0 refused");
}

#[cfg(unix)]
#[test]
fn the_data_folder_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.import(&acme()).printed();
    assert_eq!(fs::metadata(folder.data()).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(folder.database()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn every_fault_is_told_with_its_line_and_spoils_its_account_alone() {
    let folder = Folder::new();
    let lines = [
        acme(),
        vec![
            account("b", "u-1"),
            person("b", "u-1", "owner", "actve", 1),
            person("b", "u-2", "admin", "active", 1).replace("u-2@b.example", "nowhere"),
            account("c", "u-9"),
            person("c", "u-1", "owner", "active", 1),
            account("d", "u-1"),
            "}".into(),
            person("e", "u-1", "owner", "active", 1),
            person("f", "u-1", "owner", "active", 1),
            account("acme", "u-owner"),
            account("g", "u-1"),
            person("g", "u-1", "owner", "active", 1),
        ],
    ];
    let ended = folder.import(&lines.concat());
    assert_eq!(ended.code, Some(1));
    assert_eq!(summary(&ended.stdout), "2 accounts with 5 people taken over, 6 refused");
    let mut faults: Vec<&str> = ended.stderr.lines().collect();
    faults.sort_by_key(|fault| fault.split([' ', ':']).nth(1).unwrap().parse::<u32>().unwrap());
    assert_eq!(
        faults,
        [
            "line 7: `status`: expected one of `active`, `invited`, `suspended`, `deactivated`, got `actve`",
            "line 8: `email`: expected a mail address such as `ada@example.com`",
            "line 9: the account `c`: the owner `u-9` is not among the people of the account",
            "line 12: expected a JSON object, got an error at column 1",
            "line 14: the account `f`: the account is new, so that it needs a name and an owner",
            "line 15: the account appeared before; its lines must stand together",
        ]
    );
    assert!(!ended.stderr.contains("nowhere"));
    assert_eq!(folder.run(&["show", "b"]).failed(1), "error: there is no account `b`");
    folder.run(&["show", "g"]).printed();
}

#[test]
fn lines_that_are_no_text_or_too_long_are_faults() {
    let folder = Folder::new();
    let input = [b"\xff\n".to_vec(), vec![b' '; 9 << 20], b"\n".to_vec(), vec![b'x'; 9 << 20]].concat();
    let ended = run_with(folder.program(&["import", "-"]), &input);
    assert_eq!(ended.code, Some(1));
    assert_eq!(
        ended.stderr.lines().collect::<Vec<_>>(),
        [
            "line 1: expected a JSON object, got an error at column 1",
            "line 3: expected a JSON object, got an error at column 1"
        ]
    );
}

#[test]
fn input_that_cannot_be_read_is_told() {
    let folder = Folder::new();
    let missing = folder.path().join("missing.ndjson").display().to_string();
    let error = folder.run(&["import", &missing]).failed(1);
    assert!(error.starts_with(&format!("error: `{missing}` cannot be read: No such file")), "{error}");
    let error = folder.run(&["import", folder.path().to_str().unwrap()]).failed(1);
    assert!(error.ends_with("` cannot be read: Is a directory (os error 21)"), "{error}");
    assert!(!folder.data().exists());
}

#[test]
fn an_import_that_failed_says_so_to_nobody_too() {
    let folder = Folder::new();
    let file = folder.write("directory.ndjson", "no JSON\n");
    let mut child = folder.program(&["import", &file]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn commands_that_need_accounts_say_how_to_get_them() {
    let folder = Folder::new();
    for command in
        [&["show", "acme"][..], &["set", "acme", "u", "--actor", "u"], &["reset", "acme", "--actor", "u"], &["review"]]
    {
        let expected = format!(
            "error: there are no accounts in `{}`: bring some with `security-contact import`, or try `security-contact demo`",
            folder.data().display()
        );
        assert_eq!(folder.run(command).failed(1), expected);
    }
    assert!(!folder.data().exists());
}

#[test]
fn a_data_folder_that_cannot_be_made_is_told() {
    let folder = Folder::new();
    folder.write("data", "a file");
    assert!(
        folder
            .run(&["show", "acme"])
            .failed(1)
            .ends_with("data/rules.json` cannot be read: Not a directory (os error 20)")
    );
    let rules = folder.write("rules.json", "{}");
    let error = folder.run(&["import", &rules, "--rules", &rules]).failed(1);
    assert!(error.contains("the data folder `") && error.contains("cannot be made: File exists"), "{error}");
}

#[test]
fn a_store_that_is_none_of_ours_is_left_alone() {
    let folder = Folder::new();
    fs::create_dir(folder.data()).unwrap();
    fs::write(folder.database(), "no database, but a long enough text. ".repeat(100)).unwrap();
    let error = folder.run(&["show", "acme"]).failed(1);
    assert!(error.contains("security-contact.sqlite` is not a SQLite database"), "{error}");
    assert!(fs::read_to_string(folder.database()).unwrap().starts_with("no database"));

    fs::remove_file(folder.database()).unwrap();
    rusqlite::Connection::open(folder.database()).unwrap().execute_batch("CREATE TABLE theirs (id)").unwrap();
    let error = folder.import(&acme()).failed(1);
    assert!(error.contains("is the database of another program"), "{error}");
}

#[test]
fn a_store_of_a_newer_version_is_refused() {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    rusqlite::Connection::open(folder.database()).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let error = folder.run(&["review"]).failed(1);
    assert!(error.starts_with("error: the database has schema 999 and this program knows schema "), "{error}");
}

#[test]
fn a_store_that_is_damaged_is_told() {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    let bytes = fs::read(folder.database()).unwrap();
    // The header stays, so that it is opened at all.
    let damaged: Vec<u8> = bytes.iter().enumerate().map(|(at, byte)| if at < 100 { *byte } else { 0xa5 }).collect();
    fs::write(folder.database(), damaged).unwrap();
    let error = folder.run(&["show", "acme"]).failed(1);
    assert!(error.contains("malformed") || error.contains("not a SQLite database"), "{error}");
}

#[test]
fn a_store_is_made_and_says_its_schema() {
    let folder = Folder::new();
    let told = "the store is SQLite with schema 1, as this program needs it\n";
    assert_eq!(folder.run(&["migrate"]).printed(), told);
    assert_eq!(folder.run(&["migrate", "--json"]).printed(), "{\"store\":\"sqlite\",\"schema\":1}\n");
    assert_eq!(folder.run(&["show", "acme"]).failed(1), "error: there is no account `acme`");
    rusqlite::Connection::open(folder.database()).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let newer = "error: the database has schema 999 and this program knows schema 1: use a newer version of it";
    assert_eq!(folder.run(&["migrate"]).failed(1), newer);
}
