//! `config example`: every key with what it means, made of the options themselves.

use std::fmt::Write;

use clap::{Arg, Command};

use super::keys::{self, Kind};

const HEAD: &str = "\
# The configuration of Security Contact. Every key is here, with its default or, where it has none, an example.
# Take away the `#` before a key to set it. The keys are the long options of `security-contact serve` and
# `security-contact worker`, and both may share a file; the other commands take from it which store and rules there are.
#
# An option on the command line counts before the environment, and that before this file. Relative paths start at the
# folder in which the program is started. Secrets have files of their own, which this file only names.
";

/// How wide the comments are.
const WIDTH: usize = 110;

/// A configuration that sets nothing, and tells everything.
pub(super) fn example(root: &Command) -> String {
    let mut text = HEAD.to_owned();
    let mut heading = None;
    for arg in keys::all(root) {
        let of_arg = arg.get_help_heading().unwrap_or("The program");
        if heading != Some(of_arg) {
            heading = Some(of_arg);
            let _ = write!(text, "\n\n# {of_arg}\n# {}\n", "-".repeat(of_arg.len())); // cannot fail
        }
        let _ = write!(text, "\n{}#{} = {}\n", comment(arg), keys::name(arg), value(arg));
    }
    text
}

fn comment(arg: &Arg) -> String {
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let default = if has_default(arg) { "" } else { " It has no default." };
    let about = format!("{help}\nEnvironment: `{}`.{default}", keys::variable(arg));
    let paragraphs = about.lines().map(str::trim).filter(|line| !line.is_empty());
    paragraphs.flat_map(wrapped).fold(String::new(), |text, line| text + "# " + &line + "\n")
}

/// The words of a paragraph in lines that are not too long.
fn wrapped(paragraph: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in paragraph.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => word.clone_into(line),
            Some(line) if line.len() + word.len() < WIDTH => *line = format!("{line} {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn has_default(arg: &Arg) -> bool {
    Kind::of(arg) == Kind::Switch || !arg.get_default_values().is_empty()
}

/// The default as TOML, or else an example.
fn value(arg: &Arg) -> String {
    let default = arg.get_default_values().first().map(|value| value.to_string_lossy().into_owned());
    match Kind::of(arg) {
        Kind::Switch => "false".to_owned(),
        Kind::Number => default.unwrap_or_else(|| "1".to_owned()),
        Kind::Text => format!("\"{}\"", default.unwrap_or_else(|| sample(arg))),
    }
}

/// A value that says what kind of value it is.
fn sample(arg: &Arg) -> String {
    let name = keys::name(arg);
    let kind = arg.get_value_names().and_then(|names| names.first());
    match kind.map(ToString::to_string).unwrap_or_default().as_str() {
        "FILE" => format!("/etc/security-contact/{}", name.trim_end_matches("-file")),
        "DIR" => format!("/var/lib/security-contact/{name}"),
        "ADDRESS" => "127.0.0.1:8787".to_owned(),
        "EMAIL" => "security@example.com".to_owned(),
        "URL" => format!("https://id.example.com/{name}"),
        "FILTER" => "info".to_owned(),
        _ => "https://id.example.com".to_owned(),
    }
}
