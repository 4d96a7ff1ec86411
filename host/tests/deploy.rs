//! What operators start the program with, and what they read about it, held against the program itself.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PROGRAM: &str = env!("CARGO_BIN_EXE_security-contact");

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap()
}

/// What a program says, which has to have gone well.
fn said(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{command:?}: {text}");
    text
}

/// The values of a setting of the unit.
fn settings(name: &str) -> Vec<String> {
    let unit = read("host/deploy/security-contact.service");
    let values = unit.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    values.map(ToOwned::to_owned).collect()
}

/// The Dockerfile's instructions, each with its arguments.
fn instructions() -> Vec<(String, String)> {
    let file = read("host/deploy/Dockerfile");
    let lines = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').unwrap()).map(|(name, rest)| (name.to_owned(), rest.to_owned())).collect()
}

fn of_instruction(name: &str) -> Vec<String> {
    instructions().into_iter().filter(|(instruction, _)| instruction == name).map(|(_, rest)| rest).collect()
}

/// The words of an instruction that is an array of JSON.
fn words(name: &str) -> Vec<String> {
    serde_json::from_str(&of_instruction(name)[0]).unwrap()
}

#[test]
fn systemd_takes_the_unit_and_finds_little_that_it_could_do_harm_with() {
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("security-contact.service");
    fs::write(&unit, read("host/deploy/security-contact.service").replace("/usr/bin/security-contact", PROGRAM))
        .unwrap();
    let mut verify = Command::new("systemd-analyze");
    assert_eq!(said(verify.args(["verify", "--man=no"]).arg(&unit)), "", "nothing that systemd does not know or like");
    said(Command::new("systemd-analyze").args(["security", "--offline=true", "--threshold=20"]).arg(&unit));
}

#[test]
fn the_unit_starts_the_program_with_options_that_it_has() {
    let start = settings("ExecStart").remove(0);
    let mut words = start.split(' ');
    assert_eq!(words.next(), Some("/usr/bin/security-contact"));
    said(Command::new(PROGRAM).args(words).arg("--help"));
    let variables = said(Command::new(PROGRAM).args(["config", "example"]));
    for variable in settings("Environment") {
        let name = variable.split('=').next().unwrap().to_owned();
        assert!(variables.contains(&format!("Environment: `{name}`")), "{name}");
    }
    // Each secret that an option names is one that systemd hands over.
    let handed_over = settings("LoadCredential");
    for variable in settings("Environment").iter().filter_map(|variable| variable.split_once("=%d/")) {
        assert!(handed_over.iter().any(|secret| secret.starts_with(&format!("{}:", variable.1))), "{variable:?}");
    }
}

#[test]
fn systemd_waits_for_longer_than_the_end_may_take() {
    let example = said(Command::new(PROGRAM).args(["config", "example"]));
    let within = example.lines().find_map(|line| line.strip_prefix("#stop-within = ")).unwrap();
    let waits: u64 = settings("TimeoutStopSec")[0].parse().unwrap();
    assert!(waits >= within.parse::<u64>().unwrap() + 10, "{waits} for {within}");
}

#[test]
fn systemd_does_not_restart_what_is_configured_wrongly() {
    let folder = tempfile::tempdir().unwrap();
    let configuration = folder.path().join("config.toml");
    fs::write(&configuration, "listn = 1\n").unwrap();
    let ended = Command::new(PROGRAM).args(["serve", "--config"]).arg(&configuration).output().unwrap();
    assert_eq!(settings("RestartPreventExitStatus"), [ended.status.code().unwrap().to_string()]);
    // By itself systemd lets a program have 1,024 files.
    assert!(settings("LimitNOFILE")[0].parse::<u32>().unwrap() > 4_096);
}

/// The lines of documents and help that make a secret.
#[test]
fn secrets_are_made_for_their_owners_eyes_alone() {
    let mut lines = 0;
    for file in ["README.md", "docs/operations.md", "host/src/cli/serve.rs"] {
        for line in read(file).lines().filter(|line| line.contains("openssl rand")) {
            lines += 1;
            let folder = tempfile::tempdir().unwrap();
            let command = line.trim().trim_start_matches("$ ").replace("openssl rand -hex 32", "echo secret");
            said(Command::new("sh").args(["-c", &format!("umask 022; {command}")]).current_dir(folder.path()));
            let made = fs::metadata(folder.path().join("token")).unwrap();
            assert_eq!(made.permissions().mode() & 0o777, 0o600, "{file}: {line}");
        }
    }
    assert_eq!(lines, 2);
}

#[test]
fn the_image_is_built_of_what_is_there_by_the_compiler_that_is_ours() {
    let copied: Vec<String> = of_instruction("COPY").into_iter().filter(|copy| !copy.starts_with("--from")).collect();
    let sources: BTreeSet<&str> = copied.iter().flat_map(|copy| copy.rsplit_once(' ').unwrap().0.split(' ')).collect();
    for source in &sources {
        assert!(repository().join(source).exists(), "{source}");
    }
    for member in
        read("Cargo.toml").lines().find(|line| line.starts_with("members")).unwrap().split('"').skip(1).step_by(2)
    {
        assert!(sources.contains(member.split('/').next().unwrap()), "{member} is a member of the workspace");
    }
    let toolchain = read("rust-toolchain.toml");
    let channel = toolchain.lines().find_map(|line| line.strip_prefix("channel = \"")).unwrap().trim_end_matches('"');
    assert!(of_instruction("FROM")[0].starts_with(&format!("rust:{channel}-")));
    assert!(of_instruction("ENV").contains(&format!("RUSTUP_TOOLCHAIN={channel}")));
    assert!(
        channel.starts_with(read("Cargo.toml").split("rust-version = \"").nth(1).unwrap().split('"').next().unwrap())
    );
}

#[test]
fn the_image_has_nothing_but_the_program_and_is_not_root() {
    let last = instructions().iter().rposition(|(name, _)| name == "FROM").unwrap();
    let image = &instructions()[last..];
    assert_eq!(image[0].1, "scratch");
    assert_eq!(image.iter().filter(|(name, _)| name == "COPY").count(), 1);
    let (user, group) = image.iter().find(|(name, _)| name == "USER").unwrap().1.split_once(':').unwrap();
    assert!(user.parse::<u32>().unwrap() > 0 && group.parse::<u32>().unwrap() > 0);
    said(Command::new(PROGRAM).args(words("CMD")).arg("--help"));
    assert_eq!(words("ENTRYPOINT"), ["/usr/bin/security-contact"]);
    let checked = said(
        Command::new(PROGRAM)
            .args(["config", "check", "--config"])
            .arg(repository().join("host/deploy/container.toml")),
    );
    assert!(checked.ends_with("can be used: 3 keys\n"), "{checked}");
}

/// The very step of the Dockerfile that makes the image's root, with this program, entered as the image's user.
#[test]
fn the_program_runs_in_the_image_with_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let step = of_instruction("RUN").into_iter().find(|step| step.contains("rootfs.sh")).unwrap();
    let mut step = step.split(' ');
    let mut lay_out = Command::new(repository().join(step.next().unwrap()));
    let configuration = repository().join(step.nth(1).unwrap());
    said(lay_out.arg(PROGRAM).arg(configuration).arg(&root));
    let user = of_instruction("USER").remove(0);
    let is_root = said(Command::new("id").arg("-u")).trim() == "0";
    let mut entered = if is_root {
        let mut entered = Command::new("chroot");
        entered.arg(format!("--userspec={user}"));
        entered
    } else {
        let mut entered = Command::new("unshare");
        entered.args(["--user", "--map-root-user", "chroot"]);
        entered
    };
    entered.arg(&root).arg(&words("ENTRYPOINT")[0]);
    // It has all that it needs to decide, to store, and to read its configuration.
    entered.args(["migrate", "--config", "/etc/security-contact/config.toml", "--json"]);
    let outside = folder.path().join("data");
    assert_eq!(said(&mut entered), said(Command::new(PROGRAM).args(["migrate", "--json", "--data"]).arg(&outside)));
    assert!(root.join("var/lib/security-contact/security-contact.sqlite").exists());
    assert!(!root.join("bin/sh").exists());
}

#[test]
fn every_metric_is_in_the_operators_table() {
    let source = read("host/src/metrics/mod.rs");
    let registered: BTreeSet<String> = source
        .split("registry.register(")
        .skip(1)
        .map(|call| format!("security_contact_{}", call.split('"').nth(1).unwrap()))
        .collect();
    assert!(registered.len() > 10, "{registered:?}");
    let documentation = read("docs/operations.md");
    let rows = documentation.lines().filter_map(|line| line.strip_prefix("| `security_contact_"));
    let named: BTreeSet<String> = rows
        .map(|row| row.split(['`', '{']).next().unwrap())
        .map(|name| format!("security_contact_{}", name.trim_end_matches("_total")))
        .collect();
    assert_eq!(named, registered);
}

/// The sources of the program.
fn sources() -> Vec<String> {
    let mut paths = vec![repository().join("host/src")];
    let mut texts = Vec::new();
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            texts.push(fs::read_to_string(path).unwrap());
        }
    }
    texts
}

#[test]
fn every_line_of_the_log_is_explained() {
    let documentation = read("docs/operations.md").split_whitespace().collect::<Vec<_>>().join(" ");
    let mut lines = 0;
    for source in sources() {
        for level in ["info!(", "warn!(", "error!("] {
            for (at, _) in source.match_indices(level) {
                let call = source[at..].split(");").next().unwrap();
                // The last text of the call is what the line says.
                let Some(message) = call.split('"').rfind(|text| text.contains(' ') && !text.contains('\n')) else {
                    continue;
                };
                if message.contains(|c: char| "=%(),{}".contains(c)) {
                    continue;
                }
                lines += 1;
                assert!(documentation.contains(message), "`{message}` is not explained");
            }
        }
    }
    assert!(lines > 15, "{lines} lines were found");
}
