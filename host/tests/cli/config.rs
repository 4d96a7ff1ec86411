//! The configuration: a file, the environment over it, and flags over both.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::running::{Running, TOKEN};
use crate::support::{Ended, Folder, acme, program, run_with};

/// A folder with `acme` and a configuration that is enough for `serve`, to which the test adds lines.
fn configured(more: &str) -> (Folder, String) {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    let token = folder.write("token", TOKEN);
    let (data, maildir) = (folder.data().display().to_string(), folder.data().join("mail").display().to_string());
    let text = format!(
        "listen = \"127.0.0.1:0\"\ndata = \"{data}\"\ntoken-file = \"{token}\"\nmaildir = \"{maildir}\"\n\
         mail-from = \"security@example.com\"\n{more}"
    );
    let file = folder.write("config.toml", text);
    (folder, file)
}

fn check(folder: &Folder, text: &str) -> Ended {
    let file = folder.write("checked.toml", text);
    run_with(program(["config", "check", "--config", &file]), b"")
}

/// The keys of the example that stand behind a `#`, each with its line.
fn example() -> Vec<(String, String)> {
    let printed = run_with(program(["config", "example"]), b"").printed();
    let lines = printed.lines().filter_map(|line| line.strip_prefix('#'));
    let keys = lines.filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    keys.map(|line| (line.split_once(" = ").unwrap().0.to_owned(), line.to_owned())).collect()
}

/// The long options in a command's help.
fn options(command: &str) -> BTreeSet<String> {
    let help = run_with(program([command, "--help"]), b"").printed();
    let begins = help.lines().filter_map(|line| line.split_once("--").filter(|(before, _)| before.trim().len() <= 3));
    let name = |rest: &str| rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect::<String>();
    let names = begins.filter(|(before, _)| before.starts_with("  ") && !before.contains('$'));
    names.map(|(_, rest)| name(rest)).filter(|name| !["help", "version", "config"].contains(&&**name)).collect()
}

#[test]
fn the_example_has_every_option_of_the_programs_and_every_line_of_it_is_accepted() {
    let folder = Folder::new();
    let example = example();
    let keys: BTreeSet<String> = example.iter().map(|(key, _)| key.clone()).collect();
    let expected: BTreeSet<String> = options("serve").union(&options("worker")).cloned().collect();
    assert_eq!(keys, expected);
    assert_eq!(keys.len(), example.len(), "each key stands there once");
    for (key, line) in &example {
        let printed = check(&folder, line).printed();
        assert!(printed.ends_with("can be used: 1 keys\n"), "{key}: {printed}");
    }
    let whole = run_with(program(["config", "example"]), b"").printed();
    assert!(check(&folder, &whole).printed().ends_with("can be used: 0 keys\n"), "nothing in it is set");
}

#[test]
fn flags_count_before_the_environment_and_that_before_the_file() {
    let (_folder, file) = configured("log-format = \"json\"\n");
    let first_line = |variable: Option<&str>, more: &[&str]| {
        let mut command = program(["serve", "--config", &file]);
        command.args(more);
        variable.map(|value| command.env("SECURITY_CONTACT_LOG_FORMAT", value));
        let mut server = Running::spawn(command);
        let line = server.until("serving");
        assert_eq!(server.stop(), Some(0));
        line
    };
    assert!(first_line(None, &[]).starts_with('{'));
    assert!(!first_line(Some("text"), &[]).starts_with('{'));
    assert!(first_line(Some("text"), &["--log-format", "json"]).starts_with('{'));
    assert!(first_line(Some(""), &[]).starts_with('{'), "an empty variable says nothing");
}

#[test]
fn the_variable_names_the_file_and_other_commands_take_store_and_rules_from_it() {
    let (folder, file) = configured("without-worker = true\n");
    let rules = folder.write("rules.json", r#"{"maxLoginAgeDays":1,"expiryReminderDays":[]}"#);
    let with_file = |args: &[&str]| {
        let mut command = program(args);
        command.env("SECURITY_CONTACT_CONFIG", &file);
        command
    };
    let shown = run_with(with_file(&["show", "acme"]), b"").printed();
    assert!(shown.contains("u-owner"), "{shown}");
    let reviewed = run_with(with_file(&["review", "--dry-run"]), b"").printed();
    assert!(reviewed.starts_with("1 accounts"), "{reviewed}");
    let more = std::fs::read_to_string(&file).unwrap() + &format!("rules = \"{rules}\"\n");
    folder.write("config.toml", more);
    let policy: Value = serde_json::from_str(&run_with(with_file(&["policy"]), b"").printed()).unwrap();
    assert_eq!(policy["rules"]["maxLoginAgeDays"], 1);
    // The demo has a `--listen` of its own, which no file for a server answers for.
    folder.write("config.toml", "listen = \"0.0.0.0:1\"\n");
    let mut demo = with_file(&["demo", "--listen", "127.0.0.1:0", "--data"]);
    demo.arg(folder.path().join("demo"));
    assert_eq!(Running::start(demo).stop(), Some(0));
}

#[test]
fn what_is_chosen_higher_up_puts_aside_what_makes_no_sense_beside_it() {
    let (folder, file) = configured("");
    let serve = |more: &[&str]| {
        let mut command = program(["serve", "--config", &file]);
        command.args(more);
        command
    };
    // The file's Maildir is not asked for when the environment names a mail server.
    let mut command = serve(&[]);
    command.env("SECURITY_CONTACT_SMTP_URL", "http://hunter2");
    let error = run_with(command, b"").failed(1);
    assert!(error.starts_with("error: the SMTP URL cannot be used: ") && !error.contains("hunter2"), "{error}");
    let error = run_with(serve(&["--smtp-url-file", "missing"]), b"").failed(1);
    assert!(error.starts_with("error: the file `missing` cannot be read"), "{error}");
    let mut command = serve(&[]);
    command.env("SECURITY_CONTACT_SMTP_URL_FILE", "missing");
    assert!(run_with(command, b"").failed(1).starts_with("error: the file `missing` cannot be read"));
    // A server can share its file with the worker that it leaves the mail to.
    let server = Running::start(serve(&["--without-worker"]));
    assert_eq!(server.ask("GET /healthz", "", "").0, 200);
    assert_eq!(server.stop(), Some(0));
    assert!(!folder.data().join("mail").exists());
    let mut command = serve(&[]);
    command.env("SECURITY_CONTACT_WITHOUT_WORKER", "true");
    assert_eq!(Running::start(command).stop(), Some(0));
    assert!(!folder.data().join("mail").exists());
    // A switch that is off in the environment is off, whatever the file says.
    let text = std::fs::read_to_string(&file).unwrap() + "without-worker = true\n";
    folder.write("config.toml", text);
    let mut command = serve(&[]);
    command.env("SECURITY_CONTACT_WITHOUT_WORKER", "false");
    assert_eq!(Running::start(command).stop(), Some(0));
    assert!(folder.data().join("mail").exists());
}

#[test]
fn a_mistake_names_key_file_and_line_and_what_was_expected() {
    for (line, expected) in [
        ("review-evry = 60", "there is no key `review-evry`: did you mean `review-every`?"),
        ("smtp-url = \"smtps://u:hunter2@mail\"", "there is no key `smtp-url`: did you mean `smtp-url-file`?"),
        ("colour = true", "there is no key `colour`: `security-contact config example` shows all of them"),
        ("config = \"c\"", "there is no key `config`"),
        ("[mail]", "there is no key `mail`"),
        ("review-every = \"60\"", "`review-every` has to be a whole number"),
        ("review-every = 1.5", "`review-every` has to be a whole number"),
        ("review-every = 0", "`review-every` cannot be used: 0 is not in 1..=86400"),
        ("rules = 7", "`rules` has to be text in quotes"),
        ("without-worker = \"yes\"", "`without-worker` has to be `true` or `false`"),
        ("log-format = \"xml\"", "`log-format` cannot be used: expected one of `text`, `json`"),
        ("smtp-url-file = \"u\"", "`smtp-url-file` cannot be used: not beside `maildir`"),
        ("rules = hunter2", "not TOML: "),
        ("listen = \"127.0.0.1:1\"", "not TOML: duplicate key"),
    ] {
        let (folder, file) = configured(&format!("\n# A comment.\n{line}\n"));
        let error = run_with(program(["serve", "--config", &file]), b"").failed(2);
        let (place, what) = error.split_once(": ").unwrap().1.split_once(": ").unwrap();
        // Of two keys that make no sense together, either can be the one that is told.
        let either = what.replace("`maildir` cannot be used: not beside `smtp-url-file`", "");
        assert!(what.starts_with(expected) || either.is_empty(), "{line}: {error}");
        let number = if either.is_empty() { 4 } else { 8 };
        assert_eq!(place, format!("`{file}`, line {number}"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
        let checked = run_with(program(["config", "check", "--config", &file]), b"").failed(1);
        assert_eq!(checked, error);
        drop(folder);
    }
}

#[test]
fn a_check_tells_all_mistakes_at_once() {
    let folder = Folder::new();
    let text = "listn = \"x\"\nlisten = \"nowhere\"\nmail-from = \"nobody\"\nlease = 9999\nretry-after = true\n";
    let ended = check(&folder, text);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    let lines: BTreeSet<&str> = ended.stderr.lines().map(|line| line.split("line ").nth(1).unwrap()).collect();
    let lines: Vec<&str> = lines.into_iter().collect();
    assert_eq!(lines.len(), 5, "{}", ended.stderr);
    assert_eq!(lines[0], "1: there is no key `listn`: did you mean `listen`?");
    assert_eq!(lines[1], "2: `listen` cannot be used: invalid socket address syntax");
    assert!(lines[2].starts_with("3: `mail-from` cannot be used: expected a mail address"), "{}", lines[2]);
    assert_eq!(lines[3], "4: `lease` cannot be used: 9999 is not in 1..=3600");
    assert_eq!(lines[4], "5: `retry-after` has to be a whole number");

    let file = folder.write("checked.toml", text);
    let ended = run_with(program(["config", "check", "--json", "--config", &file]), b"");
    let found: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((ended.code, ended.stderr.as_str(), &found["keys"]), (Some(1), "", &json!(5)));
    assert_eq!(found["mistakes"].as_array().unwrap().len(), 5);
}

#[test]
fn a_mistake_in_the_environment_names_the_variable() {
    let (_folder, file) = configured("");
    for (name, value, expected) in [
        ("REVIEW_EVERY", "0", "`review-every` cannot be used: 0 is not in 1..=86400"),
        ("WITHOUT_WORKER", "yes", "`without-worker` has to be `true` or `false`"),
        ("LISTEN", "hunter2", "`listen` cannot be used: invalid socket address syntax"),
    ] {
        let variable = format!("SECURITY_CONTACT_{name}");
        for (args, code) in
            [(["serve", "--config", &file].to_vec(), 2), (["config", "check", "--config", &file].to_vec(), 1)]
        {
            let mut command = program(args);
            command.env(&variable, value);
            assert_eq!(run_with(command, b"").failed(code), format!("error: the variable `{variable}`: {expected}"));
        }
    }
}

#[test]
fn what_is_wrong_on_the_command_line_is_not_blamed_on_the_file() {
    let (_folder, file) = configured("review-every = 60\n");
    for typed in [&["--review-every", "0"][..], &["--review-every=0"], &["--colour"], &["--listen"]] {
        let ended = run_with(
            {
                let mut command = program(["serve", "--config", &file]);
                command.args(typed);
                command
            },
            b"",
        );
        assert_eq!(ended.code, Some(2), "{typed:?}");
        assert!(ended.stderr.contains(typed[0].split('=').next().unwrap()), "{}", ended.stderr);
        assert!(!ended.stderr.contains("config.toml"), "{}", ended.stderr);
    }
}

#[test]
fn a_file_that_is_not_there_is_told_and_a_check_needs_one() {
    let error = run_with(program(["show", "acme", "--config", "missing.toml"]), b"").failed(2);
    assert!(error.starts_with("error: the configuration `missing.toml` cannot be read: No such file"), "{error}");
    let error = run_with(program(["config", "check"]), b"").failed(2);
    assert!(error.starts_with("error: name the file to check by `--config`"), "{error}");
    let error = run_with(program(["config", "check", "--config", "missing.toml"]), b"").failed(2);
    assert!(error.starts_with("error: the configuration `missing.toml` cannot be read"), "{error}");
}
