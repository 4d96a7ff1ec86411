//! `--help` and `docs/cli.md`: every example is run, and every shape is that of what is printed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use security_contact_tests_postgres::Database;
use serde_json::Value;

use crate::places::served;
use crate::running::{Running, TOKEN};
use crate::support::{Ended, Folder, account, person, program, run_with};

/// Every command, groups of commands too.
const COMMANDS: [&str; 36] = [
    "audit",
    "audit head",
    "audit verify",
    "candidates",
    "check",
    "completions",
    "config",
    "config check",
    "config example",
    "decide",
    "demo",
    "doctor",
    "events",
    "events send",
    "export",
    "history",
    "import",
    "man",
    "migrate",
    "openapi",
    "outbox",
    "outbox drop",
    "outbox list",
    "outbox retry",
    "policy",
    "reset",
    "review",
    "serve",
    "set",
    "show",
    "token",
    "token list",
    "token new",
    "token revoke",
    "worker",
    "",
];

/// Commands that run until somebody stops them, with what they say when all is well.
const LASTING: [(&str, &str); 3] = [("demo", "page "), ("serve", "serving"), ("worker", "working")];

/// What a server needs, as a configuration.
const CONFIG: &str =
    "listen = \"127.0.0.1:0\"\ntoken-file = \"token\"\nmail-from = \"security@example.com\"\nmaildir = \"mail\"\n";

fn help(command: &str) -> String {
    let mut program = program(command.split(' ').filter(|word| !word.is_empty()).chain(["--help"]));
    program.env("COLUMNS", "400");
    run_with(program, b"").printed()
}

/// The lines of the help after `$ `, each with the lines that continue it.
fn examples(help: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in help.lines() {
        if let Some(example) = line.strip_prefix("  $ ") {
            found.push(example.to_owned());
            goes_on = true;
        } else if goes_on && line.starts_with("      ") {
            let last = found.last_mut().unwrap();
            last.push('\n');
            last.push_str(line);
        } else {
            goes_on = false;
        }
    }
    found
}

/// What the examples speak of: the demo's accounts, mails that were given up, and files.
struct World {
    folder: Folder,
    server: Running,
    _served: Folder,
    _database: Database,
}

impl World {
    fn new() -> Self {
        let folder = Folder::new();
        let mut demo = Running::start(folder.program(&["demo", "--listen", "127.0.0.1:0"]));
        demo.until_sent(4);
        assert_eq!(demo.stop(), Some(0));
        let people = [person("cedar", "u-1", "owner", "active", 1), person("cedar", "u-2", "admin", "active", 1)];
        folder.import(&[vec![account("cedar", "u-1")], people.to_vec()].concat()).printed();
        for _ in 0..5 {
            folder.run(&["set", "cedar", "u-2", "--actor", "u-1"]).printed();
            folder.run(&["reset", "cedar", "--actor", "u-1"]).printed();
        }
        let rows = rusqlite::Connection::open(folder.database()).unwrap();
        rows.execute_batch(
            "UPDATE outbox SET state = 'failed', settled_at = queued_at, last_error = 'a test' WHERE id > 16",
        )
        .unwrap();
        let people = r#"{"id":"u-17","role":"admin","accountSettings":"none","status":"active","lastLoginAt":"2026-10-01T09:30:00Z","staffRole":null}"#;
        let directory = folder.run(&["export"]).printed();
        let heads = folder.run(&["audit", "head"]).printed();
        let database = Database::create();
        for (name, contents) in [
            ("people.ndjson", people),
            ("directory.ndjson", &directory),
            ("heads-of-today", &heads),
            ("heads-of-last-month", &heads),
            ("rules.json", r#"{"maxLoginAgeDays":100}"#),
            ("new-rules.json", r#"{"maxLoginAgeDays":100}"#),
            ("smtp-url", "smtp://127.0.0.1:1?tls=none"),
            ("owner-url", database.url()),
            ("token", TOKEN),
            ("config.toml", CONFIG),
        ] {
            folder.write(name, contents);
        }
        let tokens = folder.path().join("tokens.json").display().to_string();
        folder.run(&["token", "new", "old-sync", "--scope", "read", "--tokens", &tokens]).printed();
        let module = folder.path().join("node_modules/security-contact-policy");
        fs::create_dir_all(&module).unwrap();
        fs::write(module.join("security_contact_policy_bg.wasm"), security_contact_host::engine::MODULE).unwrap();
        add_programs(folder.path());
        let other = Folder::new();
        copy(folder.path(), other.path());
        let server = served(&other, &[]);
        Self { folder, server, _served: other, _database: database }
    }

    /// Runs an example where nothing was done before.
    fn run(&self, example: &str) -> Ended {
        let (_folder, command) = self.shell(example);
        run_with(command, b"")
    }

    /// A shell that is to run the example, in a folder of its own.
    fn shell(&self, example: &str) -> (Folder, Command) {
        let folder = Folder::new();
        copy(self.folder.path(), folder.path());
        let server = format!("http://{}", self.server.address());
        let example = example
            .replace("https://contacts.example.com", &server)
            .replace("127.0.0.1:8787", "127.0.0.1:0")
            .replace("0.0.0.0:8787", "127.0.0.1:0");
        let mut command = Command::new("sh");
        // Not the copies: a program that was just written cannot start while another test's process still has it open.
        let bin = self.folder.path().join("bin");
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        command.args(["-c", &example]).current_dir(folder.path()).env("PATH", path);
        for name in ["CONFIG", "DATA", "DATABASE_URL", "RULES", "LOG", "SMTP_URL"] {
            command.env_remove(format!("SECURITY_CONTACT_{name}"));
        }
        (folder, command)
    }

    /// Runs an example that lasts until it says that all is well, and stops it.
    fn run_until(&self, example: &str, text: &str) {
        let listening = if example == "security-contact demo" { " --listen 127.0.0.1:0" } else { "" };
        let (_folder, command) = self.shell(&format!("exec {example}{listening}"));
        let mut running = Running::spawn(command);
        running.until(text);
        assert_eq!(running.stop(), Some(0), "{example}");
    }
}

/// The program and the platform's own, as a shell finds them.
fn add_programs(folder: &Path) {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let bin = folder.join("bin");
    fs::create_dir(&bin).unwrap();
    symlink(env!("CARGO_BIN_EXE_security-contact"), bin.join("security-contact")).unwrap();
    let platform =
        "#!/bin/sh\ncase $1 in\nexport-users) cat directory.ndjson ;;\nexplain) echo \"It is $2.\" ;;\nesac\n";
    fs::write(bin.join("my-platform"), platform).unwrap();
    fs::set_permissions(bin.join("my-platform"), fs::Permissions::from_mode(0o755)).unwrap();
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry: PathBuf = entry.unwrap().path();
        let target = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry, &target);
        } else {
            fs::copy(&entry, &target).unwrap();
        }
    }
}

#[test]
fn every_command_teaches_with_examples_that_run() {
    let world = World::new();
    for command in COMMANDS.iter().filter(|command| !command.is_empty()) {
        let help = help(command);
        let examples = examples(&help);
        assert!(examples.iter().any(|example| example.contains(&format!("security-contact {command}"))), "{help}");
        for example in examples.iter().filter(|example| example.contains("security-contact")) {
            let lasting = LASTING.iter().find(|(name, _)| example.starts_with(&format!("security-contact {name}")));
            match lasting {
                Some((_, text)) => world.run_until(example, text),
                None => {
                    let ended = world.run(example);
                    // Not everybody can be the contact, and that is what such an example is for.
                    let ends_well = ended.code == Some(0) || (*command == "check" && ended.code == Some(3));
                    assert!(ends_well && ended.stderr.is_empty(), "{example}: {:?} {}", ended.code, ended.stderr);
                }
            }
        }
    }
}

#[test]
fn the_list_of_commands_is_the_programs_own() {
    let page = run_with(program(["man"]), b"").printed();
    let help = help("");
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let commands = commands.lines().take_while(|line| line.starts_with("  "));
    let mut listed: Vec<&str> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    listed.sort_unstable();
    let mut known: Vec<&str> = COMMANDS.iter().filter_map(|command| command.split(' ').next()).collect();
    known.retain(|command| !command.is_empty());
    known.dedup();
    assert_eq!(listed, known);
    for command in known {
        assert!(page.contains(&format!("security\\-contact\\-{command}(1)")), "{command}: {page}");
    }
}

#[test]
fn exit_codes_are_told_where_people_look() {
    let help = help("");
    let docs = include_str!("../../../docs/cli.md");
    let (_, codes) = help.split_once("Exit codes:\n").unwrap();
    for code in 0..=5 {
        assert!(codes.contains(&format!("\n  {code}  ")) || codes.starts_with(&format!("  {code}  ")), "{help}");
        assert!(docs.contains(&format!("| {code} |")), "{code}");
    }
    for wrong in
        [&["shw"][..], &[], &["show"], &["set", "acme", "u-1"], &["show", "a\nb"], &["set", "a", "", "--actor", "u"]]
    {
        assert_eq!(run_with(program(wrong), b"").code, Some(2), "{wrong:?}");
    }
}

#[test]
fn shells_complete_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run_with(program(["completions", shell]), b"").printed();
        for command in COMMANDS.iter().filter_map(|command| command.split(' ').next_back()) {
            assert!(script.contains(command), "{shell} {command}");
        }
    }
    let folder = Folder::new();
    let script = folder.write("script", run_with(program(["completions", "bash"]), b"").printed());
    // What bash itself makes of it.
    let words = "COMP_WORDS=(security-contact can); COMP_CWORD=1; _security__contact security-contact can ''; echo ${COMPREPLY[@]}";
    let mut bash = Command::new("bash");
    bash.args(["-c", &format!("source {script}; {words}")]);
    assert_eq!(run_with(bash, b"").printed(), "candidates\n");
    assert_eq!(run_with(program(["completions", "tcsh"]), b"").code, Some(2));
}

#[test]
fn there_is_a_page_for_every_command() {
    let folder = Folder::new();
    let dir = folder.path().join("man1").display().to_string();
    assert_eq!(run_with(program(["man", "--dir", &dir]), b"").printed(), "");
    for command in COMMANDS {
        let name = ["security-contact", &command.replace(' ', "-")].join("-");
        let page = fs::read_to_string(format!("{dir}/{}.1", name.trim_end_matches('-'))).unwrap();
        assert!(page.contains(".SH NAME") && page.contains(".SH SYNOPSIS"), "{page}");
    }
    let file = folder.write("file", "");
    let error = run_with(program(["man", "--dir", &file]), b"").failed(1);
    assert!(error.starts_with(&format!("error: the pages cannot be written to `{file}`: ")), "{error}");
}

/// The commands of the document's headings, each with the JSON that it says they print.
fn documented() -> Vec<(String, Vec<Value>)> {
    let docs = include_str!("../../../docs/cli.md");
    let parts = docs.split("\n```sh\n").skip(1);
    let read = parts.filter_map(|part| {
        let (command, rest) = part.split_once("\n```\n")?;
        let (json, _) = rest.trim_start().strip_prefix("```json\n")?.split_once("\n```")?;
        let lines =
            json.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")));
        Some((command.to_owned(), lines.collect()))
    });
    read.collect()
}

/// What stands where, without what it is: the members of each object, and the first element of each list.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
        Value::Array(elements) => elements.first().map(shape).into_iter().collect(),
        _ => Value::Null,
    }
}

/// Whether a value can have that shape: what may be missing is `null` there, and a list may be empty.
fn fits(shape: &Value, value: &Value) -> bool {
    match (shape, value) {
        (Value::Object(shape), Value::Object(value)) => {
            shape.len() == value.len()
                && shape.iter().all(|(name, shape)| value.get(name).is_some_and(|v| fits(shape, v)))
        }
        (Value::Array(shape), Value::Array(value)) => {
            value.iter().all(|value| shape.first().is_none_or(|shape| fits(shape, value)))
        }
        (Value::Null, _) | (_, Value::Null) => true,
        _ => false,
    }
}

#[test]
fn what_is_printed_has_the_documented_shape() {
    let world = World::new();
    let documented = documented();
    assert!(documented.len() >= 20, "{}", documented.len());
    for (command, lines) in documented {
        let ended = world.run(&command);
        let printed: Vec<Value> = ended
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{command}: {line} {e}")))
            .collect();
        assert!(!printed.is_empty(), "{command}: {}", ended.stderr);
        let shapes: Vec<Value> = lines.iter().map(shape).collect();
        for line in &printed {
            assert!(shapes.iter().any(|shape| fits(shape, line)), "{command}: {line} is none of {lines:#?}");
        }
        // Each kind of line that is documented is there.
        for (line, shape) in lines.iter().zip(&shapes) {
            let same = |printed: &&Value| printed.get("told") == line.get("told") && fits(shape, printed);
            assert!(printed.iter().any(|printed| same(&printed)), "{command}: {line} is not printed");
        }
    }
}
