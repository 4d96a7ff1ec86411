//! `show`, `set` and `reset`.

use serde_json::{Value, json};

use crate::support::{Ended, Folder, acme, person};

fn folder_with_acme() -> Folder {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    folder
}

fn json(ended: Ended) -> Value {
    assert_eq!(ended.stderr, "");
    assert_eq!(ended.stdout.lines().count(), 1);
    serde_json::from_str(&ended.stdout).unwrap()
}

#[test]
fn the_owner_is_the_contact_until_somebody_is_chosen() {
    let folder = folder_with_acme();
    let shown = folder.run(&["show", "acme"]).printed();
    assert_eq!(
        shown,
        "account  acme  The acme company\n\
         contact  u-owner  Name of u-owner <u-owner@acme.example>\n\
         because  nobody was chosen: the owner is the contact\n\
         version  0\n"
    );
    let shown = json(folder.run(&["show", "acme", "--json"]));
    assert_eq!(shown["account"], json!({"id":"acme","name":"The acme company"}));
    assert_eq!(shown["contact"]["source"], "default");
    assert_eq!((&shown["designation"], &shown["version"]), (&Value::Null, &json!(0)));
}

#[test]
fn choosing_and_resetting_are_told_and_stored() {
    let folder = folder_with_acme();
    let told = folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    assert!(told.contains("contact  u-admin  Name of u-admin"), "{told}");
    assert!(told.contains("because  chosen by u-owner at "), "{told}");
    let again = folder.run(&["set", "acme", "u-admin", "--actor", "u-admin"]).printed();
    assert!(again.starts_with("unchanged: it was so already\n"), "{again}");
    let shown = json(folder.run(&["show", "acme", "--json"]));
    assert_eq!((&shown["version"], &shown["contact"]["email"]), (&json!(1), &json!("u-admin@acme.example")));
    let reset = json(folder.run(&["reset", "acme", "--actor", "u-admin", "--json"]));
    assert_eq!((&reset["outcome"], &reset["contact"]["userId"]), (&json!("changed"), &json!("u-owner")));
    let again = json(folder.run(&["reset", "acme", "--actor", "u-admin", "--json"]));
    assert_eq!(again["outcome"], "unchanged");
}

#[test]
fn a_refusal_ends_with_3() {
    let folder = folder_with_acme();
    let refused = |person: &str, actor: &str| folder.run(&["set", "acme", person, "--actor", actor]).failed(3);
    assert_eq!(refused("u-late", "u-owner"), "refused: not_eligible: the last login is too long ago [login_too_old]");
    assert_eq!(
        refused("u-admin", "u-analyst"),
        "refused: actor_not_permitted: a manager's role is needed [manager_role_required]"
    );
    assert_eq!(
        refused("u-admin", "u-nobody"),
        "refused: actor_not_permitted: the person is not a member of the account [not_a_member]"
    );
    assert_eq!(refused("u-nobody", "u-owner"), "refused: the person is not a member of the account [not_a_member]");
    let ended = folder.run(&["set", "acme", "u-nobody", "--actor", "u-owner", "--json"]);
    assert_eq!(ended.code, Some(3));
    assert_eq!(ended.stdout, "{\"outcome\":\"refused\",\"code\":\"not_a_member\",\"reasons\":[]}\n");
}

#[test]
fn an_old_version_ends_with_4() {
    let folder = folder_with_acme();
    let set = ["set", "acme", "u-admin", "--actor", "u-owner", "--if-version", "0"];
    folder.run(&set).printed();
    let reset = ["reset", "acme", "--actor", "u-owner", "--if-version", "0"];
    assert_eq!(folder.run(&reset).failed(4), "error: somebody else was faster: the version is 1 now");
    let ended = folder.run(&[&reset[..], &["--json"]].concat());
    assert_eq!(ended.code, Some(4));
    assert_eq!(json(ended)["outcome"], "conflict");
}

#[test]
fn an_unknown_account_is_told() {
    let folder = folder_with_acme();
    assert_eq!(folder.run(&["show", "nobody"]).failed(1), "error: there is no account `nobody`");
    let error = folder.run(&["set", "nobody", "u-admin", "--actor", "u-owner"]).failed(1);
    assert_eq!(error, "error: there is no account `nobody`");
}

#[test]
fn a_key_makes_a_request_count_once() {
    let folder = folder_with_acme();
    let set = |person: &str, more: &[&str]| {
        let args = ["set", "acme", person, "--actor", "u-owner", "--idempotency-key", "k-1"];
        folder.run(&[&args[..], more].concat())
    };
    let first = json(set("u-admin", &["--json"]));
    folder.run(&["reset", "acme", "--actor", "u-owner"]).printed();
    let again = "nothing was done: this request came before under the same key, and was changed\n";
    assert_eq!(set("u-admin", &[]).printed(), again);
    assert_eq!(json(set("u-admin", &["--json"])), first);
    let shown = json(folder.run(&["show", "acme", "--json"]));
    assert_eq!((&shown["version"], &shown["contact"]["userId"]), (&json!(2), &json!("u-owner")));

    let error = set("u-late", &[]).failed(4);
    assert_eq!(error, "error: another request came under this key: choose another key");
    let ended = set("u-late", &["--json"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(4), "{\"outcome\":\"key_reused\"}\n"));
}

#[test]
fn a_request_that_comes_again_ends_as_it_did() {
    let folder = folder_with_acme();
    for (args, code) in [
        (["set", "acme", "u-late", "--actor", "u-owner", "--if-version", "0"], 3),
        (["set", "acme", "u-admin", "--actor", "u-owner", "--if-version", "7"], 4),
    ] {
        let keyed = |more: &[&str]| folder.run(&[&args[..], &["--idempotency-key", args[2]], more].concat());
        keyed(&[]).failed(code);
        let again = keyed(&[]);
        assert_eq!((again.code, again.stderr.as_str()), (Some(code), ""));
        assert!(again.stdout.starts_with("nothing was done: this request came before"), "{}", again.stdout);
        assert_eq!(keyed(&["--json"]).code, Some(code));
    }
}

#[test]
fn a_directory_that_deactivates_the_contact_replaces_them_at_once() {
    let folder = folder_with_acme();
    folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    folder.import(&[person("acme", "u-admin", "admin", "deactivated", 2)]).printed();
    let shown = json(folder.run(&["show", "acme", "--json"]));
    assert_eq!((&shown["contact"]["source"], &shown["version"]), (&json!("default"), &json!(2)));
    assert_eq!(shown["designation"], Value::Null);
}

#[test]
fn somebody_who_has_left_is_the_contact_no_more() {
    let folder = folder_with_acme();
    folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    folder.import(&[r#"{"type":"left","account":"acme","id":"u-admin"}"#.into()]).printed();
    let shown = json(folder.run(&["show", "acme", "--json"]));
    assert_eq!((&shown["contact"]["userId"], &shown["contact"]["source"]), (&json!("u-owner"), &json!("default")));
}

#[test]
fn a_choice_that_lapsed_is_shown_as_what_it_is() {
    let folder = folder_with_acme();
    folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    folder.write("data/rules.json", r#"{"maxLoginAgeDays":1,"expiryReminderDays":[]}"#);
    let shown = folder.run(&["show", "acme"]).printed();
    let because = "u-admin was chosen and cannot be the contact (the last login is too long ago [login_too_old])";
    assert!(shown.contains(because), "{shown}");
    let shown = json(folder.run(&["show", "acme", "--json"]));
    assert_eq!((&shown["contact"]["source"], &shown["designation"]["userId"]), (&json!("fallback"), &json!("u-admin")));
}

#[test]
fn an_owner_who_does_not_meet_the_criteria_is_a_warning() {
    let folder = folder_with_acme();
    folder.import(&[person("acme", "u-owner", "owner", "active", 500)]).printed();
    let shown = folder.run(&["show", "acme"]).printed();
    assert!(shown.contains("warning  the owner does not meet all criteria: the last login is too long ago"), "{shown}");
}

#[test]
fn the_rules_of_the_data_folder_hold_for_every_command() {
    let folder = folder_with_acme();
    folder.write("data/rules.json", r#"{"maxLoginAgeDays":500}"#);
    folder.run(&["set", "acme", "u-late", "--actor", "u-owner"]).printed();
    let other = folder.write("other.json", "{}");
    let shown = json(folder.run(&["show", "acme", "--json", "--rules", &other]));
    assert_eq!(shown["contact"]["reasons"], json!(["login_too_old"]));
    folder.write("data/rules.json", "{");
    let error = folder.run(&["show", "acme"]).failed(1);
    assert!(error.contains("data/rules.json` cannot be used: expected JSON: EOF"), "{error}");
}

#[test]
fn mail_waits_in_the_store_for_a_server() {
    let folder = folder_with_acme();
    folder.run(&["set", "acme", "u-admin", "--actor", "u-owner"]).printed();
    let database = rusqlite::Connection::open(folder.database()).unwrap();
    let mut query = database.prepare("SELECT to_user FROM outbox WHERE state = 'pending' ORDER BY id").unwrap();
    let waiting: Vec<String> = query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(waiting, ["u-admin", "u-owner"]);
}
