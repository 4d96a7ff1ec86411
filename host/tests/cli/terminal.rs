//! Colours and progress: on a terminal, and nowhere else.

use std::process::Command;

use crate::support::{Folder, acme, program};

/// What a terminal gets to see of the program, which `script` is one for.
fn on_terminal(folder: &Folder, args: &[&str], variables: &[(&str, &str)]) -> String {
    let program = folder.program(args);
    let words: Vec<String> = std::iter::once(program.get_program())
        .chain(program.get_args())
        .map(|word| format!("'{}'", word.to_str().unwrap()))
        .collect();
    let mut command = Command::new("script");
    command.args(["-qec", &words.join(" "), "/dev/null"]).env_remove("NO_COLOR").env("TERM", "xterm");
    command.envs(variables.iter().copied());
    let output = command.output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    for args in [&["doctor"][..], &["candidates", "acme"], &["show", "--help"]] {
        let seen = on_terminal(&folder, args, &[]);
        assert!(seen.contains("\u{1b}["), "{args:?}: {seen}");
        for variables in [&[("NO_COLOR", "1")][..], &[("TERM", "dumb")], &[("TERM", "dumb"), ("CI", "true")]] {
            let seen = on_terminal(&folder, args, variables);
            assert!(!seen.contains("\u{1b}["), "{args:?} {variables:?}: {seen}");
        }
        assert!(!folder.run(args).printed().contains('\u{1b}'), "{args:?}");
    }
    let seen = on_terminal(&folder, &["candidates", "acme"], &[]);
    assert!(seen.contains("\u{1b}[32myes, until ") && seen.contains("\u{1b}[31mno: "), "{seen}");
}

#[test]
fn progress_is_for_terminals() {
    let folder = Folder::new();
    let file = folder.write("directory.ndjson", acme().join("\n"));
    for args in [&["import", &file][..], &["check", &file], &["export"]] {
        let seen = on_terminal(&folder, args, &[]);
        // The line of the bar is taken away in the end.
        assert!(seen.contains("\u{1b}[2K"), "{args:?}: {seen:?}");
        let output = folder.program(args).output().unwrap();
        assert!(!output.stderr.contains(&0x1b) && !output.stdout.contains(&0x1b), "{args:?}");
    }
    assert!(program(["--version"]).status().unwrap().success());
}
