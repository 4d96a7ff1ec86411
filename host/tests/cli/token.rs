//! `token`: files of service tokens.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Ended, Folder, program, run_with};

fn token(args: &[&str]) -> Ended {
    run_with(program([&["token"], args].concat()), b"")
}

fn listed(file: &str) -> Vec<Value> {
    let listed: Value = serde_json::from_str(&token(&["list", "--tokens", file, "--json"]).printed()).unwrap();
    listed["tokens"].as_array().unwrap().clone()
}

#[test]
fn a_token_is_printed_once_and_its_file_has_a_hash() {
    let folder = Folder::new();
    let file = folder.path().join("tokens.json").display().to_string();
    let new = ["new", "sync", "--scope", "directory:write", "--scope", "read", "--tokens", &file];
    let secret = token(&new).printed();
    let secret = secret.trim_end();
    assert!(secret.starts_with("sct_") && secret.len() == 100, "{secret}");
    let text = fs::read_to_string(&file).unwrap();
    assert!(!text.contains(secret) && text.contains("\"sha256\""), "{text}");
    let made =
        token(&["new", "siem", "--scope", "events:write", "--days", "90", "--tokens", &file, "--json"]).printed();
    let made: Value = serde_json::from_str(&made).unwrap();
    assert_eq!((&made["name"], &made["scopes"]), (&json!("siem"), &json!(["events:write"])));
    assert!(made["secret"].as_str().unwrap().starts_with("sct_"), "{made}");

    let rows = listed(&file);
    let names: Vec<&Value> = rows.iter().map(|row| &row["name"]).collect();
    assert_eq!(names, ["sync", "siem"]);
    assert_eq!((&rows[0]["scopes"], &rows[0]["expiresAt"]), (&json!(["read", "directory:write"]), &Value::Null));
    assert_eq!((&rows[1]["expiresAt"], &rows[1]["isExpired"]), (&made["expiresAt"], &json!(false)));
    let told = token(&["list", "--tokens", &file]).printed();
    assert!(told.lines().nth(1).unwrap().ends_with("when it is revoked"), "{told}");
    let shown = token(&["list", "--tokens", &file, "--json"]).printed() + &told;
    assert!(!shown.contains("sct_") && !shown.contains("sha256"), "{shown}");
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_alone_and_appear_as_a_whole() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &str| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = Folder::new();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (file, secret) = (path("tokens.json"), path("secret"));
    // One that a crash left behind, which others could read.
    folder.write("tokens.json.tmp", "cut off");
    let new = ["new", "sync", "--scope", "read", "--tokens", &file, "--secret-file", &secret];
    assert_eq!(token(&new).printed(), "");
    assert_eq!((mode(&file), mode(&secret)), (0o600, 0o600));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let other = ["new", "other", "--scope", "read", "--tokens", &file, "--secret-file", &path("other")];
    token(&other).printed();
    assert_eq!(mode(&file), 0o640, "its group can read it as before, and nobody else");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    assert!(fs::read_to_string(&secret).unwrap().starts_with("sct_"));

    // A secret that is there is not overwritten, and no token is made that nobody has.
    let third = ["new", "third", "--scope", "read", "--tokens", &file, "--secret-file", &secret];
    let error = token(&third).failed(1);
    assert!(error.contains("secret` cannot be made: File exists"), "{error}");
    assert_eq!(listed(&file).len(), 2);
    let error = token(&["new", "a", "--scope", "read", "--tokens", &path("missing/tokens.json")]).failed(1);
    assert!(error.contains("missing/tokens.json` cannot be locked: No such file"), "{error}");
    fs::create_dir(path("tokens.json.tmp")).unwrap();
    let error = token(&["new", "a", "--scope", "read", "--tokens", &file]).failed(1);
    assert!(error.contains("tokens.json` cannot be written: Is a directory"), "{error}");
    assert_eq!(listed(&file).len(), 2);
}

#[cfg(unix)]
#[test]
fn a_file_that_a_link_leads_to_is_changed_and_the_link_stays() {
    let folder = Folder::new();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::create_dir(path("shared")).unwrap();
    let (file, link) = (path("shared/tokens.json"), path("tokens.json"));
    token(&["new", "a", "--scope", "read", "--tokens", &file]).printed();
    std::os::unix::fs::symlink("shared/tokens.json", &link).unwrap();
    token(&["new", "b", "--scope", "read", "--tokens", &link]).printed();
    assert_eq!(listed(&file).len(), 2);
    token(&["revoke", "a", "--tokens", &link]).printed();
    assert_eq!(listed(&file)[0]["name"], "b");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    // A link that leads in circles is no file that is not there yet.
    std::os::unix::fs::symlink("circle", path("circle")).unwrap();
    let error = token(&["new", "a", "--scope", "read", "--tokens", &path("circle")]).failed(1);
    assert!(error.contains("circle` cannot be read: "), "{error}");
}

#[cfg(unix)]
#[test]
fn a_file_stays_its_owners_when_root_changes_it() {
    use std::os::unix::fs::{MetadataExt, chown};
    let folder = Folder::new();
    let file = folder.path().join("tokens.json").display().to_string();
    token(&["new", "a", "--scope", "read", "--tokens", &file]).printed();
    if fs::metadata(&file).unwrap().uid() != 0 {
        return; // Only root can give files away.
    }
    chown(&file, Some(65_534), Some(65_534)).unwrap();
    token(&["new", "b", "--scope", "read", "--tokens", &file]).printed();
    let owner = fs::metadata(&file).unwrap();
    assert_eq!((owner.uid(), owner.gid(), owner.mode() & 0o777), (65_534, 65_534, 0o600));
}

#[test]
fn a_revoked_token_is_gone() {
    let folder = Folder::new();
    let file = folder.path().join("tokens.json").display().to_string();
    for name in ["a", "b"] {
        token(&["new", name, "--scope", "read", "--tokens", &file]).printed();
    }
    let told = token(&["revoke", "a", "--tokens", &file]).printed();
    assert_eq!(told, "`a` is revoked; send SIGHUP to the servers that have read the file\n");
    assert_eq!(listed(&file).len(), 1);
    let error = token(&["revoke", "a", "--tokens", &file]).failed(1);
    assert_eq!(error, format!("error: `{file}` has no token `a`: see `security-contact token list`"));
    assert_eq!(token(&["revoke", "b", "--tokens", &file, "--json"]).printed(), "{\"revoked\":\"b\"}\n");
    assert_eq!(token(&["list", "--tokens", &file]).printed(), "there are no tokens\n");
    token(&["revoke", "b", "--tokens", &file]).failed(1);
}

#[test]
fn an_expired_token_is_listed_as_one() {
    let folder = Folder::new();
    let entry = json!([{"name":"a","sha256":"0f".repeat(32),"scopes":["read"],"createdAt":"2026-01-01T00:00:00Z",
        "expiresAt":"2026-02-01T00:00:00Z"}]);
    let file = folder.write("tokens.json", entry.to_string());
    assert_eq!(listed(&file)[0]["isExpired"], true);
    assert!(token(&["list", "--tokens", &file]).printed().contains("it is worth nothing any more"));
}

#[test]
fn tokens_that_are_made_at_once_are_all_there() {
    let folder = Folder::new();
    let file = folder.path().join("tokens.json").display().to_string();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let file = &file;
            scope.spawn(move || {
                token(&["new", &format!("t-{number}"), "--scope", "read", "--tokens", file]).printed();
            });
        }
    });
    assert_eq!(listed(&file).len(), 8);
}

#[test]
fn what_cannot_be_made_is_told() {
    let folder = Folder::new();
    let file = folder.path().join("tokens.json").display().to_string();
    let new = |name: &str, file: &str| token(&["new", name, "--scope", "read", "--tokens", file]);
    new("a", &file).printed();
    assert!(new("a", &file).failed(1).starts_with("error: there is a token of that name already"));
    assert!(new("A", &file).failed(1).starts_with("error: the name of a token has 1 to 64"));
    let broken = folder.write("broken.json", "{}");
    for args in [&["list"][..], &["revoke", "a"], &["new", "b", "--scope", "read"]] {
        let error = token(&[args, &["--tokens", &broken]].concat()).failed(1);
        assert!(
            error.starts_with(&format!("error: the file `{broken}` cannot be used: expected a JSON array")),
            "{error}"
        );
    }
    for args in [&["list"][..], &["revoke", "a"]] {
        let error = token(&[args, &["--tokens", "missing.json"]].concat()).failed(1);
        assert!(error.starts_with("error: the file `missing.json` cannot be read: No such file"), "{error}");
    }
    for wrong in [
        &["new", "b", "--tokens", &file][..],
        &["new", "b", "--scope", "admin", "--tokens", &file],
        &["new", "b", "--scope", "read", "--days", "0", "--tokens", &file],
        &["new", "b", "--scope", "read"],
        &[],
    ] {
        assert_eq!(token(wrong).code, Some(2), "{wrong:?}");
    }
}
