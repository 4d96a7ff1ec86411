//! `review`.

use serde_json::{Value, json};

use crate::support::{Ended, Folder, account, acme, person};

/// The accounts `acme`, whose contact is `u-admin`, and `b`, whose contact is the owner.
fn with_contact() -> Folder {
    let folder = Folder::new();
    let b = [account("b", "u-1"), person("b", "u-1", "owner", "active", 0)];
    folder.import(&[acme(), b.to_vec()].concat()).printed();
    folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    folder
}

/// Rules under which `u-admin` has not logged in for too long.
const STRICT: &str = r#"{"maxLoginAgeDays":1,"expiryReminderDays":[]}"#;

/// What a command says that has other rules than the server.
const OTHER_RULES: &str = "error: the accounts are decided on by other rules, or another module, than this command has: \
    give it the rules of the server with `--rules`, or have these hold from now on with \
    `security-contact review --new-rules`";

fn be_strict(folder: &Folder) {
    folder.write("data/rules.json", STRICT);
}

fn lines(ended: &Ended) -> Vec<Value> {
    ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn waiting_mails(folder: &Folder) -> usize {
    let page: Value = serde_json::from_str(&folder.run(&["outbox", "list", "--json"]).printed()).unwrap();
    page["rows"].as_array().unwrap().len()
}

#[test]
fn what_is_due_is_reviewed_once() {
    let folder = with_contact();
    let review = || folder.run(&["review"]).printed();
    let nothing = "0 reverted, 0 with another owner, 0 reminded\n";
    // A choice is due, so that the time of its next review is worked out, and so are accounts of no known policy.
    assert_eq!(review(), format!("2 accounts were due and are reviewed: {nothing}"));
    assert_eq!(review(), format!("0 accounts were due and are reviewed: {nothing}"));
    assert_eq!(folder.run(&["review", "--all"]).printed(), format!("2 accounts are reviewed: {nothing}"));

    be_strict(&folder);
    for args in [&["review"][..], &["review", "--all"]] {
        assert_eq!(folder.run(args).failed(1), OTHER_RULES);
    }
    let replaced = "acme: u-admin was replaced by u-owner: the last login is too long ago [login_too_old]\n";
    let one = "1 reverted, 0 with another owner, 0 reminded\n";
    let new_rules = folder.run(&["review", "--new-rules"]).printed();
    assert_eq!(new_rules, format!("{replaced}2 accounts were due and are reviewed: {one}"));
    assert_eq!(waiting_mails(&folder), 4);
    assert_eq!(review(), format!("0 accounts were due and are reviewed: {nothing}"));
}

#[test]
fn nothing_is_decided_by_other_rules_than_those_of_the_server() {
    let folder = with_contact();
    folder.run(&["review"]).printed();
    be_strict(&folder);
    let refused = [
        &["set", "acme", "u-analyst", "--actor", "u-owner"][..],
        &["reset", "acme", "--actor", "u-owner"],
        &["review"],
        &["review", "--all", "--json"],
    ];
    for args in refused {
        assert_eq!(folder.run(args).failed(1), OTHER_RULES, "{args:?}");
    }
    assert_eq!(folder.import(&acme()).failed(1), OTHER_RULES);
    // What decides nothing, or stores nothing, goes on.
    assert!(folder.run(&["review", "--dry-run"]).printed().contains("1 to revert"));
    assert!(folder.run(&["show", "acme"]).printed().contains("u-admin was chosen"));
    assert_eq!(folder.run(&["review", "--dry-run", "--new-rules"]).code, Some(2));

    let told = folder.run(&["review", "--new-rules", "--all"]).printed();
    assert!(told.contains("u-admin was replaced by u-owner"), "{told}");
    folder.import(&acme()).printed();
    let usual = folder.write("usual.json", "{}");
    assert_eq!(folder.run(&["reset", "acme", "--actor", "u-owner", "--rules", &usual]).failed(1), OTHER_RULES);
}

#[test]
fn a_dry_run_says_what_would_change_and_changes_nothing() {
    let folder = with_contact();
    be_strict(&folder);
    assert_eq!(
        folder.run(&["review", "--dry-run"]).printed(),
        "acme: u-admin would be replaced by u-owner: the last login is too long ago [login_too_old]\n\
         2 accounts looked at, nothing stored: 1 to revert, 0 with another owner, 0 to remind\n"
    );
    assert_eq!((waiting_mails(&folder), folder.run(&["show", "acme"]).printed().contains("was chosen")), (2, true));
    let dry = lines(&folder.run(&["review", "--dry-run", "--json"]));
    let done = lines(&folder.run(&["review", "--all", "--json"]));
    let reverted =
        json!({"told":"reverted","account":"acme","from":"u-admin","to":"u-owner","reasons":["login_too_old"]});
    assert_eq!((&dry[0], &done[0]), (&reverted, &reverted));
    let counts = |stored| json!({"told":"done","reviewed":2,"reverted":1,"ownerChanged":0,"reminded":0,"failed":0,"stored":stored});
    assert_eq!((&dry[1..], &done[1..]), (&[counts(false)][..], &[counts(true)][..]));
    assert_eq!(waiting_mails(&folder), 4);
}

#[test]
fn an_account_that_cannot_be_reviewed_is_told_and_holds_up_no_other() {
    let folder = with_contact();
    let database = rusqlite::Connection::open(folder.database()).unwrap();
    database.execute_batch("UPDATE people SET status = 'frozen' WHERE account_id = 'acme'").unwrap();
    let error = "`people.status` cannot be read for the account `acme`";
    for args in [&["--dry-run"][..], &["--all"]] {
        let ended = folder.run(&[&["review"], args].concat());
        assert_eq!((ended.code, ended.stdout.starts_with("1 accounts ")), (Some(1), true), "{}", ended.stdout);
        assert_eq!(ended.stderr, format!("error: the account `acme` was not reviewed: {error}\n"));
    }
    let ended = folder.run(&["review", "--all", "--json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""));
    assert_eq!(lines(&ended)[0], json!({"told":"failed","account":"acme","error":error}));
    assert_eq!(lines(&ended)[1]["failed"], 1);
}
